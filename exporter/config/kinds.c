/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kinds.h"

#include "base/file.h"
#include "base/filter.h"
#include "config/config.h"
#include "config/named_files.h"
#include "config/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Shared by several kinds ---- */

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

struct sg_place sg_place_of(const struct sg_key *key, const struct sg_yaml_node *map)
{
    return sg_at(key->flags & SG_KEY_AT_MAP ? map : sg_yaml_find(map, key->name));
}

/* The readers of single values: a text from the file is read as one from a flag. */
static void read_scalar(const struct sg_value *v)
{
    struct sg_str text;

    if (sg_yaml_read_text(v->reading->yaml, v->map, v->key->name, &text))
        v->key->kind->parse(v, sg_place_of(v->key, v->map), text.ptr);
}

int sg_find_word(const char *const *words, struct sg_str text)
{
    for (int i = 0; words[i]; i++) {
        if (sg_str_equal(text, sg_str_of(words[i])))
            return i;
    }
    return -1;
}

/* ---- Text ---- */

static void check_text(const struct sg_value *v, struct sg_place place, const char *text)
{
    sg_text_check_fn check = v->key->check ? v->key->check : v->key->kind->check;
    struct sg_error err;

    if (check && check(text, &err))
        sg_problem(v->reading, place, "%s", err.text);
}

static void parse_text(const struct sg_value *v, struct sg_place place, const char *text)
{
    char **value = SG_VALUE(char *, v);

    free(*value);
    *value = strdup(text);
    if (*value)
        check_text(v, place, *value);
    else
        sg_no_memory(v->reading, place);
}

static void init_text(const struct sg_value *v)
{
    if (v->key->text && !(*SG_VALUE(char *, v) = strdup(v->key->text)))
        sg_no_memory(v->reading, (struct sg_place){ 0 });
}

static bool same_text(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)restarts;
    return sg_same_text(SG_SEEN(char *, a, key), SG_SEEN(char *, b, key));
}

static void show_text(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, SG_SEEN(char *, base, key));
}

static void free_text(const struct sg_value *v)
{
    free(*SG_VALUE(char *, v));
}

#define KIND_OF_TEXT \
    .init = init_text, .parse = parse_text, .same = same_text, .show = show_text, .free = free_text

const struct sg_kind sg_kind_text = { .name = "text", .read = read_scalar, KIND_OF_TEXT };

static int check_pattern(const char *text, struct sg_error *err)
{
    struct sg_filter *compiled = NULL;
    int r = sg_filter_new(text, NULL, &compiled, err);

    (void)sg_filter_free(compiled);
    return r;
}

const struct sg_kind sg_kind_pattern = {
    .name = "pattern", .check = check_pattern, .read = read_scalar, KIND_OF_TEXT
};

static void read_texts(const struct sg_value *v)
{
    const struct sg_yaml_node *list = sg_yaml_find(v->map, v->key->name);
    struct sg_buf joined;

    if (!sg_yaml_is_list(list)) {
        read_scalar(v);
        return;
    }
    sg_buf_init(&joined, 1 << 20);
    for (size_t i = 0; i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        struct sg_str text = sg_yaml_text(item);
        if (text.len == 0 || memchr(text.ptr, '\0', text.len))
            sg_key_problem(v, sg_at(item), "must be text, or a list of texts");
        (void)sg_buf_printf(&joined, "%s%s", i ? "," : "", text.ptr);
    }
    if (sg_buf_add_char(&joined, '\0'))
        sg_no_memory(v->reading, sg_at(list));
    else
        parse_text(v, sg_at(list), joined.ptr);
    sg_buf_done(&joined);
}

const struct sg_kind sg_kind_texts = {
    .name = "text with commas, or list", .read = read_texts, KIND_OF_TEXT
};

/* ---- Secrets ---- */

