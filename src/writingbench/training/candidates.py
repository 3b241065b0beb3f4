"""Responses that a writer could be trained on, each with the mark it got: of a judged store, of people, or of a file.

    {"query": "Write a toast …", "response": "<think>…</think>Dear all, …", "mark": 7.4, "writer": "local/m",
     "domain1": "Literature & Arts", "domain2": "Prose"}

In a file `query`, `response` and `mark` (a number on any scale, null where there is none) must be there; `reasoning`
may stand apart from the response instead of before it between tags. Several lines about one request are its candidates.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec

from writingbench.adapters import human_scores
from writingbench.adapters.official import _lines, _wrong, shown
from writingbench.benchmark import Defect, Defects
from writingbench.benchmark.language import language_of
from writingbench.benchmark.line import Entry
from writingbench.evaluate import Item
from writingbench.records import Answer, Failure, Query, Reply, UserError, Verdict
from writingbench.responses import read as answer_in
from writingbench.store import Store
from writingbench.stored import Tally, stored_runs
from writingbench.training.marks import STORE, is_store, one_judge

FIELDS = ("query", "response", "mark", "writer", "reasoning", "domain1", "domain2", "index")
NOBODY = "unknown"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A response and what it is worth."""

    query: Query
    writer: str
    answer: Answer
    mark: float

    @property
    def subdomain(self) -> str:
        return self.query.domain2 or self.query.domain1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of a file: a candidate, or why it is none."""

    text: str
    index: int | None
    domains: tuple[str, str]
    writer: str
    outcome: Answer | Failure
    mark: float | None


async def read(path: Path, left_out: Counter[str], judge: str | None = None) -> list[Candidate]:
    """The candidates in the folder of a judged store or of people's scores, or in a JSONL file; `left_out` counts, by
    reason, what is none.

    Raises Defects with all that is wrong in a file, UserError where a store has the marks of several judges.
    """
    if is_store(path):
        with Store(path / STORE) as store:
            return await _of_store(store, path, judge, left_out)
    return _of_people(path, left_out) if human_scores.is_one(path) else _of_file(path, left_out)


async def _of_store(store: Store, path: Path, judge: str | None, left_out: Counter[str]) -> list[Candidate]:
    """Every response of a store's judged runs; where several runs marked it, by the mean of their marks."""
    marks: defaultdict[tuple[bytes, str, str], list[float]] = defaultdict(list)
    found: dict[tuple[bytes, str, str], tuple[Query, Answer]] = {}
    for run in one_judge(stored_runs(store), path, judge):
        tally = Tally(run, store)
        for query in store.queries(run.fingerprint):
            for writer, answer, mark in marked(await tally.take(query), left_out):
                key = (query.text.encode(), writer, answer.text)
                found.setdefault(key, (query, answer))
                marks[key].append(mark)
    return [
        Candidate(query=query, writer=key[1], answer=answer, mark=fmean(marks[key]))
        for key, (query, answer) in found.items()
    ]


def marked(item: Item, left_out: Counter[str]) -> list[tuple[str, Answer, float]]:
    """Writer, answer and mark of each response: the mean over its criteria, of each criterion's mean.

    A response that lacks the marks of a criterion has no mark: fewer criteria are another scale.
    """
    verdicts: defaultdict[tuple[str, int], defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in item.judgements:
        if isinstance(one.outcome, Verdict):
            verdicts[one.writer, one.response][one.criterion].append(one.outcome.score)
    made = []
    for response in item.responses:
        given = verdicts[response.writer, response.draw]
        if isinstance(response.outcome, Failure):
            left_out[f"no answer: {response.outcome.kind}"] += 1
        elif not item.query.criteria or any(one.name not in given for one in item.query.criteria):
            left_out["not marked by every criterion"] += 1
        else:
            made.append((response.writer, response.outcome, fmean(fmean(scores) for scores in given.values())))
    return made


def _of_people(path: Path, left_out: Counter[str]) -> list[Candidate]:
    """Responses with people's scores for marks."""
    opinions, made = human_scores.read(path), []
    for one in opinions.scores:
        answer = answer_in(Reply(text=opinions.texts[one.query, one.writer], finish="stop"))
        if isinstance(answer, Failure):
            left_out[f"no answer: {answer.kind}"] += 1
        else:
            query = opinions.queries[one.query]
            made.append(Candidate(query=query, writer=one.writer, answer=answer, mark=one.score))
    return made


def _of_file(path: Path, left_out: Counter[str]) -> list[Candidate]:
    if path.is_dir():
        raise UserError(
            f"{shown(path)}: holds neither {STORE} nor {human_scores.RESPONSES}; name the folder of a judged store or "
            "of people's scores, or a JSONL file"
        )
    defects: list[Defect] = []
    lines = _lines(path, defects, _line)
    if defects:
        raise Defects(defects)
    if not lines:
        raise UserError(f"{shown(path)}: holds no candidate")
    queries = _queries(lines)
    made = []
    for one in lines:
        if isinstance(one.outcome, Failure):
            left_out[f"no answer: {one.outcome.kind}"] += 1
        elif one.mark is None:
            left_out["no mark"] += 1
        else:
            made.append(Candidate(query=queries[one.text], writer=one.writer, answer=one.outcome, mark=one.mark))
    return made


def _queries(lines: Sequence[_Line]) -> Mapping[str, Query]:
    """The requests by their texts: what the first line about each says of it."""
    made: dict[str, Query] = {}
    for one in lines:
        if one.text not in made:
            made[one.text] = Query(
                index=len(made) + 1 if one.index is None else one.index,
                domain1=one.domains[0],
                domain2=one.domains[1],
                language=language_of(one.text),
                text=one.text,
                criteria=(),
            )
    return made


def _line(found: dict[str, Any], row: Entry) -> _Line | None:
    before, mark = len(row.defects), found.get("mark")
    for key in sorted(found.keys() - set(FIELDS)):
        row.wrong(key, f"unknown field; known are {', '.join(FIELDS)}", shown(str(found[key])[:60]))
    if not isinstance(found.get("query"), str) or not found["query"].strip():
        _wrong(row, found, "query", "must be text: the request itself")
    if not isinstance(found.get("response"), str):
        _wrong(row, found, "response", "must be text")
    for key in ("writer", "reasoning", "domain1", "domain2"):
        if not isinstance(found.get(key) or "", str):
            _wrong(row, found, key, "must be text")
    if "mark" not in found or (
        mark is not None and (isinstance(mark, bool) or not isinstance(mark, int | float) or not math.isfinite(mark))
    ):
        _wrong(row, found, "mark", "must be a number, or null where there is none")
    if not isinstance(found.get("index") or 0, int):
        _wrong(row, found, "index", "must be a whole number")
    if len(row.defects) > before:
        return None
    reply = Reply(text=found["response"], reasoning=found.get("reasoning") or "", finish="stop")
    return _Line(
        text=found["query"],
        index=found.get("index"),
        domains=(found.get("domain1") or "", found.get("domain2") or ""),
        writer=found.get("writer") or NOBODY,
        outcome=answer_in(reply),
        mark=mark,
    )
