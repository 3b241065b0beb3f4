"""What the findings in one response add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from writingbench.checks import length
from writingbench.checks.checked import Checked, Stretch
from writingbench.checks.course import course
from writingbench.checks.material import split
from writingbench.checks.passages import han, words
from writingbench.records import Answer, Finding, Query

LAST = 20  # windows of the course that are kept apart; what lies behind them is counted with the last


def add_up(query: Query, answer: Answer, findings: Sequence[Finding]) -> Checked:
    """The counts of one response with what all checks found in it."""
    met, broken, found = (
        Counter(one.check for one in findings if one.verdict == verdict) for verdict in ("met", "broken", "found")
    )
    scored = length.score(query, answer)
    return Checked(
        responses=1,
        met=dict(met),
        broken=dict(broken),
        found=dict(found),
        flagged=dict.fromkeys(broken | found, 1),
        scored=int(scored is not None),
        length=scored or 0.0,
        sourced=size(answer.text) / 1000 if split(query.text).has_material else 0.0,
        course=_course(answer.text),
    )


def size(text: str) -> int:
    """Words where the text is written with spaces, else characters: of a mixture both, added up."""
    return words(text) + han(text)


def _course(text: str) -> tuple[Stretch, ...]:
    made: list[Stretch] = []
    for one in course(text):
        if one.variety is None:  # too short to compare with the others
            continue
        stretch = Stretch(windows=1, repetition=one.repetition, variety=one.variety)
        if len(made) < LAST:
            made.append(stretch)
        else:
            made[-1] += stretch
    return tuple(made)
