"""Tell the value of a number in words: Chinese numerals of any size, and English number words.

三千五百二十 3,520    一亿二千万 120,000,000    三点一四 3.14    百万, 三四 no single number
one hundred and twenty-five 125    two million 2,000,000    a dozen 12
"""

from __future__ import annotations

import re

__all__ = ["HAN_DIGIT", "ONES", "TENS", "number_of", "words_value"]

ONES = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
HAN_DIGIT = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNIT = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def number_of(written: str) -> tuple[float, float] | None:
    """The value of a Chinese numeral and the step of its last place; None where it is no single number (三四, 百万)."""
    whole, _, after = written.partition("点")
    if all(sign in HAN_DIGIT for sign in whole):
        if len(whole) > 1 and (len(whole) < 3 or after):
            return None
        found: tuple[float, float] | None = float("".join(str(HAN_DIGIT[sign]) for sign in whole) or "0"), 1.0
    else:
        found = _in_units(whole)
    if not found or not after:
        return found
    return found[0] + sum(HAN_DIGIT[sign] * 10.0**-n for n, sign in enumerate(after, 1)), 10.0 ** -len(after)


def _in_units(whole: str) -> tuple[float, float] | None:
    """The value of a numeral with 十, 百, 千, 万 or 亿, and its step."""
    total = section = 0.0  # what 万 and 亿 have closed, and what is still open
    digit: int | None = None
    last = step = 1.0
    for sign in whole:
        if sign in HAN_DIGIT:
            if digit:
                return None
            digit, step = HAN_DIGIT[sign], 1.0
        elif sign in _HAN_UNIT:
            if not digit and (sign != "十" or section or (total and digit is None)):
                return None
            section += (digit or 1) * _HAN_UNIT[sign]
            digit, last, step = None, _HAN_UNIT[sign], _HAN_UNIT[sign]
        elif sign not in "万亿":
            return None
        else:
            if not section and not digit and not (sign == "亿" and total):
                return None
            scale = 1e4 if sign == "万" else 1e8
            section += digit or 0
            total = (total + section) * scale if sign == "亿" and total else total + section * scale
            section, digit, last, step = 0.0, None, scale, step * scale
    if digit is not None:
        if last > 10 and whole[-2] not in "零〇":  # 三千五 is 3,500
            digit, step = digit * int(last // 10), last / 10
        section += digit
    return total + section, step


def words_value(written: str) -> tuple[float, float] | None:
    """The value of an English number in lower case and the step of its last word; None where it is no single number."""
    total = section = 0.0
    step = 1.0
    last = ""
    for word in re.split(r"[ -]", written.lower()):
        if word in {"a", "an"}:
            section = 1
        elif word == "and":
            continue
        elif word in ONES:
            if last in ONES or (last in TENS and ONES[word] > 9):
                return None
            section, step = section + ONES[word], 1
        elif word in TENS:
            if last in ONES or last in TENS:
                return None
            section, step = section + TENS[word], 1
        elif word == "hundred":
            section, step = (section or 1) * 100, 100
        elif word == "dozen":
            section, step = (section or 1) * 12, 12
        elif word in _LARGE:
            total, section, step = total + (section or 1) * _LARGE[word], 0, _LARGE[word]
        else:
            return None
        last = word
    return (total + section, step) if last else None
