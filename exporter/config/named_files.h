/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Files that a configuration names and that others read when they connect: certificates, keys, CAs,
 * keytabs. A reload that finds one of them changed makes anew what uses it, which otherwise would
 * go on with the old one for as long as its connections work. What is in them is not kept.
 */

#include "config/config.h"

/** Note what is in them now: `files` of each TLS setting, `client_files` of each cluster. */
void sg_config_note_files(struct sg_config *config);
