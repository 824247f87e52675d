/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The jolokia collector: which JVMs are polled, and where they are.
 *
 *     cluster's brokers ─┐
 *     configuration ─────┴─> targets ── each its poll (target.h) ──> transport, all side by side
 *     rules ──> rule sets ──────┘                                       │ as each reply arrives
 *                                                                       v
 *                                                    answer ──> engine ──> slot of the target
 *
 * A target is a broker, a KRaft controller, or another JVM. Targets are added, and removed only
 * when the configuration changes or the broker is forgotten: one that has left the metadata is
 * still polled, and is shown as failing. A target affects only its own slots. After a reload the
 * unchanged targets are taken over from the previous collector, with connections, learned requests
 * and series.
 */

#include "collector.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/number.h"
#include "config/load.h"
#include "jmx/broker_address.h"
#include "jmx/catalogue/catalogue.h"
#include "jmx/catalogue/rule_sets.h"
#include "jmx/examine.h"
#include "jmx/jolokia/agent_version.h"
#include "jmx/jolokia/peer.h"
#include "jmx/lint/lint.h"
#include "jmx/size_reader.h"
#include "jmx/target.h"
#include "metric/label_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    E_CONFIG = 1, /* the rules or a URL are wrong */
};

enum {
    ATTRIBUTES_MIN = 20000, /* each JVM's share of limits.jvm_series, however many there are */
    MARGIN_MS_MAX = 250,    /* of a collection's time, for reading the last answers */
    NO_ID = -1,             /* of a JVM that is not a broker */
};

struct member {
    int32_t id;
    bool listed; /* its address is the configuration's */
    struct sg_target *target;
};

struct jolokia {
    struct sg_collector_env env;
    struct sg_rule_sets *rule_sets;
    const struct sg_rule_set *broker_rules; /* NULL: no brokers are polled */
    struct sg_transport *transport;
    bool has_named; /* the cluster knows the brokers that the configuration lists */
    size_t n_members;
    struct member *members;
};

SG_AUTO_DEFINE(struct sg_target *, sg_target_free);

/* How brokers are read. Only called where they are. */
static const struct sg_jolokia_config *brokers_of(const struct jolokia *self)
{
    return sg_config_brokers(self->env.cluster_config);
}

/* ---- Targets ---- */

static struct member *find_broker(const struct jolokia *self, int32_t id)
{
    for (size_t i = 0; i < self->n_members; i++) {
        if (self->members[i].id == id)
            return &self->members[i];
    }
    return NULL;
}

/* @param options  what differs from target to target @return 0 or -ENOMEM */
static int add_target(
    struct jolokia *self, int32_t id, bool listed, const struct sg_target_options *options)
{
    sg_auto(sg_target_free) struct sg_target *target = NULL;
    struct sg_target_options all = *options;

    all.id = id;
    all.cluster = self->env.cluster_config->name;
    all.known = self->env.cluster;
    all.config = self->env.config;
    all.transport = self->transport;
    all.store = self->env.store;
    all.clock = self->env.clock;
    struct member *members = realloc(self->members, (self->n_members + 1) * sizeof *members);
    if (!members)
        return -ENOMEM;
    self->members = members;
    int r = sg_target_new(&all, &target);
    if (r)
        return r;
    members[self->n_members++] = (struct member){ id, listed, sg_take(&target) };
    return 0;
}

/* @param ret_member  borrowed until the next one is added @return 0 or -ENOMEM */
static int add_broker(struct jolokia *self, int32_t id, bool listed, struct member **ret_member)
{
    char id_text[SG_NUMBER_TEXT_MAX + 1];

    id_text[sg_number_write_int(id_text, id)] = '\0';
    struct sg_label labels[2 + SG_CONSTANT_LABELS_MAX];
    size_t n_labels = sg_collector_labels(&self->env, labels);
    labels[n_labels++] = (struct sg_label){ SG_OWN_LABEL(broker), sg_str_of(id_text) };
    int r = add_target(self, id, listed,
        &(struct sg_target_options){
            .name = id_text,
            .labels = labels,
            .n_labels = n_labels,
            .source = &brokers_of(self)->source,
            .by_jmx = self->env.cluster_config->has_jmx,
            .rule_set = self->broker_rules,
        });
    if (!r)
        *ret_member = &self->members[self->n_members - 1];
    return r;
}

