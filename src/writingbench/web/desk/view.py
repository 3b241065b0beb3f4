"""An item as the pages and their scripts see it, and a line of the trail as people read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from writingbench.construct.item import WITH_PEOPLE, Item, Material, Stage
from writingbench.construct.project import Change, Kept
from writingbench.people import Person, Role
from writingbench.web.desk.diff import Piece, differences

ROLE: Mapping[Stage, Role] = {"collect": "annotator", "screen": "expert", "confirm": "expert"}  # whose work a stage is
OPENING = 260  # characters of a request that a list shows
EXCERPT = 400  # characters of a passage that the trail shows
ABOUT = ("title", "source", "licence")


def may(person: Person, item: Item) -> bool:
    """Whether an item, where it stands now, is this person's work."""
    return ROLE.get(item.stage) in person.roles and not (item.stage == "confirm" and item.passed == person.name)


def stages(person: Person) -> list[Stage]:
    """The stages that are this person's work."""
    return [stage for stage in WITH_PEOPLE if ROLE[stage] in person.roles]


def fields(item: Item) -> dict[str, Any]:
    """What can be typed or ticked, by the names under which the page saves it."""
    found: dict[str, Any] = {"request": item.request, "requirements": item.requirements}
    for material in item.materials:
        found |= {f"{material.id}/{name}": getattr(material, name) for name in ABOUT}
        found[f"{material.id}/cuts"] = material.cuts
    return found


def state(kept: Kept, person: Person) -> dict[str, Any]:
    """Where an item stands, for the script of a page."""
    return {
        "revision": kept.revision,
        "stage": kept.item.stage,
        "holder": "" if kept.idle and kept.holder != person.name else kept.holder,
        "held": kept.held,
        "fields": fields(kept.item),
    }


def came(trail: Sequence[Change], item: Item) -> str:
    """The request as it was when it first came to people."""
    return next((change.after.request for change in trail if change.after.stage in WITH_PEOPLE), item.request)


def opening(request: str) -> str:
    """The first words of a request, on one line."""
    text = " ".join(request[: OPENING * 2].split())
    return text if len(text) <= OPENING else text[:OPENING] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line of the trail with what changed in words."""

    change: Change
    key: str  # of the word for it
    request: Sequence[Piece]  # () where the request stayed
    added: Sequence[Material]
    removed: Sequence[Material]
    renamed: Sequence[tuple[str, str, Sequence[Piece]]]  # a material's title, what of it, how
    cuts: Sequence[tuple[Material, int, int, Sequence[str]]]  # cut now and before, in characters; passages cut anew
    stage: tuple[str, str] | None  # from, to
    requirements: tuple[Sequence[str], Sequence[str]] | None
    reason: str

    @property
    def more(self) -> bool:
        """Whether there is more to see than who, what and when."""
        said = (self.request, self.added, self.removed, self.renamed, self.cuts, self.requirements, self.reason)
        return any(said)


def told(change: Change, texts: Mapping[str, str] | None = None) -> Told:
    """What a line of the trail did. With the `texts` of materials by their hashes it quotes passages that were cut."""
    before, after = change.before or change.after, change.after
    old = {one.id: one for one in before.materials}
    both = [(old[one.id], one) for one in after.materials if one.id in old]
    return Told(
        change=change,
        key="what_" + re.sub(r"\W", "_", change.what),
        request=differences(before.request, after.request) if before.request != after.request else (),
        added=[one for one in after.materials if one.id not in old],
        removed=[one for one in before.materials if one.id not in {one.id for one in after.materials}],
        renamed=[
            (new.title, name, differences(getattr(was, name), getattr(new, name)))
            for was, new in both
            for name in ABOUT
            if getattr(was, name) != getattr(new, name)
        ],
        cuts=[
            (new, _length(new.cuts), _length(was.cuts), _passages(was, new, (texts or {}).get(new.text, "")))
            for was, new in both
            if was.cuts != new.cuts
        ],
        stage=(before.stage, after.stage) if before.stage != after.stage else None,
        requirements=(before.requirements, after.requirements) if before.requirements != after.requirements else None,
        reason=after.reason if after.reason != before.reason else "",
    )


def _length(cuts: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in cuts)


def _passages(was: Material, new: Material, text: str) -> list[str]:
    """The first of the passages that are cut now and were not, or not so far, before."""
    fresh = [text[start:end].strip() for start, end in new.cuts if (start, end) not in was.cuts]
    return [one if len(one) <= EXCERPT else one[:EXCERPT] + "…" for one in fresh[:3] if one]
