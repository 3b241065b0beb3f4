"""The table as other programs read it (`scores.json`) and as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from writingbench.checks.checked import Checked
    from writingbench.scores import Cell, Coverage, Paid, Scores
    from writingbench.scores.board import Board, Rank
    from writingbench.scores.criteria import Standing


def as_json(board: Board) -> dict[str, Any]:
    """A ranking as it stands in scores.json. Means are on the scale of 1 to 10, null where there is none.

    `cost` is in US dollars, null unless the price of every reply is known.
    """
    first = board.table.labels[0]
    return {
        "protocol": {"name": first.protocol, "fingerprint": first.protocol_fingerprint},
        "benchmark": {"name": first.benchmark, "fingerprint": first.benchmark_fingerprint},
        "criteria": {"name": first.criteria, "fingerprint": first.criteria_fingerprint},
        "models": [
            {
                "writer": label.writer,
                "judge": label.judge,
                "judge_fingerprint": label.judge_fingerprint,
                "fingerprint": label.fingerprint,
                "imported": label.imported,
                "rank": msgspec.to_builtins(place),
                **msgspec.to_builtins(scores, str_keys=True),
                "usage": {
                    "calls": label.paid.replies,
                    **msgspec.to_builtins(label.paid.usage),
                    "cost": None if label.paid.unpriced else label.paid.cost,
                },
                "checks": _checks(label.checked),
            }
            for label, scores, place in zip(board.table.labels, board.scores, board.ranks, strict=True)
        ],
        "pairs": [
            {
                **msgspec.to_builtins(pair),
                "first": board.table.labels[pair.first].fingerprint,
                "second": board.table.labels[pair.second].fingerprint,
            }
            for pair in board.pairs
        ],
        "judge_noise": msgspec.to_builtins(board.noise),
        "thinking": board.thinks
        and {
            "with": board.thinks[0],
            "without": board.thinks[1],
            "differences": msgspec.to_builtins(board.thinking),
        },
    }


def _checks(found: Checked | None) -> dict[str, Any] | None:
    """What the checks count in a writer's responses; None where the texts are not there."""
    if not found or not found.responses:
        return None
    return {
        "responses": found.responses,
        "demands": {
            check: {"met": found.met.get(check, 0), "broken": found.broken.get(check, 0)}
            for check in sorted({*found.met, *found.broken})
        },
        "found": found.found,
        "flagged": found.flagged,
        "length_score": found.length_score,
        "unsupported_figures_per_1000_words": found.unsupported,
        "repetition": found.repetition,
        "course": [
            {"windows": one.windows, "repetition": one.repetition / one.windows, "variety": one.variety / one.windows}
            for one in found.course
        ],
    }


def checked(found: Checked) -> str:
    """What the checks count, in a line: "41 of 60 length demands met, 1.20 unsupported figures per 1,000 words"."""
    said = [
        f"{found.met.get(check, 0):,} of {found.met.get(check, 0) + found.broken.get(check, 0):,} {check} demands met"
        for check in ("length", "structure")
        if found.share_met(check) is not None
    ]
    if found.unsupported is not None:
        said.append(f"{found.unsupported:.2f} unsupported figures per 1,000 words")
    if found.repetition is not None:
        said.append(f"{found.repetition:.1%} of the text repeated")
    for check, what in (("language", "with faults of language"), ("completeness", "incomplete")):
        if count := found.flagged.get(check):
            said.append(f"{count:,} of {found.responses:,} responses {what}")
    if count := found.found.get("contradictions"):
        said.append(f"{count:,} marks contradicted")
    return "; ".join(said)


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


def interval(cell: Cell | Standing) -> str:
    """The interval of a mean, "6.41–7.02"; a dash where there is none."""
    return "–" if cell.low is None or cell.high is None else f"{cell.low:.2f}–{cell.high:.2f}"


def lines(scores: Scores) -> Iterator[tuple[str, Cell]]:
    """A writer's cells with their names, in the order of the table."""
    yield "Overall", scores.overall
    yield from scores.domains.items()
    for name, cell in scores.languages.items():
        yield {"en": "English", "zh": "Chinese 中文"}[name], cell
    for kind, cells in scores.requirements.items():
        for letter, what in (("R", "queries that demand it"), ("C", "criteria of that kind")):
            yield f"{kind} {letter} ({what})", cells[letter]


def places(board: Board) -> Iterator[tuple[str, str, str, str, str, str]]:
    """A ranking, line by line: rank with its interval, writer, mean, interval, who cannot be told from it, marks."""
    alike: dict[int, int] = {}
    for pair in board.pairs:
        if not pair.apart:
            for row in (pair.first, pair.second):
                alike[row] = alike.get(row, 0) + 1
    for row, (label, scores, place) in enumerate(zip(board.table.labels, board.scores, board.ranks, strict=True)):
        others = f"{alike[row]} other{'s' if alike[row] > 1 else ''}" if row in alike else "nobody"
        yield rank(place), label.writer, mean(scores.overall), interval(scores.overall), others, marks(scores.overall)


def rank(found: Rank | None) -> str:
    """A place with those that it moves between, "2 (1–3)"; a dash where there is none."""
    if found is None:
        return "–"
    return str(found.place) + (f" ({found.low}–{found.high})" if found.low < found.high else "")


def standing(one: Standing) -> tuple[str, str, str]:
    """A writer under one set of criteria: mean, its interval, and place."""
    return figure(one.mean), interval(one), rank(one.rank)


def figure(value: float | None) -> str:
    """A figure with two decimals, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def share(value: float | None) -> str:
    """A share in percent, a dash where there is none."""
    return "–" if value is None else f"{value:.0%}"