/* ---- Brokers of the metadata ---- */

static const char *address_template(const struct jolokia *self)
{
    return sg_broker_address_template(self->env.cluster_config);
}

/* @return 0, SG_BROKER_ADDRESS_E_NONE, SG_PEER_E_URL or -ENOMEM */
static int set_address(struct jolokia *self,
    struct sg_target *target,
    const struct sg_broker *broker,
    struct sg_error *err)
{
    struct sg_buf address;

    sg_buf_init(&address, SG_BROKER_ADDRESS_BYTES_MAX);
    int r = sg_broker_address_make(self->env.cluster_config, broker, &address, err);
    if (!r)
        r = sg_target_set_address(target, address.ptr, err);
    sg_buf_done(&address);
    return r;
}

/* A broker of the metadata becomes a target, or gets the address of its new host. */
static void follow_broker(struct jolokia *self, const struct sg_broker *broker)
{
    struct member *member = find_broker(self, broker->id);
    struct sg_error err = { "out of memory" };

    if ((member && member->listed) ||
        (!broker->host[0] && strstr(address_template(self), "{host}")))
        return;
    if (!member && add_broker(self, broker->id, false, &member))
        return; /* no memory: the next poll tries again */
    int r = set_address(self, member->target, broker, &err);
    if (r && !sg_target_has_address(member->target))
        sg_target_fail(member->target, r < 0 ? SG_FAILURE_INTERNAL : SG_FAILURE_CONNECT, &err);
}

static bool is_known(const struct sg_broker *brokers, size_t n, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (brokers[i].id == id)
            return true;
    }
    return false;
}

/* A broker that the cluster has forgotten is no target any more. */
static void drop_forgotten(struct jolokia *self, const struct sg_broker *brokers, size_t n)
{
    size_t n_kept = 0;

    for (size_t i = 0; i < self->n_members; i++) {
        struct member *member = &self->members[i];
        if (member->listed || is_known(brokers, n, member->id))
            self->members[n_kept++] = *member;
        else
            (void)sg_target_free(member->target);
    }
    self->n_members = n_kept;
}

static void follow_metadata(struct jolokia *self)
{
    sg_auto_free struct sg_broker *brokers = NULL;
    size_t n = 0;

    if (!self->broker_rules || !address_template(self) ||
        sg_cluster_copy_brokers(self->env.cluster, &brokers, &n))
        return; /* no memory: the targets stay as they are */
    drop_forgotten(self, brokers, n);
    for (size_t i = 0; i < n; i++)
        follow_broker(self, &brokers[i]);
}

/* At the first collection: a collector that is only created to check the configuration has no
 * effects. */
static void name_brokers(struct jolokia *self)
{
    const struct sg_jolokia_config *config = brokers_of(self);
    sg_auto_free int32_t *ids = config ? calloc(config->n_brokers + 1, sizeof *ids) : NULL;

    if (self->has_named || !ids)
        return; /* no memory: the next poll tries again */
    for (size_t i = 0; i < config->n_brokers; i++)
        ids[i] = config->brokers[i].id;
    self->has_named = sg_cluster_name_brokers(self->env.cluster, ids, config->n_brokers) == 0;
}

/* The share of memory of one JVM, so that all of them together stay within the limit. */
static size_t share_of_series(const struct jolokia *self)
{
    size_t n = self->env.config->n_clusters * self->n_members;
    size_t share = self->env.cluster_config->limits.jvm_series / (n ? n : 1);

    return share > ATTRIBUTES_MIN ? share : ATTRIBUTES_MIN;
}

