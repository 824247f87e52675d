# SPDX-License-Identifier: Apache-2.0
"""Which metrics no board and no alert uses."""

import pathlib

from checks.use import reason_of, reasons_of, sections_of, users_of, users_of_metric


def problems_of(
    boards: dict[str, dict], metrics: pathlib.Path, alerts: pathlib.Path, reasons: pathlib.Path
) -> tuple[list[str], str]:
    """Metrics that are not used without a reason, reasons that are not needed, and the figures."""
    users = users_of(boards, alerts)
    exceptions = reasons_of(reasons)
    problems, needed, n_unused, total = [], set(), 0, 0
    for heading, names in sections_of(metrics).items():
        total += len(names)
        for name in names:
            found = users_of_metric(name, users)
            if found.places or found.alerts:
                continue
            n_unused += 1
            reason = reason_of(name, exceptions)
            needed.add(reason)
            if reason is None:
                problems.append(
                    f"{name} ({heading.strip('# ')}): no board and no alert uses it, and no reason is given"
                )
    problems += [f"{reasons.name}: {name} is used, or does not exist" for name in sorted(exceptions.keys() - needed)]
    return problems, f"{total} metrics, {n_unused} that no board and no alert uses"
