// SPDX-License-Identifier: Apache-2.0
import { getDisplayValueAlignmentFactors, getFieldDisplayValues } from '@grafana/data';
import { BigValue, VizRepeater } from '@grafana/ui';

const GAP_PX = 3;

export function Stat({ panel, data, theme, width, height }) {
    const { options } = panel;
    const values = () =>
        getFieldDisplayValues({
            fieldConfig: data.fieldConfig,
            reduceOptions: options.reduceOptions,
            replaceVariables: data.replaceVariables,
            theme,
            data: data.series,
            sparkline: options.graphMode !== 'none',
            timeZone: 'utc',
        });
    const draw = ({ value, alignmentFactors, width: w, height: h, count }) => (
        <BigValue
            value={value.display}
            count={count}
            alignmentFactors={alignmentFactors}
            colorMode={options.colorMode}
            graphMode={options.graphMode}
            textMode={options.textMode}
            text={options.text}
            justifyMode={options.justifyMode}
            wideLayout={options.wideLayout}
            theme={theme}
            width={w}
            height={h}
        />
    );
    return (
        <VizRepeater
            getValues={values}
            getAlignmentFactors={getDisplayValueAlignmentFactors}
            renderValue={draw}
            renderCounter={0}
            source={data.series}
            orientation={options.orientation}
            itemSpacing={GAP_PX}
            autoGrid
            width={width}
            height={height}
        />
    );
}
