"""Changes to a text's shape that a judge must take marks off for: cut, outline, announced, shuffled, repeated."""

from __future__ import annotations

import re

from writingbench.audits.perturb.case import Case
from writingbench.audits.perturb.pieces import blocks, clause, parted, structure
from writingbench.checks import passages

_SIGNS = re.compile(r"[*_`#|]+")


def cut(case: Case) -> str | None:
    """The first half, broken off inside a sentence."""
    middle, spans = len(case.text) // 2, passages.sentences(case.text)
    if len(spans) < 2:
        return None
    start, end = next(span for span in spans if span[1] > middle)
    place = start + (end - start) // 2
    while place > start and case.text[place - 1].isascii() and case.text[place].isascii():
        if case.text[place].isspace():
            break
        place -= 1
    return case.text[:place].rstrip(" \t\n,.;:，。；：、|*_-") or None


def outline(case: Case) -> str | None:
    """Only a plan: the first words of each part, numbered."""
    parts, _ = blocks(case.text, least=3)
    lines = [part.split("\n")[0] for part in parts]
    first = [clause(parted(_SIGNS.sub("", line).strip())[1], case.language, words=5, signs=8) for line in lines]
    kept = [line for line in first if line]
    if len(kept) < 3:
        return None
    head = case.phrase("outline") + ("：" if case.language == "zh" else ":")
    return "\n".join([head, *(f"{number}. {line}" for number, line in enumerate(kept, start=1))])


def announced(case: Case) -> str:
    """A promise of the text in place of the text."""
    return case.phrase("announced")


def shuffled(case: Case) -> str | None:
    """The parts in another order, no part where it was."""
    parts, joint = blocks(case.text, least=4)
    if not parts:
        return None
    chance, order = case.chance("shuffled"), list(range(len(parts)))
    while any(place == number for place, number in enumerate(order)):
        chance.shuffle(order)
    return joint.join(parts[number] for number in order)


def repeated(case: Case) -> str | None:
    """The longest part again and again, until the whole is three times as long."""
    parts, joint = blocks(case.text, least=2)
    bodies = [part for part in parts if not structure(part)]
    if not bodies:
        return None
    longest = max(bodies, key=len)
    place = parts.index(longest)
    times = -(-2 * len(case.text) // (len(longest) + len(joint)))
    return joint.join([*parts[:place], *[longest] * (times + 1), *parts[place + 1 :]])
