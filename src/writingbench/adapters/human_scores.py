"""Read Writing-Preference-Bench: requests, what models made of them, and a person's score of each response.

    queries.jsonl     {"id": "ff1c…", "query": "写一个…", "tags": ["抽象文学-亚文化"]}
    responses.jsonl   {"id": "ff1c…", "model": "o1", "response": "…", "human_score": 3}      0 to 3

A query's index is the number of its line. Whoever scored is one nameless person: how far people agree is not told.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from writingbench.adapters.official import _lines, _wrong, shown
from writingbench.agreement.opinions import Opinions, scored
from writingbench.agreement.votes import Scored
from writingbench.benchmark import Defect, Defects
from writingbench.benchmark.language import language_of
from writingbench.benchmark.line import Entry
from writingbench.records import Query, UserError

QUERIES, RESPONSES = "queries.jsonl", "responses.jsonl"
BY = "people"


def is_one(path: Path) -> bool:
    """Whether `path` is a folder with such files in it."""
    return (path / QUERIES).is_file() and (path / RESPONSES).is_file()


def read(folder: Path) -> Opinions:
    """All of it. Raises Defects with everything that is wrong."""
    defects: list[Defect] = []
    places = domains()
    rows = _lines(folder / QUERIES, defects, _asked)
    index = {id: number for number, (id, _, _) in enumerate(rows, start=1)}
    queries = [
        Query(
            index=index[id],
            domain1=places.get(tag, ("", ""))[0],
            domain2=places.get(tag, ("", ""))[1],
            language=language_of(text),
            text=text,
            criteria=(),
        )
        for id, text, tag in rows
    ]

    def answered(found: dict[str, Any], row: Entry) -> tuple[Scored, str] | None:
        before = len(row.defects)
        for key in ("id", "model", "response"):
            if not isinstance(found.get(key), str) or not found[key].strip():
                _wrong(row, found, key, "must be text")
        score = found.get("human_score")
        if isinstance(score, bool) or not isinstance(score, int | float):
            _wrong(row, found, "human_score", "must be a number")
        if len(row.defects) == before and found["id"] not in index:
            row.wrong("id", f"no such query in {QUERIES}", found["id"])
        if len(row.defects) > before:
            return None
        one = Scored(query=index[found["id"]], writer=found["model"], by=BY, score=float(found["human_score"]))
        return one, found["response"]

    given = _lines(folder / RESPONSES, defects, answered)
    if len(index) < len(rows):
        Entry(shown(folder / QUERIES), 1, defects).wrong("id", "two queries have the same one")
    if defects:
        raise Defects(defects)
    if not given:
        raise UserError(f"{shown(folder / RESPONSES)}: holds no response")
    texts = {(one.query, one.writer): text for one, text in given}
    return scored(folder.name, (one for one, _ in given), queries, texts)


def _asked(found: dict[str, Any], row: Entry) -> tuple[str, str, str] | None:
    before = len(row.defects)
    for key in ("id", "query"):
        if not isinstance(found.get(key), str) or not found[key].strip():
            _wrong(row, found, key, "must be text")
    tags = found.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        _wrong(row, found, "tags", "must be a list of texts")
    if len(row.defects) > before:
        return None
    return found["id"], found["query"], tags[0] if tags else ""


@cache
def domains() -> dict[str, tuple[str, str]]:
    """Where each tag belongs in the built-in taxonomy: domain and subdomain."""
    table = tomllib.loads((files("writingbench.adapters") / "data/human_scores.toml").read_text("utf-8"))
    return {tag: (domain, subdomain) for tag, (domain, subdomain) in table.items()}
