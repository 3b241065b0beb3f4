"""`writingbench construct`: a benchmark of one's own, in four stages."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.construct.finish import finish
from writingbench.cli.construct.people import people_app
from writingbench.cli.construct.status import status

construct_app = App(name="construct", help="Make a benchmark of one's own: draft, refine, collect, screen, finish.")
for part in (people_app, status, finish):
    construct_app.command(part)
