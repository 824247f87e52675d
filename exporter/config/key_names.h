/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The keys of files that have no tables as in schema.h, for `--config.list`. Constant. */

/* A list of these ends with a NULL map. */
struct sg_key_names {
    const char *map; /* the path of the map, with a dot at the end; "": the file's own */
    const char *const *names;
};

extern const struct sg_key_names sg_web_keys[];    /* of the web configuration */
extern const struct sg_key_names sg_compat_keys[]; /* of a table of aliases */
