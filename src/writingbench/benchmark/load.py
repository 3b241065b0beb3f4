"""Read queries from JSON Lines: the official files of both versions, our own, and any of that form.

    {"index": 1, "domain1": "Education", "domain2": "Lesson Plan", "lang": "en", "query": "...",
     "requirements": ["length"], "checklist": [{"name": "...", "criteria_description": "...", "1-2": "...",
     "3-4": "...", "5-6": "...", "7-8": "...", "9-10": "...", "requirement": "length"}, ...]}

`checklist` may be called `criteria`, `lang` may be called `language`; `lang`, `requirements` and `requirement`
may be absent. So may what else is known of a query: by what it was refined, the lengths that it asks for (without
`part`, of the whole answer), and how the query and its criteria came about:

    "guidances": ["specificity"], "demands": [{"unit": "words", "min": 150, "max": 200, "part": "abstract"}],
    "history": [{"what": "criteria", "by": "openai/gpt-5.2", "prompt": "1f0c…", "date": "2026-11-24T09:30:00+00:00",
                 "version": 2}]

Whatever is wrong anywhere in the file is reported at once, with its line and value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from writingbench.benchmark.line import BARE, REQUIRED, Defect, Entry, query_of
from writingbench.benchmark.taxonomy import Taxonomy, builtin
from writingbench.records import Query, UserError, fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    name: str
    queries: tuple[Query, ...]

    @property
    def fingerprint(self) -> str:
        """Of the queries with their criteria, whatever file they came from and however they came about."""
        return fingerprint([msgspec.Raw(query.content) for query in self.queries])

    @property
    def version(self) -> int:
        """1 for what was never changed; each step that makes a new version of a benchmark counts one up."""
        return max((step.version or 1 for query in self.queries for step in query.history), default=1)


class Defects(UserError):
    """Everything that is wrong with a file."""

    def __init__(self, defects: list[Defect]) -> None:
        self.defects = defects
        super().__init__("\n".join(map(str, defects)))


def load(path: Path, *, criteria: int | None = 5, taxonomy: Taxonomy | None = None, bare: bool = False) -> Benchmark:
    """The queries of a file.

    `criteria` is how many each query must have, None for any number; `taxonomy` what its domains must be in
    (the published one by default). With `bare` a row needs nothing but its `query`: its index is then the number of
    its line, its domains are "", and it has no criteria.

    Raises Defects with all that is wrong, UserError when there is no such file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    return parse(content, str(path), name=path.stem, criteria=criteria, taxonomy=taxonomy, bare=bare)


def parse(
    content: bytes,
    file: str,
    *,
    name: str,
    criteria: int | None = 5,
    taxonomy: Taxonomy | None = None,
    bare: bool = False,
) -> Benchmark:
    """As `load`, from bytes; `file` is what defects are reported under."""
    defects: list[Defect] = []
    queries: list[Query] = []
    lines: dict[int, int] = {}  # index -> the line it stands on
    for number, said in rows(content, file, defects):
        row = Entry(file, number, defects)
        none: dict[str, Any] = {} if "criteria" in said else {"checklist": []}
        found = {"index": number, **none, **said} if bare else said
        query = query_of(found, row, criteria, taxonomy or builtin(), BARE if bare else REQUIRED)
        index = found.get("index")
        if isinstance(index, int):
            if index in lines:
                row.wrong("index", f"already used on line {lines[index]}; every query needs its own", index)
            lines.setdefault(index, number)
        if query:
            queries.append(query)
    if not queries and not defects:
        defects.append(Defect(file=file, line=1, field="", value="", problem="the file holds no query"))
    if defects:
        raise Defects(defects)
    return Benchmark(name=name, queries=tuple(queries))


def rows(content: bytes, file: str, defects: list[Defect]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        row = Entry(file, number, defects)
        try:
            line.decode("utf-8")
            found = msgspec.json.decode(line)
        except UnicodeDecodeError as error:
            row.wrong("", f"not UTF-8 at byte {error.start}; save the file as UTF-8", repr(line[error.start :][:10]))
        except (msgspec.DecodeError, RecursionError) as error:
            row.wrong(
                "",
                f"not JSON: {error}; each line must be one JSON object",
                line[:60].decode("utf-8", "ignore"),
            )
        else:
            if isinstance(found, dict):
                yield number, found
            else:
                row.wrong("", "not a JSON object; each line must be one", found)
