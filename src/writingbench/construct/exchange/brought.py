"""Rows into the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from writingbench.benchmark.line import Defect, Entry
from writingbench.construct.exchange.checked import Ready
from writingbench.construct.exchange.compared import Compared
from writingbench.construct.exchange.rows import Row
from writingbench.construct.item import Item
from writingbench.construct.project import Held, Kept, Outdated, Project, when
from writingbench.construct.unfit import Unfit

WHAT = "work import"  # what the trail calls it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a row."""

    line: int
    id: str
    way: Literal["applied", "unchanged", "there already", "conflict", "unfit"]
    why: str = ""  # of a conflict, or of what the item does not allow
    stage: str = ""  # where the item is afterwards


def bring_in(project: Project, ready: Iterable[Ready], by: str) -> Iterator[Outcome]:
    """Rows into the project, each as a change of its own by `by`, or not at all."""
    for one in ready:
        yield _brought(project, one, by)


def _brought(project: Project, one: Ready, by: str) -> Outcome:
    outcome = partial(Outcome, line=one.line, id=one.row.id)
    kept = one.kept
    if one.row.revision != kept.revision:
        return outcome(**_since(project, one.row, kept, by))
    compared = Compared(one.row, kept.item, project.text, Entry("", one.line, []))
    if compared.nothing:
        return outcome(way="unchanged", stage=kept.item.stage)
    try:
        made = compared.carried_out(by)
        for text in compared.texts:
            project.keep(text)
        after = project.change(kept, made, by=by, what=WHAT, hold=False)
    except Unfit as error:
        return outcome(way="unfit", why=str(error), stage=kept.item.stage)
    except Held as error:
        return outcome(way="conflict", why=f"{error.now.holder} has it in hand", stage=error.now.item.stage)
    except Outdated as error:
        return outcome(**_since(project, one.row, error.now, by))
    return outcome(way="applied", stage=after.item.stage)


def _since(project: Project, row: Row, now: Kept, by: str) -> dict[str, Any]:
    """What a row is whose item has changed since it was exported: a conflict, unless it says nothing or came before."""
    trail = project.trail(row.id)
    shared = now.revision - len(trail)  # changes that share a line of the trail: typing that went on
    for n, change in enumerate(trail, start=1):
        if not n <= row.revision <= n + shared:
            continue
        defects: list[Defect] = []
        compared = Compared(row, change.after, project.text, Entry("", 1, defects))
        if defects:
            continue
        if compared.nothing:
            return {"way": "unchanged", "stage": now.item.stage}
        following = trail[n] if n < len(trail) else None
        if following and (following.what, following.by, following.undone) == (WHAT, by, False):
            try:
                made = compared.carried_out(by)
            except Unfit:
                continue
            if _bare(made) == _bare(following.after):
                return {"way": "there already", "stage": now.item.stage}
    last = trail[-1]
    why = f"{last.by} changed it since ({last.what}, {when(last.ended)}); export it again, and work on that"
    return {"way": "conflict", "why": why, "stage": now.item.stage}


def _bare(item: Item) -> tuple[Item, list[tuple[str, str, str | None]]]:
    """An item without the moments of its history."""
    return replace(item, history=()), [(step.what, step.by, step.note) for step in item.history]
