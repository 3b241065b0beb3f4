"""`writingbench criteria`: what queries are judged by."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.criteria.discrimination import discrimination
from writingbench.cli.criteria.generate import generate
from writingbench.cli.criteria.label import label
from writingbench.cli.criteria.lint import lint

criteria_app = App(name="criteria", help="What queries are judged by: discrimination, generate, label, lint.")
for part in (discrimination, generate, label, lint):
    criteria_app.command(part)
