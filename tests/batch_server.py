"""A small real server that has both vendors' batch interfaces, as their documentation describes them.

with BatchServer() as server: ...                       every call is answered with its last message in capitals
with BatchServer(lambda call: Line(...)) as server: ... a test says what comes of a call

`/v1/files` and `/v1/batches` are OpenAI's, `/v1/messages/batches` is Anthropic's. Nothing is forgotten, and what a
client is not to do (a name twice, two models in a file, no version header) is turned down.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from server import Answer, Server

WORDS = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 413: "request_too_large"}
WORDS |= {429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"}

NOTHING = Answer()


@dataclass(frozen=True)
class Call:
    """One call of a batch."""

    name: str
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The last message."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(block["text"] for block in content)


@dataclass(frozen=True)
class Said:
    """An answer with this text."""

    text: str
    finish: str = "stop"


@dataclass(frozen=True)
class Wrong:
    """The call is turned down, with an HTTP status and the words for it."""

    status: int
    message: str


@dataclass(frozen=True)
class Over:
    """The batch ended before it came to this call: "expired" or "cancelled"."""

    how: str = "expired"


@dataclass(frozen=True)
class Raw:
    """This line stands in the results, whatever it is; "" for no line at all."""

    line: str


@dataclass
class Batch:
    id: str
    calls: list[Call]
    created: int
    metadata: dict[str, str] = field(default_factory=dict)
    input: str = ""
    open: bool = True
    failed: dict[str, str] | None = None


@dataclass
class Fault:
    method: str
    path: str  # a pattern
    answer: Answer
    after: bool  # the call is carried out first
    times: int
    cut: float  # of what is to be sent, this share is, and then the connection breaks
    slow: float  # seconds until the call is carried out, with nothing wrong


class BatchServer(Server):
    """`batches` is all it was ever sent, `sent` how often it got each text, `at` how many calls of each kind it got.

    With `hold` batches stay open until `finish`. `fault` makes some of the next calls go wrong.
    """

    def __init__(self, answer: Callable[[Call], Any] = lambda call: Said(call.text.upper())) -> None:
        super().__init__()
        self.answer = answer
        self.batches: dict[str, Batch] = {}
        self.files: dict[str, bytes] = {}
        self.at: Counter[str] = Counter()
        self.hold = False
        self.key = ""
        self.room: int | None = None  # calls that may be in open batches at the same time (OpenAI)
        self.page: int | None = None  # a page of the list is no longer than this, whatever is asked for
        self.bare = False  # the list has batches but does not show the newest: it is behind
        self.faults: list[Fault] = []

    @property
    def sent(self) -> Counter[str]:
        return Counter(call.text for batch in self.batches.values() if not batch.failed for call in batch.calls)

    def finish(self) -> None:
        self.hold = False

    def fault(
        self,
        method: str,
        path: str,
        answer: Answer = NOTHING,
        *,
        after: bool = False,
        times: int = 1,
        cut: float = 0,
        slow: float = 0,
    ) -> None:
        self.faults.append(Fault(method, path, answer, after, times, cut, slow))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method, path = request.method, request.path.removeprefix("/v1")
        self.at[f"{method} {re.sub('(?<=batches/)[^/]+|(?<=files/)[^/]+', 'ID', path)}"] += 1
        fault = next((one for one in self.faults if one.method == method and re.fullmatch(one.path, path)), None)
        if fault:
            fault.times -= 1
            if not fault.times:
                self.faults.remove(fault)
            if fault.slow:
                await asyncio.sleep(fault.slow)
                return await self._serve(request, method, path)
        answer = None
        if not fault or fault.after or fault.cut:
            answer = await self._serve(request, method, path)
        if answer and fault and fault.cut:
            assert isinstance(answer.body, bytes)
            some = web.StreamResponse(headers={"Content-Length": str(len(answer.body))})
            await some.prepare(request)
            await some.write(answer.body[: int(len(answer.body) * fault.cut)])
            assert request.transport
            request.transport.close()
            return some
        if fault:
            await asyncio.sleep(fault.answer.delay)
            if fault.answer.drop and request.transport:
                request.transport.abort()
            made = fault.answer.body
            made = json.dumps(made) if isinstance(made, dict) else made
            return web.Response(
                body=made.encode() if isinstance(made, str) else made,
                status=fault.answer.status,
                headers=fault.answer.headers,
            )
        assert answer
        return answer

    async def _serve(self, request: web.Request, method: str, path: str) -> web.Response:
        anthropic = path.startswith("/messages/")
        shown = request.headers.get("x-api-key" if anthropic else "Authorization", "").removeprefix("Bearer ")
        if self.key and shown != self.key:
            return _error(401, f"the key {shown} is not valid")
        if anthropic and request.headers.get("anthropic-version") != "2023-06-01":
            return _error(400, "anthropic-version: header is required")
        match [method, *path.strip("/").split("/")]:
            case ["POST", "files"]:
                return await self._upload(request)
            case ["GET", "files", id, "content"] if id in self.files:
                return web.Response(body=self.files[id])
            case ["POST", "batches"]:
                return self._openai_create(json.loads(await request.read()))
            case ["POST", "messages", "batches"]:
                return self._anthropic_create(json.loads(await request.read()))
            case ["GET", "batches"]:
                return self._list(request, "after", self._openai)
            case ["GET", "messages", "batches"]:
                return self._list(request, "after_id", self._anthropic)
            case ["GET", "batches", id] if id in self.batches:
                return web.json_response(self._openai(self._look(id)))
            case ["GET", "messages", "batches", id] if id in self.batches:
                return web.json_response(self._anthropic(self._look(id)))
            case ["GET", "messages", "batches", id, "results"] if id in self.batches and not self.batches[id].open:
                return web.Response(text=self._anthropic_results(self.batches[id]))
        return _error(404, f"no {path} here")

    def _look(self, id: str) -> Batch:
        batch = self.batches[id]
        if not self.hold:
            batch.open = False
        return batch

    def _add(self, start: str, calls: list[Call], **more: Any) -> Batch:
        n = len(self.batches) + 1
        batch = Batch(f"{start}_{n:04}", calls, 1_700_000_000 + n, **more)
        self.batches[batch.id] = batch
        return batch

    def _list(self, request: web.Request, cursor: str, show: Callable[[Batch], dict[str, Any]]) -> web.Response:
        size = min(int(request.query.get("limit", "20")), 100, self.page or 100)
        every = list(reversed(self.batches.values()))[1 if self.bare else 0 :]
        if not self.hold:
            for batch in every:
                batch.open = False
        if after := request.query.get(cursor):
            ids = [batch.id for batch in every]
            every = every[ids.index(after) + 1 :]
        shown = [show(batch) for batch in every[:size]]
        ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {"first_id": None}
        return web.json_response({"object": "list", "data": shown, "has_more": len(every) > size, **ends})

    # OpenAI

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("purpose") != "batch":
            return _error(400, "purpose must be batch")
        id = f"file-{len(self.files) + 1}"
        self.files[id] = form["file"].file.read()
        return web.json_response({"id": id, "object": "file", "purpose": "batch", "filename": form["file"].filename})

    def _openai_create(self, asked: dict[str, Any]) -> web.Response:
        content = self.files.get(asked["input_file_id"])
        if content is None:
            return _error(400, f"Invalid 'input_file_id': no file {asked['input_file_id']}")
        if (asked["endpoint"], asked["completion_window"]) != ("/v1/chat/completions", "24h"):
            return _error(400, "endpoint or completion_window is not supported")
        lines = [json.loads(line) for line in content.splitlines()]
        calls = [Call(line["custom_id"], line["body"]) for line in lines]
        waiting = sum(len(batch.calls) for batch in self.batches.values() if batch.open and not batch.failed)
        batch = self._add("batch", calls, metadata=asked.get("metadata", {}), input=asked["input_file_id"])
        if self.room is not None and waiting + len(calls) > self.room:
            message = f"Enqueued token limit reached for tiny. Limit: {self.room} tokens."
            batch.failed = {"code": "token_limit_exceeded", "message": message}
        elif len({line["custom_id"] for line in lines}) < len(lines):
            batch.failed = {"code": "duplicate_custom_id", "message": "a custom_id stands twice in the file"}
        elif len({call.body["model"] for call in calls}) > 1:
            batch.failed = {"code": "mismatched_model", "message": "all calls must be for the same model"}
        elif any((line["method"], line["url"]) != ("POST", asked["endpoint"]) for line in lines):
            batch.failed = {"code": "invalid_url", "message": "the URL of a call is not the endpoint of the batch"}
        if batch.failed:
            batch.open = False
        return web.json_response(self._openai(batch))

    def _openai(self, batch: Batch) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": batch.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "errors": None,
            "input_file_id": batch.input,
            "completion_window": "24h",
            "status": "in_progress",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": batch.created,
            "request_counts": {"total": len(batch.calls), "completed": 0, "failed": 0},
            "metadata": batch.metadata,
        }
        if batch.failed:
            errors = {"object": "list", "data": [batch.failed | {"param": None, "line": None}]}
            return shown | {"status": "failed", "errors": errors}
        if batch.open:
            return shown
        good, bad, over = [], [], []
        for call in batch.calls:
            outcome = self.answer(call)
            line: dict[str, Any] = {"id": f"batch_req_{call.name}", "custom_id": call.name}
            match outcome:
                case Said():
                    line |= {"response": {"status_code": 200, "request_id": "r", "body": _completion(outcome)}}
                    good.append(json.dumps(line | {"error": None}, ensure_ascii=False))
                case Wrong():
                    error = {"message": outcome.message, "type": WORDS.get(outcome.status), "param": None, "code": None}
                    response = {"status_code": outcome.status, "request_id": "r", "body": {"error": error}}
                    bad.append(json.dumps(line | {"response": response, "error": None}, ensure_ascii=False))
                case Over():
                    over.append(outcome.how)
                    error = {"code": f"batch_{outcome.how}", "message": f"This request was {outcome.how}."}
                    bad.append(json.dumps(line | {"response": None, "error": error}))
                case Raw():
                    good.append(outcome.line)
        for name, lines in (("output", good), ("error", bad)):
            if lines:
                shown[f"{name}_file_id"] = id = f"file-{name}-{batch.id}"
                self.files[id] = ("\n".join(reversed(lines)) + "\n").encode()  # in any order but that of the calls
        return shown | {"status": over[0] if over else "completed"}

    # Anthropic

    def _anthropic_create(self, asked: dict[str, Any]) -> web.Response:
        names = [one["custom_id"] for one in asked["requests"]]
        if not all(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name) for name in names):
            return _error(400, "requests.0.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
        if len(set(names)) < len(names):
            return _error(400, "requests: custom_id must be unique")
        calls = [Call(one["custom_id"], one["params"]) for one in asked["requests"]]
        return web.json_response(self._anthropic(self._add("msgbatch", calls)))

    def _anthropic(self, batch: Batch) -> dict[str, Any]:
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        kinds = {Said: "succeeded", Wrong: "errored", Over: "expired", Raw: "succeeded"}
        for call in batch.calls:
            counts["processing" if batch.open else kinds[type(self.answer(call))]] += 1
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "in_progress" if batch.open else "ended",
            "request_counts": counts,
            "created_at": "2026-11-23T20:00:00Z",
            # a trap: whoever goes there shows the key to a stranger
            "results_url": None if batch.open else "http://127.0.0.1:9/v1/stolen",
        }

    def _anthropic_results(self, batch: Batch) -> str:
        lines = []
        for call in reversed(batch.calls):
            outcome = self.answer(call)
            match outcome:
                case Said():
                    made: dict[str, Any] = {"type": "succeeded", "message": _message(outcome)}
                case Wrong():
                    error = {"type": WORDS.get(outcome.status, "invalid_request_error"), "message": outcome.message}
                    made = {"type": "errored", "error": {"type": "error", "error": error, "request_id": "r"}}
                case Over():
                    made = {"type": "canceled" if outcome.how == "cancelled" else "expired"}
                case Raw():
                    lines.append(outcome.line)
                    continue
            lines.append(json.dumps({"custom_id": call.name, "result": made}, ensure_ascii=False))
        return "\n".join(lines) + "\n"


def _error(status: int, message: str) -> web.Response:
    error = {"type": WORDS.get(status, "invalid_request_error"), "message": message}
    return web.json_response({"type": "error", "error": error}, status=status)


def _completion(said: Said) -> dict[str, Any]:
    message = {"role": "assistant", "content": said.text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 500},
    }


def _message(said: Said) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "tiny-2026",
        "content": [{"type": "text", "text": said.text}],
        "stop_reason": {"stop": "end_turn", "length": "max_tokens"}[said.finish],
        "usage": {"input_tokens": 1000, "output_tokens": 500},
    }
