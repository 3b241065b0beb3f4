"""`writingbench agree`: how far judges agree with people."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.agree.draw import draw
from writingbench.cli.agree.judge import judge
from writingbench.cli.agree.labels import export, import_, status
from writingbench.cli.agree.power import power
from writingbench.cli.agree.report import report
from writingbench.cli.construct.people import people_app

agree_app = App(name="agree", help="Have people compare responses, and say how far judges agree with them.")
for part in (draw, export, status, judge, report, power, people_app):
    agree_app.command(part)
agree_app.command(import_, name="import")
