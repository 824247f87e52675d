/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kinds.h"

#include "base/auto.h"
#include "base/filter.h"
#include "config/named_files.h"
#include "config/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A value, or the number that goes with it. */
#define VALUE(type, base, key)  ((type *)(void *)((char *)(base) + (key)->at))
#define NUMBER(type, base, key) ((type *)(void *)((char *)(base) + (key)->n_at))
#define PLACE(base, key)        ((char **)(void *)((char *)(base) + (key)->place_at))
/* Of a struct that is only looked at. */
#define SEEN(type, base, key)   (*(type const *)(const void *)((const char *)(base) + (key)->at))
#define SEEN_N(type, base, key) (*(type const *)(const void *)((const char *)(base) + (key)->n_at))
#define SAME(type, a, b, key)   (SEEN(type, a, key) == SEEN(type, b, key))
#define INNER(base, key)        ((const char *)(base) + (key)->at)

/* ---- For several ---- */

bool sg_parse_number(struct sg_str text, int64_t max, int64_t *ret_number)
{
    int64_t number = 0;

    if (text.len == 0 || text.len > 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = number * 10 + (text.ptr[i] - '0');
    }
    *ret_number = number;
    return number <= max;
}

void *sg_read_array(
    struct sg_reading *reading, const struct sg_yaml_node *node, size_t n, size_t size)
{
    void *array = calloc(n + 1, size);

    if (!array)
        sg_no_memory(reading, sg_at(node));
    return array;
}

char *sg_read_expanded(
    struct sg_reading *reading, const struct sg_yaml_node *node, struct sg_str text)
{
    struct sg_error err;
    char *value = NULL;
    int r = sg_secret_expand(text, &value, &err);

    if (r < 0)
        sg_no_memory(reading, sg_at(node));
    if (r > 0)
        sg_problem(reading, sg_at(node), "%s", err.text);
    return value;
}

const char *sg_duration_text(int64_t ms, char *buffer, size_t size)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };
    size_t i = 0;

    while (ms % units[i].ms || (i == 0 && ms <= units[i].ms)) /* a day is 24h */
        i++;
    (void)snprintf(buffer, size, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
    return buffer;
}

const char *sg_words_text(const char *const *words, char *buffer, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; words[i] && n < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        n += (size_t)snprintf(buffer + n, size - n, "%s%s", between, words[i]);
    }
    return buffer;
}

static struct sg_place place_of(const struct sg_key *key, const struct sg_yaml_node *map)
{
    return sg_at(key->flags & SG_KEY_AT_MAP ? map : sg_yaml_find(map, key->name));
}

/* The readers of single values: a text of the file is taken as a flag's is. */
static void read_scalar(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    struct sg_str text;

    if (sg_yaml_read_text(reading->yaml, map, key->name, &text))
        key->kind->take(reading, key, place_of(key, map), text.ptr, base);
}

/* @return the word's place in the list, or -1 */
static int find_word(const char *const *words, struct sg_str text)
{
    for (int i = 0; words[i]; i++) {
        if (sg_str_equal(text, sg_str_of(words[i])))
            return i;
    }
    return -1;
}

/* ---- Text ---- */

static void check_text(
    struct sg_reading *reading, const struct sg_key *key, struct sg_place place, const char *text)
{
    sg_check_fn check = key->check ? key->check : key->kind->check;
    struct sg_error err;

    if (check && check(text, &err))
        sg_problem(reading, place, "%s", err.text);
}

static void take_text(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *text,
    void *base)
{
    char **value = VALUE(char *, base, key);

    free(*value);
    *value = strdup(text);
    if (*value)
        check_text(reading, key, place, *value);
    else
        sg_no_memory(reading, place);
}

static void init_text(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    if (key->text && !(*VALUE(char *, base, key) = strdup(key->text)))
        sg_no_memory(reading, (struct sg_place){ 0 });
}

static bool same_text(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return sg_same_text(SEEN(char *, a, key), SEEN(char *, b, key));
}

static void show_text(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, SEEN(char *, base, key));
}

static void free_text(const struct sg_key *key, void *base)
{
    free(*VALUE(char *, base, key));
}

const struct sg_kind sg_kind_text = { .name = "text",
    .init = init_text,
    .read = read_scalar,
    .take = take_text,
    .same = same_text,
    .show = show_text,
    .free = free_text };

static int check_pattern(const char *text, struct sg_error *err)
{
    struct sg_filter *compiled = NULL;
    int r = sg_filter_new(text, NULL, &compiled, err);

    (void)sg_filter_free(compiled);
    return r;
}

