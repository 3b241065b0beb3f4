"""Read queries from JSON Lines: the official files of both versions, our own, and any of that form.

    {"index": 1, "domain1": "Education", "domain2": "Lesson Plan", "lang": "en", "query": "...",
     "requirements": ["length"], "checklist": [{"name": "...", "criteria_description": "...", "1-2": "...",
     "3-4": "...", "5-6": "...", "7-8": "...", "9-10": "...", "requirement": "length"}, ...]}

`checklist` may be called `criteria`, `lang` may be called `language`; `lang`, `requirements` and `requirement`
may be absent, and so may `history`, which tells how the query and its criteria came about:

    "history": [{"what": "criteria", "by": "openai/gpt-5.2", "prompt": "1f0c…", "date": "2026-11-24T09:30:00+00:00",
                 "version": 2}]

Whatever is wrong anywhere in the file is reported at once, with its line and value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import msgspec

from writingbench.benchmark.language import language_of
from writingbench.benchmark.taxonomy import Taxonomy, builtin
from writingbench.records import BANDS, REQUIREMENTS, Criterion, Language, Query, Step, UserError, fingerprint

REQUIRED = ("index", "domain1", "domain2", "query")
OPTIONAL = ("lang", "language", "requirements", "checklist", "criteria", "history")
BARE = ("query",)  # what a request must have that is to be given criteria
OF_CRITERION = ("name", "criteria_description", *BANDS)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing that is wrong with a file."""

    file: str
    line: int  # from 1
    field: str
    value: str  # as it stands there, cut to 60 characters
    problem: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f": {self.field}" if self.field else "")
        return f"{where}: {self.problem}" + (f" (is {self.value})" if self.value else "")


class Defects(UserError):
    """Everything that is wrong with a file."""

    def __init__(self, defects: list[Defect]) -> None:
        self.defects = defects
        super().__init__("\n".join(map(str, defects)))


@dataclass(slots=True)
class _Row:
    """One line of the file while it is being looked through."""

    file: str
    line: int
    defects: list[Defect]

    def wrong(self, field: str, problem: str, *value: Any) -> None:
        shown = ""
        if value:
            shown = value[0] if isinstance(value[0], str) else msgspec.json.encode(value[0]).decode()
            shown = f"{shown[:60]!r}{'…' if len(shown) > 60 else ''}" if isinstance(value[0], str) else shown[:60]
        self.defects.append(Defect(file=self.file, line=self.line, field=field, value=shown, problem=problem))


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
    for number, said in _rows(content, file, defects):
        row = _Row(file, number, defects)
        none: dict[str, Any] = {} if "criteria" in said else {"checklist": []}
        found = {"index": number, **none, **said} if bare else said
        query = _query(found, row, criteria, taxonomy or builtin(), BARE if bare else REQUIRED)
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


