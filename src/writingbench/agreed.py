"""Which judges in a store have marked what people voted on, and with what marks.

A judge is compared on the very responses that people saw: where their texts are known, a run whose writer answered the
same query with another text does not count.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from writingbench.agreement.judged import Judged
from writingbench.agreement.opinions import Opinions, known
from writingbench.agreement.votes import Written
from writingbench.evaluate import Item, Run
from writingbench.records import DYNAMIC, Answer, Query, UserError, Verdict
from writingbench.store import Store
from writingbench.stored import Tally, stored_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """People's votes with what the store knows of what they voted on, and who judged that."""

    opinions: Opinions
    judges: Sequence[Judged]
    other: int  # judged responses that are left out, because their text is another than what people saw


@dataclass(slots=True)
class _Judge:
    """The runs of one judge under one set of criteria, while they are gone through."""

    name: str
    criteria: str
    protocol: str
    marks: dict[Written, tuple[float, ...]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)


async def found(
    opinions: Opinions,
    store: Store,
    *,
    judge: str | None = None,
    protocol: str | None = None,
    criteria: str | None = None,
) -> Found:
    """Every judge in `store` with marks on what people voted on; `judge`, `protocol` and `criteria` narrow it down.

    Raises UserError where it cannot be told which of several benchmarks people voted on.
    """
    wanted = opinions.written
    writers, indexes = {name for _, name in wanted}, {query for query, _ in wanted}
    runs = [run for run in stored_runs(store) if run.writer.name in writers]
    judges: dict[tuple[str, ...], _Judge] = {}
    queries: dict[int, Query] = {}
    texts: dict[Written, str] = {}
    benchmarks: dict[str, str] = {}
    other = set[tuple[str, Written]]()
    for run in runs:
        tally = Tally(run, store)
        takes = _takes(run, judge, protocol, criteria)
        for query in store.queries(run.fingerprint):
            written = query.index, run.writer.name
            seen = opinions.queries.get(query.index)
            if query.index not in indexes or written not in wanted or (seen and seen.text != query.text):
                continue
            item = await tally.take(query)
            text = _text(item)
            if text is None:
                continue
            shown = opinions.texts.get(written)
            if shown is not None and _plain(shown) != _plain(text):
                other.add((run.fingerprint, written))
                continue
            if seen is None:
                benchmarks[run.benchmark_fingerprint] = run.benchmark
            queries[query.index], texts[written] = query, text
            if takes and run.judge:
                key = run.judge.fingerprint, run.protocol.fingerprint, run.criteria, run.criteria_fingerprint
                one = judges.setdefault(
                    key, _Judge(name=run.judge.name, criteria=run.criteria, protocol=run.protocol.name)
                )
                _marks(item, written, one)
    if len(benchmarks) > 1:
        raise UserError(
            f"{opinions.name}: the store holds answers to queries of these numbers from several benchmarks "
            f"({', '.join(sorted(benchmarks.values()))}); give each row the `request` that was answered"
        )
    return Found(
        opinions=known(opinions, queries, texts),
        judges=[
            Judged(
                judge=one.name,
                criteria=one.criteria,
                protocol=one.protocol,
                marks=one.marks,
                failures=dict(one.failures),
            )
            for one in sorted(
                judges.values(), key=lambda one: (one.name, one.protocol, one.criteria != DYNAMIC, one.criteria)
            )
        ],
        other=len(other),
    )


def _takes(run: Run, judge: str | None, protocol: str | None, criteria: str | None) -> bool:
    named = (judge, run.judge and run.judge.name), (protocol, run.protocol.name), (criteria, run.criteria)
    return all(wanted in (None, name) for wanted, name in named)


def _text(item: Item) -> str | None:
    """The first response, which is what people are shown."""
    outcome = next((one.outcome for one in item.responses if one.draw == 0), None)
    return outcome.text if isinstance(outcome, Answer) else None


def _plain(text: str) -> str:
    """A text whatever its white space: what surrounds an answer is cut off on its way into a store."""
    return " ".join(text.split())


def _marks(item: Item, written: Written, judge: _Judge) -> None:
    """Take in a judge's marks on a response: for each criterion the mean of its repeats."""
    scores: Mapping[str, list[int]] = defaultdict(list)
    for one in item.judgements:
        if one.response == 0:
            if isinstance(one.outcome, Verdict):
                scores[one.criterion].append(one.outcome.score)
            else:
                judge.failures[one.outcome.kind] += 1
    if item.judgements:
        judge.marks[written] = tuple(
            sum(own) / len(own) if (own := scores.get(criterion.name)) else math.nan
            for criterion in item.query.criteria
        )