const struct sg_kind sg_kind_pattern = { .name = "pattern",
    .check = check_pattern,
    .init = init_text,
    .read = read_scalar,
    .take = take_text,
    .same = same_text,
    .show = show_text,
    .free = free_text };

static void read_texts(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *list = sg_yaml_find(map, key->name);
    struct sg_buf joined;
    int r = 0;

    if (!sg_yaml_is_list(list)) {
        read_scalar(reading, key, map, base);
        return;
    }
    sg_buf_init(&joined, 1 << 20);
    for (size_t i = 0; i < sg_yaml_count(list) && !r; i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        struct sg_str text = sg_yaml_text(item);
        if (text.len == 0 || memchr(text.ptr, '\0', text.len))
            sg_key_problem(reading, key, sg_at(item), "must be text, or a list of texts");
        r = sg_buf_printf(&joined, "%s%s", i ? "," : "", text.ptr);
    }
    if (!r)
        r = sg_buf_add_char(&joined, '\0');
    if (r)
        sg_no_memory(reading, sg_at(list));
    else
        take_text(reading, key, sg_at(list), joined.ptr, base);
    sg_buf_done(&joined);
}

const struct sg_kind sg_kind_texts = { .name = "text with commas, or list",
    .init = init_text,
    .read = read_texts,
    .take = take_text,
    .same = same_text,
    .show = show_text,
    .free = free_text };

/* ---- Secrets ---- */

static void read_secret(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    char file_key[64];
    struct sg_str text;
    struct sg_error err;
    char **value = VALUE(char *, base, key);

    (void)snprintf(file_key, sizeof file_key, "%s_file", key->name);
    const struct sg_yaml_node *file = sg_yaml_find(map, file_key);
    if (file && sg_yaml_find(map, key->name)) {
        sg_problem(reading, sg_at(file), "\"%s\" and \"%s\" are both given; one is enough",
            key->name, file_key);
        return;
    }
    if (sg_yaml_read_text(reading->yaml, map, key->name, &text))
        *value = sg_read_expanded(reading, sg_yaml_find(map, key->name), text);
    if (sg_yaml_read_text(reading->yaml, map, file_key, &text) &&
        sg_secret_read_file(text.ptr, value, &err))
        sg_problem(reading, sg_at(file), "%s", err.text);
    if (*value)
        check_text(reading, key, place_of(key, map), *value);
}

static void show_secret(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, SEEN(char *, base, key) ? "(set, not shown)" : NULL);
}

static void free_secret(const struct sg_key *key, void *base)
{
    free(sg_secret_wipe(*VALUE(char *, base, key)));
}

const struct sg_kind sg_kind_secret = { .name = "secret",
    .is_secret = true,
    .read = read_secret,
    .same = same_text,
    .show = show_secret,
    .free = free_secret };

/* ---- Files: what is in them counts as well ---- */

static int check_file(const char *path, struct sg_error *err)
{
    return access(path, R_OK) ? sg_error_set(err, errno, "%.300s: %s", path, strerror(errno)) : 0;
}

static void take_file(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *path,
    void *base)
{
    take_text(reading, key, place, path, base);
    sg_fingerprint_add_file(NUMBER(uint64_t, base, key), path);
}

static bool same_file(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    return same_text(key, a, b, restarts) && SEEN_N(uint64_t, a, key) == SEEN_N(uint64_t, b, key);
}

const struct sg_kind sg_kind_file = { .name = "file",
    .check = check_file,
    .read = read_scalar,
    .take = take_file,
    .same = same_file,
    .show = show_text,
    .free = free_text };

/* ---- Numbers ---- */

static void init_duration(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    (void)reading;
    *VALUE(int64_t, base, key) = key->number;
}

static void set_duration(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    int64_t ms,
    void *base)
{
    char min[32], max[32];

    if (key->max && (ms < key->min || ms > key->max))
        sg_key_problem(reading, key, place, "must be from %s to %s",
            sg_duration_text(key->min, min, sizeof min),
            sg_duration_text(key->max, max, sizeof max));
    else
        *VALUE(int64_t, base, key) = ms;
}

static void take_duration(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *text,
    void *base)
{
    int64_t ms;

    if (sg_duration_parse_ms(sg_str_of(text), &ms))
        set_duration(reading, key, place, ms, base);
    else
        sg_key_problem(reading, key, place, "must be a duration such as 15s, 500ms or 1m30s");
}

