"""Which of two responses is better, asked in both orders: what stands first is often preferred for standing there.

    Two(query, first=..., second=...) ──┬──> first before second ──> Said(choices, reasons) | Failure
                                        └──> second before first ──> Said(choices, reasons) | Failure

What the two orders come to stands in `scores.contest`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from writingbench import calls
from writingbench.calls import AGAIN, TRIES
from writingbench.judgements.objects import Shape
from writingbench.judgements.read import answer, nothing, reasoned
from writingbench.models import Endpoint
from writingbench.models.memory import Asker
from writingbench.protocols import Protocol
from writingbench.records import BANDS, Choice, Failure, Query, Reply, Request, Sampling, fingerprint

By = Literal["overall", "criteria"]
PROMPTS: dict[By, str] = {"overall": "pairwise", "criteria": "pairwise_criteria"}
CHOICES: tuple[Choice, ...] = ("first", "second", "tie")
WORDS: dict[Choice, tuple[str, ...]] = {
    "first": ("first", "1", "first response", "the first", "response 1", "第一篇", "第一", "前者"),
    "second": ("second", "2", "second response", "the second", "response 2", "第二篇", "第二", "后者"),
    "tie": ("tie", "draw", "equal", "neither", "平局", "平手", "不相上下"),
}
SPOKEN = {word: choice for choice, words in WORDS.items() for word in words}
SHAPE = Shape("choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two responses to one query, in one of their two orders."""

    query: Query
    first: str
    second: str

    @property
    def turned(self) -> Two:
        """The other order."""
        return replace(self, first=self.second, second=self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a judge said of two responses in one order: overall, or by each criterion of the query."""

    choices: tuple[Choice, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparer:
    """A model that compares, with its prompt and its sampling: change any of them and it is another judge."""

    name: str  # as the user wrote it: provider/model
    model: str  # the identity its replies are kept under
    sampling: Sampling  # of one verdict
    prompt: calls.Prompt
    by: By
    schema: bool  # whether the server holds its answer to a schema
    reason_limit: int | None = None  # characters of a reason that the schema allows

    @property
    def fingerprint(self) -> str:
        held = [self.schema, self.reason_limit if self.schema else None]
        return fingerprint(self.model, self.sampling.identity, [self.prompt.system, self.prompt.user], self.by, held)

    def request(self, two: Two, draw: int) -> Request:
        """The call that asks which of two responses is better.

        What does not depend on the order comes first, so that a server with a prefix cache computes it once.
        """
        several = len(two.query.criteria) if self.by == "criteria" else 1
        limit = self.sampling.max_tokens
        values = {
            "query": two.query.text,
            "request": calls.mark(two.query.text),
            "mark": calls.mark("\n".join((two.query.text, *sorted((two.first, two.second))))),
            "first": two.first,
            "second": two.second,
            "criteria": listed(two.query),
            "count": str(several),
        }
        return Request(
            model=self.model,
            messages=self.prompt.messages(values),
            sampling=replace(self.sampling, max_tokens=limit and limit * several),
            schema=self._schema(several) if self.schema else None,
            draw=draw,
        )

    async def ask(self, two: Two, line: Asker) -> Said | Failure | None:
        """What the judge says of two responses in this order, asked once more where it cannot be read.

        None where `line` only recalls and it was never asked.
        """
        outcome: Said | Failure | None = None
        for draw in range(TRIES):
            came = await line.ask(self.request(two, draw))
            if came is None:
                break
            outcome = self.read(two, came) if isinstance(came, Reply) else came
            if not (isinstance(came, Reply) and isinstance(outcome, Failure) and outcome.kind in AGAIN):
                break
        return outcome

    def read(self, two: Two, reply: Reply) -> Said | Failure:
        """What a reply says."""
        return read(reply, len(two.query.criteria) if self.by == "criteria" else None)

    def _schema(self, several: int) -> dict[str, Any]:
        reason: dict[str, Any] = {"type": "string"}
        if self.reason_limit:
            reason |= {"minLength": 20, "maxLength": self.reason_limit}
        one = _object({"reason": reason, "choice": {"type": "string", "enum": list(CHOICES)}})
        return one if self.by == "overall" else _object({str(number): one for number in range(1, several + 1)})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def comparer(judge: Endpoint, rules: Protocol, by: By) -> Comparer:
    """An endpoint as the judge that a protocol makes of it when it compares."""
    return Comparer(
        name=judge.name,
        model=judge.identity,
        sampling=judge.adapt(rules.judge),
        prompt=calls.prompt("judgements", PROMPTS[by]),
        by=by,
        schema=rules.marking.schema and judge.schema,
        reason_limit=rules.marking.reason_limit,
    )


def listed(query: Query) -> str:
    """The criteria of a query as a judge that compares sees them: what each is about, and what its highest band is."""
    return "\n\n".join(
        f"Criterion {number}: {one.name}\n{one.description}\nAt its best ({BANDS[-1]}): {one.bands[-1]}"
        for number, one in enumerate(query.criteria, start=1)
    )


def read(reply: Reply, criteria: int | None = None) -> Said | Failure:
    """What a reply says: of so many criteria, or overall (None). The last word counts where there are several, since
    a judge may quote a verdict before its own.
    """
    text = answer(reply)
    if isinstance(text, Failure):
        return text
    objects = list(SHAPE.objects(text))
    if not objects:
        return nothing(reply, text)
    if criteria is None:
        found, names = {"": objects[-1][1]}, [""]
    else:
        found = {name.lower().removeprefix("criterion").strip(): one for name, one in objects}
        names = [str(number) for number in range(1, criteria + 1)]
    said: list[tuple[Choice, str]] = []
    for name in names:
        if name not in found:
            why = f"nothing is said of criterion {name}: …{text[-200:]}"
            return Failure(kind="truncated" if reply.finish == "length" else "unreadable", note=why)
        one = _verdict(found[name])
        if isinstance(one, Failure):
            return one
        said.append(one)
    return Said(choices=tuple(choice for choice, _ in said), reasons=tuple(reason for _, reason in said))


def _verdict(found: dict[str, Any]) -> tuple[Choice, str] | Failure:
    value = found.get("choice")
    choice = SPOKEN.get(str(value).strip(" .。").lower()) if isinstance(value, int | str) else None
    if isinstance(value, bool) or choice is None:
        return Failure(kind="unreadable", note=f"the choice is none of {', '.join(CHOICES)}: {value!r:.80}")
    if not (reason := reasoned(found.get("reason"))):
        return Failure(kind="unreadable", note=f"the choice {choice!r} comes without a reason")
    return choice, reason
