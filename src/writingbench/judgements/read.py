"""Read a verdict out of a judge's reply.

    'Here you go:\\n```json\\n{"reason": "It opens with ...", "score": "7"}\\n```' -> Verdict(7, "It opens with ...")

Judges wrap their JSON in fences and talk, use single quotes, leave quotation marks inside the reason unescaped,
or give a first and a second thought. What can be read without guessing is read; the rest is a Failure of a named
kind. Nothing is ever evaluated as code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from writingbench.records import Failure, Reply, Verdict
from writingbench.responses.clean import split

TAIL = 20_000  # characters; a verdict stands at the end, and what a judge rambles before it need not be searched

REFUSAL = re.compile(
    r"\b(?:I(?:'|’)m sorry|I am sorry|I apologi[sz]e"
    r"|I (?:can(?:'|’)t|cannot|can not|am unable to|am not able to|won(?:'|’)t)"
    r" (?:\w+ )?(?:help|assist|comply|evaluate|provide|judge|rate|score|mark|do that|continue))"
    r"|(?:抱歉|对不起|很遗憾).{0,20}(?:无法|不能|不便)|我(?:无法|不能)(?:提供|协助|评价|评估|评分|满足|完成)",
    re.IGNORECASE,
)

QUOTES = "\"'“”‘’"
KEY = rf"\s{{0,50}}[{QUOTES}]?(score|reason)[{QUOTES}]?\s{{0,50}}[:：]\s{{0,50}}"
LOOSE_START = re.compile(r"\{" + KEY, re.IGNORECASE)
LOOSE_SCORE = re.compile(rf"[{QUOTES}]?([^{QUOTES},，}}\n]{{1,40}})[{QUOTES}]?\s{{0,50}}", re.IGNORECASE)
COMMA_KEY = re.compile(rf"\s{{0,50}}[,，]?{KEY}", re.IGNORECASE)
LOOSE_END = re.compile(r"\s{0,50},?\s{0,50}\}")
REASON_END = re.compile(rf"[{QUOTES}](?:\s{{0,50}},?\s{{0,50}}\}}|\s{{0,50}}[,，]{KEY})", re.IGNORECASE)

WHOLE = re.compile(r"(\d{1,3})(?:\.0{1,6})?(?:\s{0,3}/\s{0,3}10(?:\.0)?)?")


def read(reply: Reply) -> Verdict | Failure:
    """The verdict in a judge's reply, the last if there are several; else why there is none."""
    if reply.finish == "refused":
        return Failure(kind="refused", note=reply.text[:300] or "the server's filter stopped the judge")
    parts = split(reply.text)
    if not parts.closed:
        return Failure(kind="truncated", note="the judge's reasoning never ended")
    text = parts.answer[-TAIL:]
    found = None
    for found in _objects(text):  # noqa: B007 - the last one counts: a judge may quote one before its own
        pass
    if found is not None:
        return _verdict(found)
    if reply.finish == "length":
        return Failure(kind="truncated", note=f"the limit on output tokens came before the verdict: …{text[-200:]}")
    if REFUSAL.search(text):
        return Failure(kind="refused", note=text[:300])
    return Failure(kind="unreadable", note=f"no verdict in: {text[:300]}" if text else "the reply is empty")


def _verdict(found: dict[str, Any]) -> Verdict | Failure:
    score, reason = found.get("score"), found.get("reason")
    whole = WHOLE.fullmatch(str(score).strip()) if isinstance(score, int | float | str) else None
    if isinstance(score, bool) or not whole:
        return Failure(kind="unreadable", note=f"the score is not a whole number: {score!r:.80}")
    if not 1 <= int(whole[1]) <= 10:
        return Failure(kind="unreadable", note=f"the score {whole[1]} is outside 1 to 10")
    if not isinstance(reason, str) or not reason.strip():
        return Failure(kind="unreadable", note=f"the score {whole[1]} comes without a reason")
    reason = reason.encode("utf-8", "replace").decode()  # half a character, escaped, would be written nowhere
    return Verdict(score=int(whole[1]), reason=reason.strip())


_strict = json.JSONDecoder(strict=False)  # not that strict: line breaks inside the reason


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in `text` that have a score or a reason, in order, strictly read where possible."""
    position = text.find("{")
    while position != -1:
        try:
            value, end = _strict.raw_decode(text, position)
        except (ValueError, RecursionError):
            loose = _loose(text, position)
            value, end = loose or (None, position + 1)
        if isinstance(value, dict):
            yield from _verdicts_within(value)
        position = text.find("{", end)


def _verdicts_within(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """`value` itself, its keys in any case, if it is a verdict, else those directly inside it."""
    lower = {str(key).strip().lower(): inner for key, inner in value.items()}
    if "score" in lower or "reason" in lower:
        yield lower
        return
    for inner in value.values():
        if isinstance(inner, dict):
            keys = {str(key).strip().lower(): part for key, part in inner.items()}
            if "score" in keys:
                yield keys


def _loose(text: str, start: int) -> tuple[dict[str, str], int] | None:
    """An object of just `score` and `reason` that is nearly JSON, and where it ends."""
    opened = LOOSE_START.match(text, start)
    if not opened:
        return None
    found: dict[str, str] = {}
    key, position = opened[1].lower(), opened.end()
    while True:
        if key == "score":
            value = LOOSE_SCORE.match(text, position)
            if not value:
                return None
            found[key], position = value[1].strip(), value.end()
        else:
            if position >= len(text) or text[position] not in QUOTES:
                return None
            ended = _reason_end(text, position + 1)
            if ended is None:
                return None
            found[key], position = text[position + 1 : ended], ended + 1
        if (more := COMMA_KEY.match(text, position)) and more[1].lower() not in found:
            key, position = more[1].lower(), more.end()
        elif end := LOOSE_END.match(text, position):
            return found, end.end()
        else:  # what the reason quotes is no verdict of the judge's: go on after it
            return ({}, position) if "reason" in found else None


def _reason_end(text: str, start: int) -> int | None:
    """Where a reason that is nearly JSON ends. A verdict that it quotes must have ended before, else all is reason."""
    quoted = LOOSE_START.search(text, start)
    depth, at = 0, quoted.start() if quoted else 0
    for ended in REASON_END.finditer(text, start):
        end = ended.start()
        if not quoted or end <= quoted.start():
            return end
        depth += text.count("{", at, end) - text.count("}", at, end)
        at = end
        if depth <= 0:
            return end
    return len(text) if quoted else None
