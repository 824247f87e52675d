/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The configuration schema as data: a table of keys for each map of the file.
 *
 * A row has everything about a key: its kind, the offset of its value in the map's struct, its
 * default and bounds, what a change of it restarts, and a line for the documentation. Reading,
 * defaults, comparing, showing, freeing and documenting are walks over the tables; what each kind
 * does in them is in kinds.c. Flags fill the same structs through the same checks. Inside
 * exporter/config only; one thread.
 */

#include "base/buf.h"
#include "base/error.h"
#include "base/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sg_config;

/* What a change of a key restarts at a reload: one bit each. */
enum {
    SG_RESTARTS_NOTHING = 1 << 0,    /* the new value applies from then on */
    SG_RESTARTS_EVERYTHING = 1 << 1, /* series names change */
    SG_RESTARTS_CLUSTER = 1 << 2,
    SG_RESTARTS_ADMIN = 1 << 3,   /* the admin collector of the cluster */
    SG_RESTARTS_BROKERS = 1 << 4, /* the JMX of all its brokers and controllers */
    SG_RESTARTS_TARGETS = 1 << 5, /* the JMX of those that it changes */
    SG_RESTARTS_JVM = 1 << 6,
    SG_RESTARTS_JMX = SG_RESTARTS_BROKERS | SG_RESTARTS_TARGETS | SG_RESTARTS_JVM,
    SG_RESTARTS_OF_CLUSTER = SG_RESTARTS_CLUSTER | SG_RESTARTS_ADMIN | SG_RESTARTS_JMX,
};

enum {
    SG_KEY_OPTIONAL = 1 << 0, /* of a map: if it is absent, no defaults are set */
    SG_KEY_UNIQUE = 1 << 1,   /* unique within the list */
    SG_KEY_AT_MAP = 1 << 2,   /* problems have the position of the map, not of the value */
    SG_KEY_KAFKA = 1 << 3,    /* not allowed in a cluster without bootstrap servers */
};

/* The origin of a value. */
struct sg_place {
    const struct sg_yaml_node *node; /* NULL: the file's start */
    const char *flag;                /* of the command line, with its dashes, or NULL */
};

/* One reading of the configuration, of a file or of flags. */
struct sg_reading {
    struct sg_yaml *yaml; /* NULL: of flags */
    void (*problem)(void *context, const char *text);
    void *context;
    bool any_problem;         /* of flags */
    struct sg_config *config; /* that is being filled */
};

/* A configuration being written as text for display. */
struct sg_shown {
    struct sg_buf *out; /* it keeps the first failure */
    int indent;
    int first; /* indent of a list element that has no line yet, or 0 */
    size_t n_headings;
    struct sg_heading {
        const char *name;
        int indent;
    } headings[8]; /* headings of maps that have no line yet */
};

struct sg_key;

/** Check a text; err says what is wrong. @return 0: it is valid */
typedef int (*sg_text_check_fn)(const char *text, struct sg_error *err);

/* A key's value that is being set, or freed. */
struct sg_value {
    struct sg_reading *reading;
    const struct sg_key *key;
    void *base;                     /* the struct of the key's map */
    const struct sg_yaml_node *map; /* the map that may have the key, when it is read */
};

/* What the walks do with a value. Functions may be NULL unless noted. */
struct sg_kind {
    const char *name; /* in the documentation */
    bool is_secret;   /* also as KEY_file */
    size_t size;      /* of a number, compared by value; others have same() */
    sg_text_check_fn check;
    void (*init)(const struct sg_value *v); /* its default */
    void (*read)(const struct sg_value *v); /* never NULL, nor is show() */
    /* From text of the file or a flag; NULL: no flag can set such a value. */
    void (*parse)(const struct sg_value *v, struct sg_place place, const char *text);
    bool (*same)(const struct sg_key *key, const void *a, const void *b, unsigned restarts);
    void (*show)(const struct sg_key *key, const void *base, struct sg_shown *out);
    void (*free)(const struct sg_value *v);
    /* Of maps and lists: the struct, or the first element, created if missing. */
    void *(*enter)(const struct sg_value *v);
    /* Of maps and lists: finish them when they are not in the file. */
    void (*finish)(const struct sg_value *v);
    /* Of lists; their same, show and free are the sg_list_*() below. */
    size_t element_size; /* 0: that of the map */
    bool (*same_element)(const struct sg_key *key, const void *a, const void *b, unsigned restarts);
    void (*show_element)(const struct sg_key *key, const void *element, struct sg_shown *out);
    void (*free_element)(const struct sg_key *key, void *element);
};

