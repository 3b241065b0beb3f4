"""`writingbench criteria`: what queries are judged by."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.criteria.discrimination import discrimination
from writingbench.cli.criteria.label import label

criteria_app = App(name="criteria", help="What queries are judged by: discrimination, label.")
for part in (discrimination, label):
    criteria_app.command(part)
