// SPDX-License-Identifier: Apache-2.0
// The events of a board's annotations.
import { overTime } from './prometheus.js';
import { filledIn } from './variables.js';

/** An event for each run of points of a series. */
function eventsOf(series, color, step) {
    const events = [];
    for (const [at] of series.values) {
        const last = events.at(-1);
        if (last && at - last.to <= step) {
            last.to = at;
        } else {
            events.push({ from: at, to: at, color });
        }
    }
    return events;
}

export async function eventsOfBoard({ board, from, to, scrapeInterval }, values) {
    const asked = board.annotations.list.filter((one) => one.enable && one.expr);
    const answers = await Promise.all(
        asked.map(async (one) => {
            const result = await overTime(filledIn(one.expr, values), from, to, scrapeInterval);
            return result.flatMap((series) => eventsOf(series, one.iconColor, scrapeInterval));
        })
    );
    return answers.flat();
}