static void collect(void *self_pointer, int64_t deadline_ms)
{
    struct jolokia *self = self_pointer;
    int margin_ms = sg_clock_left_ms(self->env.clock, deadline_ms) / 10;

    name_brokers(self);
    follow_metadata(self);
    deadline_ms -= margin_ms < MARGIN_MS_MAX ? margin_ms : MARGIN_MS_MAX;
    for (size_t i = 0; i < self->n_members; i++) {
        sg_target_set_max(self->members[i].target, share_of_series(self));
        sg_target_start(self->members[i].target, deadline_ms);
    }
    sg_transport_run(self->transport, self->env.stopping);
    for (size_t i = 0; i < self->n_members; i++)
        sg_target_end(self->members[i].target);
}

/* ---- Diagnosis ---- */

static void diagnose(void *self_pointer, int64_t deadline_ms, sg_check_fn report, void *context)
{
    enum {
        VERSION_MS = 2000
    };
    struct jolokia *self = self_pointer;

    collect(self, deadline_ms);
    char(*versions)[SG_AGENT_VERSION_TEXT_MAX] = calloc(self->n_members + 1, sizeof *versions);
    if (!versions)
        return; /* no memory, so nothing can be reported */
    for (size_t i = 0; i < self->n_members; i++)
        sg_target_ask_version(self->members[i].target,
            sg_clock_monotonic_ms(self->env.clock) + VERSION_MS, versions[i]);
    sg_transport_run(self->transport, self->env.stopping);
    sg_examine_rules(self->rule_sets, report, context);
    for (size_t i = 0; i < self->n_members; i++)
        sg_examine_target(self->members[i].target, versions[i], report, context);
    free(versions);
}

/* ---- Setting up ---- */

static void destroy(void *self_pointer)
{
    struct jolokia *self = self_pointer;

    if (!self)
        return;
    for (size_t i = 0; i < self->n_members; i++)
        (void)sg_target_free(self->members[i].target);
    free(self->members);
    (void)sg_transport_free(self->transport);
    (void)sg_rule_sets_free(self->rule_sets);
    free(self);
}

static int load_rules(struct jolokia *self,
    const struct sg_rules_config *config,
    const struct sg_rule_set **ret_set,
    struct sg_error *err)
{
    const struct sg_log_about about = { self->env.cluster_config->name, SG_TARGET_SLOT, NULL };

    int r = sg_rule_sets_get(self->rule_sets, config, &about, ret_set, err);
    return r > 0 ? E_CONFIG : r;
}

/* Brokers or controllers that the configuration lists one by one. */
static int add_listed(
    struct jolokia *self, const struct sg_jolokia_target *listed, size_t n, struct sg_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct member *member;
        if (find_broker(self, listed[i].id))
            continue; /* a process that is broker and controller is one target */
        int r = add_broker(self, listed[i].id, true, &member);
        if (!r)
            r = sg_target_set_address(member->target, listed[i].url, err);
        if (r)
            return r < 0 ? r : sg_error_prefix(err, E_CONFIG, "broker %d: ", listed[i].id);
    }
    return 0;
}

static int add_brokers(struct jolokia *self, struct sg_error *err)
{
    const struct sg_jolokia_config *config = brokers_of(self);

    int r = load_rules(self, &config->source.rules, &self->broker_rules, err);
    if (!r)
        r = add_listed(self, config->brokers, config->n_brokers, err);
    if (!r)
        r = add_listed(self, config->controllers, config->n_controllers, err);
    return r;
}

