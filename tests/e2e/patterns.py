# SPDX-License-Identifier: Apache-2.0
"""Random patterns and subjects for test_patterns.py: what people write in rules, Java's harder syntax, and
both with a mistake in them.

Each part of a pattern comes with a text that it probably matches, so that many subjects match.
"""
import random
import re

LETTERS = "abcABC"
PLAIN = LETTERS + "xyz019_-:,= <>\"/@~%"
UNICODE = "éßüαβ\u00a0\u2028\u0085😀一٣"
QUANTIFIERS = ("?", "*", "+", "{2}", "{1,}", "{0,2}", "{1,3}", "{0}", "{0,1}")
ESCAPES = {"\\d": "5", "\\D": "x", "\\w": "w", "\\W": "-", "\\s": " ", "\\S": "s", "\\h": "\t", "\\H": "h",
           "\\v": "\n", "\\V": "v", "\\R": "\r\n", "\\X": "a", "\\t": "\t", "\\n": "\n", "\\r": "\r",
           "\\x41": "A", "\\x{62}": "b", "\\u0063": "c", "\\0101": "A", "\\060": "0", "\\.": ".", "\\-": "-",
           "\\[": "[", "\\]": "]", "\\(": "(", "\\)": ")", "\\{": "{", "\\}": "}", "\\|": "|", "\\*": "*",
           "\\+": "+", "\\?": "?", "\\^": "^", "\\$": "$", "\\<": "<", "\\>": ">", "\\=": "=", "\\:": ":",
           "\\&": "&", "\\\\": "\\"}
NOT_IN_CLASSES = ("\\R", "\\X")
PROPERTIES = {"Lower": "a", "Upper": "A", "Alpha": "b", "Digit": "7", "Alnum": "0", "Punct": "-", "Graph": "!",
              "Print": " ", "Blank": "\t", "Space": "\n", "Cntrl": "\t", "XDigit": "f", "ASCII": "x", "L": "b",
              "Lu": "A", "Ll": "a", "N": "1", "Nd": "2", "P": ".", "Pd": "-", "S": "+", "Sm": "=", "Z": " ",
              "Zs": " ", "LC": "a", "L1": "z", "LD": "3", "IsL": "q", "IsLatin": "a", "IsGreek": "α",
              "IsAlphabetic": "k", "IsUppercase": "K", "IsLowercase": "k", "IsDigit": "4",
              "IsPunctuation": "_", "IsWhite_Space": " ", "IsLetter": "m", "script=Latin": "n", "sc=Grek": "β",
              "gc=Lu": "Z", "general_category=Ll": "z", "IsControl": "\t", "all": "_", "M": "\u0301", "C": "\t"}
ASSERTIONS = ("^", "$", "\\A", "\\z", "\\Z", "\\G")
WORD_BOUNDS = ("\\b", "\\B")
FLAGS = ("i", "s", "m", "x", "is", "sm", "i-s", "-i", "-s", "-m", "im-sx", "ix-m")
SUBJECTS = (
    'kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, topic=a.b-c_1><>Count: 12345',
    'kafka.server<type=FetcherLagMetrics, name=ConsumerLag, clientId=ReplicaFetcherThread-0-2, topic=t, '
    'partition=0><>Value: 0',
    'kafka.network<type=RequestMetrics, name=TotalTimeMs, request=Produce, version=9><>99thPercentile: 1.5E-4',
    'kafka.server<type=Produce, user="a b", client-id="c,d=e"><>byte-rate: NaN',
    'java.lang<type=MemoryPool, name=G1 Eden Space><Usage>used: 1048576',
    'java.lang<type=GarbageCollector, name=G1 Young Generation, key=end of minor GC><LastGcInfo, '
    'memoryUsageAfterGc>committed: 3',
    'kafka.controller<type=KafkaController, name=ActiveControllerCount><>Value: true',
    'kafka.connect<type=task-error-metrics, connector=my "sink", task=0><>total-retries: 0.0',
    'metrics<name=app-1.driver.BlockManager.memory.maxMem_MB><>Value: 366',
    'Catalina<type=GlobalRequestProcessor, name="http-nio-8080"><>bytesSent: -1',
)
# As people write them in rule files.
RULES = (
    'kafka.(\\w+)<type=(.+), name=(.+)PerSec\\w*, (.+)=(.+)><>Count',
    'kafka.(\\w+)<type=(.+), name=(.+)Percent\\w*, (.+)=(.+), (.+)=(.+)><>Value',
    'kafka.(\\w+)<type=(.+), name=(.+), (.+)=(.*)><>(\\d+)thPercentile',
    'kafka.server<type=(.+), client-id="?([^,"]+)"?, user=(.*)><>([a-z-]+): (.+)',
    'kafka.server<type=(Produce|Fetch|Request), user="([^"]*)", client-id=(?:"(.*?)"|([^>]+))><>(.*-rate)',
    'java.lang<type=MemoryPool, name=(.*)><(\\w+)>(used|committed|max): (\\d+)',
    'java.lang<type=GarbageCollector, name=([^,]+)(?:, key=([^>]*))?><(LastGcInfo)',
    '^(?!java\\.).+<type=([^,]+)(?:, name=([^,>]+))?.*><([^>]*)>(\\w+)',
    '(?i)KAFKA\\.(?<domain>[a-z]+)<TYPE=(?<type>[^,>]+)',
    'kafka\\.(.+)<type=([^,]+), (?:.*, )?topic=(\\S+?)(?:, partition=(\\d+))?><>(\\w+): '
    '(true|false|-?\\d+(?:\\.\\d+)?)',
    'metrics<name=(\\S+)\\.(driver|\\d+)\\.(\\w+)\\.(\\S+?)(_MB)?><>Value',
    'Catalina<type=(\\w+), name=\\"(\\w+-\\w+)-(\\d+)\\"><>(\\w+):',
    '.*', '', '(.*)', 'kafka', '<>Value$', '(\\w+)<(?:[^,>]+, )*name=([\\w\\s]+)', '\\Qkafka.server<\\Etype=(\\w+)',
    'kafka.(?:server|network)<type=(.++), name=(?>[A-Z]\\w+)(?=PerSec|Ms)',
)
SYNTAX = tuple("()[]{}|*+?^$.\\&-:=!<>,#0123abQEkxupPidU ") + (
    "(?", "(?<", "[^", "&&", "\\Q", "\\E", "(?i)", "\\p{", "\\k<n>", "\\1", "\\b", "{2", ",3}", "[[", "]]", "(?:")


