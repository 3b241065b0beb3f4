"""Find numbers of identity documents and of persons in an office's, a school's or a hospital's books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from writingbench.construct.mask.around import alone, before, free
from writingbench.construct.mask.text import Span, in_zones

_RESIDENT = re.compile(
    r"(?<![0-9])(?<![0-9][.,])[1-8][0-9]{5}[ -]?(?:19|20)[0-9]{2}[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12][0-9]|3[01])"
    r"[ -]?[0-9]{3}[ ]?[0-9Xx](?![0-9A-Za-z])"
)
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
_SOCIAL = re.compile(r"(?<![\w-])(?<![0-9][.,])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])", re.A)
_INSURANCE = re.compile(
    r"(?<![\w-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]{2}){3} ?[A-D](?![\w-])", re.A
)
_HONG_KONG = re.compile(r"(?<![\w-])(?P<letters>[A-Z]{1,2})(?P<n>[0-9]{6})[ ]?\((?P<check>[0-9A])\)", re.ASCII)
_TAIWAN = re.compile(r"(?<![\w-])(?P<letter>[A-Z])(?P<n>[1289][0-9]{8})(?![\w-])", re.ASCII)
_DOCUMENT = re.compile(
    r"(?<![\w-])(?:[A-Za-z]{2}(?:[ -]?[0-9]{2}){3}[ -]?[A-Da-d]"
    r"|(?:[A-Z]{1,3}[ -]?|[a-z]{1,2})?[0-9](?:[ -]?[0-9]){5,17}[Xx]?(?:[ ]?\([0-9A]\))?"
    r"|(?=(?:[A-Z]{0,5}[0-9]){4})[A-Z0-9]{7,12})(?!\w)",
    re.ASCII,
)


def ids(text: str) -> Iterator[Span]:
    """Numbers of persons. Those without a form of their own need a word before that says what they are."""
    for match in in_zones(_RESIDENT, text):
        number = re.sub("[ -]", "", match[0]).upper()
        if number[:2] in _PROVINCES and resident(number):
            yield Span(*match.span(), number)
    for match in (*in_zones(_SOCIAL, text), *in_zones(_INSURANCE, text)):
        if free(text, *match.span()):
            yield Span(*match.span(), re.sub("[ -]", "", match[0]))
    for match in in_zones(_HONG_KONG, text):
        if hong_kong(match["letters"], match["n"]) == match["check"]:
            yield Span(*match.span(), match["letters"] + match["n"])
    for match in in_zones(_TAIWAN, text):
        if taiwan(match["letter"], match["n"]) and free(text, *match.span()):
            yield Span(*match.span(), match[0])
    for match in _DOCUMENT.finditer(text):
        if before("id", text, match.start()) and (end := alone(text, *match.span(), 7)):
            yield Span(match.start(), end, re.sub(r"[ -]|\(.*", "", text[match.start() : end]).upper())


def resident(number: str) -> bool:
    """Whether the date and the check digit of a Chinese resident id are right (GB 11643-1999, ISO 7064 MOD 11-2)."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(number[:17]))
    return number[17] == "10X98765432"[total % 11]


def hong_kong(letters: str, digits: str) -> str:
    """The check digit of a Hong Kong identity card: weights 9 to 2, a space before a single letter counts 36."""
    values = [36 if sign == " " else int(sign, 36) for sign in f"{letters:>2}{digits}"]
    return "0123456789A"[-sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11]


_ORDER = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # of letters in Taiwan's ids: A is 10


def taiwan(letter: str, digits: str) -> bool:
    """Whether the check digit of an identity card of Taiwan is right: weights 1, 9 for the letter, 8 to 1, 1."""
    number = 10 + _ORDER.index(letter)
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True))
    return (number // 10 + number % 10 * 9 + weighed) % 10 == 0
