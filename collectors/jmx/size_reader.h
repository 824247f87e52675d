/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The sizes of a broker's logs: one read of all its Size MBeans, which becomes the broker's own sum
 * and the sizes that the admin collector makes the sums of topics of (store/size_board.h).
 *
 * It is a read of its own, without rules and without a series for each replica, so that neither
 * rules nor the limit of series can take a part out of a sum. An answer counts only when all of it
 * could be read, and when the broker was running before its logs were listed: one that is starting
 * has not loaded all of them.
 *
 * Embedded in its target, and on the same thread.
 *
 * Source: Kafka, UnifiedLog (kafka.log:type=Log,name=Size; is-future=true while a replica is being
 * moved to another directory) and BrokerState.
 */

#include "base/str.h"
#include "jmx/lane_reader.h"
#include "jmx/poll/plan.h"
#include "jmx/target_options.h"
#include "metric/family.h"
#include "metric/series.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

struct sg_size_reader {
    const struct sg_target_options *options; /* the target's */
    struct sg_poll_plan *plan;               /* NULL: sizes are not read */
    char *agent_body;
    char *body; /* for the proxy; otherwise NULL */
    struct sg_series_table *table;
    struct sg_slot *slot; /* owned; the target gets it at the first read */
    size_t max;           /* logs */
};

/* kafka_broker_log_size_bytes. */
extern const struct sg_family sg_size_reader_family;

/**
 * @param reader  zeroed; to be freed with sg_size_reader_done() also when this fails
 * @param options  borrowed for as long as the reader lives @return 0 or -ENOMEM
 */
int sg_size_reader_init(struct sg_size_reader *reader, const struct sg_target_options *options);
void sg_size_reader_done(struct sg_size_reader *reader);

/** Set the JVM that a proxy is to read from now on. @param address  a JMX service URL @return 0 or
 * -ENOMEM
 */
int sg_size_reader_set_target(struct sg_size_reader *reader, const char *address);

/** The request to send. Borrowed. */
struct sg_str sg_size_reader_body(const struct sg_size_reader *reader);

/** How long the sizes of an answer count after it was requested. */
int64_t sg_size_reader_lasts_ms(const struct sg_size_reader *reader);

/** Publish what the answer has, and end the slot's collection. */
void sg_size_reader_read(struct sg_size_reader *reader, const struct sg_lane_reader_answer *answer);
