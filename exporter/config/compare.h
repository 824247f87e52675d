/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Are two parts of configurations the same, secrets included? So a reload finds what has changed.
 * Places in the file do not count: a line that has moved has not changed. Pure functions.
 */

#include "config/config.h"

/** What series are called: the cluster's label, constant labels, and other exporters' names. */
bool sg_config_same_names(const struct sg_config *a, const struct sg_config *b);

/** What a Kafka client is made from, what it asks for and what is exported of it. */
bool sg_config_same_kafka(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** How JVMs are asked, all of them, and what is made of the answers; of rule files the names. */
bool sg_config_same_jmx(const struct sg_cluster_config *a, const struct sg_cluster_config *b);

/** Everything under "jolokia". */
bool sg_config_same_jolokia(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b);

/** Likewise, without the lists of single brokers and controllers. */
bool sg_config_same_brokers(const struct sg_jolokia_config *a, const struct sg_jolokia_config *b);

/** One JVM. */
bool sg_config_same_jvm(const struct sg_jvm_config *a, const struct sg_jvm_config *b);
