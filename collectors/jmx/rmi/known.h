/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which classes are known, by name. Pure; any thread. */

#include "base/str.h"
#include "jmx/rmi/node.h"

/** @return SG_RMI_OTHER: none of them */
enum sg_rmi_known sg_rmi_known_by_name(struct sg_str name);
