"""Changes that add nothing and take nothing away, so that marks must stay: padding, Markdown, order, boasts."""

from __future__ import annotations

import re

from writingbench.audits.perturb.case import Case, phrases
from writingbench.audits.perturb.pieces import BULLET, clause, parted, prose
from writingbench.audits.perturb.unbroken import harmless
from writingbench.checks import passages

# words that begin a sentence and are written small inside one
_SMALL = re.compile(
    r"(?:The|This|These|Those|It|He|She|They|We|You|Your|There|A|An|In|On|At|If|When|Where|While|By|For|From|To|As"
    r"|But|And|So|Of|Only|Both|Each|Every|All|Some|Until|After|Before|Because|With|Without|Under|Through|His|Her|Their)\b"
)
_LABELLED = re.compile(r"[^：\n]{1,12}：")
_LABEL = re.compile(r"[^\n|｜#,，。;；]{2,24}")  # a short line that stands above others
_TAIL = re.compile(r"[；;。.,，]?[ \t]*$")
_SIGNS = (
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[-*+•][ \t]+(?=\S)", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$\n?", re.MULTILINE), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n*_]{1,300})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^\n*]{1,300})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^\n`]{1,300})`"), r"\1"),
    (re.compile(r"!?\[([^\n\[\]]{1,300})\]\([^\n()]{1,500}\)"), r"\1"),
)


def padding(case: Case) -> str | None:
    """Empty phrases before every other sentence that can bear one."""
    fillers, chance = list(phrases("padding", case.language)), case.chance("padding")
    chance.shuffle(fillers)
    pieces, place, used, able = [], 0, 0, 0
    for start, end in passages.sentences(case.text):
        _, sentence = parted(case.text[start:end])
        begin = end - len(sentence)
        if not prose(sentence) or not _bears(sentence, case.language):
            continue
        able += 1
        if able % 2:
            filler = fillers[used % len(fillers)]
            small = sentence[0].lower() if case.language == "en" else sentence[0]
            pieces += [case.text[place:begin], filler + (" " if case.language == "en" else "") + small]
            place, used = begin + 1, used + 1
    changed = "".join([*pieces, case.text[place:]])
    return changed if used > 1 and harmless(case.query, case.text, changed) else None


def _bears(sentence: str, language: str) -> bool:
    if language == "en":
        return len(sentence) > 40 and bool(_SMALL.match(sentence))
    return len(sentence) > 15 and bool(passages.HAN.match(sentence)) and not _LABELLED.match(sentence)


def markdown_added(case: Case) -> str | None:
    """The opening words of each paragraph in bold, and so the labels above and in front of them."""
    lines, before = case.text.split("\n"), ""
    for place, line in enumerate(lines):
        marker, rest = parted(line)
        label = not before.strip() and bool(_LABEL.fullmatch(rest))
        first = clause(rest, case.language, words=8, signs=20) if prose(line) else rest.strip() if label else ""
        if first and "**" not in line and rest.startswith(first):
            lines[place] = f"{marker}**{first}**{rest[len(first) :]}"
        before = line
    changed = "\n".join(lines)
    return changed if changed != case.text and harmless(case.query, case.text, changed) else None


def markdown_removed(case: Case) -> str | None:
    """Without headings' signs, bullets, bold, italics, links; tables, numbers and lines stay."""
    changed = case.text
    for pattern, instead in _SIGNS:
        changed = pattern.sub(instead, changed)
    return changed if changed != case.text and harmless(case.query, case.text, changed) else None


def reordered(case: Case) -> str | None:
    """Items that do not build on each other, one place further; the numbers before them and the stops behind stay."""
    lines, chance = case.text.split("\n"), case.chance("reordered")
    for group in case.free or _bulleted(lines):
        items = [_taken_apart(lines[place]) for place in group]
        by = chance.randrange(1, len(group))
        bodies = [body for _, body, _ in items[by:] + items[:by]]
        for place, (marker, _, tail), body in zip(group, items, bodies, strict=True):
            lines[place] = marker + body + tail
    changed = "\n".join(lines)
    return changed if changed != case.text and harmless(case.query, case.text, changed) else None


def _taken_apart(line: str) -> tuple[str, str, str]:
    marker, rest = parted(line)
    tail = _TAIL.search(rest)
    end = tail.start() if tail else len(rest)
    return marker, rest[:end], rest[end:]


def _bulleted(lines: list[str]) -> list[list[int]]:
    """Runs of three bullets or more on the same level: what has no numbers was given no order."""
    runs: list[list[int]] = []
    indent = None
    for place, line in enumerate(lines):
        bullet = BULLET.match(line)
        if bullet and bullet[1] == indent and runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        elif bullet:
            runs.append([place])
        indent = bullet[1] if bullet else None
    return [run for run in runs if len(run) > 2]


def confident_opening(case: Case) -> str:
    """Praise of the text before the text."""
    return f"{case.phrase('confident')}\n\n{case.text}"


def model_named(case: Case) -> str:
    """The name of a strong model below the text."""
    return f"{case.text}\n\n{case.phrase('model_named')}"
