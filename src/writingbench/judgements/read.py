"""Read a verdict out of a judge's reply.

    'Here you go:\\n```json\\n{"reason": "It opens with ...", "score": "7"}\\n```' -> Verdict(7, "It opens with ...")

Judges wrap their JSON in fences and talk, use single quotes, leave quotation marks inside the reason unescaped,
or give a first and a second thought. What can be read without guessing is read; the rest is a Failure of a named
kind. Nothing is ever evaluated as code.
"""

from __future__ import annotations

import re
from typing import Any

from writingbench.judgements.objects import Shape
from writingbench.records import Failure, Reply, Verdict
from writingbench.responses.clean import split

TAIL = 20_000  # characters; a verdict stands at the end, and what a judge rambles before it need not be searched
SHAPE = Shape("score")

REFUSAL = re.compile(
    r"\b(?:I(?:'|’)m sorry|I am sorry|I apologi[sz]e"
    r"|I (?:can(?:'|’)t|cannot|can not|am unable to|am not able to|won(?:'|’)t)"
    r" (?:\w+ )?(?:help|assist|comply|evaluate|compare|provide|judge|rate|score|mark|do that|continue))"
    r"|(?:抱歉|对不起|很遗憾).{0,20}(?:无法|不能|不便)|我(?:无法|不能)(?:提供|协助|评价|评估|评分|比较|满足|完成)",
    re.IGNORECASE,
)

WHOLE = re.compile(r"(\d{1,3})(?:\.0{1,6})?(?:\s{0,3}/\s{0,3}10(?:\.0)?)?")


def read(reply: Reply) -> Verdict | Failure:
    """The verdict in a judge's reply, the last if there are several; else why there is none."""
    text = answer(reply)
    if isinstance(text, Failure):
        return text
    found = None
    for _, found in SHAPE.objects(text):  # noqa: B007 - the last one counts: a judge may quote one before its own
        pass
    return nothing(reply, text) if found is None else _verdict(found)


def answer(reply: Reply) -> str | Failure:
    """Where a verdict would stand: the end of a reply, its reasoning removed."""
    if reply.finish == "refused":
        return Failure(kind="refused", note=reply.text[:300] or "the server's filter stopped the judge")
    parts = split(reply.text)
    if not parts.closed:
        return Failure(kind="truncated", note="the judge's reasoning never ended")
    return parts.answer[-TAIL:]


def nothing(reply: Reply, text: str) -> Failure:
    """Why there is no verdict in the answer `text` of a reply."""
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
    if not (said := reasoned(reason)):
        return Failure(kind="unreadable", note=f"the score {whole[1]} comes without a reason")
    return Verdict(score=int(whole[1]), reason=said)


def reasoned(reason: object) -> str:
    """A reason as it may be kept, "" where there is none."""
    if not isinstance(reason, str):
        return ""
    return reason.encode("utf-8", "replace").decode().strip()  # half a character, escaped, would be written nowhere
