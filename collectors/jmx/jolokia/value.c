/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/jolokia/value.h"

#include "base/number.h"
#include "jmx/jolokia/repair.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Does the text mean that the agent could not read the value? */
static bool is_error_text(struct sg_str text)
{
    return sg_str_starts_with(text, SG_STR("ERROR: ")) || sg_str_equal(text, SG_STR("Unsupported"));
}

/*
 * Past maxDepth an agent sends the result of toString(); of a Java map that is any text, but that
 * of open types begins with the class. Past maxObjects it sends a marker; past maxCollectionSize it
 * does not.
 */
const char *sg_value_cut_by(const json_t *json)
{
    static const struct sg_str open_data = { "javax.management.openmbean.", 27 };
    struct sg_str text = { json_string_value(json), json_string_length(json) };

    if (!text.ptr || text.len < open_data.len - 4)
        return NULL;
    if (sg_str_starts_with(text, SG_STR("[Object limit exceeded")))
        return "maxObjects";
    if (!sg_str_starts_with(text, open_data))
        return NULL;
    text = (struct sg_str){ text.ptr + open_data.len, text.len - open_data.len };
    return sg_str_starts_with(text, SG_STR("CompositeData")) ||
                   sg_str_starts_with(text, SG_STR("TabularData"))
               ? "maxDepth"
               : NULL;
}

bool sg_value_is_nothing(const json_t *object)
{
    if (json_object_get(object, ".error"))
        return true;
    if (json_object_size(object) == 1)
        return json_is_string(json_object_get(object, "objectName"));
    return json_object_size(object) == 2 && json_object_get(object, "present") &&
           json_object_get(object, "empty");
}

/* ---- Dates ---- */

