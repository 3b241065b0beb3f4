"""OpenAI's batches: the calls are a file, a batch is made of it, and the results are one or two files again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from writingbench.models.batches.records import Result, State
from writingbench.models.dialects.nonsense import Nonsense, decode
from writingbench.models.dialects.openai import PATH as CALL

PATH = "/batches"
AFTER = "after"
NEWEST_FIRST = False  # it is, but nobody promises it
FILES = "/files"
CALLS = 50_000
BYTES = 200_000_000
AROUND = (b"", b"\n", b"\n")

ENDED = frozenset({"failed", "completed", "expired", "cancelled"})
NOTE = "writingbench"  # the name of our note among a batch's metadata


def call(name: str, body: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"custom_id": name, "method": "POST", "url": f"/v1{CALL}", "body": body})


def order(file: str, key: str) -> bytes:
    return msgspec.json.encode(
        {
            "input_file_id": file,
            "endpoint": f"/v1{CALL}",
            "completion_window": "24h",
            "metadata": {NOTE: key},
        }
    )


class _Errors(msgspec.Struct):
    data: list[msgspec.Raw] | None = None


class _Counts(msgspec.Struct):
    total: int = 0


class _Batch(msgspec.Struct):
    id: str
    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Errors | None = None
    request_counts: _Counts | None = None
    metadata: dict[str, Any] | None = None


_batch = msgspec.json.Decoder(_Batch, strict=False)


def state(answer: bytes) -> State:
    batch = decode(answer, _batch, "a batch")
    if not batch.id:
        raise Nonsense("the answer is a batch without an id")
    errors = (batch.errors and batch.errors.data) or [msgspec.Raw(b'{"message":"the batch failed"}')]
    files = (batch.output_file_id, batch.error_file_id)
    return State(
        id=batch.id,
        ended=batch.status in ENDED,
        calls=batch.request_counts.total if batch.request_counts else 0,
        key=str((batch.metadata or {}).get(NOTE, "")),
        results=tuple(f"{FILES}/{quote(file, safe='')}/content" for file in files if file),
        failed=bytes(errors[0]) if batch.status == "failed" else b"",
    )


class _Response(msgspec.Struct):
    status_code: int
    body: msgspec.Raw


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Line(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


_line = msgspec.json.Decoder(_Line)


def result(line: bytes) -> Result:
    read = decode(line, _line, "a result")
    if read.response:
        return Result(name=read.custom_id, status=read.response.status_code, body=bytes(read.response.body))
    # expired, cancelled or timed out: the call was not made to its end, so it may be made again
    return Result(name=read.custom_id, status=408, body=msgspec.json.encode(read.error or _Error(code="no answer")))