static void read_secret(const struct sg_value *v)
{
    char file_key[64];
    struct sg_str text;
    struct sg_error err;
    char **value = SG_VALUE(char *, v);

    (void)snprintf(file_key, sizeof file_key, "%s_file", v->key->name);
    const struct sg_yaml_node *file = sg_yaml_find(v->map, file_key);
    if (file && sg_yaml_find(v->map, v->key->name)) {
        sg_problem(v->reading, sg_at(file), "\"%s\" and \"%s\" are both set; use only one",
            v->key->name, file_key);
        return;
    }
    if (sg_yaml_read_text(v->reading->yaml, v->map, v->key->name, &text))
        *value = sg_read_expanded(v->reading, sg_yaml_find(v->map, v->key->name), text);
    if (sg_yaml_read_text(v->reading->yaml, v->map, file_key, &text) &&
        sg_secret_read_file(text.ptr, value, &err))
        sg_problem(v->reading, sg_at(file), "%s", err.text);
    if (*value)
        check_text(v, sg_place_of(v->key, v->map), *value);
}

static void show_secret(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, SG_SEEN(char *, base, key) ? "(set, not shown)" : NULL);
}

static void free_secret(const struct sg_value *v)
{
    free(sg_secret_wipe(*SG_VALUE(char *, v)));
}

const struct sg_kind sg_kind_secret = { .name = "secret",
    .is_secret = true,
    .read = read_secret,
    .same = same_text,
    .show = show_secret,
    .free = free_secret };

/* ---- Files: their content is compared as well ---- */

static int check_file(const char *path, struct sg_error *err)
{
    int r = sg_file_check(path, false, err); /* curl would open a pipe and wait */
    return r ? sg_error_prefix(err, r, "%.300s: ", path) : 0;
}

static void parse_file(const struct sg_value *v, struct sg_place place, const char *path)
{
    parse_text(v, place, path);
    sg_fingerprint_add_file(SG_NUMBER(uint64_t, v), path);
}

static bool same_file(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    return same_text(key, a, b, restarts) &&
           SG_SEEN_N(uint64_t, a, key) == SG_SEEN_N(uint64_t, b, key);
}

const struct sg_kind sg_kind_file = { .name = "file",
    .check = check_file,
    .read = read_scalar,
    .parse = parse_file,
    .same = same_file,
    .show = show_text,
    .free = free_text };

/* ---- Numbers ---- */

static void init_duration(const struct sg_value *v)
{
    *SG_VALUE(int64_t, v) = v->key->number;
}

static void set_duration(const struct sg_value *v, struct sg_place place, int64_t ms)
{
    char min[32], max[32];

    if (v->key->max && (ms < v->key->min || ms > v->key->max))
        sg_key_problem(v, place, "must be from %s to %s",
            sg_duration_text(v->key->min, min, sizeof min),
            sg_duration_text(v->key->max, max, sizeof max));
    else
        *SG_VALUE(int64_t, v) = ms;
}

static void parse_duration(const struct sg_value *v, struct sg_place place, const char *text)
{
    int64_t ms;

    if (sg_duration_parse_ms(sg_str_of(text), &ms))
        set_duration(v, place, ms);
    else
        sg_key_problem(v, place, "must be a duration such as 15s, 500ms or 1m30s");
}

static void read_duration(const struct sg_value *v)
{
    int64_t ms;

    if (sg_yaml_read_duration_ms(v->reading->yaml, v->map, v->key->name, &ms))
        set_duration(v, sg_place_of(v->key, v->map), ms);
}

static void show_duration(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    int64_t ms = SG_SEEN(int64_t, base, key);
    char text[32];

    if (ms)
        sg_show_line(out, "%s: %s", key->name, sg_duration_text(ms, text, sizeof text));
}

const struct sg_kind sg_kind_duration = { .name = "duration",
    .init = init_duration,
    .read = read_duration,
    .parse = parse_duration,
    .size = sizeof(int64_t),
    .show = show_duration };

static void init_count(const struct sg_value *v)
{
    *SG_VALUE(size_t, v) = (size_t)v->key->number;
}