static void read_duration(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    int64_t ms;

    if (sg_yaml_read_duration_ms(reading->yaml, map, key->name, &ms))
        set_duration(reading, key, place_of(key, map), ms, base);
}

static bool same_duration(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return SAME(int64_t, a, b, key);
}

static void show_duration(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    int64_t ms = SEEN(int64_t, base, key);
    char text[32];

    if (ms)
        sg_show_line(out, "%s: %s", key->name, sg_duration_text(ms, text, sizeof text));
}

const struct sg_kind sg_kind_duration = { .name = "duration",
    .init = init_duration,
    .read = read_duration,
    .take = take_duration,
    .same = same_duration,
    .show = show_duration };

static void init_count(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    (void)reading;
    *VALUE(size_t, base, key) = (size_t)key->number;
}

static void take_count(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *text,
    void *base)
{
    int64_t number;

    if (sg_parse_number(sg_str_of(text), key->max, &number) && number >= key->min)
        *VALUE(size_t, base, key) = (size_t)number;
    else
        sg_key_problem(
            reading, key, place, "must be from %" PRId64 " to %" PRId64, key->min, key->max);
}

static bool same_count(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return SAME(size_t, a, b, key);
}

static void show_count(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_line(out, "%s: %zu", key->name, SEEN(size_t, base, key));
}

const struct sg_kind sg_kind_count = { .name = "number",
    .init = init_count,
    .read = read_scalar,
    .take = take_count,
    .same = same_count,
    .show = show_count };

bool sg_parse_port(struct sg_reading *reading, const struct sg_yaml_node *node, int64_t *ret_port)
{
    if (sg_parse_number(sg_yaml_text(node), 65535, ret_port) && *ret_port > 0)
        return true;
    sg_problem(reading, sg_at(node), "\"%.40s\" is not a port", sg_yaml_text(node).ptr);
    return false;
}

static void read_port(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key->name);
    int64_t port;

    if (node && sg_parse_port(reading, node, &port))
        *VALUE(int, base, key) = (int)port;
}

static bool same_port(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return SAME(int, a, b, key);
}

static void show_port(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    if (SEEN(int, base, key))
        sg_show_line(out, "%s: %d", key->name, SEEN(int, base, key));
}

const struct sg_kind sg_kind_port = {
    .name = "port", .read = read_port, .same = same_port, .show = show_port
};

static void read_boolean(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    (void)sg_yaml_read_bool(reading->yaml, map, key->name, VALUE(bool, base, key));
}

static bool same_boolean(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return SAME(bool, a, b, key);
}

static void show_boolean(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    if (SEEN(bool, base, key))
        sg_show_line(out, "%s: true", key->name);
}

const struct sg_kind sg_kind_boolean = {
    .name = "true or false", .read = read_boolean, .same = same_boolean, .show = show_boolean
};

/* ---- Words ---- */

static void take_choice(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *text,
    void *base)
{
    int word = find_word(key->words, sg_str_of(text));
    char words[200];

    if (word >= 0)
        *VALUE(unsigned, base, key) = (unsigned)word;
    else
        sg_key_problem(
            reading, key, place, "is %s", sg_words_text(key->words, words, sizeof words));
}

static bool same_words(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return SAME(unsigned, a, b, key);
}

static void show_choice(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, key->words[SEEN(unsigned, base, key)]);
}

const struct sg_kind sg_kind_choice = { .name = "word",
    .read = read_scalar,
    .take = take_choice,
    .same = same_words,
    .show = show_choice };

static void add_choice(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    struct sg_str text,
    void *base)
{
    int word = find_word(key->words, text);
    char words[200];

    if (word >= 0)
        *VALUE(unsigned, base, key) |= 1U << word;
    else
        sg_problem(
            reading, place, "%s is %s", key->item, sg_words_text(key->words, words, sizeof words));
}

static void take_choices(struct sg_reading *reading,
    const struct sg_key *key,
    struct sg_place place,
    const char *text,
    void *base)
{
    for (size_t len = 0;; text += len + 1) {
        len = strcspn(text, ",");
        add_choice(reading, key, place, (struct sg_str){ text, len }, base);
        if (!text[len])
            break;
    }
}

static void read_choices(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *list = sg_yaml_find(map, key->name);

    if (list && (!sg_yaml_is_list(list) || sg_yaml_count(list) == 0))
        sg_key_problem(reading, key, sg_at(list), "%s", key->must);
    for (size_t i = 0; sg_yaml_is_list(list) && i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        add_choice(reading, key, sg_at(item), sg_yaml_text(item), base);
    }
}

