// SPDX-License-Identifier: Apache-2.0
import { TableNG } from '@grafana/ui/unstable';

export function Table({ panel, data, width, height }) {
    const { options } = panel;
    return (
        <TableNG
            data={data.series[options.frameIndex ?? 0]}
            fieldConfig={data.fieldConfig}
            cellHeight={options.cellHeight}
            initialSortBy={options.sortBy}
            noHeader={!options.showHeader}
            timeRange={data.timeRange}
            width={width}
            height={height}
        />
    );
}
