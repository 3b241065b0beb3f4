"""`audit.html`: what auditing says of each judge, and the same for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from writingbench.audits.bars import KINDS, table
from writingbench.audits.card import Card
from writingbench.audits.effects import Outcome, Result
from writingbench.reports.criteria import KNOWN
from writingbench.reports.front import UNABLE
from writingbench.reports.leaderboard import NONE, number, signed
from writingbench.reports.shell import Tongue, render, shell, source, words

SIGNS: Mapping[Outcome, str] = {"pass": "✓", "fail": "✗", "undecided": "?", "absent": NONE}
PAGE = "audit.html"
LITTLE = 4.0  # mean mark of unchanged texts below which there is little room to fall


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """An effect as a picture: places on a line of 100, left to right."""

    zero: float
    start: float | None  # of the interval
    end: float | None
    middle: float | None
    from_: float  # of what the bar allows
    to: float


def page(cards: Sequence[Card], tongue: Tongue) -> str:
    """The whole page of the cards of a folder."""
    w = words(tongue)
    body = render(
        "audit.html",
        tongue,
        cards=[_card(card, place, tongue) for place, card in enumerate(cards, start=1)],
        side=_side(cards, tongue) if len(cards) > 1 else [],
        judges=[_called(card, cards) for card in cards],
        least=table().least,
        whys=_whys(tongue),
    )
    nav = [(f"#judge-{place}", _called(card, cards)) for place, card in enumerate(cards, start=1)]
    return shell(w["audit_title"], body, tongue, styles=[source("audit.css")], nav=[*nav, ("#how", w["audit_how"])])


def section(cards: Sequence[Card], tongue: Tongue) -> str:
    """The section of a report that leads to the page of the cards; "" where there are none."""
    said = [summary(card, tongue)[0] for card in cards]
    return render("audit_section.html", tongue, said=said, page=PAGE) if said else ""


def summary(card: Card, tongue: Tongue) -> list[str]:
    """What a card comes to, in a sentence or two."""
    w, counts = words(tongue), card.outcomes
    open_ = counts["undecided"]
    said = w["audit_counted" if open_ else "audit_counted_all"].format(
        judge=card.judge,
        passed=counts["pass"],
        failed=counts["fail"],
        open=open_,
        all=counts["pass"] + counts["fail"] + open_,
    )
    notes = [said]
    if card.mean is not None and card.mean < LITTLE:
        notes.append(w["audit_room"].format(mean=number(card.mean)))
    if card.asked > card.marked:
        why = w["comma"].join(f"{count:,} {w[kind]}" for kind, count in card.failures.items() if count)
        notes.append(w["audit_lost"].format(missing=card.asked - card.marked, asked=card.asked, why=why))
    return notes


def lines(card: Card, tongue: Tongue) -> list[tuple[str, ...]]:
    """A card as rows of text, the head first; narrow enough for a terminal of 80 columns."""
    w = words(tongue)
    heads = ("property", "outcome", "effect", "bar", "rate", "texts")
    return [
        tuple(w[f"audit_{head}_short"] for head in heads),
        *(
            (
                one.property,
                f"{SIGNS[one.outcome]} {w[f'audit_{one.outcome}_short']}",
                f"{_effect(one)}  {ends(one)}".strip(),
                range_of(one.bar),
                _share(one.rate),
                str(one.queries),
            )
            for one in card.results
        ),
    ]


def ends(one: Result) -> str:
    """The interval of an effect in signs; "" where it has none."""
    if one.low is None or one.high is None:
        return ""
    low, high = (f"{round(end, 2) + 0:.2f}".replace("-", "−") for end in (one.low, one.high))  # + 0: no −0.00
    return f"{low}…{high}"


def range_of(bar: tuple[float | None, float | None]) -> str:
    """A bar in signs: ≤ −0.5, or −0.3 to 0.3."""
    low, high = (None if end is None else f"{end:g}".replace("-", "−") for end in bar)
    if low is None or high is None:
        return f"≤ {high}" if high is not None else f"≥ {low}"
    return f"{low}…{high}"


def _effect(one: Result) -> str:
    return number(one.effect) if one.kind == "noise" else signed(one.effect)


def _share(rate: float | None) -> str:
    return NONE if rate is None else f"{rate:.0%}"


def _called(card: Card, cards: Sequence[Card]) -> str:
    """A judge's name; where several cards are its, with what tells them apart."""
    alike = [other for other in cards if other.judge == card.judge]
    return card.judge if len(alike) < 2 else f"{card.judge} ({card.criteria}, {', '.join(card.writers)})"


