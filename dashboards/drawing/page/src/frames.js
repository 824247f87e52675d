// SPDX-License-Identifier: Apache-2.0
// Answers of Prometheus as data frames, as Grafana's data source makes them.
import { FieldType, toDataFrame } from '@grafana/data';

function legend(format, labels) {
    if (format && format !== '__auto') {
        return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');
    }
    const pairs = Object.entries(labels).filter(([name]) => name !== '__name__');
    return `${labels.__name__ ?? ''}{${pairs.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
}

const times = (pairs) => pairs.map(([seconds]) => seconds * 1000);
const numbers = (pairs) => pairs.map(([, value]) => Number(value.replace('Inf', 'Infinity')));

/** A frame for each series. `step`, in seconds, makes a gap of what is missing. */
export function frameOfSeries(target, series, step) {
    const pairs = series.values ?? [series.value];
    return toDataFrame({
        refId: target.refId,
        fields: [
            {
                name: 'Time',
                type: FieldType.time,
                values: times(pairs),
                config: step ? { interval: step * 1000 } : {},
            },
            {
                name: 'Value',
                type: FieldType.number,
                values: numbers(pairs),
                labels: series.metric,
                config: { displayNameFromDS: legend(target.legendFormat, series.metric) },
            },
        ],
    });
}

/** One frame for all series of a query, a row each. */
export function frameOfTable(target, result, isOnly) {
    const names = [...new Set(result.flatMap((series) => Object.keys(series.metric)))].sort();
    const pairs = result.map((series) => series.value);
    return toDataFrame({
        refId: target.refId,
        fields: [
            { name: 'Time', type: FieldType.time, values: times(pairs) },
            ...names.map((name) => ({
                name,
                type: FieldType.string,
                values: result.map((series) => series.metric[name] ?? ''),
            })),
            { name: isOnly ? 'Value' : `Value #${target.refId}`, type: FieldType.number, values: numbers(pairs) },
        ],
    });
}
