"""A request on its way to becoming a query: drafted or brought in, refined, given material, screened twice.

    draft ──refine──> collect ──> screen ──approve──> confirm ──confirm──> approved
      │                  ^   <──────┘  ^ <── send back ──┘
      │                                └──────────┴── with a reason ──> rejected
      └─> duplicate;  where no material is wanted, refining leads straight to screen

What may happen to an item on the way stands in `moves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, get_args

from writingbench.records import GUIDANCES, Guidance, Language, Query, Requirement, Step

Stage = Literal["draft", "duplicate", "collect", "screen", "confirm", "approved", "rejected"]
STAGES: tuple[Stage, ...] = get_args(Stage)
WITH_PEOPLE: tuple[Stage, ...] = ("collect", "screen", "confirm")  # where somebody has to do something

Span = tuple[int, int]

CALLED: Mapping[Guidance, str] = {"specificity": "content"}  # as the pool of guidances calls it, where it differs
HEADING = {"en": "Material {number}: {title}", "zh": "材料{number}：{title}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One source that goes with a request."""

    id: str
    title: str  # as the writer reads it above the text
    source: str = ""  # where it comes from: an address, a book, "own measurements"
    licence: str = ""  # under which it may be passed on, in the annotator's words
    text: str  # the hash of the whole text, which the project keeps
    kind: str = "text"  # what it was taken out of: text, pdf, docx, html, xlsx
    file: str = ""  # the name of the uploaded file; shown and never used
    characters: int
    tokens: int  # about, of the whole text
    cuts: tuple[Span, ...] = ()  # passages left out: characters of the whole text, in order, apart from each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A request as it stands, and how it got there."""

    id: str
    stage: Stage = "draft"
    domain1: str
    domain2: str
    language: Language
    request: str  # the words of the request, without material
    requirements: tuple[Requirement, ...] = ()
    guidances: tuple[str, ...] | None = None  # that it is refined by; None: none have been drawn yet
    wanted: tuple[str, ...] = ()  # descriptions of material that it needs
    materials: tuple[Material, ...] = ()
    reason: str = ""  # why it was sent back, rejected or taken for a duplicate
    passed: str = ""  # the expert who approved it first; somebody else confirms
    proposed: str = ""  # the subdomain that a model would have liked, where the taxonomy has none
    history: tuple[Step, ...] = ()


def key(domain2: str, language: Language, request: str) -> str:
    """The id of a new item: the same request in the same place is the same item."""
    return sha256("\n".join((domain2, language, request)).encode("utf-8", "replace")).hexdigest()[:12]


def now() -> str:
    """This moment as histories have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def noted(item: Item, what: str, by: str, *, prompt: str | None = None, note: str = "", once: bool = False) -> Item:
    """`item` with one step more in its history; `once`: in place of the last, where that was the same by the same."""
    step = Step(what=what, by=by, prompt=prompt, date=now(), note=note or None)
    before = item.history
    if once and before and (before[-1].what, before[-1].by) == (what, by):
        before = before[:-1]
    return replace(item, history=(*before, step))


def left(text: str, cuts: tuple[Span, ...]) -> str:
    """What is left of a text when passages are cut out of it.

    Where a whole line or paragraph goes, its break goes with it; what was on two sides of a break stays apart.
    """
    kept, at = "", 0
    for start, end in cuts:
        kept += text[at:start]
        at = end
        if not kept or kept.endswith("\n"):
            while text[at : at + 1] == "\n":
                at += 1
        elif "\n" in text[start:end] and text[at : at + 1] not in {"\n", ""}:
            kept += "\n\n" if "\n\n" in text[start:end] else "\n"
    return (kept + text[at:]).strip("\n") if cuts else text


def merged(cuts: tuple[Span, ...], length: int) -> tuple[Span, ...]:
    """Cuts in order, kept inside a text of `length` characters; those that touch are one."""
    found: list[Span] = []
    for start, end in sorted((max(0, a), min(length, b)) for a, b in cuts):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def compose(item: Item, texts: Mapping[str, str]) -> str:
    """The whole request as a writer receives it, its material behind it; `texts` by their hashes."""
    parts = [item.request.strip()]
    for number, material in enumerate(item.materials, start=1):
        heading = HEADING[item.language].format(number=number, title=material.title)
        parts.append(f"{heading}\n\n{left(texts[material.text], material.cuts).strip()}")
    return "\n\n".join(parts)


def query(item: Item, index: int, texts: Mapping[str, str]) -> Query:
    """An approved item as a query; it has no criteria yet."""
    kinds = {guidance.partition(":")[0] for guidance in item.guidances or ()}
    return Query(
        index=index,
        domain1=item.domain1,
        domain2=item.domain2,
        language=item.language,
        text=compose(item, texts),
        criteria=(),
        requirements=item.requirements,
        guidances=tuple(kind for kind in GUIDANCES if CALLED.get(kind, kind) in kinds),
        history=item.history,
    )
