"""What stands around a number says what it is: words for a telephone or a card, a price, a unit, a year."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from writingbench.construct.mask.text import BLANK, digits, words

_AROUND = " \t\r\n:;,.=#\"'`[(<*_|~>-·&/+\\、，。→"  # signs between a word and a value
_REACH = 32  # characters before a value in which a word is looked for
_LONGEST = 20  # characters of such a word
_NO_WORD = frozenset("0123456789" + BLANK)  # what no word ends with
_STEPS = 6  # words that may stand between


def before(name: str, text: str, at: int) -> bool:
    """Whether a word of this list of mask.toml stands before a place, with nothing but signs and small words between.

    联系电话（微信同号）：138…        my phone number is 212…
    """
    return _leads(name, text[max(0, at - _REACH) : at])


@lru_cache(maxsize=4096)
def _leads(name: str, lead: str) -> bool:
    for _ in range(_STEPS):
        lead = lead.rstrip(_AROUND)
        if not lead or (lead[-1] in _NO_WORD and lead[-4:].lower() not in {"ipv4", "ipv6"}):
            return False
        if _ending(name).search(lead, max(0, len(lead) - _LONGEST)):
            return True
        if lead.endswith((")", "]")):
            opened = max(lead.rfind("("), lead.rfind("["))
            if opened < 0:
                return False
            lead = lead[:opened]
        elif found := _between().search(lead, max(0, len(lead) - _LONGEST)):
            lead = lead[: found.start()]
        else:
            return False
    return False


@cache
def _ending(name: str) -> re.Pattern[str]:
    return re.compile(words("before", name) + r"s?\Z", re.IGNORECASE)


@cache
def _between() -> re.Pattern[str]:
    return re.compile(words("gap", "words") + r"\Z", re.IGNORECASE)


_PRICE = re.compile(r"(?:[¥￥$€£]|(?<![A-Za-z])(?:rmb|usd|cny|hkd|eur|gbp)) ?\Z", re.IGNORECASE)


def free(text: str, start: int, end: int) -> bool:
    """Whether nothing beside a number says that it is a price, a count, or the number of some thing."""
    return not (counted(text, end) or _PRICE.search(text[max(0, start - 5) : start]) or before("none", text, start))


def counted(text: str, end: int, *, announced: bool = False) -> bool:
    """Whether what follows a number says that it counts something: 13800138000元, 4155552671 units.

    Behind the space after an `announced` number a Chinese sign is the next word: 电话：62781234 家庭住址：….
    """
    return bool(_unit(not announced).match(text, end))


@cache
def _unit(spaced: bool) -> re.Pattern[str]:
    chinese = f"{'[ ]?' if spaced else ''}(?:{words('gap', 'counts')})"
    return re.compile(rf"(?:{chinese}|[ ]?(?:{words('gap', 'units')}))(?![A-Za-z])", re.IGNORECASE)


def alone(text: str, start: int, end: int, whole: int) -> int:
    """Where a number between two places ends that a word announces; 0 where it is a date, years or a count.

    What comes after a space belongs to something else where the first part has as many digits as a `whole` number:
    the year in 62781234 2023; and so does the item in 6217 0001 2.
    """
    parts = text[start:end].split(" ")
    if len(digits(parts[0])) >= whole:
        end = start + len(parts[0])
    elif len(parts) > 2 and len(parts[-1]) <= 2 < len(parts[-2]) and text[end : end + 1] in {".", "、", ")"}:
        end -= len(parts[-1]) + 1
    return 0 if dated(text[start:end]) or counted(text, end, announced=True) else end


_YEAR = "(?:19|20)[0-9]{2}"
_DATED = re.compile(rf"{_YEAR}([-./ ])[0-9]{{1,2}}\1[0-9]{{1,2}}.*|{_YEAR}(?:[-/ ]{_YEAR})+")


def dated(written: str) -> bool:
    """Whether a number is a date, or years."""
    return bool(_DATED.fullmatch(written))
