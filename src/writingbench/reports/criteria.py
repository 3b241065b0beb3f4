"""Sets of criteria side by side: how each of them marks the same responses, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from writingbench.records import DYNAMIC
from writingbench.reports.leaderboard import NONE, SHOWN, Column, Figure, Group, interval, number, percent
from writingbench.reports.room import names
from writingbench.reports.shell import Tongue, render, words
from writingbench.scores.board import Board
from writingbench.scores.criteria import Comparison, Standing
from writingbench.scores.table import Label

KNOWN = (DYNAMIC, "global", "domain")  # which no other set may be called


def called(label: Label, tongue: Tongue) -> str:
    """What the criteria of a row are called on a page, and what that means."""
    return _explained(label.criteria, words(tongue))


def _short(name: str, w: Mapping[str, str]) -> str:
    return w[f"criteria_{name}"] if name in KNOWN else name


def _explained(name: str, w: Mapping[str, str]) -> str:
    what = w["in_brackets"].format(text=w[f"criteria_{name}_what"]) if name in KNOWN else ""
    return _short(name, w) + what


def several(boards: Sequence[Board]) -> bool:
    """Whether rankings differ in their criteria, so that these have to be said."""
    return len({label.criteria_fingerprint for board in boards for label in board.table.labels[:1]}) > 1


def section(found: Comparison, end: str, tongue: Tongue) -> str:
    """A comparison as HTML; `end` is that of its ids."""
    w = words(tongue)
    sets = [_short(one.name, w) for one in found.sets]
    known = names({label.fingerprint: (label.writer, label.judge) for label in found.labels})
    first = found.labels[0]
    return render(
        "front_criteria.html",
        tongue,
        end=end,
        lead=w["criteria_lead"].format(
            responses=found.responses,
            writers=_count(len(found.labels), "writers", w),
            queries=_count(found.queries, "queries", w),
            judge=first.judge,
        ),
        names=[known[label.fingerprint] for label in found.labels[:SHOWN]],
        writers=[
            Group(name=name, columns=_standings(one.writers[:SHOWN], w))
            for name, one in zip(sets, found.sets, strict=True)
        ],
        sets=[_explained(one.name, w) for one in found.sets],
        told=_told(found, w),
        twos=[w["criteria_two"].format(first=sets[one.first], second=sets[one.second]) for one in found.agreement],
        agreed=Group(
            name="",
            columns=(
                Column(name=w["criteria_tau"], figures=tuple(_figure(one.tau) for one in found.agreement)),
                Column(
                    name=w["criteria_correlation"], figures=tuple(_figure(one.correlation) for one in found.agreement)
                ),
            ),
        ),
    )


def _count(n: int, what: str, w: Mapping[str, str]) -> str:
    return w[f"{what}_one"] if n == 1 else w[f"{what}_many"].format(n=n)


def _figure(value: float | None) -> Figure:
    return Figure(text=number(value).replace("-", "−"), value=value)


def _standings(found: Sequence[Standing], w: Mapping[str, str]) -> tuple[Column, ...]:
    scores = tuple(Figure(text=number(one.mean), value=one.mean, small=interval(one.low, one.high)) for one in found)
    return (
        Column(name=w["overall"], figures=scores),
        Column(name=w["place"], figures=tuple(_rank(one) for one in found), sort="ascending"),
    )


def _rank(one: Standing) -> Figure:
    if one.rank is None:
        return Figure(text=NONE)
    moves = "" if one.rank.low == one.rank.high else f"{one.rank.low}–{one.rank.high}"
    return Figure(text=str(one.rank.place), value=one.rank.place, small=moves)


def _told(found: Comparison, w: Mapping[str, str]) -> Group:
    """What each set makes of the responses: a figure a set."""
    apart = tuple(
        Figure(text=w["criteria_apart_of"].format(apart=one.apart, pairs=one.pairs), value=one.apart)
        for one in found.sets
    )
    return Group(
        name="",
        columns=(
            Column(name=w["criteria_mean"], figures=tuple(_figure(one.mean) for one in found.sets)),
            Column(name=w["criteria_spread"], figures=tuple(_figure(one.spread) for one in found.sets)),
            Column(
                name=w["criteria_top"],
                figures=tuple(Figure(text=percent(one.top) or NONE, value=one.top) for one in found.sets),
            ),
            *([Column(name=w["criteria_apart"], figures=apart)] if len(found.labels) > 1 else []),
        ),
    )


def as_json(found: Comparison) -> dict[str, Any]:
    """A comparison as it stands in scores.json."""
    first = found.labels[0]
    return {
        "protocol": {"name": first.protocol, "fingerprint": first.protocol_fingerprint},
        "benchmark": {"name": first.benchmark, "fingerprint": first.benchmark_fingerprint},
        "judge": {"name": first.judge, "fingerprint": first.judge_fingerprint},
        "queries": found.queries,
        "responses": found.responses,
        "sets": [
            {
                **msgspec.to_builtins(one),
                "writers": [
                    {"writer": label.writer, **msgspec.to_builtins(standing)}
                    for label, standing in zip(found.labels, one.writers, strict=True)
                ],
            }
            for one in found.sets
        ],
        "agreement": [
            {
                **msgspec.to_builtins(one),
                "first": found.sets[one.first].name,
                "second": found.sets[one.second].name,
            }
            for one in found.agreement
        ],
    }
