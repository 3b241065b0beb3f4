"""Mask personal data in a text that comes from a real user, before it is stored or sent anywhere.

    mask("Write to anna@example.com or call 212-555-0123.").text    "Write to [e-mail 1] or call [phone 1]."
    mask("请联系王老师，电话13800138000。").text                      "请联系王老师，电话[电话1]。"

Rules find numbers and addresses by their form, their check digits and the words before them. Names of people and
postal addresses are not masked: no rule tells them from other words. docs/construct/mask.md says how much is found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from writingbench.benchmark.language import language_of
from writingbench.construct.mask.cards import accounts, cards, ibans
from writingbench.construct.mask.chats import chats
from writingbench.construct.mask.emails import emails
from writingbench.construct.mask.ids import ids
from writingbench.construct.mask.networks import networks
from writingbench.construct.mask.phones import phones
from writingbench.construct.mask.plates import plates
from writingbench.construct.mask.secrets import secrets
from writingbench.construct.mask.text import BLANK, Span, data, level

# what is masked can free what stood beside it: ordinary texts need two rounds, a row of numbers one for each
ROUNDS = 6  # for a text of any length
WORK = 500_000  # characters that are looked through at least, where there is still something to mask

# in the order in which they take what they find
RULES: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("secret", secrets),
    ("email", emails),
    ("id", ids),
    ("account", ibans),
    ("card", cards),
    ("account", accounts),
    ("network", networks),
    ("plate", plates),
    ("phone", phones),
    ("chat", chats),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A text with placeholders for what was found in it."""

    text: str
    found: Mapping[str, int]  # places by kind of RULES; a kind that was not found is not there


def mask(text: str) -> Masked:
    """Put placeholders for personal data, in the text's language: equal values get equal ones, others another.

    A masked text stays as it is when it is masked again, unless it is long and made to take more rounds than there are.
    """
    names = Names(language_of(text), {match[0] for match in _placeholder().finditer(text)})
    found: Counter[str] = Counter()
    for _ in range(max(ROUNDS, WORK // max(len(text), 1))):
        places = spans(text)
        if not places:
            break
        parts, at = [], 0
        for kind, place in places:
            parts += [text[at : place.start], names.of(kind, place.value)]
            at = place.end
            found[kind] += 1
        text = "".join([*parts, text[at:]])
    return Masked(text=text, found=dict(found))


def spans(text: str) -> list[tuple[str, Span]]:
    """What is to be masked and its kind, from left to right, in one round; nothing inside placeholders."""
    taken = _placeholder().sub(lambda match: "\x1f" * len(match[0]), text)
    seen = level(taken)
    work = seen.text.replace("\x1f", BLANK)
    found: list[tuple[str, Span]] = []
    for kind, rule in RULES:
        parts, at = [], 0
        for span in sorted(rule(work), key=lambda span: (span.start, -span.end)):
            if span.start >= at and BLANK not in work[span.start : span.end]:
                start, end = seen.back(span.start, span.end, len(text))
                found.append((kind, Span(start, end, span.value)))
                parts += [work[at : span.start], BLANK * (span.end - span.start)]
                at = span.end
        if parts:
            work = "".join([*parts, work[at:]])
    return sorted(found, key=lambda one: one[1].start)


@dataclass(slots=True)
class Names:
    """The placeholders of one text."""

    language: str
    there: set[str]  # which the text has had from the beginning
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    last: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str, value: str) -> str:
        """The placeholder of a value; the next free one for a value that is new."""
        if (kind, value) not in self.given:
            form = data()["placeholder"][kind][self.language]
            while True:
                self.last[kind] += 1
                name = form.format(self.last[kind])
                if name not in self.there:
                    break
            self.given[kind, value] = name
        return self.given[kind, value]


@cache
def _placeholder() -> re.Pattern[str]:
    forms = [form for kind in data()["placeholder"].values() for form in kind.values()]
    return re.compile("|".join(re.escape(form).replace(r"\{\}", "[0-9]{1,9}") for form in forms))
