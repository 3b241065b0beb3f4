"""What a query is judged by: which of its criteria watch over style, format or length."""

from __future__ import annotations

from writingbench.criteria.label import KINDS, Doubt, Kind, apply, choose, doubts, label, probabilities

__all__ = ["KINDS", "Doubt", "Kind", "apply", "choose", "doubts", "label", "probabilities"]
