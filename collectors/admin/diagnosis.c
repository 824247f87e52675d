/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/diagnosis.h"

#include "admin/ask/read_racks.h"
#include "admin/model/jmx.h"
#include "base/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *acl;
} requests[] = {
    [SG_REQUEST_METADATA] = { "Metadata", "DESCRIBE on the topics" },
    [SG_REQUEST_LIST_GROUPS] = { "ListGroups", "DESCRIBE on the cluster, or on each group" },
    [SG_REQUEST_DESCRIBE_GROUPS] = { "DescribeGroups", "DESCRIBE on the groups" },
    [SG_REQUEST_OFFSET_FETCH] = { "OffsetFetch",
        "DESCRIBE on the groups, and DESCRIBE on the topics" },
    [SG_REQUEST_LIST_OFFSETS] = { "ListOffsets", "DESCRIBE on the topics" },
    [SG_REQUEST_DESCRIBE_CONFIGS] = { "DescribeConfigs", "DESCRIBE_CONFIGS on the topics" },
    [SG_REQUEST_DESCRIBE_BROKER] = { "DescribeConfigs of brokers",
        "DESCRIBE_CONFIGS on the cluster" },
    [SG_REQUEST_CHECKPOINT] = { "checkpoint", "" },
    [SG_REQUEST_FETCH] = { "Fetch", "READ on the topics" },
};

/* The ACL that a request of this kind needs, as kafka-acls.sh names operation and resource. */
static const char *acl_of(enum sg_request request)
{
    return request < SG_REQUEST_NONE ? requests[request].acl : "";
}

static const char *fix_of(const struct sg_failure *failure, char *text, size_t size)
{
    const char *advice = sg_client_advice(failure->kind, failure->err.text);

    if (advice[0])
        return advice + 2; /* as in the failure's text */
    switch (failure->kind) {
    case SG_FAILURE_DENIED:
        (void)snprintf(text, size, "allow this client's principal %s (kafka-acls.sh --add)",
            acl_of(failure->request));
        return text;
    case SG_FAILURE_CONNECT:
        if (sg_client_is_reached(failure->err.text))
            return "something listens there but closes the connection: compare security.protocol "
                   "with the listener's";
        return "check that the broker runs, that bootstrap_servers and advertised.listeners are "
               "right, and that no firewall blocks the port";
    case SG_FAILURE_TIMEOUT:
        return "is the broker frozen or overloaded, or does the port use another protocol? Compare "
               "security.protocol with the listener's, or raise collect.timeout";
    case SG_FAILURE_TLS:
        return "compare security.protocol with the listener's; check ssl.ca.location and that the "
               "certificate is for this name";
    case SG_FAILURE_AUTH:
        return "check sasl.mechanism, sasl.username and sasl.password";
    default:
        return "";
    }
}

static void report_failure(const struct sg_failure *failure,
    const char *what,
    const char *target,
    sg_check_fn report,
    void *context)
{
    char buffer[200];
    struct sg_error err = failure->err;

    enum sg_check_result result = failure->is_warning ? SG_CHECK_DOUBTFUL : SG_CHECK_BAD;
    const char *fix = fix_of(failure, buffer, sizeof buffer);
    char *said = fix[0] ? strstr(err.text, fix) : NULL;
    if (said && said - err.text > 2 && said[strlen(fix)] == '\0')
        said[-2] = '\0'; /* it begins with ": "; not repeated after the text */
    report(context, &(struct sg_check){ result, what, target, err.text, fix, -1 });
}

/* The failures of one kind of request. @return how many */
static size_t report_failures_of(const struct sg_diagnosis *diagnosis,
    enum sg_request request,
    const char *what,
    sg_check_fn report,
    void *context)
{
    size_t n = 0;

    for (size_t i = 0; i < diagnosis->failures->n; i++) {
        const struct sg_failure *failure = &diagnosis->failures->items[i];
        if (failure->request != request)
            continue;
        report_failure(failure, what,
            request < SG_REQUEST_NONE ? requests[request].name : "program", report, context);
        n++;
    }
    return n;
}