static void parse_count(const struct sg_value *v, struct sg_place place, const char *text)
{
    int64_t number;

    if (sg_parse_number(sg_str_of(text), v->key->max, &number) && number >= v->key->min)
        *SG_VALUE(size_t, v) = (size_t)number;
    else
        sg_key_problem(v, place, "must be from %" PRId64 " to %" PRId64, v->key->min, v->key->max);
}

static void show_count(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_line(out, "%s: %zu", key->name, SG_SEEN(size_t, base, key));
}

const struct sg_kind sg_kind_count = { .name = "number",
    .init = init_count,
    .read = read_scalar,
    .parse = parse_count,
    .size = sizeof(size_t),
    .show = show_count };

bool sg_parse_port(struct sg_reading *reading, const struct sg_yaml_node *node, int64_t *ret_port)
{
    if (sg_parse_number(sg_yaml_text(node), 65535, ret_port) && *ret_port > 0)
        return true;
    sg_problem(reading, sg_at(node), "\"%.40s\" is not a port", sg_yaml_text(node).ptr);
    return false;
}

static void read_port(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);
    int64_t port;

    if (node && sg_parse_port(v->reading, node, &port))
        *SG_VALUE(int, v) = (int)port;
}

static void show_port(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    if (SG_SEEN(int, base, key))
        sg_show_line(out, "%s: %d", key->name, SG_SEEN(int, base, key));
}

static void parse_port(const struct sg_value *v, struct sg_place place, const char *text)
{
    int64_t port;

    if (!sg_parse_number(sg_str_of(text), 65535, &port) || port == 0)
        sg_key_problem(v, place, "\"%.40s\" is not a port", text);
    else
        *SG_VALUE(int, v) = (int)port;
}

const struct sg_kind sg_kind_port = {
    .name = "port", .read = read_port, .parse = parse_port, .size = sizeof(int), .show = show_port
};

static void read_boolean(const struct sg_value *v)
{
    (void)sg_yaml_read_bool(v->reading->yaml, v->map, v->key->name, SG_VALUE(bool, v));
}

static void show_boolean(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    if (SG_SEEN(bool, base, key))
        sg_show_line(out, "%s: true", key->name);
}

const struct sg_kind sg_kind_boolean = {
    .name = "true or false", .read = read_boolean, .size = sizeof(bool), .show = show_boolean
};

/* ---- Words ---- */

static void parse_choice(const struct sg_value *v, struct sg_place place, const char *text)
{
    int word = sg_find_word(v->key->words, sg_str_of(text));
    char words[200];

    if (word >= 0)
        *SG_VALUE(unsigned, v) = (unsigned)word;
    else
        sg_key_problem(v, place, "is %s", sg_words_text(v->key->words, words, sizeof words));
}

static void show_choice(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    sg_show_text(out, key->name, key->words[SG_SEEN(unsigned, base, key)]);
}

const struct sg_kind sg_kind_choice = { .name = "word",
    .read = read_scalar,
    .parse = parse_choice,
    .size = sizeof(unsigned),
    .show = show_choice };

static void add_choice(const struct sg_value *v, struct sg_place place, struct sg_str text)
{
    int word = sg_find_word(v->key->words, text);
    char words[200];

    if (word >= 0)
        *SG_VALUE(unsigned, v) |= 1U << word;
    else
        sg_problem(v->reading, place, "%s is %s", v->key->item,
            sg_words_text(v->key->words, words, sizeof words));
}

static void parse_choices(const struct sg_value *v, struct sg_place place, const char *text)
{
    for (size_t len = 0;; text += len + 1) {
        len = strcspn(text, ",");
        add_choice(v, place, (struct sg_str){ text, len });
        if (!text[len])
            break;
    }
}

static void read_choices(const struct sg_value *v)
{
    const struct sg_yaml_node *list = sg_yaml_find(v->map, v->key->name);

    if (list && (!sg_yaml_is_list(list) || sg_yaml_count(list) == 0))
        sg_key_problem(v, sg_at(list), "%s", v->key->must);
    for (size_t i = 0; sg_yaml_is_list(list) && i < sg_yaml_count(list); i++) {
        const struct sg_yaml_node *item = sg_yaml_item(list, i);
        add_choice(v, sg_at(item), sg_yaml_text(item));
    }
}

