/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/spark/checkpoint.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/grow.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAMES_MAX = 100000, /* in a directory; Spark keeps a hundred */
    SOURCES_MAX = 1000,
};

void sg_checkpoint_done(struct sg_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->n; i++)
        free(checkpoint->offsets[i].topic);
    free(checkpoint->offsets);
    *checkpoint = (struct sg_checkpoint){ .batch = SG_CHECKPOINT_NO_BATCH };
}

/* ---- The text of a file ---- */

/* @param ret_number  of a whole text, at least 0 @return is the text a number? */
static bool read_number(const char *text, int64_t *ret_number)
{
    char *end = NULL;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || *end)
        return false;
    *ret_number = number;
    return true;
}

static int add_offset(
    struct sg_checkpoint *checkpoint, const char *topic, int32_t partition, int64_t offset)
{
    if (checkpoint->n == SG_CHECKPOINT_OFFSETS_MAX)
        return SG_CHECKPOINT_E_LIMIT;
    if (sg_grow(&checkpoint->offsets, checkpoint->n, &checkpoint->allocated,
            sizeof *checkpoint->offsets))
        return -ENOMEM;
    char *copy = strdup(topic);
    if (!copy)
        return -ENOMEM;
    checkpoint->offsets[checkpoint->n++] = (struct sg_checkpoint_offset){ copy, partition, offset };
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct sg_checkpoint_offset *const x = a;
    const struct sg_checkpoint_offset *const y = b;
    int order = strcmp(x->topic, y->topic);

    if (order == 0)
        order = (x->partition > y->partition) - (x->partition < y->partition);
    return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

/* Two sources may read one topic: the lower offset counts. */
static void keep_smallest(struct sg_checkpoint *checkpoint)
{
    size_t n = 0;

    if (checkpoint->n)
        qsort(checkpoint->offsets, checkpoint->n, sizeof *checkpoint->offsets, by_place);
    for (size_t i = 0; i < checkpoint->n; i++) {
        struct sg_checkpoint_offset *offset = &checkpoint->offsets[i];
        const struct sg_checkpoint_offset *last = n ? &checkpoint->offsets[n - 1] : NULL;
        if (last && last->partition == offset->partition && strcmp(last->topic, offset->topic) == 0)
            free(offset->topic);
        else
            checkpoint->offsets[n++] = *offset;
    }
    checkpoint->n = n;
}

/* Is it {"topic":{"0":76}}? Sources other than Kafka write other things, which are left out. */
static bool is_kafka_source(const json_t *source)
{
    json_t *partitions;
    json_t *offset;
    const char *topic; /* the loops go on from their keys: each needs its own */
    const char *key;
    int64_t number;

    if (!json_is_object(source) || json_object_size(source) == 0)
        return false;
    json_object_foreach((json_t *)(uintptr_t)source, topic, partitions)
    {
        if (!json_is_object(partitions))
            return false;
        json_object_foreach(partitions, key, offset)
        {
            if (!read_number(key, &number) || number > INT32_MAX || !json_is_integer(offset))
                return false;
        }
    }
    return true;
}

static int take_source(struct sg_checkpoint *checkpoint, json_t *source)
{
    const char *topic;
    const char *key;
    json_t *partitions;
    json_t *offset;
    int64_t partition = 0;
    int r = 0;

    json_object_foreach(source, topic, partitions)
    {
        json_object_foreach(partitions, key, offset)
        {
            /* Below 0: earliest or latest, not resolved yet. */
            if (!r && read_number(key, &partition) && json_integer_value(offset) >= 0)
                r = add_offset(checkpoint, topic, (int32_t)partition, json_integer_value(offset));
        }
    }
    return r;
}

static struct sg_str next_line(struct sg_str *text)
{
    const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    struct sg_str line = { text->ptr, end ? (size_t)(end - text->ptr) : text->len };
    size_t n = end ? line.len + 1 : line.len;