/* `n` digits at *at, which moves past them. */
static bool take_digits(struct sg_str *text, size_t n, int *ret_number)
{
    int number = 0;

    if (text->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text->ptr[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *text = (struct sg_str){ text->ptr + n, text->len - n };
    *ret_number = number;
    return true;
}

static bool take_char(struct sg_str *text, char c)
{
    if (text->len == 0 || text->ptr[0] != c)
        return false;
    *text = (struct sg_str){ text->ptr + 1, text->len - 1 };
    return true;
}

/* Days from 1970-01-01, by the Gregorian calendar. Years begin in March, so that leap days end
 * them.
 */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

/* "Z", "+01:00" or "-0330", and nothing after it. */
static bool take_zone(struct sg_str *text, int *ret_minutes)
{
    int hours = 0;
    int minutes = 0;

    *ret_minutes = 0;
    if (take_char(text, 'Z'))
        return text->len == 0;
    bool east = take_char(text, '+');
    if (!east && !take_char(text, '-'))
        return false;
    if (!take_digits(text, 2, &hours))
        return false;
    (void)take_char(text, ':');
    if (!take_digits(text, 2, &minutes))
        return false;
    *ret_minutes = (east ? 1 : -1) * (hours * 60 + minutes);
    return text->len == 0;
}

/* "2023-11-14T22:13:20Z", from agent 2.4 on with milliseconds. */
static bool read_date(struct sg_str text, double *ret_unix_s)
{
    int year, month, day, hour, minute, second, zone_minutes;
    int millis = 0;

    if (text.len < 20 || text.ptr[10] != 'T')
        return false;
    if (!take_digits(&text, 4, &year) || !take_char(&text, '-') || !take_digits(&text, 2, &month) ||
        !take_char(&text, '-') || !take_digits(&text, 2, &day) || !take_char(&text, 'T') ||
        !take_digits(&text, 2, &hour) || !take_char(&text, ':') ||
        !take_digits(&text, 2, &minute) || !take_char(&text, ':') ||
        !take_digits(&text, 2, &second))
        return false;
    if (take_char(&text, '.') && !take_digits(&text, 3, &millis))
        return false;
    if (!take_zone(&text, &zone_minutes) || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t seconds = days_since_epoch(year, month, day) * 86400 + hour * 3600 +
                      (minute - zone_minutes) * 60 + second;
    *ret_unix_s = (double)(seconds * 1000 + millis) / 1000.0;
    return true;
}

/* ---- Scalars ---- */

/* {"bigint":"123456789012345678901234567890"}, agents up to 2.3 */
static bool read_big_integer(const json_t *object, struct sg_attribute_value *ret_value)
{
    const char *digits = json_string_value(json_object_get(object, "bigint"));
    char *end;

    if (!digits || json_object_size(object) != 1 || digits[strspn(digits, "-0123456789")] != '\0')
        return false;
    errno = 0;
    long long integer = strtoll(digits, &end, 10);
    if (end == digits || *end != '\0')
        return false;
    *ret_value = errno == ERANGE
                     ? (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE,
                           .number = strtod(digits, NULL) }
                     : (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_INT, .integer = integer };
    return true;
}

bool sg_value_read_scalar(const json_t *json, struct sg_attribute_value *ret_value)
{
    struct sg_str text;
    double unix_s;

    switch (json_typeof(json)) {
    case JSON_INTEGER:
        *ret_value = (struct sg_attribute_value){
            .kind = SG_ATTRIBUTE_INT,
            .integer = json_integer_value(json),
        };
        return true;
    case JSON_REAL:
        *ret_value = (struct sg_attribute_value){
            .kind = SG_ATTRIBUTE_DOUBLE,
            .number = json_real_value(json),
        };
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        *ret_value =
            (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_BOOL, .flag = json_is_true(json) };
        return true;
    case JSON_STRING:
        text = (struct sg_str){ json_string_value(json), json_string_length(json) };
        if (is_error_text(text) || sg_value_cut_by(json))
            return false;
        if (sg_str_equal(text, SG_STR(SG_REPAIR_PAST_DOUBLE_TEXT)))
            *ret_value =
                (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE, .number = INFINITY };
        else if (read_date(text, &unix_s))
            *ret_value =
                (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_DOUBLE, .number = unix_s };
        else
            *ret_value = (struct sg_attribute_value){ .kind = SG_ATTRIBUTE_TEXT, .text = text };
        return true;
    case JSON_OBJECT:
        return read_big_integer(json, ret_value);
    case JSON_NULL:
    case JSON_ARRAY:
        break;
    }
    return false;
}

/* ---- Tabular data ---- */

/* Attributes of the JVM whose rows are just a key and a value. Such JSON looks like that of
   composite data; only their definition tells them apart. */
static bool is_known_table(const struct sg_attribute *attribute)
{
    static const char *const names[] = { "memoryUsageAfterGc", "memoryUsageBeforeGc" };

    if (attribute->depth != 2 || attribute->n_index != 0 ||
        !sg_str_equal(attribute->path[0], SG_STR("LastGcInfo")) ||
        !sg_str_starts_with(attribute->mbean, SG_STR("java.lang:")))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (sg_str_equal(attribute->path[1], sg_str_of(names[i])))
            return true;
    }
    return false;
}

/* Is the value's text the key? Keys are what toString() makes of the index. */
static bool is_key(const json_t *json, const char *key)
{
    char text[SG_NUMBER_TEXT_MAX + 1];

    switch (json_typeof(json)) {
    case JSON_STRING:
        return strcmp(json_string_value(json), key) == 0;
    case JSON_INTEGER:
        text[sg_number_write_int(text, json_integer_value(json))] = '\0';
        return strcmp(text, key) == 0;
    case JSON_TRUE:
        return strcmp(key, "true") == 0;
    case JSON_FALSE:
        return strcmp(key, "false") == 0;
    default:
        return false;
    }
}

/* Do all rows, `depth` levels down, have at this level's key the same as in the column? */
static bool all_rows_have(
    json_t *object, size_t depth, size_t level, const char *key, const char *column)
{
    for (void *iter = json_object_iter(object); iter; iter = json_object_iter_next(object, iter)) {
        const char *key_here = level == 0 ? json_object_iter_key(iter) : key;
        json_t *below = json_object_iter_value(iter);
        if (!json_is_object(below))
            return false;
        if (depth == 1) {
            const json_t *value = json_object_get(below, column);
            if (!value || !is_key(value, key_here))
                return false;
        } else if (!all_rows_have(
                       below, depth - 1, level == 0 ? SIZE_MAX : level - 1, key_here, column)) {
            return false;
        }
    }
    return json_object_size(object) > 0;
}

static bool is_taken(const struct sg_value_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i], column) == 0)
            return true;
    }
    return false;
}

/* Find the column of every level, for rows that are `depth` levels down. */
static bool find_columns(json_t *object, json_t *row, size_t depth, struct sg_value_table *table)
{
    table->n_columns = 0;
    for (size_t level = 0; level < depth; level++) {
        const char *found = NULL;
        for (void *iter = json_object_iter(row); iter && !found;
             iter = json_object_iter_next(row, iter)) {
            const char *column = json_object_iter_key(iter);
            if (!is_taken(table, column) && all_rows_have(object, depth, level, "", column))
                found = column;
        }
        if (!found)
            return false;
        table->columns[table->n_columns++] = found;
    }
    return true;
}

bool sg_value_is_table(
    json_t *object, const struct sg_attribute *attribute, struct sg_value_table *ret_table)
{
    json_t *row = object;

    if (is_known_table(attribute)) {
        *ret_table = (struct sg_value_table){
            .n_columns = 1,
            .columns = { "key" },
            .row_is_value = true,
        };
        return true;
    }
    ret_table->row_is_value = false;
    for (size_t depth = 1; depth <= SG_ATTRIBUTE_INDEX_MAX - attribute->n_index; depth++) {
        row = json_object_iter_value(json_object_iter(row));
        if (!json_is_object(row))
            return false;
        if (find_columns(object, row, depth, ret_table))
            return true;
    }
    return false;
}
