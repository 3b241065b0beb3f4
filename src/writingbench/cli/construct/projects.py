"""Where what is under construction stands, for all commands of `writingbench construct`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from writingbench.construct.project import Project
    from writingbench.people import People


def open_project(out: Path, *, make: bool = False) -> Project:
    """The project in the folder `out`. Raises UserError where there is none, unless one is to be made."""
    from writingbench.construct.project import Project

    return Project(out / "construct.db", make=make)


def open_people(out: Path) -> People:
    """The people who work on what is in the folder `out`."""
    from writingbench.people import People

    return People(out / "people.db")
