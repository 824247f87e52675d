/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/share/record.h"

#include <stdbool.h>
#include <string.h>

/* What is left of a record. Reading past its end makes it failed, and gives zeros. */
struct cursor {
    const unsigned char *at;
    const unsigned char *end;
    bool failed;
};

enum {
    VARINT_BYTES_MAX = 5, /* of an unsigned 32-bit number */
    COMPLETE_TAG = 0,
};

static struct cursor begin(struct sg_str bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    return (struct cursor){ at, at + bytes.len, false };
}

/* @return the bytes, or NULL */
static const unsigned char *skip(struct cursor *in, size_t n)
{
    const unsigned char *at = in->at;

    if (in->failed || (size_t)(in->end - at) < n) {
        in->failed = true;
        return NULL;
    }
    in->at += n;
    return at;
}

/* A big-endian number; the first bit is its sign. */
static int64_t read_int(struct cursor *in, size_t n)
{
    const unsigned char *bytes = skip(in, n);
    uint64_t number = bytes && bytes[0] & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; bytes && i < n; i++)
        number = number << 8 | bytes[i];
    return (int64_t)number;
}

static uint32_t read_varint(struct cursor *in)
{
    uint64_t number = 0;

    for (int i = 0; i < VARINT_BYTES_MAX; i++) {
        const unsigned char *byte = skip(in, 1);
        if (!byte)
            return 0;
        number |= (uint64_t)(*byte & 0x7f) << 7 * i;
        if (!(*byte & 0x80)) {
            in->failed = in->failed || number > UINT32_MAX;
            return (uint32_t)number;
        }
    }
    in->failed = true;
    return 0;
}

/* Tagged fields that are not known may be ignored (KIP-482). @param complete  NULL: no such tag */
static void read_tags(struct cursor *in, int32_t *complete)
{
    uint32_t n = read_varint(in);
    int64_t last = -1;

    for (uint32_t i = 0; i < n && !in->failed; i++) {
        uint32_t tag = read_varint(in);
        uint32_t size = read_varint(in);
        in->failed = in->failed || tag <= last; /* they are in order */
        last = tag;
        if (!complete || tag != COMPLETE_TAG) {
            (void)skip(in, size);
            continue;
        }
        in->failed = in->failed || size != sizeof *complete;
        *complete = (int32_t)read_int(in, sizeof *complete);
    }
}

/* Their content does not matter: the broker has counted them. */
static void read_batches(struct cursor *in)
{
    uint32_t n = read_varint(in); /* plus 1; 0: none, which is not allowed */

    in->failed = in->failed || n == 0;
    for (uint32_t i = 1; i < n && !in->failed; i++) {
        int64_t first = read_int(in, 8);
        int64_t last = read_int(in, 8);
        in->failed = in->failed || first < 0 || last < first;
        (void)skip(in, 1 + 2); /* state, deliveries */
        read_tags(in, NULL);
    }
}

static int outcome(const struct cursor *in, bool is_possible)
{
    return in->failed || in->at != in->end || !is_possible ? SG_SHARE_RECORD_E_FORMAT : 0;
}

int sg_share_key_parse(struct sg_str bytes, struct sg_share_key *ret_key)
{
    struct cursor in = begin(bytes);
    struct sg_share_key key = { .type = SG_SHARE_SNAPSHOT };

    int64_t type = read_int(&in, 2);
    if (!in.failed && type != SG_SHARE_SNAPSHOT && type != SG_SHARE_UPDATE)
        return SG_SHARE_RECORD_E_TYPE;
    key.type = (enum sg_share_record_type)type;
    int64_t len = read_int(&in, 2);
    in.failed = in.failed || len <= 0;
    const unsigned char *group = skip(&in, (size_t)len);
    const unsigned char *id = skip(&in, sizeof key.topic_id);
    key.partition = (int32_t)read_int(&in, 4);
    int r = outcome(&in, key.partition >= 0);
    if (r)
        return r;
    key.group = (struct sg_str){ (const char *)group, (size_t)len };
    memcpy(key.topic_id, id, sizeof key.topic_id);
    *ret_key = key;
    return 0;
}

int sg_share_value_parse(
    enum sg_share_record_type type, struct sg_str bytes, struct sg_share_value *ret_value)
{
    struct cursor in = begin(bytes);
    struct sg_share_value value = { .complete = SG_SHARE_UNKNOWN };
    bool is_snapshot = type == SG_SHARE_SNAPSHOT;

    int64_t version = read_int(&in, 2);
    if (!in.failed && version != 0)
        return SG_SHARE_RECORD_E_TYPE;
    value.epoch = (int32_t)read_int(&in, 4);
    (void)skip(&in, is_snapshot ? 4 + 4 : 4); /* the state's epoch, the leader's */
    value.start = read_int(&in, 8);
    (void)skip(&in, is_snapshot ? 8 + 8 : 0); /* times */
    read_batches(&in);
    read_tags(&in, &value.complete);
    int r = outcome(&in, value.start >= SG_SHARE_UNKNOWN && value.complete >= SG_SHARE_UNKNOWN);
    if (!r)
        *ret_value = value;
    return r;
}
