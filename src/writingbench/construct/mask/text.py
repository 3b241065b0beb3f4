"""A text as the rules read it: signs that look alike are one, what cannot be seen is gone, and places lead back.

"１３８－００１３" is read as "138-0013", "name＠example．com" as "name@example.com", "電話" as "电话"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_TRADITIONAL = "電話機號碼傳聯絡證護駕駛帳賬戶銀車郵熱線訂單編發驗條錄"  # in the words that are looked for
_SIMPLIFIED = "电话机号码传联络证护驾驶帐账户银车邮热线订单编发验条录"
_SEEN_AS = {
    **{0xFF01 + n: chr(0x21 + n) for n in range(94)},  # full-width signs
    **{0x1D7CE + n: str(n % 10) for n in range(50)},  # mathematical digits
    **{0x1D400 + n: chr((65 if n % 52 < 26 else 71) + n % 52) for n in range(13 * 52)},  # and letters
    **{0x2460 + n: str(n + 1) for n in range(9)},  # ①
    **{0x2776 + n: str(n + 1) for n in range(9)},  # ❶
    **{0x24B6 + n: chr((65 if n < 26 else 71) + n) for n in range(52)},  # Ⓐ ⓐ
    0x24EA: "0",
    0x24FF: "0",
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE63, 0x2043], "-"),
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0], " "),
    **dict.fromkeys(map(ord, "•・‧∙⋅"), "·"),
    **dict.fromkeys(map(ord, "【〔〖「『“”"), "["),
    **dict.fromkeys(map(ord, "】〕〗」』"), "]"),
    **dict(zip(map(ord, _TRADITIONAL), _SIMPLIFIED, strict=True)),
    0x130: "I",  # or lower case is longer
    0xFE55: ":",
    0xFE6B: "@",
}
_OTHERWISE = re.compile(f"[{''.join(map(re.escape, map(chr, _SEEN_AS)))}]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff\u20e3]")

BLANK = "\0"  # what a place that is taken is overwritten with; no text that the rules read has one of its own


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, and what stands there in the form in which equal values are equal."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Level:
    """A text made level, and where its characters stand in the text it was made from."""

    text: str
    places: list[int] | None  # None: nothing is left out, and places are the same

    def back(self, start: int, end: int, length: int) -> tuple[int, int]:
        """Where a stretch stands in the original of so many characters, with what cannot be seen around it."""
        if self.places is None:
            return start, end
        return self.places[start - 1] + 1 if start else 0, self.places[end] if end < len(self.places) else length


def level(text: str) -> Level:
    """A text in one form, a character for each that can be seen."""
    if text.isascii():
        return Level(text.replace(BLANK, " "), None)
    made = _OTHERWISE.sub(lambda match: _SEEN_AS[ord(match[0])], text)  # four times as fast as translate
    gone = {match.start() for match in _UNSEEN.finditer(made)}
    if not gone:
        return Level(made, None)
    places = [at for at in range(len(made)) if at not in gone]
    return Level("".join([made[at] for at in places]), places)


@cache
def data() -> Mapping[str, Any]:
    """What mask.toml says."""
    found: Mapping[str, Any] = tomllib.loads((files(__package__) / "mask.toml").read_text("utf-8"))
    return found


_TOP = re.compile(r"(?:\((?:[^()]|\([^()]*\))*\)|[^|()])+")  # what stands between strokes outside brackets


def words(table: str, name: str) -> str:
    """A list of words of mask.toml as one pattern; English ones do not begin inside a longer word."""
    every = [word for line in data()[table][name].splitlines() for word in _TOP.findall(line)]
    latin = [word for word in every if re.match(r"[A-Za-z(]", word)]
    other = [word for word in every if word not in latin]
    return f"(?:{'|'.join([*other, f'(?<![A-Za-z])(?:{chr(124).join(latin)})'] if latin else other)})"


_NO_DIGIT = re.compile("[^0-9]")


def digits(text: str) -> str:
    """The digits of a text."""
    return _NO_DIGIT.sub("", text)


# most of a text has no numbers, and patterns for them need not be tried there

_ZONE = re.compile(r"[0-9+(][0-9 +()./·-]{5,}")
_LEAST = 6  # digits of a number that is worth a look
_LETTERS_BEFORE, _AFTER = 4, 24  # characters around a zone that can belong to a number


def in_zones(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What a pattern for a number matches, tried only where there are enough digits."""
    for start, end in _zones(text):
        yield from pattern.finditer(text, start, end)


@lru_cache(maxsize=2)
def _zones(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in _ZONE.finditer(text):
        if len(digits(match[0])) < _LEAST:
            continue
        start, end = max(0, match.start() - _LETTERS_BEFORE), min(len(text), match.end() + _AFTER)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
