"""What is done to every text, whatever it was taken out of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from writingbench.construct.extract import TEXT, Extracted
from writingbench.construct.extract.refusal import Refused

# control characters but tab and newline; what is not seen and turns or smuggles text; half characters; no characters
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
PARAGRAPHS = 3  # more of them in a cell are no table
LINE = re.compile("\r\n?|[\x0b\x85\u2028]")
PARAGRAPH = re.compile("[\x0c\u2029]")
CJK = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_CJK = re.compile(f"[{CJK}‘’“”…—]")


def tidy(text: str) -> str:
    """With plain ends of lines, one blank line at the most, and nothing that is not seen."""
    text = UNSEEN.sub("", PARAGRAPH.sub("\n\n", LINE.sub("\n", text))).replace("\xa0", " ")
    text = "\n".join(map(str.rstrip, text.split("\n")))
    return re.sub("\n{3,}", "\n\n", text).strip("\n")


def between(before: str, after: str) -> str:
    """What stands between two lines of one paragraph: nothing in Chinese, else a space."""
    return "" if _CJK.match(before[-1:]) and _CJK.match(after[:1]) else " "


def flat(text: str) -> str:
    """On one line, with single spaces."""
    return " ".join(text.split())


def row(cells: Iterable[str]) -> str:
    """A row of a table; "" when nothing is in it."""
    cells = list(map(flat, cells))
    return " | ".join(cells).rstrip(" |") if any(cells) else ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a heading; or one of several of a kind (rows, items, lines) that follow without a blank line."""

    text: str
    kind: str = ""


def joined(blocks: Iterable[Block]) -> str:
    """Blocks as one text."""
    parts, before = [], ""
    for block in blocks:
        if block.text:
            parts += ["\n" if block.kind and block.kind == before else "\n\n", block.text]
            before = block.kind
    return "".join(parts)


def row_of(cells: Sequence[Sequence[Block]]) -> Sequence[Block]:
    """A row of a table by its cells; what is in them where the table is there for the layout of a page."""
    if len(cells) < 2 or any(len(cell) > PARAGRAPHS for cell in cells):
        return [block for cell in cells for block in cell]
    return [Block(row(" ".join(block.text for block in cell) for cell in cells), "row")]


def finish(text: str, kind: str, *, title: str = "", notes: Iterable[str] = ()) -> Extracted:
    """What was found, tidied and not too long. Raises Refused when it is nothing."""
    text = tidy(text)
    notes = dict.fromkeys(notes)
    if len(text) > TEXT:
        text, notes["extract_cut"] = text[:TEXT].rstrip(), None
    if not re.search(r"\w", text):
        raise Refused("extract_no_text")
    return Extracted(text=text, kind=kind, title=flat(tidy(title))[:200], notes=tuple(notes))
