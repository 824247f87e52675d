// SPDX-License-Identifier: Apache-2.0
// Bars of states over time. Grafana's own panel is not in its packages under the Apache licence.
import { dateTimeFormat, getFieldDisplayName } from '@grafana/data';
import { measureText } from '@grafana/ui';

const FONT_PX = 12;
const AXIS_PX = 24;
const GAP_PX = 8;
const LABEL_SHARE = 0.3; // of the width, at most
const TICKS_MS = [1, 5, 10, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * 60000);

const widthOf = (text) => measureText(text, FONT_PX).width;

/** One bar for as long as the value stays the same; none where it is not known. */
function barsOf(time, field, end) {
    const step = time.config.interval ?? 0;
    const bars = [];
    for (const [index, value] of field.values.entries()) {
        const at = time.values[index];
        const last = bars.at(-1);
        if (last && last.to >= at && last.value === value) {
            last.to = at + step;
        } else {
            bars.push({ value, from: at, to: at + step });
        }
    }
    return bars.map((bar) => ({ ...bar, to: Math.min(bar.to, end) }));
}

function rowsOf(series, end) {
    return series.map((frame) => {
        const [time, field] = frame.fields;
        return { name: getFieldDisplayName(field, frame, series), field, bars: barsOf(time, field, end) };
    });
}

function ticks(from, to, width) {
    const step = TICKS_MS.find((one) => ((to - from) / one) * 70 < width) ?? TICKS_MS.at(-1);
    const first = Math.ceil(from / step) * step;
    return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}

function Bar({ bar, field, x, y, height, opacity, theme }) {
    const { text, color } = field.display(bar.value);
    const width = Math.max(1, x(bar.to) - x(bar.from));
    const ink = theme.colors.getContrastText(color, 3);
    return (
        <g>
            <rect x={x(bar.from)} y={y} width={width} height={height} fill={color} fillOpacity={opacity} />
            {widthOf(text) + GAP_PX < width && (
                <text x={x(bar.from) + GAP_PX / 2} y={y + height / 2} dominantBaseline="central" fill={ink}>
                    {text}
                </text>
            )}
        </g>
    );
}

export function StateTimeline({ panel, data, theme, width, height }) {
    const from = data.timeRange.from.valueOf();
    const to = data.timeRange.to.valueOf();
    const rows = rowsOf(data.series, to);
    const labels = Math.min(Math.max(...rows.map((row) => widthOf(row.name))) + 2 * GAP_PX, width * LABEL_SHARE);
    const x = (ms) => labels + ((ms - from) / (to - from)) * (width - labels);
    const each = (height - AXIS_PX) / rows.length;
    const bar = each * panel.options.rowHeight;
    const opacity = (panel.fieldConfig.defaults.custom?.fillOpacity ?? 70) / 100;
    return (
        <svg width={width} height={height} fontSize={FONT_PX} fill={theme.colors.text.primary}>
            {rows.map((row, index) => (
                <g key={row.name}>
                    <text x={labels - GAP_PX} y={(index + 0.5) * each} textAnchor="end" dominantBaseline="central">
                        {row.name}
                    </text>
                    {row.bars.map((one) => (
                        <Bar
                            key={one.from}
                            bar={one}
                            field={row.field}
                            x={x}
                            y={index * each + (each - bar) / 2}
                            height={bar}
                            opacity={opacity}
                            theme={theme}
                        />
                    ))}
                </g>
            ))}
            {ticks(from, to, width - labels).map((ms) => (
                <text key={ms} x={x(ms)} y={height - GAP_PX} textAnchor="middle">
                    {dateTimeFormat(ms, { format: 'HH:mm', timeZone: 'utc' })}
                </text>
            ))}
        </svg>
    );
}
