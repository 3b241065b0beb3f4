"""The published aggregation, reproduced column by column: for comparing with tables that were made by it.

It is not how this project adds up (that is `add_up.py`). What is surprising about it is kept as it is:

- Overall is the mean of all marks of all lines and Count the number of lines: a query that stands on two lines counts
  twice. Everywhere else the last line about a query is the query, whatever the others say.
- A line about a query that the benchmark lacks counts in Overall and Count, and in R and C where they list it.
- A requirement of which the model has no query is 0, not absent; so are all of them where nothing is listed.
- A query that is listed twice for R counts twice there, and so do its criteria in C.
- Only the six published domains have columns, in the published order, and always all six.

Where the published program would end with an error, a mark that is not there is left out of the means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from writingbench.records import REQUIREMENTS, Requirement
from writingbench.scores.table import Asked, Table

DOMAINS = (
    "Academic & Engineering",
    "Finance & Business",
    "Politics & Law",
    "Literature & Arts",
    "Education",
    "Advertising & Marketing",
)

Listed = Mapping[Requirement, Sequence[int]]
"""Kind of requirement -> the indices of the queries that make it (R)."""

Watched = Mapping[Requirement, Mapping[int, Sequence[str]]]
"""Kind of requirement -> index -> the names of the query's criteria that watch over it (C)."""

