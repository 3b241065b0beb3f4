"""Read what people did in Label Studio out of its exports, whatever their tasks were about.

    [{"id": 7, "data": {...}, "annotations": [{"completed_by": 2, "was_cancelled": false, "created_at": "2026-...",
      "result": [{"from_name": "decision", "to_name": "asked", "type": "choices", "value": {"choices": ["A"]}},
                 {"from_name": "passages", "to_name": "shown", "type": "labels",
                  "value": {"start": 3, "end": 9, "text": "...", "labels": ["cut"]}}]}]}]                        JSON
    [{"id": 7, ..., "decision": "A", "passages": [{"start": 3, ...}], "annotator": 2, "annotation_id": 5}]   JSON-MIN

Both forms stand on https://labelstud.io/guide/task_format.html and https://labelstud.io/guide/export.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from writingbench.benchmark.line import Defect, Entry
from writingbench.benchmark.load import Defects

SAID = ("choices", "text", "rating", "number")  # the keys of what is chosen, typed or given
OF_MIN = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"}  # beside the data

_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A passage that was marked."""

    start: int  # as the page counts characters: see `within`
    end: int
    text: str | None  # what it says; None where that was not kept
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What one person did with one task."""

    line: int  # of the file, on which the task begins
    task: str  # its number there
    data: Mapping[str, Any]  # what the task was made of
    by: str  # whoever did it: a number, or an e-mail address
    at: str  # when, as ISO 8601 writes it
    values: Mapping[str, tuple[str | Region, ...]]  # by the name of the control

    def said(self, control: str) -> tuple[str, ...]:
        """What was chosen or typed."""
        return tuple(one for one in self.values.get(control, ()) if isinstance(one, str))

    def marked(self, control: str) -> tuple[Region, ...]:
        return tuple(one for one in self.values.get(control, ()) if isinstance(one, Region))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Everything in an export."""

    annotations: list[Annotation]  # the latest of each person for each task, without those that were skipped
    waiting: int  # tasks that nobody has annotated


def read(content: bytes, file: str, control: Callable[[str], object]) -> Exported:
    """What is in an export, JSON or JSON-MIN. Raises Defects.

    `control` tells by its name whether something is a control of the labelling page or of the data: JSON-MIN puts both
    into one object.
    """
    defects: list[Defect] = []
    found: dict[tuple[str, str], Annotation] = {}
    tasks: set[str] = set()
    for line, task in _tasks(content, file, defects):
        row = Entry(file, line, defects)
        tasks.add(str(task.get("id")))
        for one in _full(task, row) if "annotations" in task else _min(task, row, control):
            before = found.get((one.task, one.by))
            if before is None or before.at <= one.at:
                found[one.task, one.by] = one
    if not (tasks or defects):
        Entry(file, 1, defects).wrong("", "the file holds no task")
    if defects:
        raise Defects(defects)
    return Exported(annotations=list(found.values()), waiting=len(tasks - {one.task for one in found.values()}))


def within(region: Region, text: str) -> tuple[int, int] | None:
    """Where a region stands in the text that was shown, in characters; None when it is not there.

    JavaScript counts an emoji as two characters, and versions of Label Studio differ in whether they pass that on; what
    the region says tells. Without that it is taken to count as Python does, as versions since 2022 do.
    """
    if not 0 <= region.start < region.end:
        return None
    places = [(region.start, region.end)]
    if not text.isascii():
        units = text.encode("utf-16-le", "replace")
        start, end = (len(units[: 2 * one].decode("utf-16-le", "ignore")) for one in places[0])
        places.append((start, end))
    for start, end in places:
        same = region.text is None or _letters(region.text) == _letters(text[start:end])
        if start < end <= len(text) and same:
            return start, end
    return None


def _letters(text: str) -> str:
    """A text without the space in it, which pages show and keep in ways of their own."""
    return "".join(text.replace("\\n", "\n").split())