static void show_choices(const struct sg_key *key, const void *base, struct sg_shown *out)
{
    unsigned set = SG_SEEN(unsigned, base, key);
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
    .parse = parse_choices,
    .size = sizeof(unsigned),
    .show = show_choices };

/* ---- Names: one, or a list of them ---- */

static void init_names(const struct sg_value *v)
{
    if (!v->key->text)
        return;
    char **names = sg_read_array(v->reading, NULL, 1, sizeof *names);
    *SG_VALUE(char **, v) = names;
    if (names && (names[0] = strdup(v->key->text)))
        *SG_NUMBER(size_t, v) = 1;
    else if (names)
        sg_no_memory(v->reading, (struct sg_place){ 0 });
}

void sg_name_free(const struct sg_key *key, void *element)
{
    (void)key;
    free(*(char **)element);
}

char *sg_text_of_place(struct sg_yaml *yaml, const struct sg_yaml_node *node)
{
    char *text = NULL;

    if (asprintf(
            &text, "%s:%zu:%zu", sg_yaml_name(yaml), sg_yaml_line(node), sg_yaml_column(node)) >= 0)
        return text;
    sg_yaml_problem(yaml, node, "out of memory");
    return NULL;
}

static void read_names(const struct sg_value *v)
{
    const struct sg_yaml_node *node = sg_yaml_find(v->map, v->key->name);
    size_t n = sg_yaml_is_list(node) ? sg_yaml_count(node) : 1;

    if (!node)
        return;
    if (n == 0 || n > (size_t)v->key->max) {
        sg_key_problem(v, sg_at(node), "%s", v->key->must);
        return;
    }
    sg_list_free(v); /* the default */
    *SG_NUMBER(size_t, v) = 0;
    if (v->key->place_at)
        *SG_PLACE(v) = sg_text_of_place(v->reading->yaml, node);
    char **names = *SG_VALUE(char **, v) = sg_read_array(v->reading, node, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        const struct sg_yaml_node *item = sg_yaml_is_list(node) ? sg_yaml_item(node, i) : node;
        struct sg_str name = sg_yaml_text(item);
        if (name.len == 0) {
            sg_key_problem(v, sg_at(item), "%s", v->key->item);
            continue;
        }
        size_t *n_names = SG_NUMBER(size_t, v);
        for (size_t j = 0; j < *n_names; j++) {
            if (strcmp(names[j], name.ptr) == 0)
                sg_problem(v->reading, sg_at(item), "duplicate \"%.80s\" in \"%s\"", name.ptr,
                    v->key->name);
        }
        names[*n_names] = strdup(name.ptr);
        if (names[*n_names])
            ++*n_names;
        else
            sg_no_memory(v->reading, sg_at(item));
    }
}

static bool same_name(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    (void)key, (void)restarts;
    return strcmp(*(char *const *)a, *(char *const *)b) == 0;
}

void sg_name_show(const struct sg_key *key, const void *element, struct sg_shown *out)
{
    (void)key;
    sg_show_text(out, "-", *(char *const *)element);
}

const struct sg_kind sg_kind_names = { .name = "name, or list of names",
    .init = init_names,
    .read = read_names,
    SG_KIND_OF_LIST,
    .element_size = sizeof(char *),
    .same_element = same_name,
    .show_element = sg_name_show,
    .free_element = sg_name_free };

/* ---- Names with values ---- */

bool sg_setting_same(const struct sg_key *key, const void *a, const void *b, unsigned restarts)
{
    const struct sg_setting *one = a, *other = b;

    (void)key, (void)restarts;
    return strcmp(one->name, other->name) == 0 && strcmp(one->value, other->value) == 0;
}

void sg_setting_free(const struct sg_key *key, void *element)
{
    struct sg_setting *setting = element;

    (void)key;
    free(setting->name);
    free(sg_secret_wipe(setting->value));
}
