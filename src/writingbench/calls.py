"""Ask a model one question about each of many things, and read what it says.

    Question(request=..., read=...)  +  queries, endpoint, store  ->  an answer or a Failure for each of them

Replies go into the store before they are looked at, under the fingerprint of what was asked, so the same question is
never paid for twice. What cannot be read is asked once more, as a fresh draw; then it is a Failure of a named kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from writingbench import models
from writingbench.models import Endpoint, Refuses, Spent, Terms
from writingbench.models.memory import Asker
from writingbench.models.terms import ANY
from writingbench.records import Failure, Message, Reply, Request, fingerprint
from writingbench.store import Store

if TYPE_CHECKING:
    from writingbench.models.batch import BatchLine
    from writingbench.models.chat import Line

S = TypeVar("S")
A = TypeVar("A")

TRIES = 2
AGAIN = frozenset({"unreadable", "truncated"})
TAIL = 40_000  # characters; the answer stands at the end
PLACE = re.compile(r"\{(\w+)\}")
START = re.compile(r"[{\[]")

REFUSAL = re.compile(
    r"\bI(?:['’]m| am) (?:sorry|unable to|not able to)|\bI apologi[sz]e"
    r"|\bI (?:can(?:['’]t|not| not)|won['’]t) (?:\w+ )?(?:help|assist|comply|write|create|provide|produce|generate|do)"
    r"|(?:抱歉|对不起|很遗憾).{0,20}(?:无法|不能|不便)|我(?:无法|不能)(?:提供|协助|满足|完成|生成|编写|撰写|帮)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[S, A]):
    """How something is asked about a thing (a query, mostly), and how the answer is read."""

    request: Callable[[S, Endpoint, int], Request]  # about what, of whom, which draw: 0, and 1 for the second try
    read: Callable[[S, Reply], A | Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Generic[A]):
    """What came of asking."""

    answers: Sequence[A | Failure | None]  # in the order of what was asked about; None: it was not asked
    calls: int
    stopped: str = ""  # why it ended before everything was asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Told of what comes, as it comes."""

    answer: Callable[[object], None] = lambda outcome: None  # an answer or a Failure
    note: Callable[[str], None] = lambda text: None  # a line for the user to read


QUIET = Seen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told, with places to fill: `{query}` and whatever else its user has values for."""

    system: str
    user: str

    @property
    def hash(self) -> str:
        """What stands for it where it is told how something was made."""
        return fingerprint(self.system, self.user)

    def messages(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """The prompt filled in, in one pass: a request may itself hold braces, and even {query}."""
        system, user = (
            PLACE.sub(lambda place: values.get(place[1], place[0]), text) for text in (self.system, self.user)
        )
        return Message(role="system", content=system), Message(role="user", content=user)


@cache
def prompt(stage: str, name: str) -> Prompt:
    """The prompt of that name in the `prompts` of a stage (criteria, construct)."""
    text = (files(f"writingbench.{stage}.prompts") / f"{name}.md").read_text("utf-8")
    system, _, user = text.removeprefix("[system]\n").partition("[user]\n")
    return Prompt(system=system.strip(), user=user.strip())


def mark(text: str) -> str:
    """An id for the tags around `text`, which it cannot close: no text can hold a hash of itself."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def last(reply: Reply, recognize: Callable[[Any], A | None]) -> A | Failure:
    """The last JSON object or list in a reply that `recognize` makes something of; else why there is none."""
    if reply.finish == "refused":
        return Failure(kind="refused", note=reply.text[:300] or "the server's filter stopped the model")
    if reply.finish == "length":  # what stands there may be a thought and not the answer
        return Failure(kind="truncated", note=f"the limit on output tokens came first: …{reply.text[-200:]}")
    text, found = reply.text[-TAIL:], None
    for found in _recognized(text, recognize):  # noqa: B007 - the last one counts
        pass
    if found is not None:
        return found
    if REFUSAL.search(text[:1000]):
        return Failure(kind="refused", note=text[:300])
    return Failure(kind="unreadable", note=f"no answer in: {reply.text[:300]}" if reply.text else "an empty reply")


