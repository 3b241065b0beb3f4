"""The Anthropic Messages protocol."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from writingbench.models.dialects.nonsense import Nonsense, Price, count, decode, unknown
from writingbench.models.dialects.thinking import thinking
from writingbench.models.endpoints import Endpoint
from writingbench.records import Message, Reply, Request, Usage, filled

PATH = "/messages"
VERSION = "2023-06-01"
LIMIT = 4096  # output tokens, where a protocol sets none: the field must be there


def headers(key: str) -> dict[str, str]:
    return {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})


def body(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    sampling = {name: value for name, value in filled(request.sampling).items() if name != "thinking"}
    made: dict[str, Any] = {"model": endpoint.model, "max_tokens": LIMIT, **sampling, **thinking(request, endpoint)}
    if system := "\n\n".join(message.text for message in request.messages if message.role == "system"):
        made["system"] = system
    made["messages"] = [
        {"role": message.role, "content": _content(message)} for message in request.messages if message.role != "system"
    ]
    if request.schema:
        made["output_config"] = {"format": {"type": "json_schema", "schema": request.schema}}
    return made


def _content(message: Message) -> str | list[dict[str, Any]]:
    opening = message.opening.text
    if not (opening.strip() and message.content.strip()):  # blank blocks are turned down
        return message.text
    # everything up to the mark is kept for five minutes: the system prompt, request and response of five calls
    return [
        {"type": "text", "text": opening, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": message.content},
    ]


class _Block(msgspec.Struct):
    type: str = ""
    text: str = ""
    thinking: str = ""


class _Usage(msgspec.Struct):
    input_tokens: int | None = None  # without those of the two fields below
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens: int | None = None


class _Answer(msgspec.Struct):
    content: list[_Block]
    stop_reason: str | None = None
    model: str | None = None
    usage: _Usage | None = None


_answer = msgspec.json.Decoder(_Answer, strict=False)

FINISH: dict[str | None, Literal["stop", "length", "refused"]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}


def reply(answer: bytes, seconds: float, price: Price = unknown) -> Reply:
    said = decode(answer, _answer, "a message")
    finish, used = FINISH.get(said.stop_reason, "stop"), said.usage or _Usage()
    if not said.content and finish == "stop":
        raise Nonsense("the answer holds no content")
    cached, written = count(used.cache_read_input_tokens), count(used.cache_creation_input_tokens)
    usage = Usage(
        input_tokens=count(used.input_tokens) + cached + written,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=count(used.output_tokens),
    )
    return Reply(
        text="".join(block.text for block in said.content if block.type == "text"),
        reasoning="\n\n".join(block.thinking for block in said.content if block.type == "thinking"),
        finish=finish,
        model=said.model or "",
        usage=usage,
        seconds=seconds,
        cost=price(usage),
    )
