"""Work on items as tasks of Label Studio, and what people did there as rows of `construct.exchange`.

A task shows one item. Its materials stand one after the other in one text, so that one labelling page fits all tasks;
what is cut of them already stands between ⟦ and ⟧. What is marked `cut` is cut as well, what is marked `keep` no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import msgspec

from writingbench.adapters.label_studio import Annotation, read, within
from writingbench.benchmark.line import Defect, Entry
from writingbench.benchmark.load import Defects
from writingbench.construct.exchange import ABOUT, DECISIONS, Outcome
from writingbench.construct.item import Item, Span, Stage, merged
from writingbench.construct.project import Kept
from writingbench.records import REQUIREMENTS

MORE = 3  # new materials that one task can take
CONTROL = re.compile(r"decision|reason|passages|new_\w+|\w+_of_\d+|without_\d+").fullmatch
NOTHING = "—"  # where there is nothing to show: Label Studio takes an empty text for a fault
WHOLE = 1 << 40  # characters; longer than any text

Element = ElementTree.Element

# out


class Source(msgspec.Struct):
    """A material, in the data of a task."""

    id: str
    cuts: tuple[Span, ...]


class Task(msgspec.Struct):
    """The data of a task, as far as they are needed when it comes back."""

    item: str
    revision: int
    stage: Stage
    text: str
    sources: tuple[Source, ...]
    pieces: tuple[tuple[int, int, str, int], ...]  # of `text`: start, end, whose material, where that starts in it


def places(items: Iterable[Item]) -> int:
    """How many materials the labelling page must have places for."""
    return max((len(item.materials) for item in items), default=0)


def task(kept: Kept, texts: Mapping[str, str], places: int) -> dict[str, Any]:
    """An item as a task; `texts` of its materials by their hashes, `places` as the page has them.

    The names of the data differ from those of the controls: JSON-MIN puts both into one object.
    """
    item = kept.item
    text, pieces = shown(item, texts)
    data: dict[str, Any] = {
        "item": item.id,
        "revision": kept.revision,
        "stage": item.stage,
        "place": f"{item.domain1} · {item.domain2} · {item.language} · {item.id}",
        "request": item.request,
        "requirements": ", ".join(item.requirements) or NOTHING,
        "wanted": "\n".join(f"• {one}" for one in item.wanted) or NOTHING,
        "sent_back": item.reason or NOTHING,
        "text": text or NOTHING,
        "sources": [{"id": one.id, "cuts": one.cuts} for one in item.materials],
        "pieces": pieces,
    }
    for number in range(1, places + 1):
        material = item.materials[number - 1] if number <= len(item.materials) else None
        data |= {f"{name}_{number}": getattr(material, name) if material else "" for name in ABOUT}
    return {"data": data}


def shown(item: Item, texts: Mapping[str, str]) -> tuple[str, list[tuple[int, int, str, int]]]:
    """The materials of an item as one text, and which piece of it is which passage of which material."""
    parts: list[str] = []
    pieces: list[tuple[int, int, str, int]] = []
    length = 0

    def add(part: str) -> None:
        nonlocal length
        parts.append(part)
        length += len(part)

    for number, material in enumerate(item.materials, start=1):
        whole = texts[material.text]
        about = " · ".join(filter(None, (getattr(material, name) for name in ABOUT)))
        add("\n\n" * (number > 1) + f"━━━ {number}. {about} ━━━\n\n")
        edges = [0, *(edge for span in material.cuts for edge in span), len(whole)]
        for n, (start, end) in enumerate(pairwise(edges)):
            add("⟦" * (n % 2))
            if start < end:
                pieces.append((length, length + end - start, material.id, start))
                add(whole[start:end])
            add("⟧" * (n % 2))
    return "".join(parts), pieces


def page(stage: Stage, places: int) -> str:
    """The labelling page for a stage, as XML: what the project's setting "Labeling Interface" takes."""
    view = Element("View")
    ElementTree.SubElement(view, "Style").text = '[class*="richtext__line"] { white-space: pre-wrap; }'
    _add(view, "Header", value="$place")
    for name, head, value in (
        ("asked", "Request 题目", "request"),
        ("needed", "Material that is wanted 所需材料", "wanted"),
        ("because", "Sent back because 退回原因", "sent_back"),
    ):
        _add(view, "Header", value=head, size="4")
        _add(view, "Text", name=name, value=f"${value}", valueType="text", selectionEnabled="false")
    if stage == "screen":
        _typed(view, "new_request", "The request as it shall be 修改后的题目", rows=8, value="$request")
    if stage != "collect":
        _add(view, "Header", value="Requirements 写作要求", size="4")
        _add(view, "Text", name="demands", value="$requirements", valueType="text", selectionEnabled="false")
    if stage == "screen":
        hint = "Choose all that apply, if others do; nothing chosen: as above 如需更改，请选出全部适用项；不选则不变"
        _add(view, "Header", value=hint, size="5")
        _choices(view, "new_requirements", (*REQUIREMENTS, "none"), choice="multiple")
        hint = "Mark what shall be cut; what stands in ⟦ ⟧ is cut already 标出要删的段落；⟦ ⟧ 内的已删，可标 keep"
        _add(view, "Header", value=hint, size="5")
        labels = _add(view, "Labels", name="passages", toName="shown")
        _add(labels, "Label", value="cut", background="#d9480f")
        _add(labels, "Label", value="keep", background="#2b8a3e")
    _add(view, "Header", value="Material 材料", size="4")
    marked = "true" if stage == "screen" else "false"
    _add(view, "Text", name="shown", value="$text", valueType="text", selectionEnabled=marked)
    if stage != "confirm":
        for number in range(1, places + 1):
            for name, head in zip(ABOUT, ("title 标题", "source 来源", "licence 许可"), strict=True):
                _typed(view, f"{name}_of_{number}", f"Material {number}: {head}", value=f"${name}_{number}")
            if stage == "collect":
                _choices(view, f"without_{number}", ("take away",))
    if stage == "collect":
        for number in range(1, MORE + 1):
            for name, head in zip(ABOUT, ("title 标题", "source 来源", "licence 许可"), strict=True):
                _typed(view, f"new_{name}_{number}", f"New material {number} 新材料: {head}")
            _typed(view, f"new_text_{number}", f"New material {number} 新材料: text 正文", rows=8)
    _add(view, "Header", value="Decision 决定", size="4")
    _choices(view, "decision", DECISIONS[stage], choice="single-radio")
    if stage != "collect":
        _typed(view, "reason", "Reason, if rejected or sent back 退回或否决的原因", rows=3)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _typed(view: Element, name: str, head: str, *, rows: int = 1, **more: str) -> None:
    _add(view, "Header", value=head, size="5")
    _add(view, "TextArea", name=name, toName="asked", rows=str(rows), editable="true", maxSubmissions="1", **more)