    *text = (struct sg_str){ text->ptr + n, text->len - n };
    return line;
}

int sg_checkpoint_parse(
    struct sg_checkpoint *checkpoint, struct sg_str text, bool skip_metadata, struct sg_error *err)
{
    json_error_t error;
    int r = 0;

    struct sg_str version = next_line(&text);
    if (!sg_str_equal(version, SG_STR("v1")))
        return sg_error_set(err, SG_CHECKPOINT_E_FORMAT, "version \"%.*s\", not v1",
            (int)(version.len < 20 ? version.len : 20), version.ptr);
    if (skip_metadata && text.len == 0)
        return sg_error_set(err, SG_CHECKPOINT_E_FORMAT, "ends after its first line");
    if (skip_metadata)
        (void)next_line(&text);
    while (text.len && !r) {
        struct sg_str line = next_line(&text);
        if (line.len == 0 || sg_str_equal(line, SG_STR("-"))) /* a source without an offset yet */
            continue;
        json_t *source =
            json_loadb(line.ptr, line.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
        if (!source)
            return sg_error_set(err, SG_CHECKPOINT_E_FORMAT, "not JSON: %s", error.text);
        if (is_kafka_source(source))
            r = take_source(checkpoint, source);
        json_decref(source);
    }
    keep_smallest(checkpoint);
    if (r == SG_CHECKPOINT_E_LIMIT)
        return sg_error_set(err, r, "more than %d partitions", SG_CHECKPOINT_OFFSETS_MAX);
    return r;
}

/* ---- Files ---- */

static int fail(struct sg_error *err, const char *path, const char *what)
{
    return sg_error_set(err, SG_CHECKPOINT_E_READ, "%.300s: %s", path, what);
}

/*
 * @param ret_ms  when it was written; may be NULL
 * @return 0, SG_CHECKPOINT_E_READ, SG_CHECKPOINT_E_LIMIT or -ENOMEM
 */
static int read_file(const char *path, struct sg_buf *text, int64_t *ret_ms, struct sg_error *err)
{
    struct stat status;

    if (ret_ms && stat(path, &status))
        return fail(err, path, strerror(errno));
    sg_buf_clear(text);
    int r = sg_file_read(path, SG_FILE_NO_PIPE, text, err);
    if (r == SG_FILE_E_READ)
        return SG_CHECKPOINT_E_READ;
    if (r == SG_FILE_E_LARGE)
        return sg_error_set(err, SG_CHECKPOINT_E_LIMIT, "%.300s: larger than %d MiB", path,
            SG_CHECKPOINT_FILE_BYTES_MAX / 1024 / 1024);
    if (ret_ms)
        *ret_ms = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
    return r;
}

/* The largest number among a directory's names that is at most `below`. @return was there one? */
static int find_largest(
    const char *path, int64_t below, int64_t *ret_number, bool *ret_found, struct sg_error *err)
{
    const struct dirent *name;
    int64_t number;

    DIR *directory = opendir(path);
    if (!directory)
        return fail(err, path, strerror(errno));
    *ret_found = false;
    for (int i = 0; i < NAMES_MAX && (name = readdir(directory)); i++) {
        if (!read_number(name->d_name, &number) || number > below)
            continue;
        if (!*ret_found || number > *ret_number)
            *ret_number = number;
        *ret_found = true;
    }
    (void)closedir(directory);
    return 0;
}

static int path_of(char out[PATH_MAX], const char *directory, const char *below, int64_t number)
{
    int n = number < 0 ? snprintf(out, PATH_MAX, "%s/%s", directory, below)
                       : snprintf(out, PATH_MAX, "%s/%s/%" PRId64, directory, below, number);
    return n > 0 && n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Where the sources began. */
static int read_sources(const char *directory,
    struct sg_checkpoint *checkpoint,
    struct sg_buf *text,
    struct sg_error *err)
{
    char path[PATH_MAX];
    char below[32];
    int r = 0;

    for (int i = 0; i < SOURCES_MAX && !r; i++) {
        (void)snprintf(below, sizeof below, "sources/%d", i);
        r = path_of(path, directory, below, 0);
        if (r || access(path, F_OK) != 0)
            break; /* a source writes its start when it first finds its offsets */
        r = read_file(path, text, NULL, err);
        if (r)
            break;
        struct sg_str all = sg_buf_get(text);
        if (all.len && all.ptr[0] == '\0') /* it marks files of Spark 2.1 and later */
            all = (struct sg_str){ all.ptr + 1, all.len - 1 };
        if (!sg_str_starts_with(all, SG_STR("v1"))) /* of another source than Kafka */
            continue;
        r = sg_checkpoint_parse(checkpoint, all, false, err);
        if (r > 0)
            (void)sg_error_prefix(err, r, "%.300s: ", path);
    }
    return r;
}

static int read_batch(const char *directory,
    int64_t batch,
    struct sg_checkpoint *checkpoint,
    struct sg_buf *text,
    struct sg_error *err)
{
    char path[PATH_MAX];

    int r = path_of(path, directory, "commits", batch);
    if (!r)
        r = read_file(path, text, &checkpoint->completed_ms, err);
    if (!r)
        r = path_of(path, directory, "offsets", batch);
    if (!r)
        r = read_file(path, text, NULL, err);
    if (!r) {
        r = sg_checkpoint_parse(checkpoint, sg_buf_get(text), true, err);
        if (r > 0)
            (void)sg_error_prefix(err, r, "%.300s: ", path);
    }
    checkpoint->batch = batch;
    return r;
}

/*
 * A batch whose files are removed while they are read, or which are incomplete on a file system
 * without atomic renames, is skipped for the one before.
 */
static int read_latest(const char *directory,
    struct sg_checkpoint *checkpoint,
    struct sg_buf *text,
    struct sg_error *err)
{
    char path[PATH_MAX];
    int64_t batch = INT64_MAX;
    bool found = false;
    int r = 0;

    for (int attempt = 0; attempt < 3; attempt++) {
        int64_t below = batch == INT64_MAX ? batch : batch - 1;
        int search = path_of(path, directory, "commits", -1);
        if (!search)
            search = find_largest(path, below, &batch, &found, err);
        if (search || !found)
            return attempt ? r : search ? search : read_sources(directory, checkpoint, text, err);
        r = read_batch(directory, batch, checkpoint, text, err);
        if (r <= 0 || r == SG_CHECKPOINT_E_LIMIT)
            return r;
        sg_checkpoint_done(checkpoint);
    }
    return r;
}

int sg_checkpoint_read(
    const char *directory, struct sg_checkpoint *ret_checkpoint, struct sg_error *err)
{
    struct sg_buf text;
    struct sg_error other;
    char path[PATH_MAX];

    *ret_checkpoint = (struct sg_checkpoint){ .batch = SG_CHECKPOINT_NO_BATCH };
    sg_buf_init(&text, SG_CHECKPOINT_FILE_BYTES_MAX);
    int r = path_of(path, directory, "commits", -1);
    /* A query writes commits/ with its first batch: until then it has only begun. */
    if (!r && access(path, F_OK) != 0 && errno == ENOENT) {
        r = path_of(path, directory, "metadata", -1);
        if (!r)
            r = read_file(path, &text, NULL, &other);
        if (r == SG_CHECKPOINT_E_READ)
            r = fail(err, directory, "there is no checkpoint of a structured streaming query");
        if (!r)
            r = read_sources(directory, ret_checkpoint, &text, err);
    } else if (!r) {
        r = read_latest(directory, ret_checkpoint, &text, err);
    }
    sg_buf_done(&text);
    if (r == -ENAMETOOLONG)
        return fail(err, directory, strerror(ENAMETOOLONG));
    return r;
}
