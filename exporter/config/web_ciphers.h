/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Converts TLS versions, cipher suites and curves, as Go names them, to GnuTLS priorities. Inside
 * exporter/config only.
 *
 * GnuTLS composes suites from their parts, so a list allows every suite whose parts are on it; and
 * it limits TLS 1.3 as well, where Go has a fixed list. Both are stricter than, or the same as,
 * what a list of modern (ECDHE, AEAD) suites means in Go.
 */

#include "base/yaml.h"

/**
 * min_version, max_version, cipher_suites, curve_preferences, prefer_server_cipher_suites.
 * @return owned, or NULL: a problem was reported, or memory is short
 */
char *sg_web_ciphers_read(struct sg_yaml *yaml, const struct sg_yaml_node *map);
