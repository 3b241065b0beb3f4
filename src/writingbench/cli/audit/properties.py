"""`writingbench audit properties`: what a judge is audited for, each with an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from writingbench.cli import steps
from writingbench.cli.options import Flag
from writingbench.records import Language
from writingbench.reports import terminal

if TYPE_CHECKING:
    from writingbench.audits.perturb import Case, Property

SHOWN = 110  # characters of an example
AROUND = 30  # characters of what stands before the change


def properties(*, lang: Language = "en", json: Flag = False) -> int:
    """List what a judge is audited for: what is done to a text, between what its marks must move, and an example.

    Parameters
    ----------
    lang
        The language of the list and of the examples: en or zh.
    json
        Print the list as JSON on standard output, and nothing else.
    """
    from writingbench import auditing
    from writingbench.audits import audit
    from writingbench.audits.bars import table
    from writingbench.audits.perturb import PROPERTIES
    from writingbench.criteria import sets
    from writingbench.reports.audit import range_of

    subjects = [one for one in auditing.builtin_subjects() if one.query.language == lang]
    cases = audit.cases(subjects, (), sets.load("global"))
    rows = []
    for one in PROPERTIES:
        said = table().property[one.name]
        rows.append(
            {
                "name": one.name,
                "kind": one.kind,
                "called": said.name.of(lang),
                "does": said.does.of(lang),
                "low": one.bar.low,
                "high": one.bar.high,
                "why": one.bar.why.of(lang),
                "example": next(examples(one, cases), None),
            }
        )
    if json:
        return steps.print_json(rows)
    for one, row in zip(PROPERTIES, rows, strict=True):
        terminal.say(f"{one.name} ({one.kind}, {range_of((one.bar.low, one.bar.high))})  {row['called']}")
        terminal.say(f"  {row['does']}")
        if row["example"]:
            terminal.say(f"  {row['example']}")
    return 0


def examples(one: Property, cases: list[Case]) -> Iterator[str]:
    """Where the text that a property makes begins to differ, for each response that the change can be made to."""
    from writingbench.audits.perturb import shape

    for case in cases:
        if one.weak:
            case = replace(case, text=shape.cut(case) or case.text)  # noqa: PLW2901 - the text that is changed
        changed = one.change(case)
        if isinstance(changed, str):
            yield passage(case.text, changed)


def passage(before: str, after: str) -> str:
    """The first place where a text differs from another, in one line."""
    alike = sum(1 for _ in takewhile(lambda signs: signs[0] == signs[1], zip(before, after, strict=False)))
    begin = max(0, alike - AROUND)
    shown = " ".join(after[begin : begin + SHOWN].split())
    return ("…" if begin else "") + shown + ("…" if begin + SHOWN < len(after) else "")
