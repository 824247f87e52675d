// SPDX-License-Identifier: Apache-2.0
// Queries. The server of dashboards/preview passes them on to Prometheus.

async function ask(path, parameters) {
    const answer = await fetch(`api/v1/${path}`, { method: 'POST', body: new URLSearchParams(parameters) });
    const body = await answer.json();
    if (body.status !== 'success') {
        throw new Error(body.error ?? answer.statusText);
    }
    return body.data.result;
}

export function atOnce(expr, unixSeconds) {
    return ask('query', { query: expr, time: unixSeconds });
}

/** At multiples of the step, as Grafana asks. */
export function overTime(expr, from, to, step) {
    const aligned = (seconds) => Math.floor(seconds / step) * step;
    return ask('query_range', { query: expr, start: aligned(from), end: aligned(to), step });
}
