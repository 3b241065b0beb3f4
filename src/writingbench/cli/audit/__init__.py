"""`writingbench audit`: a judge against itself."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.audit.anchor import anchor
from writingbench.cli.audit.judge import judge
from writingbench.cli.audit.matrix import matrix
from writingbench.cli.audit.properties import properties

audit_app = App(name="audit", help="See whether a judge's marks move as they must when texts are changed.")
audit_app.default(judge)
for part in (properties, matrix, anchor):
    audit_app.command(part)