static int add_jvm(struct jolokia *self, const struct sg_jvm_config *jvm, struct sg_error *err)
{
    const struct sg_rule_set *rule_set;
    sg_auto_free struct sg_label *labels =
        calloc(jvm->n_labels + 2 + SG_CONSTANT_LABELS_MAX, sizeof *labels);

    if (!labels)
        return -ENOMEM;
    size_t n_labels = sg_collector_labels(&self->env, labels);
    labels[n_labels++] = (struct sg_label){ SG_OWN_LABEL(jvm), sg_str_of(jvm->name) };
    for (size_t i = 0; i < jvm->n_labels; i++)
        labels[n_labels++] =
            (struct sg_label){ sg_str_of(jvm->labels[i].name), sg_str_of(jvm->labels[i].value) };

    int r = load_rules(self, &jvm->source.rules, &rule_set, err);
    if (!r)
        r = add_target(self, NO_ID, true,
            &(struct sg_target_options){
                .name = jvm->name,
                .labels = labels,
                .n_labels = n_labels,
                .source = &jvm->source,
                .by_jmx = jvm->source.jmx.address,
                .rule_set = rule_set,
            });
    if (!r)
        r = sg_target_set_address(self->members[self->n_members - 1].target,
            jvm->source.jmx.address ? jvm->source.jmx.address
            : jvm->source.proxy.url ? jvm->source.proxy.target
                                    : jvm->source.url,
            err);
    return r > 0 ? sg_error_prefix(err, E_CONFIG, "JVM \"%s\": ", jvm->name) : r;
}

static int set_up(struct jolokia *self, struct sg_error *err)
{
    const struct sg_cluster_config *config = self->env.cluster_config;

    int r = sg_rule_sets_new(&self->rule_sets);
    if (!r)
        r = sg_transport_new(self->env.clock, &self->transport);
    if (!r && brokers_of(self))
        r = add_brokers(self, err);
    for (size_t i = 0; i < config->n_jvms && !r; i++)
        r = add_jvm(self, &config->jvms[i], err);
    return r;
}

static int create(const struct sg_collector_env *env, void **ret_self, struct sg_error *err)
{
    struct jolokia *self = calloc(1, sizeof *self);

    if (!self)
        return -ENOMEM;
    self->env = *env;
    int r = set_up(self, err);
    if (r) {
        destroy(self);
        return r;
    }
    *ret_self = self;
    return 0;
}

/* ---- Reloading ---- */

static bool same(const void *self_pointer, const struct sg_collector_env *env)
{
    const struct jolokia *self = self_pointer;
    const struct sg_cluster_config *a = self->env.cluster_config;
    const struct sg_cluster_config *b = env->cluster_config;

    return sg_config_same_names(self->env.config, env->config) && sg_config_same_jmx(a, b) &&
           self->env.config->n_clusters == env->config->n_clusters &&
           sg_rule_sets_unchanged(self->rule_sets);
}

static const struct sg_jvm_config *find_jvm(
    const struct sg_cluster_config *config, const struct sg_target *target)
{
    for (size_t i = 0; i < config->n_jvms; i++) {
        if (strcmp(config->jvms[i].name, sg_target_name(target)) == 0)
            return &config->jvms[i];
    }
    return NULL;
}

/* Is the target of the new collector the same as that of the old one? The names are equal. */
static bool same_target(const struct jolokia *later,
    const struct member *b,
    const struct jolokia *earlier,
    const struct member *a)
{
    const struct sg_target_options *options_a = sg_target_options(a->target);
    const struct sg_target_options *options_b = sg_target_options(b->target);

    if (a->id != b->id || a->listed != b->listed ||
        !sg_config_same_names(earlier->env.config, later->env.config) ||
        options_a->rule_set->fingerprint != options_b->rule_set->fingerprint ||
        !sg_same_text(sg_target_address(a->target), sg_target_address(b->target)))
        return false;
    if (a->id != NO_ID)
        return options_a->by_jmx == options_b->by_jmx &&
               sg_config_same_brokers(brokers_of(earlier), brokers_of(later));
    const struct sg_jvm_config *jvm_a = find_jvm(earlier->env.cluster_config, a->target);
    const struct sg_jvm_config *jvm_b = find_jvm(later->env.cluster_config, b->target);
    return jvm_a && jvm_b && sg_config_same_jvm(jvm_a, jvm_b);
}

