"""The OpenAI chat protocol, which most servers speak."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from writingbench.models.dialects.nonsense import Nonsense, Price, count, decode, unknown
from writingbench.models.dialects.thinking import thinking
from writingbench.models.endpoints import Endpoint
from writingbench.records import Message, Reply, Request, Usage, encoded, filled

PATH = "/chat/completions"


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def whole(message: Message) -> msgspec.Raw:
    """A message's text, of which the shared part was encoded before."""
    return msgspec.Raw(b"".join((b'"', message.opening.json, encoded(message.content), b'"')))


def body(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    sampling = dict(filled(request.sampling))
    sampling.pop("thinking", None)
    if limit := sampling.pop("max_tokens", None):
        sampling[endpoint.limit] = limit
    made = {
        "model": endpoint.model,
        "messages": [{"role": message.role, "content": whole(message)} for message in request.messages],
        **sampling,
        **thinking(request, endpoint),
    }
    if request.schema:
        made["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": request.schema},
        }
    return made


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: int | None = None  # DeepSeek
    cached_tokens: int | None = None  # Moonshot


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None  # DeepSeek, vLLM, llama.cpp
    reasoning: str | None = None  # OpenRouter, newer vLLM


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Error(msgspec.Struct):
    message: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    model: str | None = None
    usage: _Usage | None = None
    error: str | _Error | None = None  # OpenRouter says so inside a 200


_completion = msgspec.json.Decoder(_Completion, strict=False)

FINISH: dict[str | None, Literal["stop", "length", "refused"]] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "refused",
    "refusal": "refused",
}


def reply(answer: bytes, seconds: float, price: Price = unknown) -> Reply:
    completion = decode(answer, _completion, "a chat completion")
    if not completion.choices:
        said = completion.error.message if isinstance(completion.error, _Error) else completion.error
        raise Nonsense("the answer holds no choice" + (f": {said[:300]}" if said else ""))
    choice, used = completion.choices[0], completion.usage or _Usage()
    message = choice.message
    text = message.content or ""
    if isinstance(text, list):
        text = "".join(part.text for part in text)
    details = used.prompt_tokens_details or _Details()
    usage = Usage(
        input_tokens=count(used.prompt_tokens),
        cached_tokens=count(details.cached_tokens or used.prompt_cache_hit_tokens or used.cached_tokens),
        output_tokens=count(used.completion_tokens),
    )
    return Reply(
        text=text or message.refusal or "",
        reasoning=message.reasoning_content or message.reasoning or "",
        finish="refused" if message.refusal and not text else FINISH.get(choice.finish_reason, "stop"),
        model=completion.model or "",
        usage=usage,
        seconds=seconds,
        cost=price(usage),
    )
