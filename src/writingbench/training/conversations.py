"""A mark as a conversation that a critic can be trained on: what a judge is sent, and what it should have answered.

    {"query": "9f2c…", "messages": [{"role": "system", "content": "You mark writing. …"},
                                    {"role": "user", "content": "<request id=…"},
                                    {"role": "assistant", "content": "{\\"reason\\": \\"It …\\", \\"score\\": 7}"}],
     "score": 7, "source": "judge-scores/gpt-4o", "writer": "claude35", "criterion": "Question 1"}

The prompt is the very one of the protocol and the answer is what its reader reads, so a critic that was trained on it
is one more judge. People who gave no reason are given one sentence that says so: a verdict without a reason is none.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from writingbench.evaluate import Item
from writingbench.judgements import Prompt, read
from writingbench.records import Answer, Language, Message, Reply, Verdict

# as long as the shortest reason that a schema with a limit allows
NO_REASON: dict[Language, str] = {
    "en": "A reader's mark; no reason was given.",
    "zh": "读者只给了总体评分，没有写明评分的理由。",
}
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One line of a critic's data."""

    query: str  # `name_of` the request: what a split goes by
    messages: tuple[Said, ...]
    score: int
    source: str  # where the mark is from, and whose it is: "human-scores/people"
    writer: str
    criterion: str


def name_of(request: str) -> str:
    """16 hexadecimal digits that stand for the text of a request."""
    return sha256(request.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def converse(
    items: Iterable[Item], source: str, prompt: Prompt, left_out: Counter[str], reason_limit: int | None = None
) -> Iterator[Conversation]:
    """The marks of `items` as conversations; `left_out` counts, by reason, those that make none.

    A reason longer than `reason_limit` characters, which a schema would cut, ends with a sentence or word before that.
    """
    for item in items:
        query = item.query
        texts = {
            (one.writer, one.draw): one.outcome.text
            for one in item.responses
            if isinstance(one.outcome, Answer) and one.outcome.text.strip()
        }
        sheets = {written: prompt.about(query, text) for written, text in texts.items()}
        criteria = {one.name: one for one in query.criteria}
        for one in item.judgements:
            sheet = sheets.get((one.writer, one.response))
            if not isinstance(one.outcome, Verdict):
                left_out[f"no mark: {one.outcome.kind}"] += 1
            elif sheet is None:
                left_out["no text of the response"] += 1
            elif (answer := answered(one.outcome, query.language, reason_limit)) is None:
                left_out["a reason that the reader of verdicts takes for something else"] += 1
            else:
                asked = [_said(message) for message in sheet.messages(criteria[one.criterion])]
                yield Conversation(
                    query=name_of(query.text),
                    messages=(*asked, Said(role="assistant", content=answer)),
                    score=one.outcome.score,
                    source=f"{source}/{one.judge}",
                    writer=one.writer,
                    criterion=one.criterion,
                )


def answered(verdict: Verdict, language: Language, reason_limit: int | None = None) -> str | None:
    """The answer that says this verdict; None where it would be read as another one."""
    reason = shortened(" ".join(verdict.reason.split()), reason_limit) or NO_REASON[language]
    answer = json.dumps({"reason": reason, "score": verdict.score}, ensure_ascii=False)
    return answer if read(Reply(text=answer, finish="stop")) == Verdict(score=verdict.score, reason=reason) else None


def shortened(reason: str, limit: int | None) -> str:
    """A reason of at most `limit` characters: as many whole sentences as fit, else as many words."""
    if limit is None or len(reason) <= limit:
        return reason
    if ends := [end.end() for end in _SENTENCE.finditer(reason) if end.end() <= limit]:
        return reason[: ends[-1]]
    return reason[: limit - 1].rsplit(" ", 1)[0] + "…"


def _said(message: Message) -> Said:
    return Said(role=message.role, content=message.text)
