"""Have a model write the five criteria of a query: one call, in the query's language, specific to its material.

    Query("Announce the new bus fares to ...")  ->  (Criterion("Fares as decided", ...), ... five of them) or a Failure

What can be read without guessing is read; criteria that are too few, alike, empty or in the wrong language are asked
for once more, as a fresh draw. How a query came by its criteria is noted in its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from writingbench import calls
from writingbench.criteria.label import KINDS
from writingbench.criteria.lint.text import NAMES, language
from writingbench.models import Endpoint, Terms
from writingbench.models.memory import Asker
from writingbench.models.terms import ANY
from writingbench.records import (
    BANDS,
    REQUIREMENTS,
    Criterion,
    Failure,
    Language,
    Query,
    Reply,
    Request,
    Sampling,
    Step,
)
from writingbench.store import Store

COUNT = 5
WHAT = "criteria"  # what a step of this kind is called
SAMPLING = Sampling(temperature=0.7, max_tokens=8192)  # five criteria take about 2,000; the rest is room for thinking
CALLED = {"en": "English", "zh": "Chinese (简体中文)"}

NAME, DESCRIPTION, BAND = 120, 1500, 1000  # characters at most; the longest published have 64, 380 and 550
# an embedded model is held to these, because a small one may not end a text by itself
SHORT = {"name": 60, "description": 300, **dict.fromkeys(BANDS, 150)}

Criteria = tuple[Criterion, ...]


def question(wanted: Language | None = None) -> calls.Question[Query, Criteria]:
    """The question for a query's criteria, in the `wanted` language or the query's own."""
    return calls.Question(
        request=lambda query, by, draw: request(query, by, draw, wanted),
        read=lambda query, reply: read(reply, wanted or query.language),
    )


async def one(query: Query, by: Endpoint, asker: Asker, wanted: Language | None = None) -> Criteria | Failure:
    """Five criteria for a query, in the `wanted` language or the query's own; else why there are none."""
    return await calls.ask(query, question(wanted), by, asker)


async def carry_out(
    queries: Sequence[Query],
    by: Endpoint,
    store: Store,
    wanted: Language | None = None,
    terms: Terms = ANY,
    seen: calls.Seen = calls.QUIET,
) -> calls.Asked[Criteria]:
    """Five criteria for each of `queries`, asked for as far as the store does not hold them."""
    return await calls.carry_out(queries, question(wanted), by, store, terms, seen)


def step(by: Endpoint, version: int | None = None) -> Step:
    """What is noted of criteria that the model `by` wrote, now, for this version of a benchmark file."""
    date = datetime.now(UTC).isoformat(timespec="seconds")
    return Step(what=WHAT, by=by.name, prompt=calls.prompt("criteria", "generate").hash, date=date, version=version)


def apply(query: Query, criteria: Criteria, noted: Step) -> Query:
    """`query` with these criteria in place of those it had.

    A requirement goes with the criterion that watched over it; one that only the query itself stated stays.
    """
    stated = set(query.requirements) - {criterion.requirement for criterion in query.criteria}
    watched = stated | {criterion.requirement for criterion in criteria}
    return replace(
        query,
        criteria=criteria,
        requirements=tuple(kind for kind in REQUIREMENTS if kind in watched),
        history=(*query.history, noted),
    )


def request(query: Query, by: Endpoint, draw: int = 0, wanted: Language | None = None) -> Request:
    """The call that asks for a query's criteria.

    Where this model was told the same for this query before, its next draws are asked for: whoever wants criteria
    anew does not want the same.
    """
    prompt = calls.prompt("criteria", "generate")
    before = sum((one.what, one.by, one.prompt) == (WHAT, by.name, prompt.hash) for one in query.history)
    values = {"query": query.text, "mark": calls.mark(query.text), "language": CALLED[wanted or query.language]}
    return Request(
        model=by.identity,
        messages=prompt.messages(values),
        sampling=by.adapt(SAMPLING),
        schema=schema(SHORT if by.weights else {}) if by.schema else None,
        draw=before * calls.TRIES + draw,
    )


