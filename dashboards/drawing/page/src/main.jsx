// SPDX-License-Identifier: Apache-2.0
// Draws the board that dashboards/preview asks for, and reports what came of it.
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { ThemeContext, createTheme, setTimeZoneResolver } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { GlobalStyles } from '@grafana/ui';
import { Board, isDrawn } from './board.jsx';
import { eventsOfBoard } from './events.js';
import { panelData } from './panel_data.js';
import { register } from './registries.js';
import { filled } from './variables.js';

const LOOK_MS = 100;
const LOOKS = 300;
const SETTLED_MS = 500; // icons are fetched
const number = new URLSearchParams(location.search).get('job');

async function withData(item, job, values, theme) {
    const { panel, place } = item;
    if (panel.type === 'row') {
        return item;
    }
    if (!isDrawn(panel)) {
        return { ...item, error: `a panel of the type ${panel.type} is not drawn` };
    }
    try {
        return { ...item, data: await panelData(panel, { ...job, values }, place.width, theme) };
    } catch (error) {
        return { ...item, error: String(error) };
    }
}

// Components measure their texts: the fonts must be there first, and Grafana's styles define them.
async function withFonts(root, theme) {
    flushSync(() =>
        root.render(
            <ThemeContext.Provider value={theme}>
                <GlobalStyles />
            </ThemeContext.Provider>
        )
    );
    await Promise.all(['14px Inter', '500 14px Inter', '14px "Roboto Mono"'].map((font) => document.fonts.load(font)));
}

async function draw(job) {
    const theme = createTheme({ colors: { mode: job.theme } });
    const { values, texts, shown } = await filled(job.board, job.given, job.to);
    const [events, ...items] = await Promise.all([
        eventsOfBoard(job, values),
        ...job.items.map((item) => withData(item, job, values, theme)),
    ]);
    const root = createRoot(document.getElementById('board'));
    await withFonts(root, theme);
    root.render(
        <ThemeContext.Provider value={theme}>
            <GlobalStyles />
            <Board job={job} items={items} texts={texts} events={events} shown={shown} />
        </ThemeContext.Provider>
    );
    const isEmpty = ({ data }) => data && !data.series.some((frame) => frame.length);
    const graphs = items.filter((item) => item.panel.type === 'timeseries' && item.data && !isEmpty(item)).length;
    const undrawn = await graphsThatAreMissing(graphs);
    return {
        errors: [
            ...items.filter((item) => item.error).map((item) => `${item.panel.title}: ${item.error}`),
            ...(undrawn ? [`${undrawn} of ${graphs} graphs are not drawn`] : []),
        ],
        empty: items.filter(isEmpty).map((item) => item.panel.title),
    };
}

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A graph is drawn when its legend has been measured.
async function graphsThatAreMissing(expected) {
    const missing = () => expected - document.querySelectorAll('.uplot canvas').length;
    for (let look = 0; look < LOOKS && missing() > 0; look++) {
        await later(LOOK_MS);
    }
    await later(SETTLED_MS);
    return missing();
}

async function main() {
    const job = await (await fetch(`jobs/${number}`)).json();
    setTimeZoneResolver(() => 'utc');
    await initPluginTranslations('grafana');
    register();
    return draw(job);
}

// What components throw while they draw themselves, later on.
const thrown = [];
window.addEventListener('error', ({ message }) => thrown.push(message));
window.addEventListener('unhandledrejection', ({ reason }) => thrown.push(String(reason)));

function report({ errors, empty }) {
    const body = JSON.stringify({ errors: [...errors, ...thrown], empty });
    return fetch(`reports/${number}`, { method: 'POST', body });
}

main()
    .catch((error) => ({ errors: [String(error.stack ?? error)], empty: [] }))
    .then(report);