/* A value that is being set, and its number or position. */
#define SG_VALUE(type, v)  ((type *)(void *)((char *)(v)->base + (v)->key->at))
#define SG_NUMBER(type, v) ((type *)(void *)((char *)(v)->base + (v)->key->n_at))
#define SG_PLACE(v)        ((char **)(void *)((char *)(v)->base + (v)->key->place_at))

/* A value in a struct that is only read. */
#define SG_SEEN(type, base, key) (*(type const *)(const void *)((const char *)(base) + (key)->at))
#define SG_SEEN_N(type, base, key) \
    (*(type const *)(const void *)((const char *)(base) + (key)->n_at))

/* A row. */
struct sg_key {
    const char *name;
    const struct sg_kind *kind;
    size_t at;           /* offset of the value */
    size_t n_at;         /* offset of a list's number, a file's content hash, a map's presence */
    size_t place_at;     /* offset of "FILE:LINE:COL", for later messages; or 0 */
    int64_t min, max;    /* bounds, or how many; without max: none */
    int64_t number;      /* default */
    const char *text;    /* default */
    const char *follows; /* the default as text, if derived from others */
    const char *bounds;  /* likewise */
    const char *const *words; /* of a choice, ends with NULL */
    const struct sg_map *map; /* of a map, or of a list's elements */
    sg_text_check_fn check;
    const char *needed;     /* the problem when it is missing; NULL: it is optional */
    const char *needs;      /* another key of the map that must be present too */
    const char *needs_said; /* the problem when that is missing, or NULL */
    const char *must;       /* what the value must be, if the kind does not say it */
    const char *item;       /* likewise of a list's element */
    unsigned flags;
    unsigned restarts; /* of a map: everything that its keys restart */
    const char *doc;
};

struct sg_map {
    const char *what; /* as problems call it: "a cluster" */
    size_t size;      /* of its struct */
    const struct sg_key *keys;
    size_t n_keys;
    /* Checks across keys, after all have been read; node is NULL when there is no map. */
    void (*finish)(struct sg_reading *reading, const struct sg_yaml_node *node, void *base);
};

#define SG_KEYS(list)       .keys = (list), .n_keys = sizeof(list) / sizeof(list)[0]
#define SG_AT(type, member) .at = offsetof(struct type, member)
#define SG_LIST_AT(type, list, n) \
    .at = offsetof(struct type, list), .n_at = offsetof(struct type, n)

/** Report a problem, "FILE:LINE:COL: text" or "--flag: text". */
void sg_problem(struct sg_reading *reading, struct sg_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Likewise, prefixed with the key's name when it is from a file. */
void sg_key_problem(const struct sg_value *v, struct sg_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Report that memory is short, as a problem like others. */
void sg_no_memory(struct sg_reading *reading, struct sg_place place);

/** A position in the file. */
static inline struct sg_place sg_at(const struct sg_yaml_node *node)
{
    return (struct sg_place){ .node = node };
}

/** Defaults of all keys. */
void sg_map_init(struct sg_reading *reading, const struct sg_map *map, void *base);

/** Read a map that is present, and finish it. */
void sg_map_read(struct sg_reading *reading,
    const struct sg_map *map,
    const struct sg_yaml_node *node,
    void *base);

/** Finish a map that the file does not have. */
void sg_map_finish(struct sg_reading *reading, const struct sg_map *map, void *base);

/**
 * Give a key the value of a flag. @param path  "collect.interval"; of a list it is in the single
 * element, which is created if missing
 */
void sg_map_set_flag(struct sg_reading *reading,
    const struct sg_map *map,
    void *base,
    const char *path,
    struct sg_place place,
    const char *text);

/** Are the values of all keys the same whose change restarts one of these? */
bool sg_map_same(const struct sg_map *map, const void *a, const void *b, unsigned restarts);

/** As YAML, for display, without secrets. */
void sg_map_show(const struct sg_map *map, const void *base, struct sg_shown *out);

/** Free what the keys own; not the struct. */
void sg_map_done(const struct sg_map *map, void *base);

/** For lists: same number of elements, each the same; shown below a heading; freed. */
bool sg_list_same(const struct sg_key *key, const void *a, const void *b, unsigned restarts);
void sg_list_show(const struct sg_key *key, const void *base, struct sg_shown *out);
void sg_list_free(const struct sg_value *v);

#define SG_KIND_OF_LIST .same = sg_list_same, .show = sg_list_show, .free = sg_list_free

/** A short line, after the pending headings. */
void sg_show_line(struct sg_shown *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * NAME: "TEXT", or with the name "-" an element of a list; a URL without its secrets. Nothing when
 * text is NULL.
 */
void sg_show_text(struct sg_shown *out, const char *name, const char *text);

/** A heading, shown when something below it is. Ends with sg_show_end(). */
void sg_show_begin(struct sg_shown *out, const char *name);
void sg_show_end(struct sg_shown *out);
