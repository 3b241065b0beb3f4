"""Read numbers as people write them, in digits or in words, in English and Chinese.

"1,500" 1500    "1.5k" 1500    "two hundred and fifty" 250    "a dozen" 12    "half a" 0.5
"三千五百" 3500  "1.5万" 15000  "两三千" 2000 to 3000  "万" 10000
"""

from __future__ import annotations

import re

from writingbench.checks.spelled import HAN_DIGIT, ONES, TENS, number_of, words_value

__all__ = ["DIGITS", "ENGLISH", "HAN_NUMBER", "number", "plain", "scaled"]

_MANY = {"hundred": 100, "thousand": 1000, "dozen": 12, "k": 1000, "w": 10_000, "百": 100, "千": 1000, "万": 10_000}

DIGITS = r"\d{1,3}(?:,\d{3}){1,2}(?!\d)|\d{1,7}(?:\.\d{1,3})?"
_NAMES = "|".join(sorted((*ONES, *TENS), key=len, reverse=True))
ENGLISH = (
    rf"(?>half an?\b|one and a half\b|(?:(?:{_NAMES})|an?(?=[\s-]{{1,2}}(?:hundred|thousand"
    rf"|dozen)))(?:[\s-]{{1,2}}(?:and\s(?!(?:{_NAMES})[\s-](?:hundred|thousand)))?(?:{_NAMES}|hundred|thousand"
    rf"|dozen)\b){{0,6}})"
)
HAN_NUMBER = r"[〇零一二两俩三四五六七八九十百千万]{1,9}|半"

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．％：－～\xa0", "0123456789.%:-~ ")


def plain(text: str) -> str:
    """The text with wide digits, signs and spaces made narrow: as long as before, so that places hold."""
    return text.translate(_FULL_WIDTH)


def number(text: str) -> tuple[float, float] | None:
    """From what to what a written number goes (mostly the same); None where it cannot be read."""
    text = plain(text).strip().lower().replace(",", "")
    if not text:
        return None
    if text[0].isascii() and text[0].isdigit():
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s?(k|w|千|万|百|thousand|hundred|dozen)?", text)
        return _same(float(found[1]) * _MANY.get(found[2] or "", 1)) if found else None
    if text[0].isascii():
        return _same(_english(text))
    return _chinese(text)


def scaled(low: float, text: str, high: float) -> float:
    """The lower end of "3-5万", where `text` is its upper end: what that is counted in holds for the lower one too."""
    signs = ("k", "w", "千", "万", "百", "thousand", "hundred")
    scale = next((_MANY[sign] for sign in signs if sign in text.lower()), 1)
    return low * scale if low * scale <= high and low < 100 else low


def _same(value: float | None) -> tuple[float, float] | None:
    return None if value is None else (value, value)


def _english(text: str) -> float | None:
    if text.startswith("half"):
        return 0.5
    half = " and a half"
    found = words_value(" ".join(re.split(r"[\s-]+", text.removesuffix(half))))
    return found[0] + 0.5 * text.endswith(half) if found else None


def _chinese(text: str) -> tuple[float, float] | None:
    if text == "半":
        return 0.5, 0.5
    between = re.fullmatch(r"(十?)([一二两三四五六七八九])([二两三四五六七八九])([十百千万]*)", text)
    if between and (between[4] or between[1] or HAN_DIGIT[between[2]] + 1 == HAN_DIGIT[between[3]] or text == "三五"):
        ten, low, high, scale = between.groups()  # "三五百" is from 300 to 500, "十二三" 12 to 13
        ends = [_digits(ten + digit + scale) for digit in (low, high)]
        return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None
    return _same(_digits(text))


def _digits(text: str) -> float | None:
    """The value of a numeral without ranges; of 百, 千 and 万 alone too."""
    text = text.replace("俩", "两")
    if all(sign in HAN_DIGIT for sign in text):
        return float("".join(str(HAN_DIGIT[sign]) for sign in text))
    found = number_of("一" + text if text[0] in "百千万" else text)
    return found[0] if found else None
