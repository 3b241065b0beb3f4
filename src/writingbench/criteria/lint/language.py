"""Criteria in another language than their query."""

from __future__ import annotations

from collections.abc import Iterator

from writingbench.benchmark.language import language_of
from writingbench.checks.material import split
from writingbench.criteria.lint.flaw import Flaw, flaw
from writingbench.criteria.lint.text import NAMES, cut, language
from writingbench.records import Criterion, Language, Query


def foreign(query: Query) -> Iterator[Flaw]:
    """`language`: a name, a description or bands in a language that is neither the query's nor its request's.

    The two differ where a request in one language comes with more material in the other.
    """
    found = {one: wrong for one in query.criteria if (wrong := _foreign_parts(one, query.language))}
    if not found or language_of(split(query.text).request_text) != query.language:
        return
    other = NAMES["en" if query.language == "zh" else "zh"]
    for criterion, wrong in found.items():
        message = f"{_listed(wrong)} in {other}, the query in {NAMES[query.language]}"
        yield flaw(query, criterion, "language", message, cut(criterion.description))


def mixed(query: Query) -> Iterator[Flaw]:
    """`mixed`: some criteria of a query in one language, some in the other."""
    of: dict[Language, list[str]] = {"en": [], "zh": []}
    for criterion in query.criteria:
        if (said := language(criterion.description)) is not None:
            of[said].append(criterion.name)
    if of["en"] and of["zh"]:
        counted = " and ".join(f"{len(names)} in {NAMES[said]}" for said, names in of.items())
        yield flaw(query, None, "mixed", f"criteria {counted}", cut(f"{of['en'][0]} / {of['zh'][0]}"))


def _foreign_parts(criterion: Criterion, own: Language) -> list[str]:
    """The bands are one text here: a short one by itself may be nothing but a term."""
    texts = {"name": criterion.name, "description": criterion.description, "bands": " ".join(criterion.bands)}
    return [part for part, text in texts.items() if language(text) not in {None, own}]


def _listed(names: list[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if names[1:] else names[0]