_decode = json.JSONDecoder(strict=False).raw_decode  # not that strict: line breaks inside strings


def _recognized(text: str, recognize: Callable[[Any], A | None]) -> Iterator[A]:
    """What is recognized, in order; inside of what is not, it is looked for as well."""
    place = START.search(text)
    while place:
        end = place.end()
        try:
            value, whole = _decode(text, place.start())
        except RecursionError:
            return  # a thousand brackets deep: whatever this is, each of them need not be tried
        except ValueError:
            pass
        else:
            if (found := recognize(value)) is not None:
                yield found
                end = whole
        place = START.search(text, end)


async def ask(subject: S, question: Question[S, A], by: Endpoint, asker: Asker) -> A | Failure:
    """What a model answers about one thing, asked once more where it cannot be read."""
    outcome: A | Failure = Failure(kind="unreachable", note="it was never asked")
    for draw in range(TRIES):
        came = await asker.ask(question.request(subject, by, draw))
        if came is None:
            break
        outcome = question.read(subject, came) if isinstance(came, Reply) else came
        if not (isinstance(came, Reply) and isinstance(outcome, Failure) and outcome.kind in AGAIN):
            break
    return outcome


def afresh(question: Question[S, A], known: Store) -> Question[S, A]:
    """The question, asked anew where the answers in the store `known` are of no use."""
    first: dict[str, int] = {}  # by what is asked: the first draw of which there is no reply, or one that can be used

    def request(subject: S, by: Endpoint, draw: int) -> Request:
        asked = question.request(subject, by, 0)
        if draw == 0:
            unused = 0
            while (reply := known.reply(question.request(subject, by, unused).fingerprint)) and isinstance(
                question.read(subject, reply), Failure
            ):
                unused += 1
            first[asked.fingerprint] = unused
        return question.request(subject, by, first.get(asked.fingerprint, 0) + draw)

    return Question(request=request, read=question.read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What work on lines came to."""

    calls: int
    stopped: str = ""  # why it ended before everything was asked


async def on_lines(
    endpoints: Sequence[Endpoint],
    work: Callable[[Mapping[Endpoint, Line | BatchLine]], Awaitable[None]],
    store: Store,
    terms: Terms = ANY,
    note: Callable[[str], None] = lambda text: None,
) -> Came:
    """Do `work` on open lines to `endpoints`, whose own `endpoint` is as their servers take it.

    When a server refuses a field of the call, the work is done again without it: what was answered is in the store.
    When what may be spent is spent, it ends there.
    """
    from writingbench.models.lines import connect  # noqa: PLC0415 - brings the HTTP client, a sixth of a second

    async with connect(endpoints, store, terms, note) as lines:
        while True:
            for line in lines.values():
                line.endpoint = line.endpoint.without(store.refusals(line.endpoint.place))
            stopped = ""
            try:
                await work(lines)
            except Refuses as told:
                store.learn(told.endpoint.place, told.field)
                note(f"{told}; asked without it from here on")
                continue
            except Spent as told:
                stopped = str(told)
                for line in lines.values():
                    await line.close()  # what is in flight is paid for: it is waited for
            return Came(calls=sum(line.asked for line in lines.values()), stopped=stopped)


async def carry_out(
    subjects: Sequence[S],
    question: Question[S, A],
    by: Endpoint,
    store: Store,
    terms: Terms = ANY,
    seen: Seen = QUIET,
) -> Asked[A]:
    """Ask a question about all `subjects`, as far as the store does not hold the answers.

    What is not asked, because what may be spent is spent, has no answer.
    """
    answers: list[A | Failure | None] = [None] * len(subjects)

    async def work(lines: Mapping[Endpoint, Line | BatchLine]) -> None:
        line = lines[by]

        async def one(place: int) -> None:
            answers[place] = outcome = await ask(subjects[place], question, line.endpoint, line)
            seen.answer(outcome)

        await models.drain(range(len(subjects)), one, workers=min(len(subjects), line.most))

    came = await on_lines([by], work, store, terms, seen.note)
    return Asked(answers=answers, calls=came.calls, stopped=came.stopped)