Value = str | float | int | None
Sort = Literal["repeated", "foreign", "uneven", "listed", "empty", "domain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a judge said of one response: the marks on each criterion."""

    index: int
    scores: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A place where the published figure is not what this project would give."""

    kind: Sort
    models: tuple[str, ...]
    columns: tuple[str, ...]  # none where it may be any
    queries: tuple[int, ...]  # the indices that it is about
    why: str


WHY: dict[Sort, str] = {
    "repeated": "each line about a query counts in Overall and Count, and only the last one elsewhere; ours takes all "
    "marks of a query together and counts it once",
    "foreign": "the benchmark holds no such query: it counts in Overall and Count, and in R and C where they list it; "
    "ours leaves it out",
    "uneven": "queries do not all have as many marks, and Overall is the mean of all marks; ours is the mean of the "
    "queries' scores",
    "listed": "a query that is listed more than once for a requirement counts as often; ours counts it once",
    "empty": "nothing of that requirement is there, and the published figure is 0; ours is absent",
    "domain": "the published table has no column for other domains than its six; ours has",
}


def aggregate(
    models: Mapping[str, Sequence[Line]],
    queries: Iterable[tuple[int, str, str]],
    listed: Listed,
    watched: Watched,
) -> tuple[list[str], list[list[Value]]]:
    """The titles and the rows of the published table, one row a model, by name.

    `models` holds each model's lines in the order of its file, `queries` the index, domain and subdomain of every
    query of the benchmark, `listed` and `watched` what R and C are taken over. None stands where a model has no query
    of a domain.

    The definition, for a model: a line's score is the mean of its marks. Overall is the mean of all marks, Domain1_ and
    Domain2_ are means of the scores of the queries inside, KIND_R is the mean of the scores of the listed queries that
    it has, and KIND_C the mean, over their watched criteria, of each one's mean mark. Subdomains stand by domain, then
    by falling mean over the models.
    """
    places = {index: (domain1, domain2) for index, domain1, domain2 in queries}
    rows: list[dict[str, Value]] = []
    subdomains: dict[str, list[float]] = {}  # in the order in which they come up: equal means stay in it
    for name in sorted(models):
        lines = models[name]
        last = {line.index: line for line in lines}
        scores = {index: mean for index, line in last.items() if (mean := _mean(_marks(line))) is not None}
        placed = [(*places[index], score) for index, score in scores.items() if index in places]
        row: dict[str, Value] = {"Model": name, "Count": len(lines)}
        row["Overall"] = _mean([mark for line in lines for mark in _marks(line)])
        for domain, mean in _means((domain1, score) for domain1, _, score in placed).items():
            row[f"Domain1_{domain}"] = mean
        for domain, mean in _means((domain2, score) for _, domain2, score in placed).items():
            row[f"Domain2_{domain}"] = mean
            subdomains.setdefault(domain, []).append(mean)
        for kind in REQUIREMENTS:
            those = [index for index in listed.get(kind, ()) if index in scores]
            row[f"{kind}_R"] = _mean([scores[index] for index in those]) or 0
            row[f"{kind}_C"] = _mean(_criteria(last, those, watched.get(kind, {}))) or 0
        rows.append(row)
    home = {domain2: domain1 for domain1, domain2 in places.values()}
    falling = sorted(subdomains, key=lambda name: _mean(subdomains[name]) or 0, reverse=True)
    columns = ["Model", "Overall", "Count", *(f"Domain1_{domain}" for domain in DOMAINS)]
    columns += [f"Domain2_{name}" for domain in DOMAINS for name in falling if home[name] == domain]
    columns += [f"{kind}_{part}" for kind in REQUIREMENTS for part in "RC"]
    return columns, [[row.get(column) for column in columns] for row in rows]


def surprises(
    models: Mapping[str, Sequence[Line]],
    queries: Iterable[tuple[int, str, str]],
    listed: Listed,
    watched: Watched,
) -> list[Surprise]:
    """Where the published table of these marks is not what this project gives, and why; arguments as for `aggregate`.

    Models that share the columns and the queries of a surprise are told of together.
    """
    domains = {index: domain1 for index, domain1, _ in queries}
    found: dict[tuple[Sort, tuple[str, ...], tuple[int, ...]], list[str]] = {}
    for name in sorted(models):
        for sort, columns, about in _surprises(models[name], domains, listed, watched):
            found.setdefault((sort, tuple(columns), tuple(sorted(about))), []).append(name)
    return [
        Surprise(kind=sort, models=tuple(names), columns=columns, queries=about, why=WHY[sort])
        for (sort, columns, about), names in found.items()
    ]


def _surprises(
    lines: Sequence[Line], domains: Mapping[int, str], listed: Listed, watched: Watched
) -> Iterator[tuple[Sort, Sequence[str], Sequence[int]]]:
    """Of one model: what surprises, in which columns, and which queries have to do with it."""
    last = {line.index: line for line in lines}
    if again := _more_than_once(line.index for line in lines):
        yield "repeated", (), again
    if foreign := [index for index in last if index not in domains]:
        yield "foreign", ("Overall", "Count"), foreign
    if outside := [index for index in last if index in domains and domains[index] not in DOMAINS]:
        yield "domain", sorted({f"Domain1_{domains[index]}" for index in outside}), outside
    if len({len(_marks(line)) for line in lines}) > 1:
        yield "uneven", ("Overall",), ()
    for kind in REQUIREMENTS:
        both = f"{kind}_R", f"{kind}_C"
        those = [index for index in listed.get(kind, ()) if index in last and _marks(last[index])]
        if again := _more_than_once(those):
            yield "listed", both, again
        if not _criteria(last, those, watched.get(kind, {})):
            yield "empty", both[1:] if those else both, ()


def requirements(
    queries: Iterable[Asked],
) -> tuple[dict[Requirement, list[int]], dict[Requirement, dict[int, list[str]]]]:
    """R and C as the labels of the criteria give them."""
    listed: dict[Requirement, dict[int, list[str]]] = {kind: {} for kind in REQUIREMENTS}
    for query in queries:
        for name, kind in zip(query.criteria, query.kinds, strict=True):
            if kind:
                listed[kind].setdefault(query.index, []).append(name)
    return {kind: list(names) for kind, names in listed.items()}, listed


def _marks(line: Line) -> list[int]:
    return [mark for given in line.scores.values() for mark in given]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _means(scores: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean of each name's scores, in the order in which the names come up."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name, score in scores:
        # added one after the other, as published: columns stand by these means, and a last digit decides between ties
        sums[name] = sums.get(name, 0) + score
        counts[name] = counts.get(name, 0) + 1
    return {name: total / counts[name] for name, total in sums.items()}


def _criteria(last: Mapping[int, Line], those: Sequence[int], watched: Mapping[int, Sequence[str]]) -> list[float]:
    """The mean mark of each watched criterion of those queries."""
    means = (_mean(last[index].scores.get(name, ())) for index in those for name in watched.get(index, ()))
    return [mean for mean in means if mean is not None]


def _more_than_once(indices: Iterable[int]) -> list[int]:
    return [index for index, times in Counter(indices).items() if times > 1]


def lines(table: Table) -> list[list[Line]]:
    """The marks of each writer of a table as lines: one for each query that has a mark, with all marks on it."""
    marks = table.marks
    found: list[dict[int, dict[int, list[int]]]] = [{} for _ in table.labels]
    columns = (marks.writer, marks.query, marks.criterion, marks.score)
    for writer, query, criterion, score in zip(*(column.tolist() for column in columns), strict=True):
        found[writer].setdefault(query, {}).setdefault(criterion, []).append(score)
    return [
        [
            Line(
                index=table.queries[query].index,
                scores={table.queries[query].criteria[place]: given for place, given in criteria.items()},
            )
            for query, criteria in sorted(queries.items())
        ]
        for queries in found
    ]
