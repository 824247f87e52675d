/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/ending.h"

#include "jmx/poll/curl_use.h"

#include <string.h>

/* Advice in the text is also given apart: "; " and the fix. */
static enum sg_failure_kind tell(struct sg_rmi_ending *end,
    struct sg_error *err,
    enum sg_failure_kind kind,
    const char *text,
    const char *advice)
{
    end->advice = advice[0] ? advice + 2 : NULL;
    (void)sg_error_set(err, 0, "%s: %s%s", end->shown, text, advice);
    return kind;
}

static enum sg_failure_kind tell_connect(struct sg_rmi_ending *end, struct sg_error *err)
{
    const char *said =
        end->curl_error && end->curl_error[0] ? end->curl_error : curl_easy_strerror(end->code);
    enum sg_failure_kind kind = sg_curl_failure(end->code, said);
    struct sg_error text;

    if (kind == SG_FAILURE_TLS)
        return tell(end, err, kind, said, sg_curl_tls_advice(said));
    if (end->code == CURLE_COULDNT_RESOLVE_HOST)
        return tell(
            end, err, kind, said, "; is the host's name right, and can this machine resolve it?");
    if (!end->stub_host)
        return tell(end, err, kind, said,
            "; is the process up, with its JMX port open (JMX_PORT) for this machine?");
    (void)sg_error_set(&text, 0,
        "%.200s; the registry says that JMX is at %.80s:%d, tried was %.80s:%d", said,
        end->stub_host, end->port, end->host, end->port);
    return tell(end, err, kind, text.text,
        "; open that port too, or set -Dcom.sun.management.jmxremote.rmi.port to the JMX port");
}

static enum sg_failure_kind tell_timeout(struct sg_rmi_ending *end, struct sg_error *err)
{
    struct sg_error text;

    (void)sg_error_set(&text, 0, "no complete answer within %lld ms%s%.*s", (long long)end->took_ms,
        end->awaited.len ? ", waiting for " : "",
        (int)(end->awaited.len < 150 ? end->awaited.len : 150), end->awaited.ptr);
    return tell(end, err, SG_FAILURE_TIMEOUT, text.text,
        end->is_acked ? "; a frozen JVM, a long garbage collection, or an MBean that blocks"
                      : "; a frozen JVM, or is this the port of another protocol, such as HTTP?");
}

static enum sg_failure_kind tell_closed(struct sg_rmi_ending *end, struct sg_error *err)
{
    if (end->is_acked)
        return tell(end, err, SG_FAILURE_CONNECT, "it closed the connection",
            "; was the process restarted?");
    return tell(end, err, SG_FAILURE_CONNECT, "it closed the connection without an answer",
        end->is_tls ? "; does it require a client certificate (tls \"cert_file\")?"
                    : "; is this the JMX port? If it speaks TLS, set \"tls\" and \"registry_tls\"");
}

static enum sg_failure_kind tell_refused(struct sg_rmi_ending *end, struct sg_error *err)
{
    switch (end->meaning) {
    case SG_RMI_MEANS_LOGIN:
        return tell(end, err, SG_FAILURE_AUTH, end->text,
            "; set \"username\" and \"password_file\" to those of the JVM's JMX");
    case SG_RMI_MEANS_DENIED:
        return tell(end, err, SG_FAILURE_DENIED, end->text,
            "; give the user the role readonly in the JVM's access file");
    case SG_RMI_MEANS_NOT_BOUND:
        return tell(end, err, SG_FAILURE_PROTOCOL, end->text,
            "; this is a registry of RMI, but not that of a JVM's JMX");
    default:
        return tell(end, err, SG_FAILURE_PROTOCOL, end->text, "");
    }
}

enum sg_failure_kind sg_rmi_ending_describe(struct sg_rmi_ending *end, struct sg_error *err)
{
    struct sg_error text;

    switch (end->what) {
    case SG_RMI_ENDED_CONNECT:
        return tell_connect(end, err);
    case SG_RMI_ENDED_CLOSED:
        return tell_closed(end, err);
    case SG_RMI_ENDED_TIMEOUT:
        return tell_timeout(end, err);
    case SG_RMI_ENDED_SPEAKS_TLS:
        return tell(end, err, SG_FAILURE_TLS, "it speaks TLS",
            "; set \"tls\", and \"registry_tls: true\" where the registry does too");
    case SG_RMI_ENDED_SPEAKS_HTTP:
        return tell(end, err, SG_FAILURE_PROTOCOL, "it speaks HTTP, not JMX",
            "; is this the port of a Jolokia agent? That is read with \"jolokia\"");
    case SG_RMI_ENDED_SPEAKS_OTHER:
        return tell(end, err, SG_FAILURE_PROTOCOL, "it does not speak JMX's protocol",
            "; is this the JMX port?");
    case SG_RMI_ENDED_REFUSED:
        return tell_refused(end, err);
    case SG_RMI_ENDED_STUB:
        (void)sg_error_set(
            &text, 0, "what it says of its JMX server cannot be used: %s", end->text);
        return tell(end, err, SG_FAILURE_PROTOCOL, text.text, "");
    case SG_RMI_ENDED_DOWNGRADE:
        return tell(end, err, SG_FAILURE_TLS,
            "its JMX server is without TLS, which is configured here; no password was sent",
            "; set -Dcom.sun.management.jmxremote.ssl=true, or remove \"tls\"");
    case SG_RMI_ENDED_GONE:
        return tell(end, err, SG_FAILURE_CONNECT, "its JMX server is gone, twice in one poll",
            "; was the process restarted?");
    case SG_RMI_ENDED_LIMIT:
        return tell(end, err, SG_FAILURE_LIMIT, "the answer is larger than allowed",
            "; read fewer MBeans or attributes, or raise limits.jvm_series");
    case SG_RMI_ENDED_PROTOCOL:
        (void)sg_error_set(&text, 0, "a reply cannot be read: %s", end->text);
        return tell(end, err, SG_FAILURE_PROTOCOL, text.text, "");
    default:
        return tell(end, err, SG_FAILURE_INTERNAL, "out of memory", "");
    }
}
