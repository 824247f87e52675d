/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/broker_address.h"

#include <errno.h>
#include <string.h>

const char *sg_broker_address_template(const struct sg_cluster_config *config)
{
    const struct sg_jolokia_source *source = &sg_config_brokers(config)->source;

    if (config->has_jmx)
        return source->jmx.port || source->jmx.n_ports ? source->jmx.host : NULL;
    return source->proxy.url ? source->proxy.target : source->url;
}

/* A broker's JMX port, or 0 when it is not configured. */
static int port_of(const struct sg_jmx_port *ports, size_t n, int for_all, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (ports[i].id == id)
            return ports[i].port;
    }
    return for_all;
}

static int jmx_port_of(const struct sg_cluster_config *config, int32_t id)
{
    const struct sg_jolokia_proxy *proxy = &config->jolokia.source.proxy;
    const struct sg_jmx_access *jmx = &config->jmx.source.jmx;

    return config->has_jmx ? port_of(jmx->ports, jmx->n_ports, jmx->port, id)
                           : port_of(proxy->jmx_ports, proxy->n_jmx_ports, proxy->jmx_port, id);
}

/* The template with {host}, {id} and {jmx_port} filled in. An IPv6 address gets its brackets. */
static void expand(
    const char *template, const struct sg_broker *broker, int jmx_port, struct sg_buf *out)
{
    static const struct sg_str host = { "{host}", 6 };
    static const struct sg_str id = { "{id}", 4 };
    static const struct sg_str port = { "{jmx_port}", 10 };
    bool is_ipv6 = strchr(broker->host, ':') != NULL;
    struct sg_str rest = sg_str_of(template);

    while (rest.len) {
        size_t n = 1;
        if (sg_str_starts_with(rest, host)) {
            n = host.len;
            (void)sg_buf_printf(out, is_ipv6 ? "[%s]" : "%s", broker->host);
        } else if (sg_str_starts_with(rest, id)) {
            n = id.len;
            (void)sg_buf_printf(out, "%d", broker->id);
        } else if (sg_str_starts_with(rest, port)) {
            n = port.len;
            (void)sg_buf_printf(out, "%d", jmx_port);
        } else {
            (void)sg_buf_add_char(out, *rest.ptr);
        }
        rest = (struct sg_str){ rest.ptr + n, rest.len - n };
    }
}

int sg_broker_address_make(const struct sg_cluster_config *config,
    const struct sg_broker *broker,
    struct sg_buf *out,
    struct sg_error *err)
{
    const char *template = sg_broker_address_template(config);
    int port = jmx_port_of(config, broker->id);

    if (port == 0 && config->has_jmx)
        return sg_error_set(err, SG_BROKER_ADDRESS_E_NONE,
            "no JMX port is known for broker %d: add it to jmx \"ports\", or set \"port\"",
            broker->id);
    if (port == 0 && strstr(template, "{jmx_port}"))
        return sg_error_set(err, SG_BROKER_ADDRESS_E_NONE,
            "no JMX port is known for broker %d: add it to the proxy's \"jmx_ports\", or set "
            "\"jmx_port\"",
            broker->id);
    expand(template, broker, port, out);
    if (config->has_jmx)
        (void)sg_buf_printf(out, ":%d", port);
    if (sg_buf_add_char(out, '\0') == SG_BUF_E_FULL)
        return sg_error_set(err, SG_BROKER_ADDRESS_E_NONE,
            "the address of broker %d is longer than %d bytes", broker->id,
            SG_BROKER_ADDRESS_BYTES_MAX);
    return sg_buf_error(out);
}