def _tasks(content: bytes, file: str, defects: list[Defect]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON list, each with the line on which it begins."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        Entry(file, 1, defects).wrong("", f"not UTF-8 at byte {error.start}; export it again")
        return
    decode = json.JSONDecoder().raw_decode
    at, line, counted = _space(text, 0), 1, 0
    opened = text.startswith("[", at)
    if not opened:
        why = "must be a list of tasks; export it from Label Studio as JSON or JSON-MIN"
        Entry(file, 1, defects).wrong("", why, text[at : at + 100])
    at = _space(text, at + 1)
    while opened and not text.startswith("]", at):
        line, counted = line + text.count("\n", counted, at), at
        row = Entry(file, line, defects)
        try:
            task, at = decode(text, at)
        except (ValueError, RecursionError) as error:
            row.wrong("", f"not JSON: {error}; export it again", text[at : at + 100])
            return
        if isinstance(task, dict):
            yield line, task
        else:
            row.wrong("", "must be a task, an object; export it again", task)
        at = _space(text, at)
        if text.startswith(",", at):
            at = _space(text, at + 1)
        elif not text.startswith("]", at):
            row.wrong("", "the list does not end; export it again", text[at : at + 100])
            return


def _space(text: str, at: int) -> int:
    """Where the space ends that begins at a place."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _full(task: dict[str, Any], row: Entry) -> Iterator[Annotation]:
    """The annotations of a task of JSON."""
    data, listed = task.get("data"), task["annotations"]
    if not isinstance(data, dict) or not isinstance(listed, list):
        row.wrong(f"task {task.get('id')}", "must have data, an object, and annotations, a list")
        return
    for place, one in enumerate(listed):
        field = f"annotations[{place}]"
        if not isinstance(one, dict) or not isinstance(result := one.get("result"), list):
            row.wrong(field, "must be an annotation with its result, a list", one)
        elif not one.get("was_cancelled"):
            values: dict[str, tuple[str | Region, ...]] = {}
            for n, part in enumerate(result):
                match part:
                    case {"from_name": str(name), "value": dict(value)}:
                        values[name] = values.get(name, ()) + _values(value, row, f"{field}.result[{n}].value")
            yield _annotation(task, data, one.get("completed_by"), one, row, values)


def _min(task: dict[str, Any], row: Entry, control: Callable[[str], object]) -> Iterator[Annotation]:
    """The annotation of a task of JSON-MIN, if it has one."""
    if "annotation_id" not in task:
        why = "no annotations; export it from Label Studio as JSON or JSON-MIN"
        row.wrong(f"task {task.get('id')}", why)
        return
    if task["annotation_id"] is not None:
        values: dict[str, tuple[str | Region, ...]] = {}
        data: dict[str, Any] = {}
        for name, value in task.items():
            if name in OF_MIN:
                continue
            if not control(name):
                data[name] = value
                continue
            for one in value if isinstance(value, list) else [value]:
                part = one if isinstance(one, dict) else {"text": one}
                values[name] = values.get(name, ()) + _values(part, row, name)
        yield _annotation(task, data, task.get("annotator"), task, row, values)


def _annotation(
    task: dict[str, Any],
    data: dict[str, Any],
    by: Any,
    about: dict[str, Any],
    row: Entry,
    values: Mapping[str, tuple[str | Region, ...]],
) -> Annotation:
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    at = str(about.get("updated_at") or about.get("created_at") or "")
    return Annotation(line=row.line, task=str(task.get("id")), data=data, by=str(by), at=at, values=values)


def _values(value: dict[str, Any], row: Entry, field: str) -> tuple[str | Region, ...]:
    """What one part of an annotation says; nothing where it is of a kind that is not known."""
    match value:
        case {"start": int(start), "end": int(end)}:
            labels = next((given for key, given in value.items() if key.endswith("labels")), None)
            text = value.get("text")
            names = tuple(map(str, labels)) if isinstance(labels, list) else ()
            return (Region(start=start, end=end, text=text if isinstance(text, str) else None, labels=names),)
        case {"start": _} | {"end": _}:
            row.wrong(field, "must be a passage of a text, with whole numbers for start and end", value)
            return ()
    given = next((value[key] for key in SAID if value.get(key) is not None), ())
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),) if given != () else ()
