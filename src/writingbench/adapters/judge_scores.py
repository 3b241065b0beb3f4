"""Read HelloBench: requests with a checklist of questions, what models wrote, and a judge's mark on each question.

    queries.jsonl       {"id": "story_030", "query": "Write a …", "checklist": ["Does the story …?", …]}
    judgements.jsonl    {"id": "story_030", "model": "gpt4o", "response": "…", "judge": "gpt-4o",
                         "marks": [{"checklist": 0, "score": 0.75, "reason": "It …"}, …]}        0 to 1; null: no mark

A query's index is the number of its line. A question becomes a criterion: its text the description, bands of our own
that any question can be answered in. A score from 0 to 1 becomes a mark from 1 to 10, so that the five steps that the
judge used (0, 0.25, …) fall into the five bands.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from writingbench.adapters.official import _brief, _lines, _whole, _wrong, shown
from writingbench.benchmark import Defect, Defects
from writingbench.benchmark.language import language_of
from writingbench.benchmark.line import Entry
from writingbench.evaluate import Item
from writingbench.records import (
    Answer,
    Criterion,
    Failure,
    Judgement,
    Language,
    Query,
    Response,
    UserError,
    Verdict,
)

QUERIES, JUDGEMENTS = "queries.jsonl", "judgements.jsonl"
NAMES: dict[Language, str] = {"en": "Question {}", "zh": "问题{}"}
BANDS: dict[Language, tuple[str, str, str, str, str]] = {
    "en": (
        "No: nothing or next to nothing in the response speaks for a yes.",
        "Mostly not: a few passages speak for a yes, most against it.",
        "In part: as much speaks for a yes as against it.",
        "Mostly: yes, with faults that can be named.",
        "Yes: nothing is left to wish for.",
    ),
    "zh": (
        "否：回答中几乎没有支持“是”的地方。",
        "多半不是：只有少数地方支持“是”，多数不支持。",
        "部分是：支持与不支持大致各半。",
        "大体是：但有可以指出的毛病。",
        "是：没有可以再要求的了。",
    ),
}


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What the judge said of one question."""

    question: int
    outcome: Verdict | Failure


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the marks."""

    query: int
    writer: str
    text: str
    judge: str
    marks: tuple[_Mark, ...]


def is_one(path: Path) -> bool:
    """Whether `path` is a folder with such files in it."""
    return (path / QUERIES).is_file() and (path / JUDGEMENTS).is_file()


def mark(score: float) -> int:
    """A score from 0 to 1 on the scale from 1 to 10: 0, 0.25, 0.5, 0.75, 1 are 1, 3, 6, 8, 10."""
    return round(1 + 9 * score)


def read(folder: Path) -> list[Item]:
    """All of it, by query. Raises Defects with everything that is wrong."""
    defects: list[Defect] = []
    asked = _lines(folder / QUERIES, defects, _asked)
    queries = {id: _query(number, text, questions) for number, (id, text, questions) in enumerate(asked, start=1)}
    if len(queries) < len(asked):
        Entry(shown(folder / QUERIES), 1, defects).wrong("id", "two queries have the same one")
    given = _lines(folder / JUDGEMENTS, defects, lambda found, row: _judged(found, row, queries))
    if defects:
        raise Defects(defects)
    if not given:
        raise UserError(f"{shown(folder / JUDGEMENTS)}: holds no mark")
    items = {
        query.index: Item(query=query, responses=[], judgements=[])
        for query in queries.values()
        if any(one.query == query.index for one in given)
    }
    draws: dict[tuple[int, str], int] = defaultdict(int)
    for one in given:
        item, draw = items[one.query], draws[one.query, one.writer]
        draws[one.query, one.writer] += 1
        item.responses.append(Response(query=one.query, writer=one.writer, draw=draw, outcome=Answer(text=one.text)))
        item.judgements.extend(
            Judgement(
                query=one.query,
                writer=one.writer,
                response=draw,
                criterion=item.query.criteria[mark.question].name,
                judge=one.judge,
                repeat=0,
                outcome=mark.outcome,
            )
            for mark in one.marks
        )
    return list(items.values())


def _query(index: int, text: str, questions: list[str]) -> Query:
    language = language_of(text)
    criteria = tuple(
        Criterion(name=NAMES[language].format(number), description=question, bands=BANDS[language])
        for number, question in enumerate(questions, start=1)
    )
    return Query(index=index, domain1="", domain2="", language=language, text=text, criteria=criteria)


def _asked(found: dict[str, Any], row: Entry) -> tuple[str, str, list[str]] | None:
    before = len(row.defects)
    _texts(found, ("id", "query"), row)
    questions = found.get("checklist")
    if not (isinstance(questions, list) and questions and all(isinstance(q, str) and q.strip() for q in questions)):
        _wrong(row, found, "checklist", "must be a list of questions")
    return (found["id"], found["query"], found["checklist"]) if len(row.defects) == before else None


def _judged(found: dict[str, Any], row: Entry, queries: dict[str, Query]) -> _Judged | None:
    before = len(row.defects)
    _texts(found, ("id", "model", "response", "judge"), row)
    if len(row.defects) == before and found["id"] not in queries:
        row.wrong("id", f"no such query in {QUERIES}", found["id"])
    if not isinstance(found.get("marks"), list):
        _wrong(row, found, "marks", "must be a list of {checklist, score, reason}")
    if len(row.defects) > before:
        return None
    query = queries[found["id"]]
    marks = [_mark(one, row, f"marks[{n}]", len(query.criteria)) for n, one in enumerate(found["marks"])]
    return _Judged(
        query=query.index,
        writer=found["model"],
        text=found["response"],
        judge=found["judge"],
        marks=tuple(one for one in marks if one),
    )


def _mark(found: Any, row: Entry, field: str, questions: int) -> _Mark | None:
    if not isinstance(found, dict):
        row.wrong(field, "must be {checklist, score, reason}", _brief(found))
        return None
    question, score, reason = _whole(found.get("checklist")), found.get("score"), found.get("reason")
    if question is None or not 0 <= question < questions:
        _wrong(row, found, "checklist", f"must be the number of a question, 0 to {questions - 1}", f"{field}.checklist")
        return None
    if reason is not None and not isinstance(reason, str):
        row.wrong(f"{field}.reason", "must be text", _brief(reason))
        return None
    if score is None and "score" in found:
        return _Mark(question=question, outcome=Failure(kind="unreadable", note=reason or "no score"))
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        _wrong(row, found, "score", "must be a number from 0 to 1, or null where there is none", f"{field}.score")
        return None
    return _Mark(question=question, outcome=Verdict(score=mark(score), reason=reason or ""))


def _texts(found: dict[str, Any], keys: tuple[str, ...], row: Entry) -> None:
    for key in keys:
        if not isinstance(found.get(key), str) or not (found[key].strip() or key == "response"):
            _wrong(row, found, key, "must be text")
