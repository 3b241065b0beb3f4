"""Take a model's reasoning out of its reply.

Servers that know the model keep the reasoning apart; the others leave it in the text, between tags whose
spelling differs from model to model. A tag that opens and never closes means that the answer never came.

    "<think>\\nfirst ...\\n</think>\\n\\nDear Ms Ito," -> Split("Dear Ms Ito,", "first ...")
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# spaces are counted, not starred: a text of 100,000 blanks must not be able to stall the search
GAP = r"\s{0,3}"
NAME = r"(?:think(?:ing)?|thoughts?|reasoning|思考)"
OPEN = re.compile(
    rf"<{GAP}\|?{GAP}(?:{NAME}|begin_of_thought){GAP}\|?{GAP}>|\[{GAP}THINK{GAP}\]|◁{GAP}think{GAP}▷",
    re.IGNORECASE,
)
CLOSE = re.compile(
    rf"<{GAP}\|?{GAP}(?:/{GAP}{NAME}|end_of_thought){GAP}\|?{GAP}>|\[{GAP}/{GAP}THINK{GAP}\]|◁{GAP}/{GAP}think{GAP}▷",
    re.IGNORECASE,
)
"""`<think>`, `</ Thinking >`, `[THINK]`, `◁think▷`, `<|begin_of_thought|>` and the like."""


@dataclass(frozen=True, slots=True)
class Split:
    """A reply in two: the answer, and what was thought before it."""

    answer: str
    reasoning: str
    closed: bool = True  # False: the reasoning never ended, so `answer` is only what stood before it


def split(text: str) -> Split:
    """Part `text` into answer and reasoning.

    A reasoning block counts only at the beginning of the text or of a line, so that an essay about such tags
    keeps them. A closing tag on a line of its own without an opening one ends reasoning whose opening tag was
    part of the prompt.
    """
    if not ("<" in text or "[" in text or "◁" in text):  # as most are; the search is 100 times slower
        return Split(text.strip(), "")
    answer: list[str] = []
    thoughts: list[str] = []
    position = 0
    while opened := _at_line_start(OPEN, text, position):
        closed = CLOSE.search(text, opened.end())
        answer.append(text[position : opened.start()])
        thoughts.append(text[opened.end() : closed.start() if closed else None])
        if not closed:
            return Split("".join(answer).strip(), _joined(thoughts), closed=False)
        position = closed.end()
    rest = text[position:]
    if not thoughts and (closed := _at_line_start(CLOSE, rest, 0) or _before_break(rest)):
        thoughts.append(rest[: closed.start()])
        rest = rest[closed.end() :]
    answer.append(rest)
    return Split("".join(answer).strip(), _joined(thoughts))


def _joined(thoughts: list[str]) -> str:
    return "\n\n".join(part.strip() for part in thoughts if part.strip())


def _at_line_start(tag: re.Pattern[str], text: str, position: int) -> re.Match[str] | None:
    """The first such tag that only white space parts from the start of its line, outside fenced code."""
    for found in tag.finditer(text, position):
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not line.strip() and text.count("```", position, found.start()) % 2 == 0:
            return found
    return None


def _before_break(text: str) -> re.Match[str] | None:
    """The first closing tag that ends its line: "... and that settles it.</think>"

    Not one inside fenced code, and not one that was opened in the same line: those are what the text is about.
    """
    for found in CLOSE.finditer(text):
        end = text.find("\n", found.end())
        if end < 0:
            break
        if text[found.end() : end].strip() or text.count("```", 0, found.start()) % 2:
            continue
        if not OPEN.search(text, text.rfind("\n", 0, found.start()) + 1, found.start()):
            return found
    return None
