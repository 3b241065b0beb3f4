"""A ranking from comparisons, as JSON and as a part of the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from writingbench.files import replacing
from writingbench.reports.leaderboard import Column, Figure
from writingbench.reports.leaderboard import Group as Columns
from writingbench.reports.shell import Tongue, render, words
from writingbench.scores.contest import CONTROLLED, Contest
from writingbench.scores.strengths import Group, Level, Standing


def as_json(found: Contest) -> dict[str, Any]:
    """Everything, as it stands in compare.json."""
    by, orders = found.by, found.orders
    control = {
        "features": CONTROLLED[found.control],
        "groups": [_group(found, group, CONTROLLED[found.control]) for group in found.equal],
    }
    return {
        "judge": {"name": by.judge, "fingerprint": by.judge_fingerprint},
        "by": by.by,
        "protocol": {"name": by.protocol, "fingerprint": by.protocol_fingerprint},
        "benchmark": {"name": by.benchmark, "fingerprint": by.benchmark_fingerprint},
        "criteria": {"name": by.criteria, "fingerprint": by.criteria_fingerprint} if by.by == "criteria" else None,
        "fingerprint": by.fingerprint,
        "coverage": {
            "possible": found.possible,
            "asked": found.asked,
            "compared": found.compared,
            "failures": found.failures,
        },
        "tied": found.tied,
        "orders": {**msgspec.to_builtins(orders), "disagree": orders.disagree},
        "groups": [_group(found, group) for group in found.groups],
        "at_equal_style": control if found.equal else None,
    }


def _group(found: Contest, group: Group, features: Sequence[str] = ()) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(group)
    effects = made.pop("effects")
    made["standings"] = [{**one, "writer": found.writers[one["writer"]]} for one in made["standings"]]
    return made | ({"effects": dict(zip(features, effects, strict=True))} if features else {})


def write(found: Contest, path: Path) -> None:
    """Write a ranking to a file. Raises UserError where it cannot be written."""
    with replacing(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(as_json(found)), indent=1).decode())


def section(found: Contest, end: str, tongue: Tongue, *, small: bool) -> str:
    """A ranking as HTML; `end` is that of its ids, `small` whether its judge is one whose choices mean nothing."""
    w, orders = words(tongue), found.orders
    lead = w[f"contest_lead_{found.by.by}"]
    said = []
    if found.compared and orders.follows:
        share = f"{found.tied / found.compared:.0%}"
        said.append(w["contest_ties"].format(tied=found.tied, compared=found.compared, share=share))
        asked = orders.response + orders.tied + orders.disagree
        share = share_of(orders.follows)
        said.append(w["contest_position"].format(share=share, first=orders.first, second=orders.second, all=asked))
    return render(
        "front_contest.html",
        tongue,
        end=end,
        small=small,
        lead=lead.format(judge=found.by.judge, compared=found.compared, asked=found.asked, possible=found.possible),
        tables=[
            (
                [found.writers[one.writer] for one in group.standings],
                [Columns(name="", columns=_columns(group.standings, tongue))],
                [_place(one) for one in group.standings],
            )
            for group in found.groups
        ],
        said=said,
    )


def _columns(standings: Sequence[Standing], tongue: Tongue) -> tuple[Column, ...]:
    w = words(tongue)
    return (
        Column(
            name=w["contest_points"],
            note=w["contest_points_note"],
            figures=tuple(
                Figure(text=f"{one.points.value:.0f}", value=one.points.value, small=interval_of(one.points))
                for one in standings
            ),
        ),
        Column(
            name=w["contest_beats"],
            note=w["contest_beats_note"],
            figures=tuple(Figure(text=f"{one.beats.value:.0%}", value=one.beats.value) for one in standings),
        ),
        *(
            Column(
                name=w[f"contest_{kind}"],
                figures=tuple(
                    Figure(text=f"{count:,}", value=count) for one in standings for count in [_count(one, kind)]
                ),
            )
            for kind in ("won", "tied", "lost")
        ),
    )


def _count(one: Standing, kind: str) -> int:
    return {"won": one.won, "tied": one.tied, "lost": one.lost}[kind]


def _place(one: Standing) -> Figure:
    return Figure(text=str(one.place), value=one.place, small="" if one.low == one.high else f"{one.low}–{one.high}")


def interval_of(level: Level) -> str:
    """The interval of points, "" where there is none."""
    return "" if level.low is None or level.high is None else f"{level.low:.0f}–{level.high:.0f}"


def share_of(level: Level) -> str:
    """A share in percent, with its interval where there is one."""
    ends = "" if level.low is None or level.high is None else f" ({level.low:.0%}–{level.high:.0%})"
    return f"{level.value:.0%}{ends}"
