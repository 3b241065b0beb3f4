"""Look over criteria for what makes them bad judges' instructions, by rules alone; `criteria.opinion` asks a model.

    Criterion("Word count", …) and Criterion("Word count adherence", …) in one query
        -> Flaw(query=12, criterion="Word count adherence", rule="duplicate", message="nearly the same name as …")

A rule is a function in `RULES`. What each of them finds in the published criteria, and how often it is right there,
stands in docs/criteria-lint.md. Rules say nothing where they are not sure: no flaw does not make a criterion good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from writingbench.criteria.lint import answer, applicable, bands, demanded, language, overlap
from writingbench.criteria.lint.flaw import Flaw
from writingbench.records import Query

__all__ = ["RULES", "Flaw", "lint"]

RULES: Mapping[str, Callable[[Query], Iterator[Flaw]]] = {
    "language": language.foreign,
    "mixed": language.mixed,
    "duplicate": overlap.duplicate,
    "overlap": overlap.overlap,
    "aspects": overlap.aspects,
    "same-bands": bands.identical,
    "band-order": bands.order,
    "empty-bands": bands.empty,
    "not-in-the-text": applicable.inapplicable,
    "answer": answer.given_away,
    "material": demanded.material,
    "length": demanded.length,
    "format": demanded.form,
}


def lint(queries: Iterable[Query], rules: Iterable[str] = RULES) -> Iterator[Flaw]:
    """What the rules find, query after query, in the order of the rules. KeyError for a rule that is none."""
    chosen = [RULES[rule] for rule in rules]
    return (found for query in queries for rule in chosen for found in rule(query))
