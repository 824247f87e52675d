# SPDX-License-Identifier: Apache-2.0
"""Which metrics no board and no alert uses."""

import pathlib

from checks.use import reasons_of, sections_of, users_of, users_of_metric


def problems_of(
    boards: dict[str, dict], metrics: pathlib.Path, alerts: pathlib.Path, reasons: pathlib.Path
) -> tuple[list[str], str]:
    """Metrics that are not used without a reason, reasons that are not needed, and the figures."""
    users = users_of(boards, alerts)
    exceptions = reasons_of(reasons)
    problems, unused, total = [], set(), 0
    for heading, names in sections_of(metrics).items():
        total += len(names)
        for name in names:
            found = users_of_metric(name, users)
            if found.places or found.alerts:
                continue
            unused.add(name)
            if name not in exceptions:
                problems.append(
                    f"{name} ({heading.strip('# ')}): no board and no alert uses it, and no reason is given"
                )
    problems += [f"{reasons.name}: {name} is used, or does not exist" for name in sorted(exceptions.keys() - unused)]
    return problems, f"{total} metrics, {len(unused)} that no board and no alert uses"
