"""Bring the requests of a list into a project, with personal data masked before anything is stored or sent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from writingbench.construct.item import Item, key, noted
from writingbench.construct.lists import Found, Source
from writingbench.construct.mask import mask
from writingbench.construct.project import Project

BATCH = 500  # requests that are added together: others can write in between
BY = "writingbench"  # who imports and masks: no model, nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of bringing a file in."""

    ids: frozenset[str]  # the items of its requests
    added: int  # how many of them are new
    tally: Counter[str]  # rows that were left out: empty, duplicate, foreign
    masked: Counter[str]  # pieces of personal data that were masked, by kind


def bring(source: Source, project: Project) -> Brought:
    """Add the requests of a file to a project, at stage draft and without domains; what is there already stays.

    The file is read twice: whatever is wrong anywhere in it is raised as Defects before anything of it is added.
    """
    for _ in source:
        pass
    name = mask(source.path.name).text
    ids: set[str] = set()
    masked: Counter[str] = Counter()
    alike = added = 0
    requests = iter(source)
    while batch := list(islice(requests, BATCH)):
        made = []
        for found in batch:
            hidden = mask(found.text)
            item = _item(found, hidden.text, hidden.found, name)
            if item.id in ids:  # they differed in what is masked
                alike += 1
            else:
                ids.add(item.id)
                made.append(item)
                masked.update(hidden.found)
        added += project.add(made, by=BY, what="import")
    tally = source.tally + Counter(duplicate=alike)
    return Brought(ids=frozenset(ids), added=added, tally=tally, masked=masked)


def _item(found: Found, text: str, masked: Mapping[str, int], name: str) -> Item:
    id = key("", found.language, text)
    item = Item(id=id, domain1="", domain2="", language=found.language, request=text)
    item = noted(item, "import", BY, note=f"{name}, line {found.line}")
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(masked.items()))
    return noted(item, "mask", BY, note=counts or "nothing found")