static void show_choices(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    unsigned set = SEEN(unsigned, base, key);
    char text[512];
    size_t n = 0;

    text[0] = '\0';
    for (unsigned i = 0; key->words[i] && n < sizeof text; i++) {
        if (set & 1U << i)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", key->words[i]);
    }
    if (set)
        sg_show_line(out, "%s: [%s]", key->name, text);
}

const struct sg_kind sg_kind_choices = { .name = "list",
    .read = read_choices,
    .take = take_choices,
    .same = same_words,
    .show = show_choices };

/* ---- Names: one, or a list of them ---- */

static void init_names(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    if (!key->text)
        return;
    char **names = sg_read_array(reading, NULL, 1, sizeof *names);
    *VALUE(char **, base, key) = names;
    if (names && (names[0] = strdup(key->text)))
        *NUMBER(size_t, base, key) = 1;
    else if (names)
        sg_no_memory(reading, (struct sg_place){ 0 });
}

static void free_names(const struct sg_key *key, void *base)
{
    char **names = *VALUE(char **, base, key);

    for (size_t i = 0; i < *NUMBER(size_t, base, key); i++)
        free(names[i]);
    free(names);
    if (key->place_at)
        free(*PLACE(base, key));
}

/* @return "FILE:LINE:COL", owned; NULL without memory, and a problem is noted */
static char *text_of_place(struct sg_reading *reading, const struct sg_yaml_node *node)
{
    struct sg_buf place;

    sg_buf_init(&place, 8192);
    int r = sg_buf_printf(&place, "%s:%zu:%zu", sg_yaml_name(reading->yaml), sg_yaml_line(node),
        sg_yaml_column(node));
    char *text = r ? NULL : sg_buf_take(&place);
    sg_buf_done(&place);
    if (!text)
        sg_no_memory(reading, sg_at(node));
    return text;
}

static void read_names(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key->name);
    size_t n = sg_yaml_is_list(node) ? sg_yaml_count(node) : 1;

    if (!node)
        return;
    if (n == 0 || n > (size_t)key->max) {
        sg_key_problem(reading, key, sg_at(node), "%s", key->must);
        return;
    }
    free_names(key, base); /* the default */
    *NUMBER(size_t, base, key) = 0;
    if (key->place_at)
        *PLACE(base, key) = text_of_place(reading, node);
    char **names = *VALUE(char **, base, key) = sg_read_array(reading, node, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        const struct sg_yaml_node *item = sg_yaml_is_list(node) ? sg_yaml_item(node, i) : node;
        struct sg_str name = sg_yaml_text(item);
        if (name.len == 0) {
            sg_key_problem(reading, key, sg_at(item), "%s", key->item);
            continue;
        }
        size_t *n_names = NUMBER(size_t, base, key);
        for (size_t j = 0; j < *n_names; j++) {
            if (strcmp(names[j], name.ptr) == 0)
                sg_problem(
                    reading, sg_at(item), "\"%.80s\" stands twice in \"%s\"", name.ptr, key->name);
        }
        names[*n_names] = strdup(name.ptr);
        if (names[*n_names])
            ++*n_names;
        else
            sg_no_memory(reading, sg_at(item));
    }
}

static bool same_names(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    size_t n = SEEN_N(size_t, a, key);

    (void)restarts;
    if (n != SEEN_N(size_t, b, key))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(SEEN(char **, a, key)[i], SEEN(char **, b, key)[i]) != 0)
            return false;
    }
    return true;
}

static void show_names(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_begin(out, key->name);
    for (size_t i = 0; i < SEEN_N(size_t, base, key); i++)
        sg_show_line(out, "- \"%s\"", SEEN(char **, base, key)[i]);
    sg_show_end(out);
}

const struct sg_kind sg_kind_names = { .name = "name, or list of names",
    .init = init_names,
    .read = read_names,
    .same = same_names,
    .show = show_names,
    .free = free_names };

/* ---- Maps ---- */

static bool is_there(const struct sg_key *key, const void *base)
{
    return key->n_at ? SEEN_N(bool, base, key) : !(key->flags & SG_KEY_OPTIONAL);
}

static void init_map(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    if (!(key->flags & SG_KEY_OPTIONAL))
        sg_map_init(reading, key->map, VALUE(char, base, key));
}

static void *enter_map(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    if (key->flags & SG_KEY_OPTIONAL && !is_there(key, base))
        sg_map_init(reading, key->map, VALUE(char, base, key));
    if (key->n_at)
        *NUMBER(bool, base, key) = true;
    return VALUE(char, base, key);
}

