"""Rows of work for a team that has an annotation tool of its own: out of a project, and back into it.

    {"id": "a1b2c3d4e5f6", "revision": 3, "stage": "screen", "domain1": "Education", "domain2": "Lesson Plan",
     "language": "en", "wanted": ["minutes"], "sent_back": "", "decisions": ["approve", "reject", "send back"],
     "request": "Plan a lesson ...", "requirements": ["length"],
     "materials": [{"id": "m1", "title": "Minutes", "source": "town hall", "licence": "CC0", "kind": "pdf",
                    "text": "...", "cuts": [[120, 480]]}],
     "decision": "", "reason": ""}

What comes back is compared with the item at that revision, and what differs becomes moves. A row goes in as a whole or
not at all, as one line of the trail; fields that it lacks stay as they are. Which tool it was in does not matter here.
"""

from __future__ import annotations

from writingbench.construct.exchange.brought import WHAT, Outcome, bring_in
from writingbench.construct.exchange.checked import Ready, check, lines
from writingbench.construct.exchange.passages import passages
from writingbench.construct.exchange.rows import ABOUT, DECISIONS, Taken, row, take

__all__ = [
    "ABOUT",
    "DECISIONS",
    "WHAT",
    "Outcome",
    "Ready",
    "Taken",
    "bring_in",
    "check",
    "lines",
    "passages",
    "row",
    "take",
]