def _choices(view: Element, name: str, values: Sequence[str], *, choice: str = "single") -> None:
    choices = _add(view, "Choices", name=name, toName="asked", choice=choice, showInline="true")
    for value in values:
        _add(choices, "Choice", value=value)


# back


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What people did, as rows."""

    rows: list[tuple[int, dict[str, Any]]]  # with the line on which the task begins
    split: list[Outcome]  # items of which people want different things
    waiting: int  # tasks that nobody has annotated


def rows(content: bytes, file: str, annotator: str = "") -> Returned:
    """What people did, by an export as JSON or JSON-MIN; only what `annotator` did, if one is named.

    Of each person the latest annotation counts. Where two people want different things of an item, neither does.
    Raises Defects.
    """
    found = read(content, file, CONTROL)
    defects: list[Defect] = []
    tasks: dict[str, list[tuple[Annotation, dict[str, Any]]]] = {}
    for one in found.annotations:
        if annotator in {"", one.by}:
            row = _row(one, Entry(file, one.line, defects))
            tasks.setdefault(one.task, []).append((one, row))
    if not tasks and annotator:
        there = ", ".join(sorted({one.by for one in found.annotations})) or "nobody"
        why = f"nothing by {annotator}; there is something by {there}"
        Entry(file, 1, defects).wrong("", why)
    if defects:
        raise Defects(defects)
    back: list[tuple[int, dict[str, Any]]] = []
    split: list[Outcome] = []
    for same in tasks.values():
        first, row = same[0]
        if all(other == row for _, other in same):
            back.append((first.line, row))
        else:
            who = " and ".join(one.by for one, _ in same)
            why = f"{who} want different things; --annotator NAME takes what one of them wants"
            split.append(Outcome(line=first.line, id=row["id"], way="conflict", why=why, stage=row["stage"]))
    return Returned(rows=back, split=split, waiting=found.waiting)


def _row(one: Annotation, at: Entry) -> dict[str, Any]:
    """What an annotation says of an item; {} where it is of something else, and then that has been said."""
    try:
        task = msgspec.convert(one.data, Task)
    except msgspec.ValidationError as error:
        at.wrong(f"task {one.task}", f"not from `construct work export`: {error}; export just that project")
        return {}
    row: dict[str, Any] = {"id": task.item, "revision": task.revision, "stage": task.stage}
    for name, control in (("request", "new_request"), ("decision", "decision"), ("reason", "reason")):
        if said := one.said(control):
            row[name] = "\n\n".join(said)
    if chosen := one.said("new_requirements"):
        row["requirements"] = sorted({*chosen} - {"none"})
        if "none" in chosen and len(chosen) > 1:
            at.wrong("new_requirements", "none stands beside others; choose the one or the others", chosen)
    passages = _passages(one, task, at)
    materials: list[dict[str, Any]] = []
    for number, source in enumerate(task.sources, start=1):
        if not one.said(f"without_{number}"):
            about = {name: " ".join(said) for name in ABOUT if (said := one.said(f"{name}_of_{number}"))}
            cuts = {"cuts": _cuts(source, passages)} if passages else {}
            materials.append({"id": source.id, **about, **cuts})
    for control in one.values:
        number = int((re.search(r"(?:_of|^without)_(\d+)$", control) or [0, 0])[1])
        if number > len(task.sources) and one.said(control):
            at.wrong(
                control, f"there is no material {number}; what is new goes under new material", one.said(control)[0]
            )
    for number in range(1, MORE + 1):
        names = (*ABOUT, "text")
        new = {name: "\n\n".join(said) for name in names if (said := one.said(f"new_{name}_{number}"))}
        materials += [new] if new else []
    return {**row, "materials": materials}


def _passages(one: Annotation, task: Task, at: Entry) -> list[tuple[str, str, Span]]:
    """What was marked: how, of which material, and where in it."""
    found = []
    for region in one.marked("passages"):
        span = within(region, task.text)
        if span is None:
            at.wrong("passages", "what is marked does not stand there in the text; mark it again", region.text or "")
            continue
        for start, end, id, offset in task.pieces:
            a, b = max(start, span[0]), min(end, span[1])
            found += [(label, id, (offset + a - start, offset + b - start)) for label in region.labels if a < b]
    return found


def _cuts(source: Source, passages: Iterable[tuple[str, str, Span]]) -> list[Span]:
    """What is cut of a material, when passages have been marked."""
    marked = [(label, span) for label, id, span in passages if id == source.id]
    cuts = merged((*source.cuts, *(span for label, span in marked if label == "cut")), WHOLE)
    for a, b in (span for label, span in marked if label == "keep"):
        cuts = tuple(part for s, e in cuts for part in ((s, min(e, a)), (max(s, b), e)) if part[0] < part[1])
    return list(cuts)
