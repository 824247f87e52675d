/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From a reply to values: the attributes of an MBean, one by one, in the form that rules are made
 * for. Composite data and maps are walked into; a row of tabular data has its index columns.
 * Pure but for the handler; any thread.
 *
 * Source: jmx_exporter's JmxScraper.processBeanValue() for what becomes of each.
 */

#include "jmx/poll/answer.h"
#include "jmx/rmi/reply.h"

/* What reading may still take. References make a graph of a reply, which a few hundred bytes can
 * make large: a server that sends many of them is limited by their sum. */
struct sg_rmi_budget {
    size_t steps;
    size_t look_steps;
};

struct sg_rmi_mbean {
    struct sg_str name;
    const struct sg_poll_request *request;
    struct sg_str attribute;      /* empty: the reply is a list of them */
    struct sg_rmi_budget *budget; /* of the answer that the reply is in */
};

/**
 * @param reply  complete, of getAttributes; or of getAttribute, where mbean->attribute is set
 * @return 0; SG_RMI_E_WRONG: it is not a list of attributes; SG_RMI_E_LIMIT: it has too many
 * values, of which some were passed on; -ENOMEM
 */
int sg_rmi_values_read(const struct sg_rmi_reply *reply,
    const struct sg_rmi_mbean *mbean,
    const struct sg_answer_handler *handler);
