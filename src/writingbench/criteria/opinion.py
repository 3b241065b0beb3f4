"""Ask a model what rules cannot see in criteria: whether they are about their query, can be applied, and miss nothing.

    '{"faults": [{"criterion": 2, "fault": "overlap", "why": "Both ask for sources.", "quote": "cites"}]}'
        -> (Flaw(criterion="Evidence", rule="model:overlap", message="Both ask for sources.", evidence="cites"),)

One call for all criteria of a query. What is asked and what cannot be read fares as in `calls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from writingbench import calls
from writingbench.criteria.lint import Flaw
from writingbench.criteria.lint.flaw import flaw
from writingbench.models import Endpoint, Terms
from writingbench.models.terms import ANY
from writingbench.records import BANDS, Criterion, Failure, Query, Reply, Request, Sampling
from writingbench.store import Store

FAULTS = ("unspecific", "inapplicable", "overlap", "bands", "answer", "uncovered")
SAMPLING = Sampling(temperature=0.2, max_tokens=4096)  # room for a model that thinks before it answers
MOST = 40  # faults of one query; an answer with more is a model that goes round in circles
SAID = 300  # characters of a reason or a quotation that are kept

Flaws = tuple[Flaw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What came of asking: by the query's index what a model finds wrong, or why that is not known."""

    flaws: Mapping[int, Flaws | Failure]
    calls: int
    stopped: str = ""  # why it ended before everything was asked


def request(query: Query, by: Endpoint, draw: int = 0) -> Request:
    """The call that asks about all criteria of a query."""
    listed = "\n\n".join(_shown(number, one) for number, one in enumerate(query.criteria, start=1))
    values = {
        "query": query.text,
        "criteria": listed,
        "mark": calls.mark(f"{query.text}\n{listed}"),
        "count": str(len(query.criteria)),
    }
    return Request(
        model=by.identity,
        messages=calls.prompt("criteria", "lint").messages(values),
        sampling=by.adapt(SAMPLING),
        schema=schema(len(query.criteria)) if by.schema else None,
        draw=draw,
    )


def schema(count: int) -> dict[str, Any]:
    """The JSON schema of an answer on so many criteria."""
    entry = {
        "criterion": {"type": "integer", "minimum": 0, "maximum": count},
        "fault": {"type": "string", "enum": list(FAULTS)},
        "why": {"type": "string"},
        "quote": {"type": "string"},
    }
    listed = {"type": "object", "properties": entry, "required": list(entry), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"faults": {"type": "array", "items": listed}},
        "required": ["faults"],
        "additionalProperties": False,
    }


def read(query: Query, reply: Reply) -> Flaws | Failure:
    """The faults in a reply, the last answer if there are several; else why there are none to be had.

    A quotation that stands neither in the criterion nor in the request is left out, the fault stays.
    """
    found = calls.last(reply, _listed)
    if isinstance(found, Failure):
        return found
    if len(found) > MOST:
        return Failure(kind="unreadable", note=f"{len(found)} faults for {len(query.criteria)} criteria")
    flaws: list[Flaw] = []
    for entry in found:
        made = _flaw(query, entry)
        if made is None:
            return Failure(kind="unreadable", note=f"no fault of these criteria: {entry!r:.200}")
        if made not in flaws:
            flaws.append(made)
    return tuple(flaws)


QUESTION = calls.Question(request=request, read=read)


async def carry_out(
    queries: Sequence[Query],
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
) -> Opinions:
    """Ask about the criteria of all `queries`; what was not asked is missing from the result."""
    wanted = [query for query in queries if query.criteria]
    came = await calls.carry_out(wanted, QUESTION, by, store, terms, seen)
    flaws: dict[int, Flaws | Failure] = {query.index: () for query in queries if not query.criteria}
    flaws |= {query.index: said for query, said in zip(wanted, came.answers, strict=True) if said is not None}
    return Opinions(flaws=flaws, calls=came.calls, stopped=came.stopped)


def _shown(number: int, criterion: Criterion) -> str:
    bands = "\n".join(f"{band}: {text}" for band, text in zip(BANDS, criterion.bands, strict=True))
    return f"Criterion {number}: {criterion.name}\n{criterion.description}\n{bands}"


def _listed(value: Any) -> list[Any] | None:
    found = value.get("faults") if isinstance(value, dict) else None
    return found if isinstance(found, list) else None


def _flaw(query: Query, entry: Any) -> Flaw | None:
    """What an entry says; None where it names no criterion, no fault or no reason."""
    if not isinstance(entry, dict):
        return None
    number, fault, why = entry.get("criterion"), entry.get("fault"), entry.get("why")
    fault = fault.strip().lower() if isinstance(fault, str) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= len(query.criteria):
        return None
    if fault not in FAULTS or not isinstance(why, str) or not why.strip() or (number == 0) != (fault == "uncovered"):
        return None
    criterion = query.criteria[number - 1] if number else None
    quote = entry.get("quote")
    quote = quote.strip() if isinstance(quote, str) else ""
    there = f"{_shown(number, criterion)}\n{query.text}" if criterion else query.text
    return flaw(query, criterion, f"model:{fault}", why.strip()[:SAID], quote[:SAID] if quote in there else "")
