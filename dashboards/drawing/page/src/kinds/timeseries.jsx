// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect } from 'react';
import { TimeSeries } from '@grafana/ui';

/** Draws an event on the plot: a dashed line where it begins, tinted for as long as it lasts. */
function drawEvent(plot, event, theme) {
    const { ctx, bbox } = plot;
    const at = (seconds) => Math.round(plot.valToPos(seconds * 1000, 'x', true));
    const [left, right] = [at(event.from), at(event.to)];
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip(); // it may have begun before the plot does
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = theme.visualization.getColorByName(event.color);
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = ctx.fillStyle;
    ctx.lineWidth = 2;
    ctx.setLineDash([5, 5]);
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
}

function Events({ builder, events, theme }) {
    useLayoutEffect(() => {
        builder.addHook('draw', (plot) => events.forEach((event) => drawEvent(plot, event, theme)));
    }, [builder, events, theme]);
    return null;
}

export function Lines({ panel, data, events, theme, width, height }) {
    const { options } = panel;
    return (
        <TimeSeries
            frames={data.series}
            legend={options.legend}
            options={options}
            replaceVariables={data.replaceVariables}
            structureRev={1}
            timeRange={data.timeRange}
            timeZone="utc"
            width={width}
            height={height}
        >
            {(builder) => <Events builder={builder} events={events} theme={theme} />}
        </TimeSeries>
    );
}
