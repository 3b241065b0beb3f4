"""Go through the rows of a file: lines, paragraphs, objects of JSON, rows of a table."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from writingbench.construct.lists.fault import Fault, shown
from writingbench.construct.lists.request import column, missing
from writingbench.records import UserError

LINE = 64 << 20  # characters of a line
TABLES = {"csv", "tsv"}

Row = tuple[int, Any]  # the line on which it begins, and what it holds or what is wrong with it

_SPACE = re.compile(r"\s*")


def form(path: Path, encoding: str) -> str:
    """How a file is to be read: csv, tsv, jsonl, ndjson, json, lines or paragraphs. Plain text is told by its looks.

    Raises UserError for JSON that is called something else.
    """
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv", ".jsonl", ".ndjson"}:
        return suffix[1:]
    with path.open(encoding=encoding) as file:
        lines = (line.strip() for line in iter(lambda: file.readline(LINE), ""))
        start = next(filter(None, lines), "")
        if suffix == ".json":
            return "json" if start.startswith("[") else "jsonl"
        if re.match(r'\[?\s*\{\s*"', start):
            raise UserError(f"{path}: looks like JSON; name it .jsonl (an object a line) or .json (a list)")
        blank = False
        for line in lines:
            if line and blank:
                return "paragraphs"
            blank = not line
    return "lines"


def rows(path: Path, encoding: str, form: str, field: str | None) -> Iterator[Row]:
    """What a file holds; a table without a column for requests has no rows, and one Fault."""
    with path.open(encoding=encoding, newline="" if form in TABLES else None) as file:
        if form in TABLES:
            yield from _table(file, form, field)
        elif form == "json":
            yield from _list(file.read())
        elif form == "paragraphs":
            yield from _paragraphs(file)
        elif form == "lines":
            yield from ((line, text) for line, text in _lines(file) if isinstance(text, Fault) or text.strip())
        else:
            yield from _objects(file)


def _lines(file: IO[str]) -> Iterator[tuple[int, str | Fault]]:
    number = 0
    while text := file.readline(LINE):
        number += 1
        if len(text) < LINE or text.endswith("\n"):
            yield number, text
            continue
        yield number, Fault(f"a line of more than {LINE:,} characters; take it out", value=shown(text))
        while (rest := file.readline(LINE)) and not rest.endswith("\n"):
            pass


def _paragraphs(file: IO[str]) -> Iterator[Row]:
    lines: list[str] = []
    number = 0
    for number, text in _lines(file):
        if isinstance(text, Fault):
            yield number, text
        elif text.strip():
            lines.append(text)
        elif lines:
            yield number - len(lines), "".join(lines)
            lines = []
    if lines:
        yield number + 1 - len(lines), "".join(lines)


def _objects(file: IO[str]) -> Iterator[Row]:
    for line, text in _lines(file):
        if isinstance(text, Fault):
            yield line, text
        elif text.strip():
            try:
                yield line, json.loads(text)
            except (ValueError, RecursionError) as error:
                yield line, Fault(f"not JSON: {error}; each line must be one JSON object", value=shown(text))


def _list(text: str) -> Iterator[Row]:
    """The entries of a list that begins with the first [ of a text; a broken one is the last."""
    decode = json.JSONDecoder().raw_decode
    at, line, counted = text.index("[") + 1, 1, 0
    while True:
        at = _space(text, at)
        line, counted = line + text.count("\n", counted, at), at
        if text.startswith("]", at):
            break
        try:
            value, at = decode(text, at)
        except (ValueError, RecursionError) as error:
            yield (
                getattr(error, "lineno", line),
                Fault(f"not JSON: {error}", value=shown(text[counted : counted + 100])),
            )
            return
        yield line, value
        at = _space(text, at)
        if not text.startswith(("]", ","), at):
            why = "no comma behind this entry, and no end of the list"
            yield line, Fault(why, value=shown(text[at : at + 100]))
            return
        at += text.startswith(",", at)
    if more := text[at + 1 :].strip():
        yield line, Fault("the list has ended, and more follows", value=shown(more[:100]))


def _space(text: str, at: int) -> int:
    """Where the space ends that begins at a place."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _table(file: IO[str], form: str, field: str | None) -> Iterator[Row]:
    csv.field_size_limit(LINE)
    head = file.readline(LINE)
    file.seek(0)
    delimiter = "\t" if form == "tsv" else ";" if head.count(";") > head.count(",") else ","
    table = csv.reader(file, delimiter=delimiter, strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(table, [])]
        if not header or column(dict.fromkeys(header, ""), field) is None:
            yield 1, missing(header, field)
            return
        while True:
            line = table.line_num + 1
            row = next(table)
            if len(row) == len(header):
                yield line, dict(zip(header, row, strict=True))
            elif row:
                why = f"{len(row)} fields, the header has {len(header)}; put a text with {delimiter!r} in quotes"
                yield line, Fault(why, value=shown(delimiter.join(row)))
    except StopIteration:
        return
    except csv.Error as error:
        yield line, Fault(f"not {form.upper()}: {error}; close every quote, and double those inside a text")
