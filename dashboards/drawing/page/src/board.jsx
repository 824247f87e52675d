// SPDX-License-Identifier: Apache-2.0
// A whole board.
import { ErrorBoundary, Icon, PanelChrome, useTheme2 } from '@grafana/ui';
import { Head } from './head.jsx';
import { Lines } from './kinds/timeseries.jsx';
import { Stat } from './kinds/stat.jsx';
import { StateTimeline } from './kinds/state_timeline.jsx';
import { Table } from './kinds/table.jsx';
import { filledIn } from './variables.js';

// `evenEmpty`: the component itself says that there is no data.
const KINDS = {
    stat: { Component: Stat, padding: 'none', evenEmpty: true },
    'state-timeline': { Component: StateTimeline },
    table: { Component: Table },
    timeseries: { Component: Lines },
};

export const isDrawn = (panel) => panel.type in KINDS;

function Note({ text }) {
    const { colors } = useTheme2();
    return (
        <div style={{ height: '100%', display: 'grid', placeItems: 'center', color: colors.text.secondary }}>{text}</div>
    );
}

function Inside({ item, events, width, height }) {
    const theme = useTheme2();
    const { Component, evenEmpty } = KINDS[item.panel.type];
    if (item.error) {
        return <Note text={item.error} />;
    }
    if (!evenEmpty && !item.data.series.some((frame) => frame.length)) {
        return <Note text={item.panel.fieldConfig.defaults.noValue ?? 'No data'} />;
    }
    return (
        <ErrorBoundary>
            {({ error }) =>
                error ? (
                    <Note text={String(error)} />
                ) : (
                    <Component {...item} events={events} theme={theme} width={width} height={height} />
                )
            }
        </ErrorBoundary>
    );
}

function Row({ title, place, opened }) {
    return (
        <div style={{ position: 'absolute', ...place, display: 'flex', alignItems: 'center', gap: 4, fontWeight: 500 }}>
            <Icon name={opened ? 'angle-down' : 'angle-right'} /> {title}
        </div>
    );
}

function Panel({ item, title, events }) {
    const { place } = item;
    return (
        <div style={{ position: 'absolute', ...place }}>
            <PanelChrome
                title={title}
                description={item.panel.description}
                padding={KINDS[item.panel.type].padding}
                width={place.width}
                height={place.height}
            >
                {(width, height) => <Inside item={item} events={events} width={width} height={height} />}
            </PanelChrome>
        </div>
    );
}

/** `items` are the rows and panels with their places in pixels and their data. */
export function Board({ job, items, texts, events, shown }) {
    return (
        <div style={{ position: 'relative', width: job.width, height: job.height }}>
            <Head job={job} shown={shown} />
            {items.map((item) => {
                const title = filledIn(item.panel.title, texts);
                return item.panel.type === 'row' ? (
                    <Row
                        key={item.panel.id}
                        title={title}
                        place={item.place}
                        opened={job.open || !item.panel.collapsed}
                    />
                ) : (
                    <Panel key={item.panel.id} item={item} title={title} events={events} />
                );
            })}
        </div>
    );
}
