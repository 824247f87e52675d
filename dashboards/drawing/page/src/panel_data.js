// SPDX-License-Identifier: Apache-2.0
// From the queries of a panel to the fields that its component draws.
import {
    applyFieldOverrides,
    cacheFieldDisplayNames,
    dateTime,
    rangeUtil,
    transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';
import { frameOfSeries, frameOfTable } from './frames.js';
import { atOnce, overTime } from './prometheus.js';
import { fieldOptions } from './registries.js';
import { filledIn } from './variables.js';

/** The step of a query in seconds: a point for each pixel at most, and none between two scrapes. */
function stepOf(range, pixels, scrapeInterval) {
    return Math.ceil(rangeUtil.calculateInterval(range, pixels, `${scrapeInterval}s`).intervalMs / 1000);
}

async function framesOf(target, panel, job, step) {
    const { from, to, scrapeInterval, values } = job;
    const expr = filledIn(target.expr, {
        ...values,
        __interval: `${step}s`,
        __range: `${to - from}s`,
        __rate_interval: `${Math.max(step + scrapeInterval, 4 * scrapeInterval)}s`,
    });
    if (target.range) {
        return (await overTime(expr, from, to, step)).map((series) => frameOfSeries(target, series, step));
    }
    const result = await atOnce(expr, to);
    if (target.format === 'table') {
        return result.length ? [frameOfTable(target, result, panel.targets.length === 1)] : [];
    }
    return result.map((series) => frameOfSeries(target, series));
}

/** In JSON the lowest step has no value. */
function thresholds(given) {
    return given && { ...given, steps: given.steps.map((step) => ({ ...step, value: step.value ?? -Infinity })) };
}

/** A series of a graph has a colour of its own where the board does not say otherwise. */
const colorOf = (panel) => (panel.type === 'timeseries' ? { mode: 'palette-classic' } : { mode: 'thresholds' });

function fieldConfigOf(panel) {
    const { defaults, overrides } = panel.fieldConfig;
    return {
        defaults: { color: colorOf(panel), ...defaults, thresholds: thresholds(defaults.thresholds) },
        overrides: overrides.map((one) => ({
            ...one,
            properties: one.properties.map((property) =>
                property.id === 'thresholds' ? { ...property, value: thresholds(property.value) } : property
            ),
        })),
    };
}

function customOptions({ defaults, overrides }) {
    const ids = overrides.flatMap((one) => one.properties).map((property) => property.id);
    const overridden = ids.filter((id) => id.startsWith('custom.')).map((id) => id.slice('custom.'.length));
    return [...new Set([...Object.keys(defaults.custom ?? {}), ...overridden])];
}

/** The finished fields of a panel; `job` has the time range (Unix time in seconds) and the variables' values. */
export async function panelData(panel, job, pixels, theme) {
    const range = { from: dateTime(job.from * 1000), to: dateTime(job.to * 1000) };
    const timeRange = { ...range, raw: range };
    const step = stepOf(timeRange, pixels, job.scrapeInterval);
    const answers = await Promise.all(panel.targets.map((target) => framesOf(target, panel, job, step)));
    const replaceVariables = (text) => filledIn(text, job.values);
    const transformed = await firstValueFrom(
        transformDataFrame(panel.transformations ?? [], answers.flat(), { interpolate: replaceVariables })
    );
    const fieldConfig = fieldConfigOf(panel);
    const series = applyFieldOverrides({
        data: transformed,
        fieldConfig,
        fieldConfigRegistry: fieldOptions(customOptions(fieldConfig)),
        replaceVariables,
        theme,
        timeZone: 'utc',
    });
    cacheFieldDisplayNames(series);
    return { series, fieldConfig, timeRange, replaceVariables };
}
