"""A chat-completions server that costs next to nothing, so that what is measured is whoever calls it.

    python bench/server.py --latency 2 --tokens 16000      prints the port, serves until standard input closes

A call with a system message or a schema comes from a judge and gets a verdict, with marks from 1 to 10; any
other gets a text of so many tokens, English or Chinese.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

END = b"\r\n\r\n"
ENGLISH = "The archive keeps letters that nobody had opened since the winter of the flood. "  # 15 tokens of o200k_base
CHINESE = "档案馆里保存着那年冬天洪水以后再没有人打开过的信件。"  # 22 tokens
REASON = (
    "The second paragraph names its source and keeps the figures apart from the opinion, as the request asks. "
    "第三段的结论没有材料支持，“因此”一词之前缺少论据。 A reader would have to take the last claim on trust."
)


def essay(tokens: int, *, chinese: bool) -> str:
    """A text of about `tokens` tokens, in paragraphs."""
    sentence, each = (CHINESE, 22) if chinese else (ENGLISH, 15)
    paragraph = sentence * 8 + "\n\n"
    whole, rest = divmod(max(1, tokens // each), 8)
    return (paragraph * whole + sentence * rest).strip()


def completion(text: str, tokens: int) -> bytes:
    """`text` as a server answers with it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {
        "prompt_tokens": 3000,
        "completion_tokens": tokens,
        "total_tokens": 3000 + tokens,
        "prompt_tokens_details": {"cached_tokens": 2048},
    }
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "tiny-2026", "choices": [choice]}
    return json.dumps(made | {"usage": usage}, ensure_ascii=False).encode()


class Answers:
    """What calls get: which of the texts or marks, the length of the call decides, so that it is the same each time."""

    def __init__(self, tokens: int, record: BinaryIO | None = None) -> None:
        self._record = record
        self._essays = [completion(essay(tokens, chinese=chinese), tokens) for chinese in (False, True)]
        verdicts = [json.dumps({"reason": REASON, "score": mark}, ensure_ascii=False) for mark in range(1, 11)]
        self._verdicts = [completion(verdict, 90) for verdict in verdicts]

    def to(self, call: bytes) -> bytes:
        """The answer to the body of a call."""
        # the order of a body's fields is the caller's: model and messages first, the schema last
        if self._record:
            self._record.write(call + b"\n")  # which is one line: JSON escapes those inside
            self._record.flush()
        from_judge = b'"system"' in call[:400] or b'"response_format"' in call[-2000:]
        known = self._verdicts if from_judge else self._essays
        return known[len(call) % len(known)]


class Connection(asyncio.BufferedProtocol):
    """Requests of one connection, one after the other; only what this needs of HTTP/1.1."""

    def __init__(self, answers: Answers, latency: float) -> None:
        self._answers, self._latency = answers, latency
        self._got = bytearray(1 << 16)  # grows to the longest call
        self._filled = 0  # bytes of it
        self._whole = 0  # bytes that the call has in all; 0 while its length is not known

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._got)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if not self._whole:
            end = self._got.find(END, 0, self._filled) + len(END)
            if end < len(END):
                return
            length = self._got[:end].lower().partition(b"content-length:")[2]
            self._body, self._whole = end, end + int(length.partition(b"\r\n")[0])
            if self._whole >= len(self._got):
                self._got = self._got[: self._filled] + bytes(self._whole)
        if self._filled < self._whole:
            return
        answer = self._answers.to(bytes(self._got[self._body : self._whole]))
        self._filled = self._whole = 0
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, head + answer)
        else:
            self._transport.write(head + answer)


async def serve(latency: float, answers: Answers) -> None:
    """Answer until standard input closes, which it does when whoever started this is gone."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers, latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def cores() -> tuple[int, int]:
    """The core of whatever is measured, and the one for the rest: the same where there is only one."""
    here = sorted(os.sched_getaffinity(0))
    return here[0], here[-1]


@contextmanager
def serving(latency: float = 0.0, tokens: int = 1500, record: Path | None = None) -> Iterator[str]:
    """The base URL of such a server in a process of its own, on the other core where there are two.

    The body of every call becomes a line of the file `record`, if there is one.
    """
    command = [sys.executable, __file__, "--latency", str(latency), "--tokens", str(tokens), "--core", str(cores()[1])]
    command += ["--record", str(record)] if record else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.stdin.close()
            process.wait(10)


def main() -> None:
    """Serve as the command line says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--latency", type=float, default=0.0, help="seconds before an answer is sent")
    options.add_argument("--tokens", type=int, default=1500, help="of an answer to a writer's call")
    options.add_argument("--core", type=int, help="of the machine, to stay on")
    options.add_argument("--record", type=Path, help="a file for the bodies of all calls")
    chosen = options.parse_args()
    if chosen.core is not None:
        os.sched_setaffinity(0, {chosen.core})
    with chosen.record.open("wb") if chosen.record else nullcontext() as record:
        asyncio.run(serve(chosen.latency, Answers(chosen.tokens, record)))


if __name__ == "__main__":
    main()
