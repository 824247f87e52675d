/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How far a Spark structured streaming query has read, from its checkpoint directory.
 *
 * Such a query commits nothing to Kafka. It writes offsets/N before it runs batch N, and commits/N
 * when the batch is done; the values in offsets/N are the next offsets to read after it. So the
 * query has read up to offsets/N of the highest N in commits/. A query that has not finished its
 * first batch is where it began: file 0 in each folder of sources/.
 *
 *     CK/offsets/17   v1 \n {…} \n {"mytopic":{"0":76,"1":107}} \n …    one line per source
 *     CK/commits/17   v1 \n {…}
 *     CK/sources/0/0  NUL v1 \n {"mytopic":{"0":0,"1":0}}
 *
 * Spark writes each file under another name first and then renames it, and keeps the last hundred;
 * names that are not numbers are ignored. Any thread; blocks for as long as the file system does.
 *
 * Source: Spark's OffsetSeqLog, CommitLog, KafkaSourceInitialOffsetWriter and JsonUtils.
 */

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_CHECKPOINT_E_READ = 1, /* not there, not readable, or not a checkpoint; err says what */
    SG_CHECKPOINT_E_FORMAT,   /* a file is not as Spark writes it; err says which */
    SG_CHECKPOINT_E_LIMIT,    /* a file is larger, or has more offsets, than the caps below */
};

enum {
    SG_CHECKPOINT_FILE_BYTES_MAX = 16 * 1024 * 1024,
    SG_CHECKPOINT_OFFSETS_MAX = 200000,
    SG_CHECKPOINT_NO_BATCH = -1,
};

struct sg_checkpoint_offset {
    char *topic; /* owned */
    int32_t partition;
    int64_t offset;
};

struct sg_checkpoint {
    int64_t batch;        /* the last that was completed, or SG_CHECKPOINT_NO_BATCH */
    int64_t completed_ms; /* Unix time of that; 0 without a batch */
    size_t n;
    size_t allocated;
    struct sg_checkpoint_offset *offsets; /* each topic and partition once */
};

/**
 * @param directory  the query's checkpointLocation
 * @param ret_checkpoint  to be freed with sg_checkpoint_done(), also after an error
 * @return 0, SG_CHECKPOINT_E_* or -ENOMEM
 */
int sg_checkpoint_read(
    const char *directory, struct sg_checkpoint *ret_checkpoint, struct sg_error *err);

/**
 * Add the offsets of one file, whose text begins with the line "v1".
 * @param skip_metadata  does a line of metadata follow, as in offsets/N?
 * @return 0, SG_CHECKPOINT_E_FORMAT, SG_CHECKPOINT_E_LIMIT or -ENOMEM
 */
int sg_checkpoint_parse(
    struct sg_checkpoint *checkpoint, struct sg_str text, bool skip_metadata, struct sg_error *err);

/** Free what the checkpoint owns; it is empty afterwards. */
void sg_checkpoint_done(struct sg_checkpoint *checkpoint);
