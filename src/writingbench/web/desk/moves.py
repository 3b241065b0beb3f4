"""The moves that pages make: functions from what the body of a request says to an item afterwards.

A change of something that was seen names the revision on which it was made; what only adds or takes back needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Annotated, Any

import msgspec

from writingbench.benchmark.size import tokens
from writingbench.construct import moves
from writingbench.construct.item import Item, Material, Span
from writingbench.construct.project import Held, Kept, Nothing, Outdated, Project
from writingbench.construct.unfit import Unfit
from writingbench.people import Person
from writingbench.records import Requirement
from writingbench.web.desk import view
from writingbench.web.desk.ask import NotYours, Unknown, Unreadable

BODY = 1_000_000  # bytes of a move
PASTE = 4_000_000  # bytes of a text that is pasted
LINE = 2_000  # characters of a title, a source, a licence

Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]  # of a source, which the page chooses


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What a move says."""


class Seen(Body):
    revision: int  # on which it was made


class Save(Seen):
    fields: dict[str, Any]  # by the names of view.fields


class Said(Seen):
    reason: str


class Hold(Body):
    over: bool = False


class Pasted(Body):
    text: str
    title: str = ""
    source: str = ""
    licence: str = ""
    id: Id | None = None


class Which(Body):
    material: str


# what is typed


def save(project: Project, person: Person, id: str, body: Save) -> Kept:
    """Every field that was typed into, each a change of its own."""
    kept = _seen(project, person, id, body)
    for key, value in body.fields.items():
        made, what, typing = typed(kept.item, person.name, key, value)
        kept = project.change(kept, made, by=person.name, what=what, typing=typing)
    return kept


def typed(item: Item, by: str, key: str, value: Any) -> tuple[Item, str, bool]:
    """An item with another value in a field, the word for it, and whether it goes on as one is typing."""
    id, _, name = key.rpartition("/")
    if key == "request":
        return moves.adapted(item, by, msgspec.convert(value, str)), "adapt", True
    if key == "requirements":
        return moves.labelled(item, by, msgspec.convert(value, tuple[Requirement, ...])), "label", False
    if name == "cuts":
        return moves.cut(item, by, id, msgspec.convert(value, tuple[Span, ...])), "cut", False
    if name not in view.ABOUT:
        raise Unreadable(f"there is no field {key[:LINE]!r}")
    material = next((one for one in item.materials if one.id == id), None)
    if material is None:
        raise Unfit("gone", "this source is not there any more")
    about = {one: getattr(material, one) for one in view.ABOUT} | {name: line(msgspec.convert(value, str))}
    return moves.described(item, by, id, **about), "describe", True


def line(said: str) -> str:
    """Something that belongs on one line. Raises Unreadable when it is longer than anybody would write."""
    if len(said) > LINE:
        raise Unreadable(f"{len(said)} characters on one line")
    return "".join(" " if one < " " or one == "\x7f" else one for one in said)


# material


def attach(project: Project, person: Person, id: str, body: Pasted) -> Kept:
    """A text that was pasted."""
    text = body.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")
    if not text.strip():
        raise Unfit("blank", "there is no text")
    about = {name: line(getattr(body, name)) for name in view.ABOUT}
    return put(project, person, id, text, called=body.id, kind="text", **about)


def put(project: Project, person: Person, id: str, text: str, *, called: str | None, **about: Any) -> Kept:
    """A new source with this text. What comes again under the same id, its answer lost, is not added again."""
    hash = project.keep(text)
    material = Material(id=called or token_hex(4), text=hash, characters=len(text), tokens=tokens(text), **about)

    def attach(item: Item) -> Item:
        there = any(one.id == material.id for one in item.materials)
        return item if there else moves.attached(item, person.name, material)

    return _now(project, person, id, "attach", attach)


def detach(project: Project, person: Person, id: str, body: Which) -> Kept:
    return _now(project, person, id, "detach", lambda item: moves.detached(item, person.name, body.material))


# in hand


def hold(project: Project, person: Person, id: str, body: Hold) -> Kept:
    allow(person, find(project, id))
    return project.hold(id, person.name, over=body.over)


def release(project: Project, person: Person, id: str, body: Body) -> Kept:
    project.release(id, person.name)
    return find(project, id)


def undo(project: Project, person: Person, id: str, body: Body) -> Kept:
    """The last change of one's own taken back; what was handed on is in hand again."""
    find(project, id)
    last = next((one for one in reversed(project.trail(id)) if not one.undone), None)
    if last is None or last.before is None:
        raise Nothing
    if view.ROLE.get(last.before.stage) not in person.roles:
        raise NotYours
    kept = project.undo(id, person.name)
    return project.hold(id, person.name) if view.may(person, kept.item) else kept


# decisions


def _decision(what: str, move: Callable[..., Item]) -> Callable[[Project, Person, str, Any], Kept]:
    def decided(project: Project, person: Person, id: str, body: Seen) -> Kept:
        kept = _seen(project, person, id, body)
        reason = (body.reason,) if isinstance(body, Said) else ()
        return project.change(kept, move(kept.item, person.name, *reason), by=person.name, what=what)

    return decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move, and what its body is to be."""

    made: Callable[[Project, Person, str, Any], Kept]
    body: type[Body]
    most: int = BODY  # bytes


MOVES: Mapping[str, Move] = {
    "save": Move(made=save, body=Save),
    "attach": Move(made=attach, body=Pasted, most=PASTE),
    "detach": Move(made=detach, body=Which),
    "hold": Move(made=hold, body=Hold),
    "release": Move(made=release, body=Body),
    "undo": Move(made=undo, body=Body),
    "collect": Move(made=_decision("collect", moves.collected), body=Seen),
    "approve": Move(made=_decision("approve", moves.approved), body=Seen),
    "confirm": Move(made=_decision("confirm", moves.confirmed), body=Seen),
    "reject": Move(made=_decision("reject", moves.rejected), body=Said),
    "back": Move(made=_decision("send back", moves.sent_back), body=Said),
}


def find(project: Project, id: str) -> Kept:
    """The item with this id. Raises Unknown."""
    kept = project.item(id)
    if kept is None:
        raise Unknown
    return kept


def allow(person: Person, kept: Kept) -> None:
    """Raises NotYours where an item is another role's work."""
    role = view.ROLE.get(kept.item.stage)
    if role is not None and role not in person.roles:  # at the other stages nothing can be done, which the move says
        raise NotYours


def others(person: Person, kept: Kept) -> bool:
    """Whether somebody else has it in hand."""
    return kept.holder != person.name and not kept.idle


def _seen(project: Project, person: Person, id: str, body: Seen) -> Kept:
    kept = find(project, id)
    if kept.revision != body.revision:
        raise Held(kept) if others(person, kept) else Outdated(kept)
    allow(person, kept)
    return kept


def _now(project: Project, person: Person, id: str, what: str, move: Callable[[Item], Item]) -> Kept:
    """A change of whatever is there now."""
    while True:
        kept = find(project, id)
        allow(person, kept)
        try:
            return project.change(kept, move(kept.item), by=person.name, what=what)
        except Outdated:  # another process was quicker
            continue
