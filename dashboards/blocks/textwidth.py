# SPDX-License-Identifier: Apache-2.0
"""How wide a text is in Grafana: an estimate from the average widths of Inter's letters, in em.

Good to some 5 %, and rather too wide than too narrow. Grafana's text is 14 px in titles and tables.
"""

_WIDTHS = (
    ("ijlI.,:;'|!", 0.29),
    (" ", 0.29),
    ('ft()[]{}r/\\-"', 0.40),
    ("szcvxyk", 0.56),
    ("aebdghnopqu_+=<>~0123456789$?#*^", 0.63),
    ("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.70),
    ("mwMW%@", 0.92),
)
_OF = {letter: width for letters, width in _WIDTHS for letter in letters}


def text_width(text: str, font_px: float = 14) -> float:
    """The width in pixels."""
    return font_px * sum(_OF.get(letter, 0.65) for letter in text)
