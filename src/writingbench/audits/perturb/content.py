"""Changes to what a text says that a judge must take marks off for: numbers, sources, subject, language, length."""

from __future__ import annotations

import re

from writingbench.audits.perturb.case import Case, phrases
from writingbench.audits.perturb.pieces import joint, parted, prose, spread, structure
from writingbench.audits.perturb.unbroken import newly_broken
from writingbench.checks import passages
from writingbench.checks.length.demands import demands

NUMBER = re.compile(r"(?<![A-Za-z\d.,])\d+(?:[.,]\d+)*(?![A-Za-z\d])")
SIZED = ("words", "characters")
COUNT = 3  # invented figures in a text


def numbers_swapped(case: Case) -> str | None:
    """Every number in the place of another of the same form, as if the material had not been read.

    Numbers that are written alike go round: 27 becomes 31, 31 becomes 33, the same one everywhere. One that no other
    is written like stays, and so do those that number a list.
    """
    lines = [parted(line) for line in case.text.split("\n")]
    forms: dict[str, set[str]] = {}
    for _, line in lines:
        for number in NUMBER.findall(line):
            forms.setdefault(re.sub(r"\d", "0", number), set()).add(number)
    alike = [sorted(numbers) for numbers in forms.values() if len(numbers) > 1]  # by size: all are as long
    turned = {old: new for row in alike for old, new in zip(row, [*row[1:], row[0]], strict=True)}
    if len(turned) < 3:
        return None
    return "\n".join(marker + NUMBER.sub(lambda found: turned.get(found[0], found[0]), line) for marker, line in lines)


def wrong_language(case: Case) -> str | None:
    """The same answer in the other language."""
    return case.translated


def off_topic(case: Case) -> str | None:
    """The answer to another query."""
    return case.other


def length_broken(case: Case) -> str | None:
    """Drawn out to about twice its length, or thinned to a third where more would not break the demand."""
    sized = [one for one in demands(case.query.text, case.language) if one.unit in SIZED]
    if not sized and "length" not in case.query.requirements:
        return None
    longer, shorter = _drawn_out(case), _thinned(case)
    for changed in (longer, shorter):
        if newly_broken(case.query, case.text, changed, "length"):
            return changed
    # where the check cannot read the demand: whoever labelled the query could
    open_ended = sized and all(one.max is None for one in sized)
    return None if "length" not in case.query.requirements else shorter if open_ended else longer


def _drawn_out(case: Case) -> str:
    lines = case.text.split("\n")
    bodies = [place for place, line in enumerate(lines) if prose(line)]
    if sum(len(lines[place]) for place in bodies) < len(case.text) / 2:
        bodies = [place for place, line in enumerate(lines) if len(line.strip()) > 4 and not structure(line)]
    more, used = phrases("drawn_out", case.language), 0
    for place in bodies:
        size, added = len(lines[place]), [lines[place]]
        while size > 0:
            sentence = more[used % len(more)]
            added += [joint(added[-1], case.language), sentence]
            size, used = size - len(sentence), used + 1
        lines[place] = "".join(added)
    return "\n".join(lines)


def _thinned(case: Case) -> str:
    """Every third sentence, on the lines that they stood on."""
    kept = passages.sentences(case.text)[::3]
    pieces, before = [], 0
    for start, end in kept:
        pieces.append(("\n" if "\n" in case.text[before:start] else " ") + case.text[start:end])
        before = end
    return "".join(pieces).strip()


def figures_invented(case: Case) -> str:
    """Three statistics with made-up sources, behind sentences here and there."""
    lines, start, ends = case.text.split("\n"), 0, list[int]()
    for line in lines:
        if prose(line):
            ends += [start + end for _, end in passages.sentences(line)]
        start += len(line) + 1
    chance = case.chance("invented")
    sentences, names = (chance.sample(phrases(name, case.language), COUNT) for name in ("invented", "invented_names"))
    places = spread(ends, COUNT) or [len(case.text)]
    pieces: dict[int, str] = {}
    for number, (sentence, name) in enumerate(zip(sentences, names, strict=True)):
        made = {"year": chance.randint(2009, 2019), "count": chance.randint(1103, 9871), "name": name}
        place = places[number % len(places)]
        before = pieces.get(place, "") or case.text[:place]
        said = joint(before, case.language) + sentence.format(**made, share=round(chance.uniform(52, 91), 1))
        pieces[place] = pieces.get(place, "") + said
    text = case.text
    for place in sorted(pieces, reverse=True):
        text = text[:place] + pieces[place] + text[place:]
    return text
