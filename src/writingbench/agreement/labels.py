"""Pairs as rows that any tool can take, and what people said of them back from such rows.

    {"pair": "3f2a…", "request": "...", "first": "...", "second": "...", "by": "", "choice": "", "strength": null,
     "comment": "", "seconds": null}

Who wrote the two is not told. Coming back, `pair`, `by` and `choice` (first, second or tie; A and B are first and
second) are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from writingbench.agreement.draw import Pair
from writingbench.agreement.study import CHOICES, STRENGTHS, Label, Study
from writingbench.benchmark.line import Defect, Entry
from writingbench.benchmark.load import Defects
from writingbench.construct.exchange import lines
from writingbench.people import NAME
from writingbench.records import Choice

SPOKEN: Mapping[str, Choice] = {"a": "first", "b": "second", "first": "first", "second": "second", "tie": "tie"}
FIELDS = ("pair", "by", "choice", "strength", "comment", "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody said of a pair, as a file has it."""

    line: int
    pair: str
    by: str
    label: Label


def row(pair: Pair) -> dict[str, Any]:
    """A pair as a row that waits for somebody to say something."""
    return {
        "pair": pair.id,
        "request": pair.query.text,
        "first": pair.first.text,
        "second": pair.second.text,
        **dict.fromkeys(("by", "choice"), ""),
        "strength": None,
        "comment": "",
        "seconds": None,
    }


def given(content: bytes, file: str, pairs: Iterable[Pair], by: str = "") -> list[Given]:
    """What the rows of a JSONL file say; rows without a choice wait still and are passed over.

    `by` is who said what names nobody. Raises Defects with all that is wrong.
    """
    defects: list[Defect] = []
    known = {pair.id for pair in pairs}
    found: dict[tuple[str, str], Given] = {}
    for line, said in lines(content, file, defects):
        at = Entry(file, line, defects)
        if said.get("choice") in {None, ""}:
            continue
        before = len(defects)
        one = check(said, at, known, by)
        if len(defects) == before:
            if (one.pair, one.by) in found:
                at.wrong("pair", f"{one.by} said something of it on line {found[one.pair, one.by].line}", one.pair)
            found[one.pair, one.by] = one
    if defects:
        raise Defects(defects)
    return list(found.values())


def check(said: Mapping[str, Any], at: Entry, known: Iterable[str], by: str = "") -> Given:
    """What one row says; what is wrong with it is told to `at`, and then its answer is worth nothing."""
    pair, name, choice = said.get("pair"), said.get("by") or by, said.get("choice")
    if not isinstance(pair, str) or pair not in known:
        at.wrong("pair", "no such pair here; name the --out folder that it was drawn in", pair)
    if not isinstance(name, str) or not name.strip() or len(name) > NAME or not name.isprintable():
        at.wrong("by", "must name who said it; give it here or with --by", name)
    meant = SPOKEN.get(choice.strip().lower()) if isinstance(choice, str) else None
    if meant is None:
        at.wrong("choice", f"must be {', '.join(CHOICES)}, A or B", choice)
    strength, seconds, comment = said.get("strength"), said.get("seconds"), said.get("comment") or ""
    if strength is not None and (strength not in STRENGTHS or isinstance(strength, bool) or meant == "tie"):
        at.wrong("strength", "must be 1 (slightly) or 2 (clearly), and of a preference; or null", strength)
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0):
        at.wrong("seconds", "must be a number from 0, or null", seconds)
    if not isinstance(comment, str):
        at.wrong("comment", "must be a text", comment)
    return Given(
        line=at.line,
        pair=str(pair),
        by=" ".join(str(name).split()),
        label=Label(choice=meant, strength=strength, comment=str(comment), seconds=seconds, done=True),
    )


def bring_in(study: Study, found: Iterable[Given]) -> int:
    """Put labels into a study; how many of them say something new."""
    return sum(study.say(one.by, one.pair, one.label) for one in found)
