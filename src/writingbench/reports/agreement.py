"""Judges against people as tables of text, for the terminal and for Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from writingbench.agreement.compared import Compared, Difference, Row
from writingbench.agreement.drawn import Figure
from writingbench.agreement.features import LENGTH
from writingbench.agreement.rules import RULES, Rule

HEADS: Mapping[Rule, str] = {"half": "ties half", "left out": "ties left out", "class": "tie as a class"}
NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A table of text."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def tables(found: Compared) -> list[Shown]:
    """What is shown, in its order."""
    made = [_agreement(found), _beyond(found), _writers(found)]
    if found.people.raters > 1:
        made.append(_persons(found))
    if found.people.raters > 1 or found.people.scores:
        made.append(_people(found))
    if differences := _differences(found):
        made.append(differences)
    return made


def headline(found: Compared) -> str:
    """What people voted on, in a sentence or two."""
    people = found.people
    ties = f"{people.ties / people.votes:.0%} of their votes are ties" if people.votes else "nobody voted"
    split = f", on {people.split:,} pairs they split" if people.several else ""
    longer = f"; they prefer the longer response in {percent(found.longer)} of pairs" if found.longer.value else ""
    margin = f" A judge's tie is a difference of at most {found.tie:g} between its mean marks." if found.tie else ""
    return (
        f"{found.human}: {people.raters:,} {'person' if people.raters == 1 else 'people'}, {people.pairs:,} pairs of "
        f"responses by {found.writers:,} writers to {found.queries:,} queries; {ties}{split}{longer}.{margin}"
    )


def markdown(found: Compared) -> str:
    """All of it as Markdown."""
    parts = [headline(found)]
    for table in tables(found):
        lines = [table.columns, *table.rows]
        rows = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
        rows.insert(1, "|---" * len(table.columns) + "|")
        parts.append(f"{table.title}\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def as_json(found: Compared) -> dict[str, Any]:
    """All of it as JSON has it; a figure is {"value", "low", "high", "n", "queries"}."""
    said: dict[str, Any] = msgspec.to_builtins(found)
    return said


def named(found: Compared) -> list[tuple[str, Row]]:
    """Each judge with what it is called: with its protocol where another one has the same name and criteria."""
    times = Counter(row.name for row in found.rows)
    return [(f"{row.name}, {row.protocol}" if times[row.name] > 1 else row.name, row) for row in found.rows]


def percent(figure: Figure) -> str:
    return NONE if figure.value is None else f"{figure.value:.1%}"


def _share(figure: Figure) -> str:
    if figure.value is None:
        return NONE
    if figure.low is None or figure.high is None:
        return percent(figure)
    return f"{100 * figure.value:.1f} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return NONE
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _agreement(found: Compared) -> Shown:
    people = found.people
    rows = [
        (name, f"{row.coverage.judged:,} of {row.coverage.pairs:,}",
         *(_share(row.majority[rule]) for rule in RULES), *_several(found, _share(row.each["half"])))
        for name, row in named(found)
    ]  # fmt: skip
    if people.several:
        rows.append(
            ("people, with the others", f"{people.others['half'].n:,} of {people.pairs:,}",
             *(_share(people.others[rule]) for rule in RULES), _share(people.each_other["half"]))
        )  # fmt: skip
    return Shown(
        title="Agreement with people's majority, % [95% interval]",
        columns=("judge", "pairs", *HEADS.values(), *_several(found, "with each person, ties half")),
        rows=rows,
    )


def _several(found: Compared, *cells: str) -> tuple[str, ...]:
    """Cells that say something only where there are several people."""
    return cells if found.people.several else ()


def _beyond(found: Compared) -> Shown:
    return Shown(
        title="Beyond chance, and beyond length",
        columns=("judge", "Cohen's kappa", "length-controlled, %", "prefers longer, %", "ties, %", "worth pairs"),
        rows=[
            (name, _figure(row.kappa), _share(row.length_controlled), _share(row.longer),
             NONE if row.ties is None else f"{100 * row.ties:.1f}", NONE if row.worth is None else f"{row.worth:,.0f}")
            for name, row in named(found)
        ],
    )  # fmt: skip


def _writers(found: Compared) -> Shown:
    return Shown(
        title="The order of the writers: people's win rate against the judge's mean mark",
        columns=("judge", "writers", "Kendall's tau", "Spearman's rho"),
        rows=[
            (name, f"{len(row.systems.writers):,}", _figure(row.systems.kendall), _figure(row.systems.spearman))
            for name, row in named(found)
        ],
    )


def _persons(found: Compared) -> Shown:
    persons = list(dict.fromkeys(person for row in found.rows for person in row.persons))
    return Shown(
        title="Agreement with each person, ties half, %",
        columns=("judge", *persons),
        rows=[(name, *(_share(row.persons[person]["half"]) for person in persons)) for name, row in named(found)],
    )


def _people(found: Compared) -> Shown:
    people = found.people
    rows = []
    if people.scores:
        rows += [
            ("Krippendorff's alpha of the scores, ordinal", _figure(people.scores.ordinal)),
            ("Krippendorff's alpha of the scores, interval", _figure(people.scores.interval)),
        ]
    if people.raters > 1:
        rows += [
            ("Fleiss' kappa of the votes", _figure(people.fleiss)),
            ("Krippendorff's alpha of the votes, nominal", _figure(people.nominal)),
            ("Krippendorff's alpha of the votes, ordinal", _figure(people.ordinal)),
            ("Cohen's kappa, mean of every two", NONE if people.cohen is None else f"{people.cohen:.2f}"),
            *((f"Cohen's kappa, {one.one} and {one.other}", _figure(one.kappa)) for one in people.couples),
        ]
    return Shown(title="People among each other", columns=("", "value [95% interval]"), rows=rows)


def _differences(found: Compared) -> Shown | None:
    """Judges that differ in nothing but their criteria, and each against longer is better."""

    def telling(one: Difference) -> bool:
        first, second = found.rows[one.one], found.rows[one.other]
        return second.judge == LENGTH or (first.judge, first.protocol) == (second.judge, second.protocol)

    names = [name for name, _ in named(found)]
    shown = [one for one in found.differences if telling(one) and one.apart.value is not None]
    if not shown:
        return None
    return Shown(
        title="Differences in agreement with the majority, ties half, on the pairs that both judged, points",
        columns=("judge", "against", "pairs", "difference", "just one is right, %"),
        rows=[
            (names[one.one], names[one.other], f"{one.apart.n:,}", _share(one.apart),
             NONE if one.discordant is None else f"{100 * one.discordant:.0f}")
            for one in shown
        ],
    )  # fmt: skip


def _cell(text: str) -> str:
    """A cell that no name of a writer or a person can break out of."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
