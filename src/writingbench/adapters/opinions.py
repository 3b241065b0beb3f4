"""Read what people think of responses: rows of one's own, Writing-Preference-Bench, HANNA.

Rows of one's own are JSON Lines, either of people who compared or of people who scored, on any scale:

    {"query": 7, "first": "openai/m", "second": "local/n", "by": "Li", "choice": "first", "strength": 2}
    {"query": 7, "writer": "openai/m", "by": "Li", "score": 3}

`query` is the index of the query, the writers are called as in the store. `by` may be left out. What was asked and
written may stand in the rows as well, so that a judge can be asked about it where no run holds it: `request` and,
beside `score`, `response`; `domain1` and `domain2` for criteria that are for a domain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from writingbench.adapters import hanna, human_scores
from writingbench.adapters.official import _index, _lines, _wrong, shown
from writingbench.agreement.opinions import Opinions, preferred, scored
from writingbench.agreement.votes import Scored, Written
from writingbench.benchmark import Defect, Defects
from writingbench.benchmark.language import language_of
from writingbench.benchmark.line import Entry
from writingbench.benchmark.taxonomy import builtin
from writingbench.records import Choice, Preference, Query, UserError

BY = "people"
NAME = 200  # characters of a name
_COMPARED = ("query", "first", "second", "by", "choice", "strength", "comment", "seconds", "request")
_SCORED = ("query", "writer", "by", "score", "response", "request", "domain1", "domain2")


def read(path: Path, aspect: str | None = None) -> Opinions:
    """What the file or folder at `path` holds, by its looks; `aspect` is one of HANNA's six criteria.

    Raises Defects with all that is wrong in it, or UserError where it is nothing of this kind.
    """
    if not path.exists():
        raise UserError(f"{shown(path)}: there is no such file or folder")
    if hanna.is_one(path):
        return hanna.read(path, aspect)
    if aspect is not None:
        raise UserError("--aspect is for HANNA, where people scored six criteria")
    if human_scores.is_one(path):
        return human_scores.read(path)
    if path.is_dir():
        raise UserError(
            f"{shown(path)}: holds neither {human_scores.QUERIES} with {human_scores.RESPONSES} nor {hanna.FILE}"
        )
    return _own(path)


def _own(path: Path) -> Opinions:
    defects: list[Defect] = []
    rows = _lines(path, defects, _row)
    if defects:
        raise Defects(defects)
    if not rows:
        raise UserError(f"{shown(path)}: holds no row")
    queries = {row.query: row.asked for row in rows if row.asked}
    texts = {row.written: row.text for row in rows if row.written and row.text}
    compared = [row.said for row in rows if isinstance(row.said, Preference)]
    given = [row.said for row in rows if isinstance(row.said, Scored)]
    if compared and given:
        raise UserError(f"{shown(path)}: some rows compare and some score; give each kind a file of its own")
    if compared:
        return preferred(path.stem, compared, queries.values(), texts)
    return scored(path.stem, given, queries.values(), texts)


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    said: Preference | Scored
    query: int
    asked: Query | None
    written: Written | None = None
    text: str = ""


def _row(found: dict[str, Any], row: Entry) -> _Said | None:
    before = len(row.defects)
    compares = "choice" in found
    fields = _COMPARED if compares else _SCORED
    for key in sorted(found.keys() - set(fields)):
        row.wrong(key, f"unknown field; known are {', '.join(fields)}", shown(str(found[key])[:60]))
    index = _index({"index": found["query"]} if "query" in found else {}, row)
    by = _name(found, "by", row) if "by" in found else BY
    asked = _asked(found, index, row)
    said = _compared(found, index or 0, by, row) if compares else _scored(found, index or 0, by, row)
    if len(row.defects) > before or index is None or said is None:
        return None
    if isinstance(said, Preference):
        return _Said(said=said, query=index, asked=asked)
    return _Said(said=said, query=index, asked=asked, written=(index, said.writer), text=found.get("response") or "")


def _compared(found: Mapping[str, Any], index: int, by: str, row: Entry) -> Preference | None:
    first, second = _name(found, "first", row), _name(found, "second", row)
    choice, strength, seconds = found["choice"], found.get("strength"), found.get("seconds")
    if choice not in get_args(Choice):
        _wrong(row, found, "choice", f"must be one of {', '.join(get_args(Choice))}")
        return None
    if first and first == second:
        row.wrong("second", "the same writer as `first`", second)
    if strength is not None and (strength not in (1, 2) or isinstance(strength, bool)):
        _wrong(row, found, "strength", "must be 1 (slightly), 2 (clearly) or null")
        return None
    if seconds is not None and not _number(seconds):
        _wrong(row, found, "seconds", "must be a number or null")
        return None
    comment = found.get("comment") or ""
    if not isinstance(comment, str):
        _wrong(row, found, "comment", "must be text")
        return None
    return Preference(
        query=index, first=first, second=second, by=by, choice=choice, strength=strength, comment=comment,
        seconds=seconds,
    )  # fmt: skip


def _scored(found: Mapping[str, Any], index: int, by: str, row: Entry) -> Scored | None:
    writer = _name(found, "writer", row)
    if found.get("response") is not None and not isinstance(found["response"], str):
        _wrong(row, found, "response", "must be text")
    if not _number(found.get("score")):
        _wrong(row, dict(found), "score", "must be a number; a row that compares has `choice` instead")
        return None
    return Scored(query=index, writer=writer, by=by, score=float(found["score"]))


def _asked(found: Mapping[str, Any], index: int | None, row: Entry) -> Query | None:
    request = found.get("request")
    if request is None:
        return None
    if not isinstance(request, str) or not request.strip():
        _wrong(row, found, "request", "must be text")
        return None
    domains = [found.get("domain1") or "", found.get("domain2") or ""]
    if domains[0] and domains[0] not in [domain.name for domain in builtin().domains]:
        row.wrong("domain1", "no domain of the built-in taxonomy", shown(str(domains[0])))
        return None
    language = language_of(request)
    return Query(
        index=index or 0, domain1=domains[0], domain2=str(domains[1]), language=language, text=request, criteria=()
    )


def _name(found: Mapping[str, Any], key: str, row: Entry) -> str:
    name = found.get(key)
    if not isinstance(name, str) or not name.strip() or len(name) > NAME or not name.isprintable():
        _wrong(row, found, key, f"must be a name of 1 to {NAME} printable characters")
        return ""
    return name


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
