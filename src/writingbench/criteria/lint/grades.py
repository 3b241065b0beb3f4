"""How good a band says that a text is, by words that grade: from -2 to 2, None where it has none.

    "Fails to mention the deadline."        -2.0
    "Clear, with minor inaccuracies."        0.3
    "内容完整，没有错误。"                     1.0     denied faults speak for a text

What the words are stands in grades.toml. They tell which of two bands is the better one only where the two are plainly
different: many bands grade by counting and hold none of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from writingbench.criteria.lint.text import LONGEST

GRADES: Mapping[str, float] = {
    "worst": -2,
    "bad": -1,
    "fair": 0,
    "good": 1,
    "best": 2,
    "none": -2,
    "not": -1,
    "fault": -1,
}
DENIALS = frozenset({"none", "not"})
REACH: Mapping[Literal["en", "zh"], int] = {"en": 25, "zh": 5}  # characters behind a denial that it turns around


@cache
def pattern(language: Literal["en", "zh"]) -> re.Pattern[str]:
    """Every word that grades, in the group of its grade."""
    listed = tomllib.loads((files("writingbench.criteria.lint") / "grades.toml").read_text("utf-8"))[language]
    groups = [f"(?P<{grade}>{'|'.join(listed[grade].split(chr(10))).strip('|')})" for grade in GRADES]
    # best before worst: 毫无瑕疵 before 毫无
    groups.sort(key=lambda group: not group.startswith("(?P<best>"))
    text = "|".join(groups)
    return re.compile(rf"\b(?:{text})\b" if language == "en" else text, re.IGNORECASE)


def grade(text: str, language: Literal["en", "zh"]) -> tuple[float, int] | None:
    """The mean grade of a text's words that grade, and how many there are."""
    found: list[float] = []
    denied = 0  # up to where a denial reaches
    for word in pattern(language).finditer(text[:LONGEST]):
        name = str(word.lastgroup)
        if word.start() < denied and name not in DENIALS:
            if name == "fault":
                found[-1] = 1.0  # "no errors"; of "not clear" the denial has been counted
            continue
        found.append(GRADES[name])
        if name in DENIALS:
            denied = word.end() + REACH[language]
        if (stop := re.search(r"[.;,，。；]", text[word.end() : denied])) is not None:
            denied = word.end() + stop.start()
    return (sum(found) / len(found), len(found)) if found else None
