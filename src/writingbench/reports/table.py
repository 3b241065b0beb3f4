"""The table as other programs read it (`scores.json`) and as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Protocol

import msgspec

from writingbench.records import Usage
from writingbench.scores import Cell, Coverage, Scores


class Paid(Protocol):
    """Replies, added up: how many, their tokens, their cost in US dollars, and of how many the cost is not known."""

    replies: int
    usage: Usage
    cost: float
    unpriced: int


def as_json(scores: Scores, paid: Paid) -> dict[str, Any]:
    """A model's scores as they stand in scores.json. Means are on the scale of 1 to 10, null where there is none.

    `cost` is in US dollars, null unless the price of every reply is known.
    """
    return {
        **msgspec.to_builtins(scores, str_keys=True),
        "usage": {
            "calls": paid.replies,
            **msgspec.to_builtins(paid.usage),
            "cost": None if paid.unpriced else paid.cost,
        },
    }


def spent(paid: Paid) -> str:
    """What the replies behind a table took, in words."""
    read, cached = paid.usage.input_tokens, ""
    if read:
        cached = f" ({paid.usage.cached_tokens / read:.0%} from the server's cache)"
    written = f"{paid.usage.output_tokens:,} output tokens"
    return f"{paid.replies:,} replies, {read:,} input tokens{cached}, {written}, {_money(paid)}"


def _money(paid: Paid) -> str:
    if not paid.unpriced:
        return f"${paid.cost:,.4f}" if paid.cost else "$0"
    if paid.unpriced == paid.replies:
        return "cost not known"
    return f"${paid.cost:,.4f} and {paid.unpriced:,} replies whose cost is not known"


def left_out(run: Any) -> str:
    """What a protocol asks for and an `evaluate.Run` does without, because the server does not take it; or ""."""
    asked = [("writer", run.protocol.writer, run.writer.sampling)]
    if run.judge:
        asked.append(("judge", run.protocol.judge, run.judge.sampling))
    gone = [
        f"{field.name} of the {who}"
        for who, wanted, got in asked
        for field in fields(wanted)
        if getattr(wanted, field.name) != getattr(got, field.name)
    ]
    if run.judge and run.protocol.marking.schema and run.judge.schema is None:
        gone.append("the judge's schema")
    return ", ".join(gone)


def mean(cell: Cell) -> str:
    """A mean as it is shown: two decimals, a dash where nothing was judged."""
    return "–" if cell.mean is None else f"{cell.mean:.2f}"


def marks(cell: Cell) -> str:
    """How many of the marks asked for a mean rests on."""
    return f"{cell.judged:,} of {cell.asked:,}"


def coverage(found: Coverage) -> str:
    """Coverage in words: "4,962 of 5,000 marks (30 unreadable, 8 refused)"."""
    missing = [f"{count:,} {kind}" for kind, count in found.failures.items()]
    if found.unasked:
        missing.append(f"{found.unasked:,} not asked yet")
    return f"{found.judged:,} of {found.asked:,} marks" + (f" ({', '.join(missing)})" if missing else "")


def bounds(found: Coverage) -> str:
    """What the missing marks could still do to the overall mean; "" when none is missing."""
    if found.bounds is None or found.judged == found.asked:
        return ""
    low, high = found.bounds
    return f"with the missing marks, overall would lie between {low:.2f} and {high:.2f}"


def lines(scores: Scores) -> Iterator[tuple[str, str, int, str]]:
    """The table, line by line: name, mean, what it is taken over, marks."""
    yield "Overall", mean(scores.overall), scores.overall.n, marks(scores.overall)
    for name, cell in scores.domains.items():
        yield name, mean(cell), cell.n, marks(cell)
    for name, cell in scores.languages.items():
        yield {"en": "English", "zh": "Chinese 中文"}[name], mean(cell), cell.n, marks(cell)
    for kind, cells in scores.requirements.items():
        for letter, what in (("R", "queries that demand it"), ("C", "criteria of that kind")):
            yield f"{kind} {letter} ({what})", mean(cells[letter]), cells[letter].n, marks(cells[letter])
