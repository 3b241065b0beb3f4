"""Anthropic's message batches: the calls are sent in one body, and the results are read line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from writingbench.models.batches.records import Result, State
from writingbench.models.dialects.nonsense import Nonsense, decode

PATH = "/messages/batches"
AFTER = "after_id"
NEWEST_FIRST = True
FILES = ""
CALLS = 100_000
BYTES = 256_000_000
AROUND = (b'{"requests":[', b",", b"]}")

STATUS = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def call(name: str, body: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"custom_id": name, "params": body})


def order(file: str, key: str) -> bytes:
    raise NotImplementedError("there are no files here")


class _Counts(msgspec.Struct, frozen=True):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class _Batch(msgspec.Struct):
    id: str
    processing_status: str
    request_counts: _Counts = _Counts()


_batch = msgspec.json.Decoder(_Batch, strict=False)


def state(answer: bytes) -> State:
    batch = decode(answer, _batch, "a message batch")
    if not batch.id:
        raise Nonsense("the answer is a message batch without an id")
    ended = batch.processing_status == "ended"
    # not where `results_url` points: the key goes to the base URL and nowhere else
    results = (f"{PATH}/{quote(batch.id, safe='')}/results",)
    return State(
        id=batch.id,
        ended=ended,
        calls=sum(msgspec.structs.astuple(batch.request_counts)),
        results=results if ended else (),
    )


class _Said(msgspec.Struct, frozen=True):
    type: str = ""


class _Error(msgspec.Struct):
    error: _Said = _Said()


class _Result(msgspec.Struct):
    type: str
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct):
    custom_id: str
    result: _Result


_line = msgspec.json.Decoder(_Line)
_error = msgspec.json.Decoder(_Error)


def result(line: bytes) -> Result:
    read = decode(line, _line, "a result")
    match read.result.type:
        case "succeeded":
            return Result(name=read.custom_id, status=200, body=bytes(read.result.message))
        case "errored":
            error = bytes(read.result.error)
            return Result(name=read.custom_id, status=STATUS.get(_kind(error), 400), body=error)
        case ended:  # canceled or expired: it was not worked on, so it may be asked again
            return Result(name=read.custom_id, status=408, body=msgspec.json.encode({"message": ended}))


def _kind(error: bytes) -> str:
    try:
        return decode(error, _error, "an error").error.type
    except Nonsense:
        return ""
