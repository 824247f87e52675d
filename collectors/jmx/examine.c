/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/examine.h"

#include "base/words.h"

#include <stdio.h>
#include <string.h>

/* Advice in the failure's text itself is moved from there, not repeated. */
static const char *fix_of(
    const struct sg_target *target, const struct sg_slot_status *status, char *text)
{
    const char *advice = sg_target_advice(target);
    char *said = advice[0] ? strstr(text, advice) : NULL;

    static const char *const fixes[SG_FAILURE_KINDS] = {
        [SG_FAILURE_CONNECT] = "start the process with its Jolokia agent, or correct the address",
        [SG_FAILURE_TIMEOUT] = "is the JVM frozen or in garbage collection? If not, raise "
                               "collect.timeout, or read less: fewer catalogues",
        [SG_FAILURE_TLS] = "see \"tls\" in docs/configuration.md",
        [SG_FAILURE_AUTH] = "check username and password",
        [SG_FAILURE_DENIED] = "the agent's policy must allow reading: see deploy/jolokia",
        [SG_FAILURE_HTTP] = "is this the URL of a Jolokia agent? It usually ends in /jolokia/",
        [SG_FAILURE_PARSE] = "is this the URL of a Jolokia agent, or does something in between "
                             "answer for it? It usually ends in /jolokia/",
        [SG_FAILURE_PROTOCOL] = "compare the rules with what the JVM has: --rules.check --against",
        [SG_FAILURE_IDENTITY] = "correct the address: the URL, or the entry under \"brokers\" or "
                                "\"controllers\"",
        [SG_FAILURE_LIMIT] = "read less: fewer catalogues, or rules with their own requests",
    };

    if (said && said - text > 2 && strncmp(said - 2, "; ", 2) == 0)
        (void)memmove(said - 2, said + strlen(advice), strlen(said + strlen(advice)) + 1);
    if (advice[0])
        return advice;
    for (int kind = 0; kind < SG_FAILURE_KINDS; kind++) {
        if (status->n_failures[kind] && fixes[kind])
            return fixes[kind];
    }
    return "";
}

static bool by_jmx(const struct sg_target *target)
{
    return sg_target_options(target)->by_jmx;
}

/* How it is read. */
static const char *way_of(const struct sg_target *target)
{
    return by_jmx(target)                 ? "by its JMX port"
           : sg_target_is_proxied(target) ? "through a proxy, "
                                          : "direct, ";
}

void sg_examine_target(
    const struct sg_target *target, const char *version, sg_check_fn report, void *context)
{
    struct sg_slot_status status;
    char text[800];

    sg_slot_get_status(sg_target_slot(target), &status);
    if (!sg_target_has_address(target) && !status.has_run)
        (void)snprintf(text, sizeof text, "no address is known");
    else if (!status.success)
        (void)snprintf(
            text, sizeof text, "%s%s%s", status.failure.text, version[0] ? "; " : "", version);
    else
        (void)snprintf(text, sizeof text, "%zu series, %s%s%s", status.n_series, way_of(target),
            by_jmx(target) ? ""
            : version[0]   ? version
                           : "version unknown",
            sg_target_is_identified(target) ? "" : "; it does not report its broker id");
    enum sg_check_result result = !status.success        ? SG_CHECK_BAD
                                  : status.n_series == 0 ? SG_CHECK_DOUBTFUL
                                                         : SG_CHECK_GOOD;
    const char *fix = result == SG_CHECK_DOUBTFUL
                          ? "no rule matched: are these the rules for this JVM?"
                      : result == SG_CHECK_BAD ? fix_of(target, &status, text)
                                               : "";
    report(context, &(struct sg_check){ result, "jolokia", sg_target_name(target), text, fix,
                        status.has_run ? status.duration_ms : -1 });
}

void sg_examine_rules(const struct sg_rule_sets *rule_sets, sg_check_fn report, void *context)
{
    for (size_t i = 0; i < sg_rule_sets_n(rule_sets); i++) {
        char name[200], text[80];
        size_t n_warnings = sg_rule_sets_describe(rule_sets, i, name, sizeof name);
        (void)snprintf(text, sizeof text, "loaded, %s", sg_words_count(n_warnings, "warning").text);
        report(context, &(struct sg_check){ n_warnings ? SG_CHECK_DOUBTFUL : SG_CHECK_GOOD, "rules",
                            name, text, n_warnings ? "see them with --rules.check=FILE" : "", -1 });
    }
}
