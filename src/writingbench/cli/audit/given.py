"""What a judge is audited on: the responses of a run, the built-in ones, and responses that people gave a score."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from writingbench.records import Query, UserError, fingerprint

if TYPE_CHECKING:
    from writingbench.audits.builtin import Subject
    from writingbench.audits.itself import Scored
    from writingbench.criteria.sets import CriteriaSet
    from writingbench.store import Store

MOST = 40  # queries of a run that are audited on when no number is given: some 6,000 marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file of responses that people gave a score."""

    query: str
    writer: str
    response: str
    score: float


def subjects(
    store: Store,
    writer: str | None,
    by: CriteriaSet | None,
    *,
    builtin: bool,
    index: Sequence[int] = (),
    language: str | None = None,
    limit: int | None = None,
) -> list[Subject]:
    """What the judge is audited on: the store's responses where it has any, else the built-in ones.

    Raises UserError where there are none of the kind that is wanted.
    """
    from writingbench import auditing

    there = [] if builtin else asyncio.run(auditing.responses(store, writer, by))
    if writer and not there:
        raise UserError(f"the store holds no responses of {writer!r}; leave --writer out to use the built-in ones")
    most = limit or (MOST if there else None)
    found = [
        one
        for one in there or auditing.builtin_subjects(by)
        if language in (None, one.query.language) and (not index or one.query.index in index)
    ]
    if not found:
        raise UserError("there are no responses to such queries; leave out --index or --language")
    kept = set(drawn([one.query for one in found])[:most])
    return [one for one in found if one.query in kept]


def drawn(queries: Iterable[Query]) -> list[Query]:
    """Queries in an order that mixes domains and takes turns between languages, and is the same each time."""
    by_language: dict[str, list[Query]] = {}
    for query in sorted(set(queries), key=lambda query: fingerprint(query.text)):
        by_language.setdefault(query.language, []).append(query)
    turns = zip_longest(*(by_language[language] for language in sorted(by_language)))
    return [query for turn in turns for query in turn if query]


def scored(path: Path, by: CriteriaSet | None, own: tuple[str, ...]) -> list[Scored]:
    """The responses that people gave a score, with the criteria they are marked by: a set's, global when there is none.

    Raises UserError, which names the line.
    """
    import msgspec

    from writingbench.audits.itself import Scored
    from writingbench.benchmark.language import language_of
    from writingbench.criteria import sets

    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error
    found = []
    for number, content in enumerate(lines, start=1):
        if not content.strip():
            continue
        try:
            line = msgspec.json.decode(content, type=Line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UserError(
                f'{path}:{number}: {error}; a line is {{"query": …, "writer": …, "response": …, "score": …}}'
            ) from error
        bare = Query(
            index=number, domain1="", domain2="", language=language_of(line.query), text=line.query, criteria=()
        )
        (query,) = sets.apply([bare], by or sets.load("global"))
        found.append(
            Scored(query=query, writer=line.writer, text=line.response, score=line.score, own=line.writer in own)
        )
    for kind, there in (("own", any(one.own for one in found)), ("others", not all(one.own for one in found))):
        if not there:
            called = ", ".join(sorted({one.writer for one in found})[:10])
            raise UserError(f"{path}: no responses of {'the judge itself' if kind == 'own' else 'others'}; say with "
                            f"--own which of its writers are the judge: {called}")  # fmt: skip
    return found
