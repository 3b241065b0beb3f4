"""Ask a model which criteria watch over style, format or length: one call for all criteria of a query.

    'Here it is: {"1": "none", "2": "Length"}' -> ("none", "length")

Replies go into the store before they are looked at, under the fingerprint of what was asked, so the same question is
never paid for twice. What cannot be read is asked once more; then the criteria stay as they are, for a stated reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from writingbench import models
from writingbench.criteria.label import KINDS, Kind
from writingbench.models import Endpoint, Refuses, Spent, Terms
from writingbench.models.memory import Asker
from writingbench.models.terms import ANY
from writingbench.records import Failure, Message, Query, Reply, Request, Sampling
from writingbench.store import Store

SAMPLING = Sampling(temperature=0.2, max_tokens=2048)  # room for a model that thinks before it answers
TRIES = 2
AGAIN = frozenset({"unreadable", "truncated"})
TAIL = 20_000  # characters; the answer stands at the end
PLACE = re.compile(r"\{(query|criteria|mark|count)\}")

Kinds = tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What came of asking: by the query's index the kinds of its criteria, or why they are not known."""

    kinds: Mapping[int, Kinds | Failure]
    calls: int
    stopped: str = ""  # why it ended before everything was asked


@cache
def _prompt() -> tuple[str, str]:
    text = (files("writingbench.criteria.prompts") / "label.md").read_text("utf-8")
    system, _, user = text.removeprefix("[system]\n").partition("[user]\n")
    return system.strip(), user.strip()


def request(query: Query, by: Endpoint, draw: int = 0) -> Request:
    """The call that asks for the kinds of all criteria of a query."""
    system, user = _prompt()
    values = {
        "query": query.text,
        "mark": sha256(query.text.encode("utf-8", "replace")).hexdigest()[:8],  # no text can hold a hash of itself
        "criteria": "\n".join(
            f"Criterion {number}: {one.name}\n{one.description}" for number, one in enumerate(query.criteria, start=1)
        ),
        "count": str(len(query.criteria)),
    }
    # in one pass: a request may itself hold braces, and even {criteria}
    filled = PLACE.sub(lambda place: values[place[1]], user)
    return Request(
        model=by.identity,
        messages=(Message(role="system", content=system), Message(role="user", content=filled)),
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
    if reply.finish == "refused":
        return Failure(kind="refused", note=reply.text[:300] or "the server's filter stopped the model")
    if reply.finish == "length":  # what stands there may be a thought and not the answer
        return Failure(kind="truncated", note=f"the limit on output tokens came first: …{reply.text[-200:]}")
    found = None
    for found in _objects(reply.text[-TAIL:]):  # noqa: B007 - the last one counts
        pass
    if found is None:
        return Failure(kind="unreadable", note=f"no answer in: {reply.text[:300]}" if reply.text else "an empty reply")
    kinds: list[Kind] = []
    for number in range(1, count + 1):
        said = found.get(str(number))
        kind = next((kind for kind in KINDS if isinstance(said, str) and said.strip().lower() == kind), None)
        if kind is None:
            return Failure(kind="unreadable", note=f"criterion {number} is called {said!r:.80}")
        kinds.append(kind)
    return tuple(kinds)


_decode = json.JSONDecoder(strict=False).raw_decode


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in `text` that speak of criterion 1, in order."""
    end, position = 0, text.find("{")
    while position != -1:
        try:
            value, end = _decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            if isinstance(value, dict) and "1" in value:
                yield value
        position = text.find("{", end)


async def ask(query: Query, by: Endpoint, asker: Asker) -> Kinds | Failure:
    """The kinds of a query's criteria by a model's own words, asked once more where they cannot be read."""
    outcome: Kinds | Failure = ()
    for draw in range(TRIES if query.criteria else 0):
        came = await asker.ask(request(query, by, draw))
        if came is None:
            return Failure(kind="unreachable", note="it was never asked")
        outcome = read(came, len(query.criteria)) if isinstance(came, Reply) else came
        if not (isinstance(came, Reply) and isinstance(outcome, Failure) and outcome.kind in AGAIN):
            break
    return outcome


async def carry_out(
    queries: Sequence[Query],
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    note: Callable[[str], None] = lambda text: None,
) -> Sorted:
    """Ask for the kinds of the criteria of all `queries`, as far as the store does not hold the answers.

    A field of the call that the server refuses is left out from then on. What is not asked, because what may be
    spent is spent, is missing from the result.
    """
    from writingbench.models.lines import connect  # noqa: PLC0415 - brings the HTTP client, a sixth of a second

    async with connect([by], store, terms, note) as lines:
        line = lines[by]
        while True:
            line.endpoint = line.endpoint.without(store.refusals(line.endpoint.place))
            found: dict[int, Kinds | Failure] = {}

            async def one(query: Query, found: dict[int, Kinds | Failure] = found) -> None:
                found[query.index] = await ask(query, line.endpoint, line)

            try:
                await models.drain(queries, one, workers=min(len(queries), line.most))
            except Refuses as told:
                store.learn(told.endpoint.place, told.field)
                note(f"{told}; asked without it from here on")
            except Spent as told:
                await line.close()  # what is in flight is paid for: it is waited for
                return Sorted(kinds=found, calls=line.asked, stopped=str(told))
            else:
                return Sorted(kinds=found, calls=line.asked)
