"""Every record that crosses a stage, from the question asked to the mark given.

    Query ──> Request ──> Reply ──> Response ──> Request ──> Reply ──> Judgement

A `Reply` is what was paid for. Everything right of it is worked out from it and can be worked out again
for nothing, so only replies (and what they answer) have to be kept. What could not be had is a `Failure`,
which is a type of its own and never a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, Literal

import msgspec

BANDS = ("1-2", "3-4", "5-6", "7-8", "9-10")

Language = Literal["en", "zh"]
Requirement = Literal["style", "format", "length"]
Guidance = Literal["personalization", "specificity", "expression"]
LengthUnit = Literal["words", "characters", "sentences", "paragraphs", "items", "pages", "minutes"]
Thinking = Literal["off", "low", "medium", "high"]
REQUIREMENTS: tuple[Requirement, ...] = ("style", "format", "length")
GUIDANCES: tuple[Guidance, ...] = ("personalization", "specificity", "expression")
DYNAMIC = "dynamic"  # what each query's own criteria are called, where sets of criteria have names
FailureKind = Literal["refused", "truncated", "unreadable", "overlong", "unreachable"]
Choice = Literal["first", "second", "tie"]


class UserError(Exception):
    """The call or its input is wrong. Its text is what the user reads, so it says what to do."""


class EndpointRefused(UserError):
    """A server turned the whole account or every call away (wrong key, unknown model, nobody at the port)."""


_canonical = msgspec.json.Encoder(order="deterministic").encode


def fingerprint(*parts: Any) -> str:
    """32 hexadecimal digits that stand for the content of `parts` (JSON values, records, mappings)."""
    lines = b"".join([_canonical(part) + b"\n" for part in parts])
    return blake2b(lines, digest_size=16).hexdigest()


@lru_cache(maxsize=64)  # there are as many as there are writers and judges, and each call needs one twice
def filled(record: Any) -> Mapping[str, Any]:
    """The fields of a record that are not None, by name.

    Identities are made of these, so that a field added to a record one day, None by default,
    does not orphan every reply that was paid for before.
    """
    return {f.name: value for f in fields(record) if (value := getattr(record, f.name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing a response is judged by, and what earns each band of the scale."""

    name: str
    description: str
    bands: tuple[str, str, str, str, str]  # in the order of BANDS
    requirement: Requirement | None = None  # the kind of demand that it watches over


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of how a query or its criteria came about."""

    what: str  # what was made or done: "draft", "attach", "criteria", ...
    by: str  # provider/model, or whoever it was
    prompt: str | None = None  # the hash of what the model was told
    date: str  # in UTC, as ISO 8601 writes it, to the second
    version: int | None = None  # of the benchmark file that this step made
    note: str | None = None  # what else should be known: where material came from, why something was sent back


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthDemand:
    """A length that a query asks for, as its writer noted it; `checks.length` reads demands out of any text."""

    unit: LengthUnit
    min: int | None = None  # a bare or approximate number is both ends
    max: int | None = None
    part: str | None = None  # what it is about, in the query's words; None is the whole answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One writing request with its materials, as the writer receives it."""

    index: int
    domain1: str
    domain2: str
    language: Language
    text: str
    criteria: tuple[Criterion, ...]
    requirements: tuple[Requirement, ...] = ()
    # what is known of a query; whatever is known of it, it is the same query
    guidances: tuple[Guidance, ...] = field(default=(), compare=False)  # what else it was refined by
    demands: tuple[LengthDemand, ...] = field(default=(), compare=False)
    history: tuple[Step, ...] = field(default=(), compare=False)

    @property
    def content(self) -> bytes:
        """What is asked and what is looked for, as JSON: what its identity is made of, and what a store keeps of it."""
        return msgspec.json.encode({f.name: getattr(self, f.name) for f in fields(self) if f.compare})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a model is asked to draw its words. None is left to the server."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling(Drawing):
    """How a model is asked to sample. None is left to the server."""

    thinking: Thinking | None = None  # how long a model thinks before it answers

    @property
    def identity(self) -> Drawing:
        """What stands for it in the fingerprints of writers, judges and protocols, which are older than `thinking`."""
        if self.thinking:
            return self
        return Drawing(temperature=self.temperature, top_p=self.top_p, top_k=self.top_k, max_tokens=self.max_tokens)


