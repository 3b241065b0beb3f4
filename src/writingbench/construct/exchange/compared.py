"""What a row changes of its item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from writingbench.benchmark.line import Entry
from writingbench.benchmark.size import tokens
from writingbench.construct import moves
from writingbench.construct.exchange.passages import passages
from writingbench.construct.exchange.rows import ABOUT, DECISIONS, REASONED, Row, Source, told
from writingbench.construct.item import WITH_PEOPLE, Item, Material, Span, Stage, merged

MOVES: Mapping[str, Callable[..., Item]] = {
    "collected": moves.collected,
    "approve": moves.approved,
    "confirm": moves.confirmed,
    "reject": moves.rejected,
    "send back": moves.sent_back,
}
OPEN: Mapping[Stage, frozenset[str]] = {  # what may be changed at a stage
    "collect": frozenset({"materials", "title", "source", "licence"}),
    "screen": frozenset({"request", "requirements", "title", "source", "licence", "cuts"}),
    "confirm": frozenset(),
}


class Compared:
    """What a row changes of an item: moves in an order in which they are allowed, and texts that are new.

    What the item's stage does not allow, and what is not possible at all, is said by `at`.
    """

    def __init__(self, row: Row, item: Item, text: Callable[[str], str], at: Entry) -> None:
        self.row = row
        self.item = item
        self.texts: list[str] = []
        self._text = text
        self._at = at
        self._steps: list[tuple[Callable[..., Item], tuple[Any, ...], dict[str, Any]]] = []
        if item.stage not in WITH_PEOPLE:
            at.wrong("id", f"it is at {item.stage}, where nobody has to do anything; take the row out", item.id)
            return
        for name, value in told(item).items():
            if (said := getattr(row, name)) is not None and said != value:
                at.wrong(name, "is only told, and not changed by an import; put back what was exported", said)
        self._materials()
        self._words()
        self._decision()

    @property
    def nothing(self) -> bool:
        """Whether nothing changes."""
        return not self._steps

    def carried_out(self, by: str) -> Item:
        """The item afterwards. Raises Unfit."""
        item = self.item
        for move, arguments, about in self._steps:
            item = move(item, by, *arguments, **about)
        return item

    def _step(self, move: Callable[..., Item], *arguments: Any, **about: Any) -> None:
        self._steps.append((move, arguments, about))

    def _open(self, what: str, value: Any, field: str = "") -> bool:
        """Whether something may be changed at this stage; where not, that is said."""
        there = what in OPEN[self.item.stage]
        if not there:
            self._at.wrong(field or what, f"is not changed at {self.item.stage}; put back what was exported", value)
        return there

    def _words(self) -> None:
        request, requirements = self.row.request, self.row.requirements
        if request is not None and _clean(request) != _clean(self.item.request) and self._open("request", request):
            self._step(moves.adapted, _clean(request))
        other = requirements is not None and set(requirements) != set(self.item.requirements)
        if other and self._open("requirements", requirements):
            self._step(moves.labelled, requirements)

    def _decision(self) -> None:
        decision, reason = self.row.decision or "", (self.row.reason or "").strip()
        if decision and decision not in (there := DECISIONS[self.item.stage]):
            self._at.wrong("decision", f"not at {self.item.stage}; there it is {' or '.join(there)}", decision)
        if reason and decision not in REASONED:
            self._at.wrong("reason", f"goes with {' or '.join(REASONED)} as decision; or take it out", reason)
        if decision:
            self._step(MOVES[decision], *([reason] if decision in REASONED else []))

    def _materials(self) -> None:
        if self.row.materials is None:
            return
        there = {one.id: one for one in self.item.materials}
        named = [one.id for one in self.row.materials if one.id is not None]
        kept = [id for id in there if id in named]
        for id, material in there.items():
            if id not in named and self._open("materials", f"without {material.title or id}"):
                self._step(moves.detached, id)
        if [id for id in named if id in there] != kept:
            self._at.wrong("materials", "each stands there once, in the order in which they were exported", named)
        for place, one in enumerate(self.row.materials):
            field = f"materials[{place}]"
            if one.id is None:
                self._new(one, place, field)
            elif one.id in there:
                self._known(one, there[one.id], field)
            else:
                self._at.wrong(f"{field}.id", "the item has no such material; a new one has no id", one.id)

    def _new(self, one: Source, place: int, field: str) -> None:
        text = _clean(one.text or "")
        if not self._open("materials", one.title or text, field):
            return
        if not text.strip():
            self._at.wrong(f"{field}.text", "a new material needs a text")
        for name, value, wanted in (("kind", one.kind, "text"), ("cuts", one.cuts, ())):
            if value and value != wanted:
                self._at.wrong(f"{field}.{name}", "not for a new material; take it out", value)
        # the same row makes the same material each time it comes
        id = sha256(f"{self.item.id}\n{self.row.revision}\n{place}\n{text}".encode()).hexdigest()[:8]
        hash = sha256(text.encode()).hexdigest()
        title, source, licence = (_line(getattr(one, name) or "") for name in ABOUT)
        self.texts.append(text)
        material = Material(
            id=id, title=title, source=source, licence=licence, text=hash, characters=len(text), tokens=tokens(text)
        )
        self._step(moves.attached, material)

    def _known(self, one: Source, material: Material, field: str) -> None:
        if one.kind is not None and one.kind != material.kind:
            self._at.wrong(f"{field}.kind", "is only told; put back what was exported", one.kind)
        about = {name: getattr(material, name) for name in ABOUT}
        changed = {
            name: _line(said)
            for name in ABOUT
            if (said := getattr(one, name)) is not None and _line(said) != _line(about[name])
        }
        if [name for name, said in changed.items() if self._open(name, said, f"{field}.{name}")]:
            self._step(moves.described, material.id, **about | changed)
        cuts = self._cuts(one, material, field)
        if cuts != material.cuts and self._open("cuts", cuts, f"{field}.cuts"):
            self._step(moves.cut, material.id, cuts)

    def _cuts(self, one: Source, material: Material, field: str) -> tuple[Span, ...]:
        """What is cut: the passages that are named, and those that the text lacks."""
        cuts = material.cuts if one.cuts is None else one.cuts
        for n, (start, end) in enumerate(cuts):
            if not start < end <= material.characters:
                why = f"must be a passage of the whole text, [start, end], of {material.characters:,} characters"
                self._at.wrong(f"{field}.cuts[{n}]", why, [start, end])
        if one.text is not None and one.text != (whole := self._text(material.text)):
            kept = _clean(one.text)
            lacking, found = passages(whole, kept)
            if found < len(kept) or not kept.strip():
                why = "not the whole text, nor that with passages cut out; put back what was exported, and use cuts"
                self._at.wrong(f"{field}.text", why, kept[found:])
            cuts += lacking
        return merged(cuts, material.characters)


def _clean(text: str) -> str:
    """A text as pages and files of any system may have it, with its lines ended in one way."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")


def _line(said: str) -> str:
    """What belongs on one line."""
    return " ".join("".join(" " if one < " " or one == "\x7f" else one for one in said).split())
