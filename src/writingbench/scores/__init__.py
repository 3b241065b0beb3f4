"""What the marks add up to: means, how sure they are, and how much of what was asked they rest on."""

from writingbench.scores.add_up import Cell, Coverage, Scores, Thin, add_up
from writingbench.scores.table import Asked, Gathering, Label, Paid, Table

__all__ = ["Asked", "Cell", "Coverage", "Gathering", "Label", "Paid", "Scores", "Table", "Thin", "add_up"]
