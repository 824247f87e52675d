// SPDX-License-Identifier: Apache-2.0
// What is above the panels in Grafana: where one is, the variables, the time range.
import { dateTimeFormat } from '@grafana/data';
import { Icon, useTheme2 } from '@grafana/ui';

const TITLE_PX = 40;

function Pill({ label, text }) {
    const { colors, shape } = useTheme2();
    const box = { padding: '0 8px', lineHeight: '30px', borderRadius: shape.radius.default, border: `1px solid ${colors.border.medium}` };
    return (
        <span style={{ display: 'inline-flex', whiteSpace: 'nowrap' }}>
            {label && <span style={{ ...box, background: colors.background.secondary, fontSize: 12 }}>{label}</span>}
            <span style={{ ...box, background: colors.background.primary }}>
                {text}
            </span>
        </span>
    );
}

function rangeText({ from, to }) {
    const text = (seconds) => dateTimeFormat(seconds * 1000, { format: 'YYYY-MM-DD HH:mm:ss', timeZone: 'utc' });
    return `${text(from)} to ${text(to)} UTC`;
}

export function Head({ job, shown }) {
    const { colors } = useTheme2();
    const line = { display: 'flex', alignItems: 'center', gap: 8, padding: '0 16px', overflow: 'hidden' };
    return (
        <>
            <div style={{ ...line, height: TITLE_PX, borderBottom: `1px solid ${colors.border.weak}` }}>
                Dashboards <Icon name="angle-right" /> {job.board.title}
            </div>
            <div style={{ ...line, height: job.headHeight - TITLE_PX }}>
                {shown.map((variable) => (
                    <Pill key={variable.label} {...variable} />
                ))}
                <span style={{ flex: 1 }} />
                <Pill text={rangeText(job)} />
            </div>
        </>
    );
}
