/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The text that patterns match. It is built once per attribute and rewritten only for rules that
 * need another form (snake case, "<cache>" for the value):
 *
 *     kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, topic=a.b><>Count: 5
 *     |----------------------------- names ----------------------------------|  value
 *
 * Embedded; one thread.
 */

#include "base/buf.h"
#include "jmx/poll/attribute.h"
#include "jmx/rules/object_name.h"
#include "jmx/rules/rules.h"

#include <stddef.h>

enum {
    SG_SUBJECT_INDEX_KEY_BYTES_MAX = 128,
};

struct sg_subject {
    struct sg_buf text;  /* the whole */
    size_t names_len;    /* of text, including ": " */
    struct sg_buf beans; /* domain<properties><keys> */
    char index_keys[SG_ATTRIBUTE_INDEX_MAX][SG_SUBJECT_INDEX_KEY_BYTES_MAX]; /* of this attribute */
};

void sg_subject_init(struct sg_subject *subject);
void sg_subject_done(struct sg_subject *subject);

/**
 * Another attribute.
 * @param mbean  its name; gets its properties in the file's order and those of tabular data, which
 *               are borrowed until the next attribute
 * @return 0, -ENOMEM, or SG_BUF_E_FULL when it is too long
 */
int sg_subject_begin(struct sg_subject *subject,
    const struct sg_rules *rules,
    const struct sg_attribute *attribute,
    struct sg_object_name *mbean);

/** The text in the form that the rule needs. @return as sg_subject_begin */
int sg_subject_write(struct sg_subject *subject,
    const struct sg_attribute *attribute,
    const struct sg_attribute_value *value,
    const struct sg_rule *rule);

/** A value as Java's String.valueOf() writes it. */
void sg_subject_add_value(struct sg_buf *buf, const struct sg_attribute_value *value);