/* Brokers of the metadata have no targets yet in a collector that has not collected. */
static void make_followed(struct jolokia *self, const struct jolokia *earlier)
{
    for (size_t i = 0; i < earlier->n_members && self->broker_rules; i++) {
        const struct member *member = &earlier->members[i];
        struct member *added;
        struct sg_error err;
        if (member->listed || find_broker(self, member->id) || !address_template(self) ||
            add_broker(self, member->id, false, &added))
            continue;
        if (sg_target_has_address(member->target))
            (void)sg_target_set_address(added->target, sg_target_address(member->target), &err);
    }
}

static void adopt(void *self_pointer, void *earlier_pointer)
{
    struct jolokia *self = self_pointer;
    struct jolokia *earlier = earlier_pointer;
    struct sg_transport *unused = self->transport;

    make_followed(self, earlier);
    self->transport = sg_take(&earlier->transport);
    for (size_t i = 0; i < self->n_members; i++) {
        struct member *member = &self->members[i];
        struct sg_target *found = NULL;
        for (size_t j = 0; j < earlier->n_members && !found; j++) {
            struct member *before = &earlier->members[j];
            if (before->target &&
                strcmp(sg_target_name(before->target), sg_target_name(member->target)) == 0 &&
                same_target(self, member, earlier, before))
                found = sg_take(&before->target);
        }
        if (found) {
            (void)sg_target_free(member->target);
            member->target = found;
        } else if (sg_target_move(member->target, self->transport)) {
            sg_target_fail(
                member->target, SG_FAILURE_INTERNAL, &(struct sg_error){ "out of memory" });
        }
    }
    (void)sg_transport_free(unused);
    /* The remaining targets use the transport that is kept. */
    for (size_t j = 0; j < earlier->n_members; j++)
        earlier->members[j].target = sg_target_free(earlier->members[j].target);
}

static bool wanted(const struct sg_cluster_config *cluster_config)
{
    return sg_config_brokers(cluster_config) || cluster_config->n_jvms > 0;
}

/* ---- The list of metrics ---- */

static void list_metric(void *context, const struct sg_catalogue_metric *metric)
{
    const struct sg_metrics_list *list = context;
    list->metric(list->context, &metric->family, metric->labels, metric->n_labels);
}

static int list_metrics(const struct sg_metrics_list *list, struct sg_error *err)
{
    struct sg_metrics_list copy = *list;

    for (const struct sg_catalogue *catalogue = sg_catalogues; catalogue->name; catalogue++) {
        list->section(list->context, catalogue->title, catalogue->name, catalogue->text);
        int r = sg_catalogue_each_metric(catalogue->name, list_metric, &copy, err);
        if (r)
            return sg_error_prefix(err, r, "catalogue %s: ", catalogue->name);
    }
    list->section(list->context, "Sizes of logs", "jolokia.size_interval",
        "With this key in the configuration; the sums of topics, which need Metadata too, are in "
        "the chapter above.");
    list->metric(list->context, &sg_size_reader_family, NULL, 0);
    return 0;
}

const struct sg_collector sg_collector_jolokia = {
    .name = SG_TARGET_SLOT,
    .slots = { SG_TARGET_SLOT, SG_TARGET_SLOT_SLOW, SG_TARGET_SLOT_SIZES },
    .scope = SG_SCOPE_TARGET,
    .follows_brokers = true,
    .title = "JVMs, through Jolokia",
    .intro = "By catalogue, see [catalogues.md](catalogues.md). Each series has `kafka_cluster` "
             "and `broker`, or `jvm` for a JVM that is not a broker, besides the labels named "
             "here. A metric of several catalogues is listed under the first.",
    .list_metrics = list_metrics,
    .check_rules = sg_lint,
    .wanted = wanted,
    .create = create,
    .same = same,
    .adopt = adopt,
    .collect = collect,
    .diagnose = diagnose,
    .destroy = destroy,
};
