"""What comparisons of responses come to: a ranking, how far the two orders agree, and how much could be had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from writingbench.records import DYNAMIC, Choice, Failure
from writingbench.scores import strengths
from writingbench.scores.orders import Orders, orders
from writingbench.scores.strengths import Comparisons, Group
from writingbench.scores.style import FEATURES, Feature, differences

Control = Literal["none", "length", "style"]
CONTROLS: tuple[Control, ...] = get_args(Control)
CONTROLLED: Mapping[Control, tuple[Feature, ...]] = {"none": (), "length": FEATURES[:1], "style": FEATURES}
SIGN: Mapping[Choice, int] = {"first": 1, "tie": 0, "second": -1}

Choices = tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """The rules that comparisons were made by; whatever differs in one of them shares no ranking."""

    judge: str
    judge_fingerprint: str  # of model, sampling and prompt
    by: Literal["overall", "criteria"]
    protocol: str
    protocol_fingerprint: str
    benchmark: str
    benchmark_fingerprint: str
    criteria: str = DYNAMIC  # that were compared by, where `by` is "criteria"
    criteria_fingerprint: str = ""
    fingerprint: str  # of all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Two responses that were to be compared, in numbers."""

    query: int
    first: int  # place of the writer
    second: int
    forth: Choices | Failure | None  # said of the first before the second; None: never asked
    back: Choices | Failure | None  # said of the second before the first, of what stood first and second there
    styles: tuple[Sequence[int], Sequence[int]] = ((), ())  # of the two responses, as `style.style` counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What the comparisons by one judge under one set of rules come to."""

    by: By
    writers: tuple[str, ...]
    possible: int  # pairs of responses that might be compared
    asked: int  # that were to be
    compared: int  # that were, in both orders
    tied: int
    failures: Mapping[str, int]  # kind -> comparisons that could not be had for it
    orders: Orders
    groups: tuple[Group, ...]
    control: Control
    equal: tuple[Group, ...]  # the same at equal style; empty where nothing is controlled for


def outcome(forth: Choices, back: Choices) -> int:
    """1 where the first response is better, -1 the second, 0 for a tie.

    What the orders do not agree on is a tie. By several criteria the response is better that is so by more of them.
    """
    return int(np.sign(sum(one for one, other in _signs(forth, back) if one == -other)))


def _signs(forth: Choices, back: Choices) -> list[tuple[int, int]]:
    return [(SIGN[one], SIGN[other]) for one, other in zip(forth, back, strict=True)]


def contest(
    by: By,
    writers: Sequence[str],
    met: Sequence[Met],
    possible: int,
    *,
    control: Control = "none",
    resamples: int = strengths.RESAMPLES,
) -> Contest:
    """Everything that `met` comes to; what was not compared in both orders is counted, and nothing else."""
    failures: Counter[str] = Counter()
    there: list[tuple[Met, Choices, Choices]] = []
    for one in met:
        if isinstance(one.forth, tuple) and isinstance(one.back, tuple):
            there.append((one, one.forth, one.back))
        else:
            failed = [side.kind for side in (one.forth, one.back) if isinstance(side, Failure)]
            failures[failed[0] if failed else "unasked"] += 1
    columns = compared(there, CONTROLLED[control])
    asked = np.array(
        [(one.query, *signs) for one, forth, back in there for signs in _signs(forth, back)], np.int64
    ).reshape(-1, 3)
    plain = replace(columns, style=columns.style[:, :0])
    return Contest(
        by=by,
        writers=tuple(writers),
        possible=possible,
        asked=len(met),
        compared=len(there),
        tied=int((columns.outcome == 0).sum()),
        failures=dict(failures),
        orders=orders(asked[:, 1], asked[:, 2], asked[:, 0], resamples=resamples),
        groups=tuple(strengths.rank(len(writers), plain, resamples=resamples)),
        control=control,
        equal=tuple(strengths.rank(len(writers), columns, resamples=resamples)) if control != "none" else (),
    )


def compared(there: Sequence[tuple[Met, Choices, Choices]], features: Sequence[Feature] = ()) -> Comparisons:
    """Comparisons as columns, with how much more of each style feature the first response has."""
    rows = np.array(
        [(one.first, one.second, one.query, outcome(forth, back)) for one, forth, back in there], np.int64
    ).reshape(-1, 4)
    wanted = [FEATURES.index(feature) for feature in features]
    styles = np.array([[[side[place] for place in wanted] for side in one.styles] for one, *_ in there], np.float64)
    styles = styles.reshape(len(there), 2, len(wanted))
    return Comparisons(
        first=rows[:, 0],
        second=rows[:, 1],
        query=rows[:, 2],
        outcome=rows[:, 3],
        style=differences(styles[:, 0], styles[:, 1]),
    )
