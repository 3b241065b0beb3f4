"""What a row is, and the rows of what waits for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from writingbench.construct.exchange.passages import MOST
from writingbench.construct.item import WITH_PEOPLE, Item, Stage
from writingbench.construct.project import Held, Kept, Project
from writingbench.records import Requirement

ABOUT = ("title", "source", "licence")
REASONED = ("reject", "send back")  # decisions that need a reason
DECISIONS: Mapping[Stage, tuple[str, ...]] = {
    "collect": ("collected",),
    "screen": ("approve", *REASONED),
    "confirm": ("confirm", *REASONED),
}

Decision = Literal["", "collected", "approve", "confirm", "reject", "send back"]
Line = Annotated[str, msgspec.Meta(max_length=2_000)]
Text = Annotated[str, msgspec.Meta(max_length=4_000_000)]
Place = Annotated[int, msgspec.Meta(ge=0)]


class Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A material as a row has it."""

    id: str | None = None  # None for a new one
    title: Line | None = None
    source: Line | None = None
    licence: Line | None = None
    kind: str | None = None
    text: Text | None = None  # whole, or with passages cut out of it
    cuts: Annotated[tuple[tuple[Place, Place], ...], msgspec.Meta(max_length=MOST)] | None = None


class Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An item that comes back; None is what the row does not say."""

    id: str
    revision: Annotated[int, msgspec.Meta(ge=1)]
    stage: Any = None  # this and what follows is only told, and never changed
    domain1: Any = None
    domain2: Any = None
    language: Any = None
    wanted: Any = None
    sent_back: Any = None  # why
    decisions: Any = None  # the words for `decision` at this stage
    request: Annotated[str, msgspec.Meta(max_length=200_000)] | None = None
    requirements: tuple[Requirement, ...] | None = None
    materials: tuple[Source, ...] | None = None  # all of them: one that is missing is taken away
    decision: Decision | None = None
    reason: Line | None = None


def told(item: Item) -> dict[str, Any]:
    """What a row tells and never changes."""
    return {
        "stage": item.stage,
        "domain1": item.domain1,
        "domain2": item.domain2,
        "language": item.language,
        "wanted": list(item.wanted),
        "sent_back": item.reason,
        "decisions": list(DECISIONS.get(item.stage, ())),
    }


def row(kept: Kept, texts: Mapping[str, str]) -> dict[str, Any]:
    """The row of an item; `texts` of its materials by their hashes."""
    materials = [
        {
            "id": one.id,
            **{name: getattr(one, name) for name in ABOUT},
            "kind": one.kind,
            "text": texts[one.text],
            "cuts": [list(span) for span in one.cuts],
        }
        for one in kept.item.materials
    ]
    return {
        "id": kept.item.id,
        "revision": kept.revision,
        **told(kept.item),
        "request": kept.item.request,
        "requirements": list(kept.item.requirements),
        "materials": materials,
        "decision": "",
        "reason": "",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What goes out."""

    items: list[Kept]
    left_out: dict[str, str]  # id -> why


def take(project: Project, stages: Sequence[Stage] = (), hold: str = "") -> Taken:
    """The items at these stages, or at all where people have to do something; with `hold` in hand under that name.

    Left out is then what somebody else has in hand, and what `hold` approved and so may not confirm.
    """
    items, left_out = [], {}
    for kept in project.items(*(stages or WITH_PEOPLE)):
        if hold and kept.item.stage == "confirm" and kept.item.passed == hold:
            left_out[kept.item.id] = f"{hold} approved it, so somebody else has to confirm it"
            continue
        try:
            held = project.hold(kept.item.id, hold) if hold else kept
        except Held as error:
            left_out[kept.item.id] = f"{error.now.holder} has it in hand"
            continue
        if held.item.stage == kept.item.stage:
            items.append(held)
        else:  # somebody handed it on just then
            project.release(kept.item.id, hold)
    return Taken(items=items, left_out=left_out)
