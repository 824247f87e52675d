# SPDX-License-Identifier: Apache-2.0
"""Points in time as Grafana's URLs have them."""

import datetime
import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def unix_time(text: str, now: float) -> float:
    """Of "now", "now-90m", Unix time in milliseconds, or ISO 8601 (UTC where nothing else is said)."""
    if found := re.fullmatch(r"now(?:-(\d+)([smhd]))?", text):
        return now - int(found[1] or 0) * _SECONDS[found[2] or "s"]
    if re.fullmatch(r"\d{11,}", text):
        return int(text) / 1000
    moment = datetime.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
