"""What people may do with an item: functions from an item to the item afterwards, with the step in its history.

Each raises Unfit where the item does not allow it.
"""

from __future__ import annotations

from dataclasses import replace

from writingbench.construct.item import Item, Material, Span, Stage, merged, noted
from writingbench.construct.unfit import Unfit
from writingbench.records import REQUIREMENTS, Requirement

# collecting


def attached(item: Item, by: str, material: Material) -> Item:
    """With one source more."""
    _at(item, "collect")
    return replace(item, materials=(*item.materials, material))


def detached(item: Item, by: str, id: str) -> Item:
    """Without the source `id`."""
    _at(item, "collect")
    gone = _material(item, id)
    return replace(item, materials=tuple(one for one in item.materials if one is not gone))


def described(item: Item, by: str, id: str, *, title: str, source: str, licence: str) -> Item:
    """With this title, origin and licence for the source `id`."""
    _at(item, "collect", "screen")
    return _with(item, replace(_material(item, id), title=title, source=source, licence=licence))


def collected(item: Item, by: str) -> Item:
    """The material is there: on to the experts. What was attached goes into the history, with source and licence."""
    _at(item, "collect")
    for material in item.materials:
        for field in ("title", "source", "licence"):
            if not getattr(material, field).strip():
                raise Unfit("described", f"{material.title or material.id}: the {field} is missing", field=field)
    for material in item.materials:
        what = f"{material.title} ({material.kind}, about {material.tokens:,} tokens)"
        item = noted(item, "attach", by, note=f"{what}, {material.source}, {material.licence}")
    if not item.materials:
        item = noted(item, "attach", by, note="no material")
    return replace(item, stage="screen", reason="")


# screening


def adapted(item: Item, by: str, request: str) -> Item:
    """With other words for the request."""
    _at(item, "screen")
    return noted(replace(item, request=request), "adapt", by, once=True)


def labelled(item: Item, by: str, requirements: tuple[Requirement, ...]) -> Item:
    """With other requirements (style, format, length)."""
    _at(item, "screen")
    found = tuple(kind for kind in REQUIREMENTS if kind in requirements)
    return noted(replace(item, requirements=found), "label", by, note=", ".join(found) or "none", once=True)


def cut(item: Item, by: str, id: str, cuts: tuple[Span, ...]) -> Item:
    """With just these passages of the source `id` left out: characters of its whole text."""
    _at(item, "screen")
    material = _material(item, id)
    made = replace(material, cuts=merged(cuts, material.characters))
    gone = sum(end - start for start, end in made.cuts)
    note = f"{gone:,} of {material.characters:,} characters of {material.title}"
    return noted(_with(item, made), "cut", by, note=note, once=True)


def approved(item: Item, by: str) -> Item:
    """The first expert lets it pass."""
    _at(item, "screen")
    if not item.request.strip():
        raise Unfit("empty", "the request is empty")
    return noted(replace(item, stage="confirm", passed=by, reason=""), "approve", by)


def confirmed(item: Item, by: str) -> Item:
    """A second expert agrees."""
    _at(item, "confirm")
    if item.passed == by:
        raise Unfit("same", "somebody else has to confirm what you approved")
    return noted(replace(item, stage="approved"), "confirm", by)


def rejected(item: Item, by: str, reason: str) -> Item:
    """An expert lets it go for good."""
    _at(item, "screen", "confirm")
    return noted(replace(item, stage="rejected", reason=_said(reason)), "reject", by, note=_said(reason))


def sent_back(item: Item, by: str, reason: str) -> Item:
    """An expert wants more done: from screening back to collection, from confirmation back to screening."""
    _at(item, "screen", "confirm")
    back: Stage = "collect" if item.stage == "screen" else "screen"
    note = f"to {back}: {_said(reason)}"
    return noted(replace(item, stage=back, reason=_said(reason), passed=""), "send back", by, note=note)


def _at(item: Item, *stages: Stage) -> None:
    if item.stage not in stages:
        raise Unfit("stage", f"it is at {item.stage} by now", stage=item.stage)


def _material(item: Item, id: str) -> Material:
    found = next((one for one in item.materials if one.id == id), None)
    if found is None:
        raise Unfit("gone", "this source is not there any more")
    return found


def _with(item: Item, material: Material) -> Item:
    return replace(item, materials=tuple(material if one.id == material.id else one for one in item.materials))


def _said(reason: str) -> str:
    if not (found := reason.strip()):
        raise Unfit("reason", "give a reason")
    return found
