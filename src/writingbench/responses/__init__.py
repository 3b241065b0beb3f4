"""What was written: ask a writer, and make the reply a text that can be judged."""

from __future__ import annotations

from dataclasses import dataclass

from writingbench.models.memory import Asker
from writingbench.records import (
    Answer,
    Failure,
    Message,
    Query,
    Reply,
    Request,
    Response,
    Sampling,
    Text,
    fingerprint,
)
from writingbench.responses.clean import split

__all__ = ["GIVEN", "Writer", "read", "respond", "split"]

GIVEN = "given/"  # what the identity of a writer begins with whose texts came in a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A model that writes, sampled in one way: sampled in another it is another writer."""

    name: str  # as the user wrote it: provider/model
    model: str  # the identity its replies are kept under
    sampling: Sampling

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.model, self.sampling.identity)

    @property
    def given(self) -> bool:
        """Whether its texts came in a file: there is no model to ask."""
        return self.model.startswith(GIVEN)

    def request(self, query: Query, draw: int) -> Request:
        """The query as it stands, and nothing around it: that is what the user of a model would send."""
        message = Message(role="user", content="", opening=Text(query.text))
        return Request(model=self.model, messages=(message,), sampling=self.sampling, draw=draw)


def read(reply: Reply) -> Answer | Failure:
    """The answer in a reply, without its reasoning; a Failure where no answer came."""
    parts = split(reply.text)
    if reply.finish == "refused":
        return Failure(kind="refused", note=reply.text[:300] or "the server's filter stopped the answer")
    if not parts.closed:
        return Failure(kind="truncated", note="the reasoning never ended, so the answer never came")
    if not parts.answer:
        if reply.finish == "length":
            return Failure(kind="truncated", note="the limit on output tokens came before the first word of the answer")
        return Failure(kind="unreadable", note="the answer is empty")
    thoughts = "\n\n".join(part for part in (reply.reasoning.strip(), parts.reasoning) if part)
    return Answer(text=parts.answer, reasoning=thoughts, complete=reply.finish != "length")


async def respond(query: Query, writer: Writer, ask: Asker, draw: int = 0) -> Response | None:
    """What `writer` makes of `query`; None when `ask` only recalls and it was never asked."""
    reply = await ask.ask(writer.request(query, draw))
    if reply is None:
        return None
    outcome = reply if isinstance(reply, Failure) else read(reply)
    return Response(query=query.index, writer=writer.name, draw=draw, outcome=outcome)
