"""`writingbench criteria`: what queries are judged by."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.criteria.label import label

criteria_app = App(name="criteria", help="What queries are judged by: label.")
for part in (label,):
    criteria_app.command(part)
