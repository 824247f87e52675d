# SPDX-License-Identifier: Apache-2.0
"""Reads text format 0.0.4 literally: no name is changed, no sample is merged."""
import re

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?')


class Page:
    """types: family -> type; samples: (name, sorted labels) -> value. An empty label is left out."""

    def __init__(self, text):
        self.types, self.samples = {}, {}
        family = None
        for line in text.split("\n"):  # splitlines() splits at more characters
            if line.startswith("# TYPE "):
                family, kind = line.split()[2:4]
                assert family not in self.types, f"{family} twice"
                self.types[family] = kind
            elif line and not line.startswith("#"):
                name, labels, value = _SAMPLE.match(line).groups()
                pairs = _LABEL.findall(labels or "")
                assert "".join(f'{n}="{v}",' for n, v in pairs).rstrip(",") == (labels or "").rstrip(",")
                key = name, tuple(sorted((n, v) for n, v in pairs if v))
                assert key not in self.samples, f"{line}: twice"
                self.samples[key] = float(value)

    def without(self, names):
        """The same page without the families of these names."""
        page = Page("")
        page.types = {name: kind for name, kind in self.types.items() if name not in names}
        page.samples = {key: value for key, value in self.samples.items() if key[0] in page.types
                        or key[0].rpartition("_")[0] in page.types}
        return page


def show(key):
    """A sample's name and labels as the format writes them."""
    name, labels = key
    return name + "{" + ",".join(f'{n}="{v}"' for n, v in labels) + "}"