static void finish_map(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    if (is_there(key, base))
        sg_map_finish(reading, key->map, VALUE(char, base, key));
}

static void read_map(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key->name);

    if (node)
        sg_map_read(reading, key->map, node, enter_map(reading, key, base));
    else
        finish_map(reading, key, base);
}

static bool same_map(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    return is_there(key, a) == is_there(key, b) &&
           sg_map_same(key->map, INNER(a, key), INNER(b, key), restarts);
}

static void show_map(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_begin(out, key->name);
    sg_map_show(key->map, INNER(base, key), out);
    sg_show_end(out);
}

static void free_map(const struct sg_key *key, void *base)
{
    sg_map_done(key->map, VALUE(char, base, key));
}

const struct sg_kind sg_kind_map = { .name = "map",
    .init = init_map,
    .read = read_map,
    .same = same_map,
    .show = show_map,
    .free = free_map,
    .enter = enter_map,
    .finish = finish_map };

/* ---- Lists of maps ---- */

static void check_unique(struct sg_reading *reading,
    const struct sg_map *map,
    const struct sg_yaml_node *item,
    const char *list,
    size_t n_before,
    const char *plural)
{
    for (const struct sg_key *key = map->keys; key < map->keys + map->n_keys; key++) {
        const void *element = list + n_before * map->size;
        const char *name = key->flags & SG_KEY_UNIQUE ? SEEN(char *, element, key) : NULL;
        for (size_t i = 0; name && i < n_before; i++) {
            const void *other = list + i * map->size;
            if (sg_same_text(SEEN(char *, other, key), name))
                sg_problem(
                    reading, place_of(key, item), "two %s are called \"%.80s\"", plural, name);
        }
    }
}

static void read_list(struct sg_reading *reading,
    const struct sg_key *key,
    const struct sg_yaml_node *map,
    void *base)
{
    const struct sg_yaml_node *node = sg_yaml_find(map, key->name);
    size_t n = sg_yaml_count(node);

    if (!node)
        return;
    if (!sg_yaml_is_list(node) || n < (size_t)key->min || n > (size_t)key->max) {
        sg_key_problem(reading, key, sg_at(node), "%s", key->must);
        return;
    }
    char *list = *VALUE(char *, base, key) = sg_read_array(reading, node, n, key->map->size);
    for (size_t i = 0; list && i < n; i++) {
        const struct sg_yaml_node *item = sg_yaml_item(node, i);
        *NUMBER(size_t, base, key) = i + 1;
        sg_map_init(reading, key->map, list + i * key->map->size);
        sg_map_read(reading, key->map, item, list + i * key->map->size);
        check_unique(reading, key->map, item, list, i, key->item);
    }
}

static void *enter_list(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    char **list = VALUE(char *, base, key);

    if (!*list && (*list = sg_read_array(reading, NULL, 1, key->map->size))) {
        *NUMBER(size_t, base, key) = 1;
        sg_map_init(reading, key->map, *list);
    }
    return *list;
}

static void finish_list(struct sg_reading *reading, const struct sg_key *key, void *base)
{
    for (size_t i = 0; i < *NUMBER(size_t, base, key); i++)
        sg_map_finish(reading, key->map, *VALUE(char *, base, key) + i * key->map->size);
}

static bool same_list(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    size_t n = SEEN_N(size_t, a, key);

    if (n != SEEN_N(size_t, b, key))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = i * key->map->size;
        if (!sg_map_same(key->map, SEEN(char *, a, key) + at, SEEN(char *, b, key) + at, restarts))
            return false;
    }
    return true;
}

static void show_list(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_begin(out, key->name);
    out->indent += 2;
    for (size_t i = 0; i < SEEN_N(size_t, base, key); i++) {
        out->is_first = true;
        sg_map_show(key->map, SEEN(char *, base, key) + i * key->map->size, out);
        out->is_first = false;
    }
    out->indent -= 2;
    sg_show_end(out);
}

static void free_list(const struct sg_key *key, void *base)
{
    char *list = *VALUE(char *, base, key);

    for (size_t i = 0; i < *NUMBER(size_t, base, key); i++)
        sg_map_done(key->map, list + i * key->map->size);
    free(list);
}

const struct sg_kind sg_kind_list = { .name = "list of maps",
    .read = read_list,
    .same = same_list,
    .show = show_list,
    .free = free_list,
    .enter = enter_list,
    .finish = finish_list };
