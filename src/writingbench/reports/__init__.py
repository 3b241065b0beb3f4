"""What a reader sees: `report.html` and `scores.json`, made of values, without asking anything."""

from writingbench.reports.page import Entry, entry, foot, head
from writingbench.reports.table import as_json, bounds, coverage, left_out, lines, spent

__all__ = ["Entry", "as_json", "bounds", "coverage", "entry", "foot", "head", "left_out", "lines", "spent"]