class Text:
    """A text that goes into several calls: made ready for sending, and hashed, once."""

    __slots__ = ("_hash", "json", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.json = encoded(text)
        self._hash = sha256(self.json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def digest(self, more: bytes = b"") -> str:
        """The hash of this text with another behind it, which comes encoded."""
        whole = self._hash.copy()
        whole.update(more)
        return whole.hexdigest()


def encoded(text: str) -> bytes:
    """A text as the inside of a JSON string. Texts may be encoded piece by piece: the whole is the same."""
    return msgspec.json.encode(text)[1:-1]


NOTHING = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said to a model: `opening`, which other calls share and a server may have in its cache, then `content`.

    Where one ends and the other begins shapes no answer and no fingerprint.
    """

    role: Literal["system", "user"]
    content: str
    opening: Text = NOTHING

    @property
    def text(self) -> str:
        return self.opening.text + self.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of one model: everything that shapes the answer, and which draw of it is wanted."""

    model: str  # the identity of the weights or of the vendor's model, not a display name
    messages: tuple[Message, ...]
    sampling: Sampling
    schema: Mapping[str, Any] | None = None  # JSON schema that the server is to hold the answer to
    draw: int = 0  # the same question asked again is another draw

    @property
    def fingerprint(self) -> str:
        """What the reply is kept under."""
        return fingerprint(
            self.model,
            [[message.role, message.opening.digest(encoded(message.content))] for message in self.messages],
            filled(self.sampling),
            self.schema,
            self.draw,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the server counted them; 0 where it did not say."""

    input_tokens: int = 0
    cached_tokens: int = 0  # of the input, those that were not computed again
    cache_write_tokens: int = 0  # of the input, those that a vendor charges for keeping
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model sent back to one request, as it came."""

    text: str
    reasoning: str = ""  # what the server itself kept apart
    finish: Literal["stop", "length", "refused"]
    model: str = ""  # as reported by the server
    usage: Usage = Usage()
    seconds: float = 0.0  # from sending to the last byte
    cost: float | None = None  # US dollars, by the prices of that day; None where the price is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no answer or no mark."""

    kind: FailureKind
    note: str  # in the server's words where it has any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The text that is judged: reasoning removed."""

    text: str
    reasoning: str = ""
    complete: bool = True  # False: the limit on output tokens cut it off


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a writer made of a query."""

    query: int
    writer: str
    draw: int  # 0 for the first response to this query, 1 for the second, ...
    outcome: Answer | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A mark from 1 to 10 and the judge's reason for it."""

    score: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a judge said of a response by one criterion."""

    query: int
    writer: str
    response: int  # which draw of the writer's
    criterion: str
    judge: str
    repeat: int  # 0 for the first mark on this criterion, 1 for the second, ...
    outcome: Verdict | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What files made elsewhere say of one writer and one query. There is no reply behind it."""

    response: str | None = None  # None where the text was not imported
    lines: tuple[dict[str, tuple[Verdict, ...]], ...] = ()  # one for each line about the query: criterion -> marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found in a response: a demand that it meets or breaks, or something that deserves a reader's eye."""

    check: str  # whose finding it is
    kind: str  # which of the check's kinds: its sentence stands in checks/words under this name
    verdict: Literal["met", "broken", "found"]
    span: tuple[int, int]  # the passage: characters of the response, the end not included
    demand: str | None = None  # in the request's own words
    counted: int | float | None = None
    unit: str | None = None  # of `counted`
    facts: Mapping[str, str | int | float] = field(default_factory=dict)  # what else the sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What somebody said of two responses to the same query: a person, or a judge that compares."""

    query: int
    first: str  # whose response stood first
    second: str
    by: str
    choice: Choice  # which is better
    strength: int | None = None  # of a preference: 1 slightly, 2 clearly; None where nobody asked
    comment: str = ""
    seconds: float | None = None  # that it took