static void report_brokers(const struct sg_diagnosis *diagnosis, sg_check_fn report, void *context)
{
    const struct sg_topology *t = diagnosis->topology;

    for (size_t i = 0; i < t->n_brokers; i++) {
        struct sg_client_reason reason = { SG_FAILURE_TIMEOUT, "it did not answer", "" };
        char id[16], text[300], fix[200];
        (void)snprintf(id, sizeof id, "%" PRId32, t->brokers[i].id);
        (void)snprintf(text, sizeof text, "%s:%" PRId32, t->brokers[i].host, t->brokers[i].port);
        if (diagnosis->answered[i]) {
            report(context, &(struct sg_check){ SG_CHECK_GOOD, "broker", id, text, "", -1 });
            continue;
        }
        char cause[800];
        (void)sg_client_find_reason(diagnosis->client, t->brokers[i].id, &reason);
        (void)snprintf(cause, sizeof cause, "%s: %s", text, reason.text);
        struct sg_failure as_failure = { .kind = reason.kind, .request = SG_REQUEST_NONE };
        (void)sg_error_set(&as_failure.err, 0, "%s", reason.text);
        report(context, &(struct sg_check){ SG_CHECK_BAD, "broker", id, cause,
                            fix_of(&as_failure, fix, sizeof fix), -1 });
    }
    for (size_t i = 0; i < t->n_missing; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%" PRId32, t->missing[i]);
        report(context, &(struct sg_check){ SG_CHECK_BAD, "broker", id,
                            "a replica list names it, but it is not in the cluster",
                            "start the broker, or reassign its partitions", -1 });
    }
}

/* A client that connects to one of them may reach the other. */
static void report_addresses(const struct sg_topology *t, sg_check_fn report, void *context)
{
    for (size_t i = 0; i < t->n_brokers; i++) {
        const struct sg_topology_broker *broker = &t->brokers[i];
        for (size_t j = 0; j < i; j++) {
            const struct sg_topology_broker *other = &t->brokers[j];
            if (broker->port != other->port || strcmp(broker->host, other->host) != 0)
                continue;
            char id[16], text[400];
            (void)snprintf(id, sizeof id, "%" PRId32, broker->id);
            (void)snprintf(text, sizeof text,
                "it advertises the address of broker %" PRId32 ", %s:%" PRId32, other->id,
                other->host, other->port);
            report(context, &(struct sg_check){ SG_CHECK_DOUBTFUL, "broker", id, text,
                                "give each broker its own advertised.listeners", -1 });
            break;
        }
    }
}

/* Kafka leaves out what the principal may not describe, without an error. */
static void report_counts(const struct sg_diagnosis *diagnosis, sg_check_fn report, void *context)
{
    const struct sg_topology *t = diagnosis->topology;
    size_t n_groups = diagnosis->groups->n;
    char text[160], fix[200];

    (void)snprintf(text, sizeof text, "%s, %s, %s", sg_words_count(t->n_brokers, "broker").text,
        sg_words_count(t->n_topics, "topic").text,
        sg_words_count(t->n_partitions, "partition").text);
    (void)snprintf(fix, sizeof fix, "if there are topics: allow %s, or look at topics.include",
        acl_of(SG_REQUEST_METADATA));
    report(context, &(struct sg_check){ t->n_topics ? SG_CHECK_GOOD : SG_CHECK_DOUBTFUL, "cluster",
                        "metadata", text, t->n_topics ? "" : fix, diagnosis->took_ms });
    (void)snprintf(text, sizeof text, "%s", sg_words_count(n_groups, "consumer group").text);
    (void)snprintf(fix, sizeof fix, "if there are groups: allow %s, or look at groups.include",
        acl_of(SG_REQUEST_LIST_GROUPS));
    report(context, &(struct sg_check){ n_groups ? SG_CHECK_GOOD : SG_CHECK_DOUBTFUL, "cluster",
                        "groups", text, n_groups ? "" : fix, -1 });
}

/* The groups for which `is_one` holds. @return how many; *ret_first is one of them */
static size_t count_groups(const struct sg_groups *groups,
    bool (*is_one)(const struct sg_group *group),
    const struct sg_group **ret_first)
{
    size_t n = 0;

    for (size_t i = groups->n; i-- > 0;) {
        if (!is_one(&groups->groups[i]))
            continue;
        *ret_first = &groups->groups[i];
        n++;
    }
    return n;
}

static bool is_streams(const struct sg_group *group)
{
    return group->type == SG_GROUP_STREAMS;
}

static bool is_share(const struct sg_group *group)
{
    return group->type == SG_GROUP_SHARE;
}

static bool is_not_described(const struct sg_group *group)
{
    return group->type == SG_GROUP_CONSUMER && !group->has_members;
}

static bool was_denied(const struct sg_failures *failures, enum sg_request request)
{
    for (size_t i = 0; i < failures->n; i++) {
        const struct sg_failure *failure = &failures->items[i];
        if (failure->kind == SG_FAILURE_DENIED && failure->request == request)
            return true;
    }
    return false;
}

