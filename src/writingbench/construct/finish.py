"""From approved items to the queries of a benchmark."""

from __future__ import annotations

from writingbench.construct.item import Item, query
from writingbench.construct.project import Project
from writingbench.records import Query


def queries(project: Project) -> list[Query]:
    """The approved items as queries without criteria, numbered from 1 in the order in which they were approved.

    So what is approved later is numbered later, and the queries of an earlier benchmark stay the same.
    """
    found = sorted((kept.item for kept in project.items("approved")), key=_approved)
    return [query(item, index, project.texts(item)) for index, item in enumerate(found, start=1)]


def _approved(item: Item) -> tuple[str, str]:
    return max((step.date for step in item.history if step.what == "confirm"), default=""), item.id