def _rows(content: bytes, file: str, defects: list[Defect]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        row = _Row(file, number, defects)
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


def _query(
    found: dict[str, Any], row: _Row, criteria: int | None, taxonomy: Taxonomy, required: tuple[str, ...]
) -> Query | None:
    before = len(row.defects)
    for key in sorted(found.keys() - {*REQUIRED, *OPTIONAL}):
        row.wrong(key, f"unknown field; known are {', '.join((*REQUIRED, *OPTIONAL))}", found[key])
    for key in required:
        if key not in found:
            row.wrong(key, "missing")
    index = found.get("index", 0)
    if isinstance(index, bool) or not isinstance(index, int):
        row.wrong("index", "must be a whole number", index)
    text = _text(found, "query", row)
    domain1, domain2 = _text(found, "domain1", row), _text(found, "domain2", row)
    if domain1 and not (inside := taxonomy.subdomains(domain1)):
        row.wrong("domain1", f"unknown domain; there are: {', '.join(d.name for d in taxonomy.domains)}", domain1)
    elif domain1 and domain2 and domain2 not in inside:
        row.wrong("domain2", f"not a subdomain of {domain1}; its subdomains are: {', '.join(inside)}", domain2)
    said = _one_of(found, ("lang", "language"), row)
    language = language_of(text) if said is None else said
    if language not in get_args(Language):
        row.wrong("lang", "must be en or zh", language)
    requirements = found.get("requirements", [])
    if not isinstance(requirements, list) or any(one not in REQUIREMENTS for one in requirements):
        row.wrong("requirements", f"must be a list out of {', '.join(REQUIREMENTS)}", requirements)
    listed = _criteria(_one_of(found, ("checklist", "criteria"), row), row, criteria)
    history = _history(found.get("history", []), row)
    if len(row.defects) > before:
        return None
    watched = {*requirements, *(criterion.requirement for criterion in listed)}
    return Query(
        index=index,
        domain1=domain1,
        domain2=domain2,
        language=language,
        text=text,
        criteria=tuple(listed),
        requirements=tuple(kind for kind in REQUIREMENTS if kind in watched),
        history=history,
    )


def _history(listed: Any, row: _Row) -> tuple[Step, ...]:
    if not isinstance(listed, list):
        row.wrong("history", "must be a list of steps", listed)
        return ()
    made: list[Step] = []
    for place, found in enumerate(listed):
        where = f"history[{place}]"
        if not isinstance(found, dict):
            row.wrong(where, "must be an object", found)
            continue
        for key in sorted(found.keys() - {field.name for field in fields(Step)}):
            row.wrong(f"{where}.{key}", "unknown field", found[key])
        try:
            step = msgspec.convert(found, Step)
            if datetime.fromisoformat(step.date).utcoffset() is None:
                row.wrong(f"{where}.date", "says no time zone, such as +00:00", step.date)
        except msgspec.ValidationError as error:
            row.wrong(where, f"not a step: {error}", found)
        except ValueError:
            row.wrong(f"{where}.date", "must be a date and time such as 2026-11-24T09:30:00+00:00", found["date"])
        else:
            made.append(step)
    return tuple(made)


def _criteria(listed: Any, row: _Row, wanted: int | None) -> list[Criterion]:
    if listed is None:
        row.wrong("checklist", "missing")
        return []
    if not isinstance(listed, list):
        row.wrong("checklist", "must be a list of criteria", listed)
        return []
    if wanted is not None and len(listed) != wanted:
        row.wrong("checklist", f"must hold {wanted} criteria", len(listed))
    made: list[Criterion] = []
    for place, found in enumerate(listed):
        where = f"checklist[{place}]"
        if not isinstance(found, dict):
            row.wrong(where, "must be an object", found)
            continue
        for key in sorted(found.keys() - {*OF_CRITERION, "requirement"}):
            row.wrong(f"{where}.{key}", "unknown field", found[key])
        name, description, *bands = (_text(found, key, row, where) for key in OF_CRITERION)
        kind = found.get("requirement")
        if kind is not None and kind not in REQUIREMENTS:
            row.wrong(f"{where}.requirement", f"must be null or one of {', '.join(REQUIREMENTS)}", kind)
        if name and any(name == other.name for other in made):
            row.wrong(f"{where}.name", "another criterion of this query has the same name", name)
        one, two, three, four, five = bands
        made.append(
            Criterion(name=name, description=description, bands=(one, two, three, four, five), requirement=kind)
        )
    return made


def _text(found: dict[str, Any], key: str, row: _Row, where: str = "") -> str:
    """A field that must be text and not empty; "" when it is not, and then that has been said."""
    value, field = found.get(key), f"{where}.{key}" if where else key
    if isinstance(value, str) and value.strip():
        return value
    if key in found:
        row.wrong(field, "empty" if value == "" or isinstance(value, str) else "must be text", value)
    elif where:  # the fields of the query itself are looked through by name
        row.wrong(field, "missing")
    return ""


def _one_of(found: dict[str, Any], names: tuple[str, str], row: _Row) -> Any:
    """The value of a field that may be called by either of two names."""
    if names[0] in found and names[1] in found:
        row.wrong(names[1], f"stands beside `{names[0]}`, which means the same; keep one")
    return found.get(names[0], found.get(names[1]))
