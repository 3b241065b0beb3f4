"""The reading room's list of queries, with what narrows and sorts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any, Literal

from markupsafe import Markup

from writingbench.records import REQUIREMENTS
from writingbench.reports.found import CHECKS, Denied, counted
from writingbench.reports.room import FEW, FOLDER, NONE, Row, facts, mean, names
from writingbench.reports.shell import Tongue, place, render, words


def index(
    rows: Sequence[Row],
    tongue: Tongue,
    *,
    inline: Sequence[str] | Literal[False] = False,
    order: Sequence[str] = (),
) -> str:
    """The list of queries. `inline` is the entries' HTML if they are to stand in it, else it leads to pages in FOLDER.

    Runs are shown in the `order` of their fingerprints; those that it lacks come last.
    """
    met = {run: (one.writer, one.judge) for row in rows for run, one in row.figures.items()}
    runs = {run: met[run] for run in (*order, *met) if run in met}
    w = words(tongue)
    named = names(runs)
    apart = any(one.spread is not None for row in rows for one in row.figures.values())
    if len(runs) == 1:
        means = [w["room_mean"]]
    else:
        means = list(named.values()) if len(runs) <= FEW else [w["room_best"], w["room_median"], w["room_worst"]]
    columns = [("mean", name) for name in means] + [("own", ""), ("lowest", w["room_lowest"])]
    columns += [("spread", w["room_spread"])] * apart
    domains: dict[str, dict[str, None]] = {}
    for row in rows:
        domains.setdefault(row.domain1, {})[row.domain2] = None
    return render(
        "room_index.html",
        tongue,
        rows=[_shown(row, columns, runs, tongue) for row in rows],
        bodies=[Markup(body) for body in inline] if inline else None,  # noqa: S704 - our own templates made it
        folder=f"{FOLDER}/",
        columns=[(kind, name, _short(name)) for kind, name in columns],
        shown=len(columns) - 1,  # `own` is there for when one writer is chosen
        apart=apart,
        runs=named,
        domains=domains,
        languages=[one for one in ("en", "zh") if any(row.language == one for row in rows)],
        requirements=[kind for kind in REQUIREMENTS if any(kind in row.requirements for row in rows)],
        json={
            "runs": list(runs),
            "names": list(named.values()),
            "short": [_short(name) for name in named.values()],
            "words": {"shown": w["room_shown"], "count": w["room_count"], **{kind: w[kind] for kind, _ in CHECKS}},
            "rows": [_as_json(row, list(runs)) for row in rows],
        },
    )


def _shown(row: Row, columns: Sequence[tuple[str, str]], runs: Mapping[str, Any], tongue: Tongue) -> dict[str, Any]:
    """A row of the list, as the template wants it."""
    figures = [row.figures.get(run) for run in runs]
    means = [one.mean if one else None for one in figures]
    if len(runs) > FEW:
        known = [one for one in means if one is not None]
        means = [max(known), median(known), min(known)] if known else [None] * 3
    here = [one for one in figures if one]
    every: Counter[str] = Counter()
    for one in here:
        every.update(one.findings)
    values = [mean(one) for one in means] + [NONE, _whole(min(_known(one.lowest for one in here), default=None))]
    values.append(_whole(max(_known(one.spread for one in here), default=None)))
    return {
        "key": row.key,
        "index": row.index,
        "language": row.language,
        "domain1": row.domain1,
        "domain2": row.domain2,
        "facts": [place(row.domain1, tongue), *facts(row, tongue)],
        "opening": row.opening,
        "href": f"{FOLDER}/{row.key}.html",
        "figures": [(kind, name, value) for (kind, name), value in zip(columns, values, strict=False)],
        "findings": counted(every, tongue),
    }


def _as_json(row: Row, runs: Sequence[str]) -> dict[str, Any]:
    """What the list's script has to know of a row; lists go by run."""
    figures = [row.figures.get(run) for run in runs]
    here = [place for place, one in enumerate(figures) if one]
    return {
        "d": row.domain1,
        "s": row.domain2,
        "l": row.language,
        "r": row.requirements,
        "m": [None if one is None or one.mean is None else round(one.mean, 2) for one in figures],
        "lo": [one and one.lowest for one in figures],
        "sp": [one and one.spread for one in figures],
        "f": {place: one.findings for place, one in enumerate(figures) if one and one.findings},
        **({"here": here} if len(here) < len(runs) else {}),
    }


def _short(name: str) -> str:
    """A run's name without those of vendors."""
    return " · ".join(part.rsplit("/", 1)[-1] or part for part in name.split(" · "))


def _known(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _whole(value: int | None) -> str:
    return NONE if value is None else str(value)


def denied(rows: Iterable[Row], inline: bool) -> list[Denied]:
    """The contradictions of all queries, the highest marks first: they mislead most."""
    found = [
        one if inline else replace(one, href=f"{FOLDER}/{row.key}.html{one.href}") for row in rows for one in row.denied
    ]
    return sorted(found, key=lambda one: (-one.score, one.index))