def schema(longest: dict[str, int]) -> dict[str, Any]:
    """The JSON schema of an answer, its texts no longer than `longest` says.

    Five keys rather than a list, whose length not every server can be told.
    """

    def text(field: str) -> dict[str, Any]:
        return {"type": "string", "maxLength": longest[field]} if field in longest else {"type": "string"}

    criterion = {
        "name": text("name"),
        "description": text("description"),
        "requirement": {"type": "string", "enum": list(KINDS)},
        **{band: text(band) for band in BANDS},
    }
    return _object({str(number): _object(criterion) for number in range(1, COUNT + 1)})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read(reply: Reply, wanted: Language) -> Criteria | Failure:
    """The criteria in a reply, the last set if there are several; else why there are none."""
    found = calls.last(reply, _listed)
    if isinstance(found, Failure):
        return found
    try:
        if len(found) != COUNT:
            raise _Unfit(f"there are {len(found)} criteria, not {COUNT}")  # noqa: TRY301 - one way out
        criteria = tuple(_criterion(number, said, wanted) for number, said in enumerate(found, start=1))
        if len({criterion.name.casefold() for criterion in criteria}) < COUNT:
            raise _Unfit("two criteria have the same name")  # noqa: TRY301
    except _Unfit as problem:
        return Failure(kind="unreadable", note=str(problem))
    return criteria


class _Unfit(Exception):
    """What is wrong with a set of criteria."""


def _listed(value: Any) -> list[Any] | None:
    """The criteria in a JSON value, if it looks like a set of them: numbered, listed, or a single one."""
    if isinstance(value, dict) and isinstance(value.get("1"), dict):
        return [said for number, said in value.items() if number.isdecimal()]
    if isinstance(value, dict) and "name" in _keys(value):
        return [value]
    if isinstance(value, list) and any(isinstance(said, dict) and "name" in _keys(said) for said in value):
        return value
    return None


SPELLING = str.maketrans(dict.fromkeys("‐‑–—−~～", "-") | dict.fromkeys(" _"))


def _keys(said: dict[str, Any]) -> dict[str, Any]:
    """The same with plain keys: "9 – 10" is "9-10", and "Criteria_Description" is "criteriadescription"."""
    return {key.lower().translate(SPELLING): value for key, value in said.items()}


def _criterion(number: int, said: Any, wanted: Language) -> Criterion:
    """A criterion as it was said. Raises _Unfit where it is none."""
    found = _keys(said) if isinstance(said, dict) else {}
    found.setdefault("description", found.get("criteriadescription"))
    name = _text(found, "name", number, NAME)
    description = _text(found, "description", number, DESCRIPTION)
    one, two, three, four, five = bands = tuple(_text(found, band, number, BAND) for band in BANDS)
    if len({band.casefold() for band in bands}) < len(BANDS):
        raise _Unfit(f"criterion {number} has two bands that say the same")
    for text in (name, description, " ".join(bands)):
        if (came := language(text)) not in {None, wanted}:
            raise _Unfit(f"criterion {number} is in {NAMES[came or wanted]}, not {NAMES[wanted]}: {text[:80]}")
    said = found.get("requirement", "")
    kind = next((kind for kind in KINDS if str(said).strip().lower() == kind), None)
    if kind is None:
        raise _Unfit(f"criterion {number} watches over {said!r:.80}")
    return Criterion(
        name=name,
        description=description,
        bands=(one, two, three, four, five),
        requirement=None if kind == "none" else kind,
    )


CONTROL = dict.fromkeys((*range(32), 127), " ")


def _text(found: dict[str, Any], key: str, number: int, longest: int) -> str:
    """A text on one line, so that no band can look like another's. Raises _Unfit where there is none."""
    said = found.get(key)
    if not isinstance(said, str):
        raise _Unfit(f"criterion {number} has no {key}")
    # half a character, escaped, would be written nowhere
    text = " ".join(said.translate(CONTROL).split()).encode("utf-8", "replace").decode()
    if not text:
        raise _Unfit(f"criterion {number} has an empty {key}")
    if not any(sign.isalpha() for sign in text):
        raise _Unfit(f"criterion {number} has a {key} without words: {text[:80]}")
    if len(text) > longest:
        raise _Unfit(f"criterion {number} has a {key} of {len(text):,} characters; {longest:,} are enough")
    return text
