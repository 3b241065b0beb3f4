"""One row of a benchmark file, looked through field by field: the query that it holds, or everything wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_args

import msgspec

from writingbench.benchmark.language import language_of
from writingbench.benchmark.taxonomy import Taxonomy
from writingbench.records import (
    BANDS,
    GUIDANCES,
    REQUIREMENTS,
    Criterion,
    Language,
    LengthDemand,
    Query,
    Step,
)

REQUIRED = ("index", "domain1", "domain2", "query")
OPTIONAL = ("lang", "language", "requirements", "guidances", "demands", "checklist", "criteria", "history")
BARE = ("query",)  # what a request must have that is to be given criteria
OF_CRITERION = ("name", "criteria_description", *BANDS)


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


@dataclass(slots=True)
class Entry:
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


def query_of(
    found: dict[str, Any], row: Entry, criteria: int | None, taxonomy: Taxonomy, required: tuple[str, ...]
) -> Query | None:
    """The query in `found`; None where something is wrong with it, which `row` has then been told."""
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
    requirements = _out_of(REQUIREMENTS, found, "requirements", row)
    guidances = _out_of(GUIDANCES, found, "guidances", row)
    demands = _demands(found.get("demands", []), row)
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
        guidances=tuple(kind for kind in GUIDANCES if kind in guidances),
        demands=demands,
        history=history,
    )


def _out_of(known: tuple[str, ...], found: dict[str, Any], key: str, row: Entry) -> list[str]:
    """A field that must be a list of some of the `known` words."""
    listed = found.get(key, [])
    if isinstance(listed, list) and all(one in known for one in listed):
        return listed
    row.wrong(key, f"must be a list out of {', '.join(known)}", listed)
    return []


def _strange(found: Any, known: set[str], where: str, row: Entry) -> None:
    """Report the fields of an object that nobody knows."""
    for key in sorted(found.keys() - known if isinstance(found, dict) else ()):
        row.wrong(f"{where}.{key}", "unknown field", found[key])


def _demands(listed: Any, row: Entry) -> tuple[LengthDemand, ...]:
    if not isinstance(listed, list):
        row.wrong("demands", "must be a list of lengths that are asked for", listed)
        return ()
    made: list[LengthDemand] = []
    for place, found in enumerate(listed):
        where = f"demands[{place}]"
        _strange(found, {field.name for field in fields(LengthDemand)}, where, row)
        try:
            demand = msgspec.convert(found, LengthDemand)
        except msgspec.ValidationError as error:
            row.wrong(where, f"not a length that is asked for: {error}", found)
            continue
        bounds = [bound for bound in (demand.min, demand.max) if bound is not None]
        if not bounds or bounds != sorted(bounds) or bounds[0] < 0:
            row.wrong(where, "needs a `min`, a `max` or both, of which `min` is not the larger", found)
        made.append(demand)
    return tuple(made)


def _history(listed: Any, row: Entry) -> tuple[Step, ...]:
    if not isinstance(listed, list):
        row.wrong("history", "must be a list of steps", listed)
        return ()
    made: list[Step] = []
    for place, found in enumerate(listed):
        where = f"history[{place}]"
        if not isinstance(found, dict):
            row.wrong(where, "must be an object", found)
            continue
        _strange(found, {field.name for field in fields(Step)}, where, row)
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


def _criteria(listed: Any, row: Entry, wanted: int | None) -> list[Criterion]:
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
        _strange(found, {*OF_CRITERION, "requirement"}, where, row)
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


def _text(found: dict[str, Any], key: str, row: Entry, where: str = "") -> str:
    """A field that must be text and not empty; "" when it is not, and then that has been said."""
    value, field = found.get(key), f"{where}.{key}" if where else key
    if isinstance(value, str) and value.strip():
        return value
    if key in found:
        row.wrong(field, "empty" if value == "" or isinstance(value, str) else "must be text", value)
    elif where:  # the fields of the query itself are looked through by name
        row.wrong(field, "missing")
    return ""


def _one_of(found: dict[str, Any], names: tuple[str, str], row: Entry) -> Any:
    """The value of a field that may be called by either of two names."""
    if names[0] in found and names[1] in found:
        row.wrong(names[1], f"stands beside `{names[0]}`, which means the same; keep one")
    return found.get(names[0], found.get(names[1]))
