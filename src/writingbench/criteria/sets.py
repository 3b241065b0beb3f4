"""Criteria that many queries share: the baselines that each query's own criteria are compared with.

    global   five criteria for any request
    domain   five for each of the six domains

Both are TOML files in data/sets, and so is a set of one's own:

    name = "mine"

    [[criterion]]
    domain = "Education"       # left out: for every domain that has no criteria of its own here
    requirement = "format"     # or style, or length; left out where it watches over none of them
    [criterion.en]
    name = "..."
    description = "..."
    1-2 = "..."                # and so on to 9-10
    [criterion.zh]             # for Chinese queries; a language that no query is in may be left out
    ...
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import msgspec

from writingbench.records import (
    BANDS,
    DYNAMIC,
    Criterion,
    Language,
    Query,
    Requirement,
    UserError,
    fingerprint,
)

SHIPPED = ("global", "domain")
PASSAGE = "passage"  # for a window of a text; no set that a run is judged by
OVERALL = "overall"  # one criterion for all of a text: what people's scores are of that are by no criterion
OURS = (*SHIPPED, PASSAGE, OVERALL)
LANGUAGES = {"en": "English", "zh": "Chinese"}


class Wording(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename=dict(zip(("first", "second", "third", "fourth", "fifth"), BANDS, strict=True)),
):
    """A criterion in one language."""

    name: str
    description: str
    first: str
    second: str
    third: str
    fourth: str
    fifth: str


class Shared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A criterion of many queries."""

    domain: str | None = None  # None: of every domain that has none of its own
    requirement: Requirement | None = None
    en: Wording | None = None
    zh: Wording | None = None


class CriteriaSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A named set of criteria."""

    name: str
    criteria: tuple[Shared, ...] = msgspec.field(name="criterion")

    @cached_property
    def fingerprint(self) -> str:
        """Of the criteria, whatever the set is called."""
        return fingerprint(self.criteria)

    @property
    def domains(self) -> list[str]:
        """The domains that have criteria of their own."""
        return list(dict.fromkeys(one.domain for one in self.criteria if one.domain))

    def of(self, query: Query) -> tuple[Criterion, ...]:
        """What a query is judged by, in its language. Raises UserError where the set has nothing for it.

        A criterion watches over a requirement only where the query has it: so the scores by requirement are over the
        same queries whatever set they were judged by.
        """
        wanted = query.domain1 if query.domain1 in self.domains else None
        here = [one for one in self.criteria if one.domain == wanted]
        if not here:
            raise UserError(
                f"the criteria {self.name!r} have nothing for the domain {query.domain1!r} (query {query.index}); they "
                f"know {', '.join(self.domains)}. Use --criteria dynamic or global, or name a file of criteria with it"
            )
        made = []
        for one in here:
            if (said := _in(one, query.language)) is None:
                raise UserError(
                    f"the criteria {self.name!r} have no {LANGUAGES[query.language]} wording for query {query.index} "
                    f"({query.domain1})"
                )
            made.append(
                Criterion(
                    name=said.name,
                    description=said.description,
                    bands=(said.first, said.second, said.third, said.fourth, said.fifth),
                    requirement=one.requirement if one.requirement in query.requirements else None,
                )
            )
        return tuple(made)


def _in(one: Shared, language: Language) -> Wording | None:
    return one.zh if language == "zh" else one.en


def load(name: str) -> CriteriaSet:
    """The set called `name`: a shipped one, or the path of a TOML file. Raises UserError, which says what is wrong."""
    if name in OURS:
        text = (files("writingbench.criteria") / f"data/sets/{name}.toml").read_text("utf-8")
    else:
        try:
            text = Path(name).read_text("utf-8")
        except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
            raise UserError(
                f"no criteria {name!r}: neither {DYNAMIC}, {', '.join(SHIPPED)} nor a readable file ({error})"
            ) from error
    try:
        found = msgspec.convert(tomllib.loads(text), CriteriaSet)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise UserError(f"{name}: not a set of criteria: {error}") from error
    if name not in OURS and found.name in (DYNAMIC, *OURS):
        raise UserError(f"{name}: the name {found.name!r} is taken; give the set another one")
    _check(found, name)
    return found


def _check(found: CriteriaSet, file: str) -> None:
    if not found.name.strip() or not found.criteria:
        raise UserError(f"{file}: a set of criteria needs a name and criteria")
    seen = set()
    for number, one in enumerate(found.criteria, start=1):
        if not (one.en or one.zh):
            raise UserError(f"{file}: criterion {number} has no wording; give it [criterion.en] or [criterion.zh]")
        for language in LANGUAGES:
            said: Wording | None = getattr(one, language)
            if said is None:
                continue
            if empty := [key for key, text in msgspec.to_builtins(said).items() if not text.strip()]:
                raise UserError(f"{file}: criterion {number}: `{language}.{empty[0]}` is empty")
            if (one.domain, language, said.name) in seen:
                raise UserError(f"{file}: criterion {number}: another one beside it is called {said.name!r} too")
            seen.add((one.domain, language, said.name))


def apply(queries: Iterable[Query], by: CriteriaSet, count: int | None = None) -> tuple[Query, ...]:
    """The same queries, judged by a set of criteria instead of their own.

    Raises UserError where the set has nothing for a query, or another number of criteria than `count`.
    """
    made = []
    for query in queries:
        criteria = by.of(query)
        if count is not None and len(criteria) != count:
            raise UserError(
                f"the criteria {by.name!r} have {len(criteria)} for {query.domain1}; the protocol wants {count}"
            )
        made.append(replace(query, criteria=criteria))
    return tuple(made)
