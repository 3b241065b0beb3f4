"""Ask a model which criteria watch over style, format or length: one call for all criteria of a query.

'Here it is: {"1": "none", "2": "Length"}' -> ("none", "length")

What is asked and what cannot be read fares as in `calls`; without an answer the criteria stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from writingbench import calls
from writingbench.criteria.label import KINDS, Kind
from writingbench.models import Endpoint, Terms
from writingbench.models.terms import ANY
from writingbench.records import Failure, Query, Reply, Request, Sampling
from writingbench.store import Store

SAMPLING = Sampling(temperature=0.2, max_tokens=2048)  # room for a model that thinks before it answers

Kinds = tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What came of asking: by the query's index the kinds of its criteria, or why they are not known."""

    kinds: Mapping[int, Kinds | Failure]
    calls: int
    stopped: str = ""  # why it ended before everything was asked


def request(query: Query, by: Endpoint, draw: int = 0) -> Request:
    """The call that asks for the kinds of all criteria of a query."""
    values = {
        "query": query.text,
        "mark": calls.mark(query.text),
        "criteria": "\n".join(
            f"Criterion {number}: {one.name}\n{one.description}" for number, one in enumerate(query.criteria, start=1)
        ),
        "count": str(len(query.criteria)),
    }
    return Request(
        model=by.identity,
        messages=calls.prompt("criteria", "label").messages(values),
        sampling=by.adapt(SAMPLING),
        schema=schema(len(query.criteria)) if by.schema else None,
        draw=draw,
    )


def schema(count: int) -> dict[str, Any]:
    """The JSON schema of an answer on so many criteria."""
    keys = [str(number) for number in range(1, count + 1)]
    return {
        "type": "object",
        "properties": {key: {"type": "string", "enum": list(KINDS)} for key in keys},
        "required": keys,
        "additionalProperties": False,
    }


def read(reply: Reply, count: int) -> Kinds | Failure:
    """The kinds of `count` criteria in a reply, the last if there are several answers; else why there are none."""
    found = calls.last(reply, lambda value: value if isinstance(value, dict) and "1" in value else None)
    if isinstance(found, Failure):
        return found
    kinds: list[Kind] = []
    for number in range(1, count + 1):
        said = found.get(str(number))
        kind = next((kind for kind in KINDS if isinstance(said, str) and said.strip().lower() == kind), None)
        if kind is None:
            return Failure(kind="unreadable", note=f"criterion {number} is called {said!r:.80}")
        kinds.append(kind)
    return tuple(kinds)


QUESTION = calls.Question(request=request, read=lambda query, reply: read(reply, len(query.criteria)))


async def carry_out(
    queries: Sequence[Query],
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
) -> Sorted:
    """Ask for the kinds of the criteria of all `queries`; what was not asked is missing from the result."""
    wanted = [query for query in queries if query.criteria]
    came = await calls.carry_out(wanted, QUESTION, by, store, terms, seen)
    kinds: dict[int, Kinds | Failure] = {query.index: () for query in queries if not query.criteria}
    kinds |= {query.index: said for query, said in zip(wanted, came.answers, strict=True) if said is not None}
    return Sorted(kinds=kinds, calls=came.calls, stopped=came.stopped)