class Maker:
    def __init__(self, random_):
        self.random = random_
        self.names = []
        self.texts = []  # of the groups so far
        self.unicode = False
        self.tricky_words = True  # \b and (?i): not the same beyond ASCII, as java_regex.h says

    def character(self):
        if self.unicode and self.random.random() < 0.3:
            return self.random.choice(UNICODE)
        return self.random.choice(PLAIN)

    def literal(self):
        one = self.character()
        return one, one

    def escape(self):
        return self.random.choice(list(ESCAPES.items()))

    def property(self):
        name, text = self.random.choice(list(PROPERTIES.items()))
        kind = self.random.random()
        if kind < 0.2:
            return "\\P{" + name + "}", self.character()
        return ("\\p" + name if len(name) == 1 and kind < 0.6 else "\\p{" + name + "}"), text

    def class_item(self, deep):
        kind = self.random.random()
        if kind < 0.35:
            one = self.character()
            return ("\\" + one if one in "-^" and self.random.random() < 0.5 else one), one
        if kind < 0.6:
            low, high = sorted(self.random.choices(self.random.choice(("abcxyz", "ABCZ", "0159")), k=2))
            return f"{low}-{high}", low
        if kind < 0.75:
            text = self.escape()
            return text if text[0] not in NOT_IN_CLASSES or self.random.random() < 0.02 else ("a", "a")
        if kind < 0.85:
            return self.property()
        if kind < 0.93 and deep < 2:
            return self.class_(deep + 1)
        return self.random.choice([("\\Q^-]\\E", "]"), ("&", "&"), (".", "."), ("$", "$"), ("(", "("), ("-", "-"),
                                   ("#", "#"), (" ", " "), ("^", "^"), ("|", "|")])

    def class_(self, deep=0):
        def items():
            return [self.class_item(deep) for _ in range(self.random.choice((1, 1, 2, 2, 3, 4)))]

        pieces = items()
        text = self.random.choice(pieces)[1]
        pattern = "".join(piece for piece, _ in pieces)
        while self.random.random() < 0.25:
            other = self.class_(deep + 1)[0] if self.random.random() < 0.6 else "".join(p for p, _ in items())
            pattern += "&&" + other
        if self.random.random() < 0.25:
            return "[^" + pattern + "]", self.character()
        return "[" + pattern + "]", text

    def group(self, deep):
        inside, text = self.alternatives(deep + 1)
        kind = self.random.random()
        if kind < 0.35:
            self.texts.append(text)
            return f"({inside})", text
        if kind < 0.5:
            return f"(?:{inside})", text
        if kind < 0.6:
            self.names.append(f"n{len(self.names)}")
            self.texts.append(text)
            return f"(?<{self.names[-1]}>{inside})", text
        if kind < 0.67:
            return f"(?>{inside})", text
        if kind < 0.74:
            return f"(?={inside})", text if self.random.random() < 0.5 else ""
        if kind < 0.8:
            return f"(?!{inside})", ""
        if kind < 0.9:
            behind = self.sequence(3) if self.random.random() < 0.05 else self.random.choice(
                (self.literal, self.escape, self.property, self.class_))()
            return (f"(?<={behind[0]})", behind[1]) if self.random.random() < 0.6 else (f"(?<!{behind[0]})", "")
        flags = self.random.choice(FLAGS)
        if not self.tricky_words:
            flags = "s"
        return (f"(?{flags}:{inside})" if self.random.random() < 0.6 else f"(?{flags}){inside}"), text

    def atom(self, deep):
        kind = self.random.random()
        if kind < 0.42:
            return self.literal()
        if kind < 0.5:
            return ".", self.character()
        if kind < 0.6:
            return self.escape()
        if kind < 0.66:
            return self.property()
        if kind < 0.78:
            return self.class_()
        if kind < 0.91 and deep < 3:
            return self.group(deep)
        if kind < 0.93:
            text = "".join(self.random.choices("ab.*[(\\ ", k=self.random.randrange(4)))
            return f"\\Q{text}\\E", text
        if kind < 0.97:
            choices = ASSERTIONS + (WORD_BOUNDS if self.tricky_words else ())
            return self.random.choice(choices), ""
        if self.names and self.random.random() < 0.4:
            return f"\\k<{self.random.choice(self.names)}>", self.texts[-1]
        return f"\\{self.random.randrange(1, 4)}", self.texts[0] if self.texts else ""

    def repeated(self, deep):
        pattern, text = self.atom(deep)
        may_repeat = 0.03 if pattern in ASSERTIONS + WORD_BOUNDS or pattern.startswith("\\Q") else 0.3
        if self.random.random() < may_repeat and "()" not in pattern:
            quantifier = self.random.choice(QUANTIFIERS)
            if pattern.startswith("(") and re.search(r"[|?*]|\{0|\(\)", pattern) and "{" in quantifier:
                quantifier = "*"  # what a group contains after an empty repetition, PCRE2 and Java do not agree
            blank = " " if self.random.random() < 0.1 else ""  # part of the pattern, but for (?x)
            pattern += blank + quantifier + self.random.choice(("", "", "", "?", "+"))
            text *= self.random.choice((0, 1, 1, 2, 3))
        return pattern, text

    def sequence(self, deep):
        parts = [self.repeated(deep) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4)))]
        return "".join(p for p, _ in parts), "".join(t for _, t in parts)

    def alternatives(self, deep=0):
        some = [self.sequence(deep) for _ in range(self.random.choice((1, 1, 1, 1, 2, 3)))]
        return "|".join(p for p, _ in some), self.random.choice(some)[1]

    def start(self):
        self.names, self.texts = [], []
        self.unicode = self.random.random() < 0.25
        self.tricky_words = not self.unicode
        pattern, text = self.alternatives()
        prefix = self.random.random()
        if prefix < 0.15 and self.tricky_words:
            pattern = f"(?{self.random.choice(FLAGS)})" + pattern
        return pattern, text

    def changed(self, text, characters):
        """With a few characters inserted, removed or exchanged."""
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            at = self.random.randrange(len(text) + 1)
            kind = self.random.random()
            new = self.random.choice(characters) if kind < 0.7 else ""
            text = text[:at] + new + text[at + (kind > 0.4):]
        return text

    def subjects(self, text):
        yield text
        yield self.random.choice(("", "x", "-a ", "\n")) + text + self.random.choice(("", "b", "\n", "\r\n", ": 1"))
        yield self.changed(text, PLAIN + "\n\r\t")
        yield "".join(self.character() for _ in range(self.random.randrange(12)))

    def rule(self):
        """A pattern of a rule file, as it is or with changes; @return with the subjects"""
        pattern = self.random.choice(RULES)
        subjects = self.random.sample(SUBJECTS, 3)
        return pattern, [*subjects, self.changed(subjects[0], PLAIN)]

    def pairs(self):
        """A pattern, and some subjects for it."""
        if self.random.random() < 0.2:
            pattern, subjects = self.rule()
        else:
            pattern, text = self.start()
            subjects = list(self.subjects(text))
        if self.random.random() < 0.3:
            pattern = self.changed(pattern, SYNTAX)
        return pattern, subjects


def is_different(pattern, subject):
    """Where java_regex.h names a difference; and a rule's subject is never empty."""
    words = re.search(r"\\[bB]|\(\?[a-z]*i", pattern) and not (pattern + subject).isascii()
    end = subject.endswith("\r\n") and re.search(r"\$|\\Z", pattern)
    return words or end or not subject


def escape(subject):
    return subject.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def corpus(seed, count):
    """That many patterns, with subjects, as lines "PATTERN tab SUBJECT"."""
    maker = Maker(random.Random(seed))
    lines = []
    for _ in range(count):
        pattern, subjects = maker.pairs()
        if pattern.startswith("#") or re.search("[\t\n\r]", pattern):
            continue
        for subject in subjects:
            # "\n" in the subject itself could not be told from a line feed
            if not re.search(r"\\[nrt]", subject) and not is_different(pattern, subject):
                lines.append(f"{pattern}\t{escape(subject)}")
    return lines
