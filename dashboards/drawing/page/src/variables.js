// SPDX-License-Identifier: Apache-2.0
// The variables of a board: their values, and texts with them filled in.
import { atOnce } from './prometheus.js';

const ALL = '$__all';
const HIDDEN = 2;
const PLACE = /\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}|\$(\w+)/g;

/** The text with its variables; a place that is none of them is kept. */
export function filledIn(text, values) {
    return text.replace(PLACE, (place, braced, plain) => values[braced ?? plain] ?? place);
}

function asText(series) {
    const labels = Object.entries(series.metric).map(([name, value]) => `${name}="${value}"`);
    return `{${labels.join(',')}} ${series.value[1]} ${series.value[0]}`;
}

async function offered(variable, values, to) {
    const query = filledIn(variable.query, values);
    const labels = /^label_values\((.*),\s*(\w+)\)$/s.exec(query);
    if (labels) {
        const result = await atOnce(`group by (${labels[2]}) (${labels[1]})`, to);
        return result.map((series) => series.metric[labels[2]]).filter((value) => value !== undefined);
    }
    const wanted = /^query_result\((.*)\)$/s.exec(query);
    if (!wanted) {
        throw new Error(`neither label_values nor query_result: ${query}`);
    }
    const pattern = new RegExp(variable.regex.replace(/^\/|\/$/g, ''));
    const found = (await atOnce(wanted[1], to)).map((series) => pattern.exec(asText(series)));
    return found.filter((match) => match).map((match) => match[1] ?? match[0]);
}

const escaped = (value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&');

/** What stands for the values in a query. */
function inQuery(chosen, variable) {
    if (chosen[0] === ALL) {
        return variable.allValue ?? '.*';
    }
    return chosen.length === 1 ? escaped(chosen[0]) : `(${chosen.map(escaped).join('|')})`;
}

async function chosenOf(variable, given, values, to) {
    if (given[variable.name]) {
        return given[variable.name];
    }
    if (variable.hide === HIDDEN && variable.type === 'query' && !variable.current) {
        return (await offered(variable, values, to)).slice(0, 1);
    }
    return [variable.current?.value ?? ''].flat();
}

/**
 * The values of all variables for queries, as texts, and those that the board's head shows.
 * `given` are the values that were asked for, by name.
 */
export async function filled(board, given, to) {
    const values = {};
    const texts = {};
    const shown = [];
    for (const variable of board.templating.list) {
        if (variable.type === 'datasource') {
            values[variable.name] = 'preview';
            shown.push({ label: variable.label, text: 'Prometheus' });
            continue;
        }
        const chosen = await chosenOf(variable, given, values, to);
        values[variable.name] = variable.type === 'query' && chosen.length ? inQuery(chosen, variable) : chosen.join();
        texts[variable.name] = chosen[0] === ALL ? 'All' : chosen.join(' + ');
        if (variable.hide !== HIDDEN) {
            shown.push({ label: variable.label, text: texts[variable.name] });
        }
    }
    return { values, texts, shown };
}
