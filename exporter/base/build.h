/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Which build this is, and which libraries it runs with; all texts are static. Any thread. */

struct sg_build {
    const char *version;
    const char *revision; /* commit of the source, "-dirty" with changes to it, or "unknown" */
    const char *compiler; /* "gcc 12.2.0" */
    const char *librdkafka, *libcurl, *libmicrohttpd; /* versions of the libraries in use */
};

struct sg_build sg_build_get(void);