def _card(card: Card, place: int, tongue: Tongue) -> dict[str, Any]:
    w = words(tongue)
    kinds = []
    for kind in KINDS:
        if rows := [one for one in card.results if one.kind == kind]:
            kinds.append(
                {
                    "name": w[f"audit_kind_{kind}"],
                    "effect": w["audit_spread" if kind == "noise" else "audit_effect"],
                    "why": table().kind[kind].why.of(tongue),
                    "rows": [_row(one, rows, tongue) for one in rows],
                }
            )
    return {
        "id": f"judge-{place}",
        "card": card,
        "criteria": w[f"criteria_{card.criteria}"] if card.criteria in KNOWN else card.criteria,
        "mean": number(card.mean),
        "on": w["audit_on_value"].format(
            responses=card.responses,
            queries=sum(card.queries.values()),
            en=card.queries.get("en", 0),
            zh=card.queries.get("zh", 0),
            writers=w["comma"].join(card.writers),
        ),
        "notes": summary(card, tongue),
        "unable": w["audit_unable"].format(judge=card.judge) if card.judge == UNABLE else "",
        "kinds": kinds,
    }


def _row(one: Result, rows: Sequence[Result], tongue: Tongue) -> dict[str, Any]:
    w, said = words(tongue), table().property[one.property]
    show = number if one.kind == "noise" else signed
    return {
        "name": said.name.of(tongue),
        "does": said.does.of(tongue),
        "effect": _effect(one),
        "interval": ends(one),
        "track": _track(one, rows),
        "bar": range_of(one.bar),
        "rate": _share(one.rate),
        "size": number(one.size).replace("-", "−"),
        "languages": f"{show(one.languages.get('en'))} / {show(one.languages.get('zh'))}",
        "queries": one.queries,
        "lost": w["audit_texts_lost"].format(n=one.lost) if one.lost else "",
        "outcome": one.outcome,
        "said": f"{SIGNS[one.outcome]} {w[f'audit_{one.outcome}']}",
    }


def _track(one: Result, rows: Sequence[Result]) -> Track:
    """Where things stand on the line that all rows of a kind share."""
    ends = [end for row in rows for end in (row.low, row.high, row.effect, *row.bar, 0.0) if end is not None]
    pad = (max(ends) - min(ends)) * 0.06 or 1
    left, right = min(ends) - pad, max(ends) + pad
    if one.kind == "noise":
        left = 0.0

    def at(value: float | None, missing: float | None = None) -> float | None:
        return missing if value is None else round(100 * (value - left) / (right - left), 2)

    low, high = one.bar
    return Track(
        zero=at(0.0) or 0.0,
        start=at(one.low),
        end=at(one.high),
        middle=at(one.effect),
        from_=at(low, 0.0) or 0.0,
        to=at(high, 100.0) or 0.0,
    )


def _side(cards: Sequence[Card], tongue: Tongue) -> list[dict[str, Any]]:
    """Every property with what each judge makes of it."""
    names = dict.fromkeys(one.property for card in cards for one in card.results)
    by_card = [{one.property: one for one in card.results} for card in cards]
    return [
        {
            "name": table().property[name].name.of(tongue),
            "cells": [
                {"sign": SIGNS[one.outcome], "outcome": one.outcome, "effect": _effect(one)} if one else None
                for one in (found.get(name) for found in by_card)
            ],
        }
        for name in names
    ]


def _whys(tongue: Tongue) -> list[tuple[str, str, str]]:
    """Name, bar and reason: of each kind, then of the properties that have a bar of their own."""
    w = words(tongue)
    found = []
    for kind in KINDS:
        limits = table().kind[kind]
        called = w["audit_kind_" + kind]
        found.append((called, range_of((limits.low, limits.high)), limits.why.of(tongue)))
    found += [
        (entry.name.of(tongue), range_of((entry.low, entry.high)), entry.why.of(tongue))
        for entry in table().property.values()
        if entry.why
    ]
    return found
