"""What no writer should learn from, whatever its mark: texts that a check finds fault with, and copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from writingbench.checks import functions
from writingbench.construct.alike import duplicates
from writingbench.records import Finding
from writingbench.training.candidates import Candidate

Check = Literal["figures", "repetition", "completeness"]
Find = Callable[[Sequence[Candidate], Sequence[Check]], Sequence[Check | None]]
SAME = 0.8  # the share of two responses' runs of characters that both have, from which on they are one response


def _any(finding: Finding) -> bool:
    return True


def _figures(finding: Finding) -> bool:
    """Not in what invents its facts: a story, a plan."""
    return not finding.facts.get("asked")


FAULTS: Mapping[Check, Callable[[Finding], bool]] = {"figures": _figures, "repetition": _any, "completeness": _any}


def fault(one: Candidate, checks: Sequence[Check]) -> Check | None:
    """The first check that finds fault with a candidate, if there is one."""
    for name in checks:
        if any(FAULTS[name](finding) for finding in functions()[name](one.query, one.answer)):
            return name
    return None


def without_copies(candidates: Sequence[Candidate], left_out: Counter[str]) -> list[Candidate]:
    """The candidates but for those that say nearly the same as one before them, to whatever request."""
    copies = {pair.later for pair in duplicates([one.answer.text for one in candidates], SAME)}
    if copies:
        left_out["a copy of another"] += len(copies)
    return [one for place, one in enumerate(candidates) if place not in copies]


def faults(candidates: Sequence[Candidate], checks: Sequence[Check]) -> list[Check | None]:
    """The fault of each candidate, None for one without."""
    return [fault(one, checks) for one in candidates]


def sound(
    candidates: Sequence[Candidate], checks: Sequence[Check], left_out: Counter[str], find: Find = faults
) -> list[Candidate]:
    """The candidates that the checks, done by `find`, find no fault with."""
    if not checks:
        return list(candidates)
    found = find(candidates, checks)
    left_out.update(f"check: {name}" for name in found if name)
    return [one for one, name in zip(candidates, found, strict=True) if not name]