/* Other reasons than READ are failures of their own, or pass: the topic takes more time. */
static const char *fix_of_share(const struct sg_diagnosis *diagnosis)
{
    if (diagnosis->n_share)
        return "";
    if (diagnosis->config->share_lag == SG_SHARE_LAG_NONE)
        return "experimental: groups.share_lag: state_topic; or see the brokers' own metrics "
               "(JMX: type=ShareGroupMetrics)";
    return was_denied(diagnosis->failures, SG_REQUEST_FETCH)
               ? "allow this client's principal READ on the topic __share_group_state"
               : "";
}

/* Share groups have a check of their own: whether their lag is read is a question of the
 * configuration. */
static void report_share(const struct sg_diagnosis *diagnosis, sg_check_fn report, void *context)
{
    const struct sg_group *first = NULL;
    size_t n = count_groups(diagnosis->groups, is_share, &first);
    size_t n_places = diagnosis->n_share;
    char text[400];

    if (n == 0)
        return;
    if (diagnosis->config->share_lag == SG_SHARE_LAG_NONE)
        (void)snprintf(text, sizeof text,
            "%zu, for example %.100s: no lag: no librdkafka has the request "
            "DescribeShareGroupOffsets",
            n, first->name.ptr);
    else
        (void)snprintf(text, sizeof text,
            "%zu, for example %.100s: lag in %s is known (experimental, of __share_group_state)", n,
            first->name.ptr, sg_words_count(n_places, "partition").text);
    report(context, &(struct sg_check){ n_places ? SG_CHECK_GOOD : SG_CHECK_DOUBTFUL, "groups",
                        "share group", text, fix_of_share(diagnosis), -1 });
}

/* What this librdkafka cannot see of them. */
static void report_types(const struct sg_groups *groups, sg_check_fn report, void *context)
{
    static const struct {
        bool (*is_one)(const struct sg_group *group);
        enum sg_check_result result;
        const char *one, *text, *fix;
    } types[] = {
        { is_streams, SG_CHECK_GOOD, "streams group",
            "offsets and lag are shown; no librdkafka can describe members and state", "" },
        { is_not_described, SG_CHECK_DOUBTFUL, "group of the new consumer protocol",
            "this librdkafka cannot describe their members",
            "build with librdkafka 2.10 or later (deploy/librdkafka)" },
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const struct sg_group *first = NULL;
        char text[400];
        size_t n = count_groups(groups, types[i].is_one, &first);
        if (n == 0)
            continue;
        (void)snprintf(
            text, sizeof text, "%zu, for example %.100s: %s", n, first->name.ptr, types[i].text);
        report(context,
            &(struct sg_check){ types[i].result, "groups", types[i].one, text, types[i].fix, -1 });
    }
}

/* Series that are wanted, but that this librdkafka cannot have. */
static void report_racks(const struct sg_cluster_config *config, sg_check_fn report, void *context)
{
    if (config->racks && !sg_racks_can_be_read())
        report(context, &(struct sg_check){ SG_CHECK_DOUBTFUL, "cluster", "topics.racks",
                            "this librdkafka cannot read the brokers' racks",
                            "build with librdkafka 2.3 or later (deploy/librdkafka)", -1 });
}

/* Of every cluster that answers, or only because the configuration wants it. */
static bool is_asked(const struct sg_diagnosis *diagnosis, enum sg_request request)
{
    if (!diagnosis->topology)
        return false;
    return request == SG_REQUEST_DESCRIBE_BROKER ? diagnosis->config->log_dirs
                                                 : request < SG_REQUEST_CHECKPOINT;
}

void sg_diagnosis_report(const struct sg_diagnosis *diagnosis, sg_check_fn report, void *context)
{
    if (diagnosis->topology) {
        report_counts(diagnosis, report, context);
        report_types(diagnosis->groups, report, context);
        report_racks(diagnosis->config, report, context);
        report_share(diagnosis, report, context);
        report_brokers(diagnosis, report, context);
        report_addresses(diagnosis->topology, report, context);
        sg_jmx_report(diagnosis->config, diagnosis->topology, report, context);
    } else if (diagnosis->failures->n == 0) {
        report(context,
            &(struct sg_check){ SG_CHECK_BAD, "cluster", "metadata", "no broker answered in time",
                "check bootstrap_servers", diagnosis->took_ms });
    }
    for (int request = 0; request <= SG_REQUEST_NONE; request++) {
        if (!report_failures_of(diagnosis, (enum sg_request)request, "request", report, context) &&
            is_asked(diagnosis, (enum sg_request)request))
            report(context, &(struct sg_check){ SG_CHECK_GOOD, "request", requests[request].name,
                                "allowed, no failures", "", -1 });
    }
}
