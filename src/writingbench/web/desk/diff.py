"""What changed between two texts: word by word, in Chinese character by character."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

Piece = tuple[Literal["=", "-", "+"], str]  # kept, left out, put in

WORK = 60_000  # pairs of equal words that are compared: half a second at worst; beyond that lines, and then nothing

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+|\s+|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def differences(old: str, new: str) -> list[Piece]:
    """`old` and `new` as one row of pieces; without "+" they are the old text, without "-" the new one."""
    for parts in (_WORDS, _LINES):
        a, b = parts.findall(old), parts.findall(new)
        start, end = _alike(a, b), _alike(a[::-1], b[::-1])
        end = min(end, len(a) - start, len(b) - start)
        inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
        if _work(inner_a, inner_b) <= WORK:
            tail = a[len(a) - end :]
            return _joined([("=", "".join(a[:start])), *_compared(inner_a, inner_b), ("=", "".join(tail))])
    return _joined([("-", old), ("+", new)])


def _alike(a: Sequence[str], b: Sequence[str]) -> int:
    """How many parts are the same from the start on."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _work(a: Sequence[str], b: Sequence[str]) -> int:
    there = Counter(b)
    return sum(count * there[part] for part, count in Counter(a).items() if not part.isspace()) + len(a) + len(b)


def _compared(a: Sequence[str], b: Sequence[str]) -> list[Piece]:
    found: list[Piece] = []
    matcher = SequenceMatcher(str.isspace, a, b, autojunk=False)  # white space alone is no reason to match
    for how, a0, a1, b0, b1 in matcher.get_opcodes():
        if how == "equal":
            found.append(("=", "".join(a[a0:a1])))
        else:
            found += [("-", "".join(a[a0:a1])), ("+", "".join(b[b0:b1]))]
    return found


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of a kind are one; a space between two changes belongs to both."""
    found: list[Piece] = []
    kept = gone = new = ""
    filled = [piece for piece in pieces if piece[1]]
    for n, (how, text) in enumerate(filled):
        between = 0 < n < len(filled) - 1 and filled[n - 1][0] != "=" and filled[n + 1][0] != "="
        if how == "=" and not (between and text.isspace()):
            found += _change(kept, gone, new)
            kept, gone, new = text, "", ""
            continue
        gone += text if how != "+" else ""
        new += text if how != "-" else ""
    return found + _change(kept, gone, new)


def _change(kept: str, gone: str, new: str) -> list[Piece]:
    pieces: list[Piece] = [("=", kept), ("-", gone), ("+", new)]
    return [piece for piece in pieces if piece[1]]
