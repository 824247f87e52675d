/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The kinds of values that several keys have; see schema.h. Inside exporter/config only. */

#include "config/schema.h"

extern const struct sg_kind sg_kind_boolean; /* bool */
extern const struct sg_kind sg_kind_choice;  /* enum, in the order of the words */
extern const struct sg_kind sg_kind_choices; /* unsigned, one bit for each of the words; 0: all */
extern const struct sg_kind sg_kind_count;   /* size_t */
extern const struct sg_kind
    sg_kind_duration;                        /* int64_t, milliseconds; 0: derived from other keys */
extern const struct sg_kind sg_kind_file;    /* char *; n_at: uint64_t, hash of the content */
extern const struct sg_kind sg_kind_list;    /* array of maps; n_at: size_t */
extern const struct sg_kind sg_kind_map;     /* struct; n_at: bool, is it present? or none */
extern const struct sg_kind sg_kind_names;   /* char **; n_at: size_t */
extern const struct sg_kind sg_kind_pattern; /* char * */
extern const struct sg_kind sg_kind_port;    /* int */
extern const struct sg_kind sg_kind_secret;  /* char *, from KEY or KEY_file */
extern const struct sg_kind sg_kind_text;    /* char * */
extern const struct sg_kind sg_kind_texts;   /* char *, with commas; in the file also a list */

/** Of kinds whose elements are char *. */
void sg_name_show(const struct sg_key *key, const void *element, struct sg_shown *out);
void sg_name_free(const struct sg_key *key, void *element);

/** Of kinds whose elements are struct sg_setting. */
bool sg_setting_same(const struct sg_key *key, const void *a, const void *b, unsigned restarts);
void sg_setting_free(const struct sg_key *key, void *element);

/** The position at which problems with a key's value are reported. */
struct sg_place sg_place_of(const struct sg_key *key, const struct sg_yaml_node *map);

/** "FILE:LINE:COL". @return owned; NULL without memory, and a problem is reported */
char *sg_text_of_place(struct sg_yaml *yaml, const struct sg_yaml_node *node);

/**
 * Replace ${NAME} in a text by the environment variable. @return owned, or NULL: the problem was
 * reported
 */
char *sg_read_expanded(
    struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_str text);

/** A whole number, of digits only. @return is it from 0 to max? */
bool sg_parse_number(struct sg_str text, int64_t max, int64_t *ret_number);

/** A port. @return is it valid? If not, the problem was reported */
bool sg_parse_port(struct sg_reading *reading, const struct sg_yaml_node *node, int64_t *ret_port);

/** An array of n elements, all zero. @return owned, or NULL: the problem was reported */
void *sg_read_array(
    struct sg_reading *reading, const struct sg_yaml_node *node, size_t n, size_t size);

/** "15s", "1500ms", "5m". @return buffer */
const char *sg_duration_text(int64_t ms, char *buffer, size_t size);

/** @return the word's index in the list, which ends with NULL, or -1 */
int sg_find_word(const char *const *words, struct sg_str text);

/** "a, b or c". @return buffer */
const char *sg_words_text(const char *const *words, char *buffer, size_t size);
