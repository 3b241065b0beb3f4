"""`writingbench construct`: a benchmark of one's own, in four stages."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.construct.bring import import_, others
from writingbench.cli.construct.draft import draft
from writingbench.cli.construct.finish import finish
from writingbench.cli.construct.people import people_app
from writingbench.cli.construct.refine import refine
from writingbench.cli.construct.status import status
from writingbench.cli.construct.work import work_app

construct_app = App(name="construct", help="Make a benchmark of one's own: draft, refine, collect, screen, finish.")
for part in (draft, refine, people_app, work_app, status, finish, others):
    construct_app.command(part)
construct_app.command(import_, name="import")
