"""The embedded model: a llama.cpp server in a child process, one more endpoint on the loopback interface.

A child, because a server that is stopped inside this process while a request is in flight never returns
(measured: still hung after 100 s), and ends the interpreter with a segmentation fault. The child dies at once
when it is told to, and by itself when this process is gone: it watches its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import aiohttp
import msgspec

from writingbench.models.endpoints import Endpoint
from writingbench.models.weights import shape
from writingbench.records import EndpointRefused, Failure, Request

START = 300  # seconds that loading may take
RESTARTS = 3  # of a server that was killed: one that dies that often will die again
USUAL, MOST = 8192, 32768  # tokens of context a slot: where a file does not tell what one costs; and at most
LEAST = 2048  # the same, however short the memory is: it may still be enough
PAGE = 256  # tokens: the server rounds a context up to whole ones of these
ROOM = 512  # tokens kept for the answer, or fewer if fewer are asked for
TEMPLATE = 512  # tokens that a chat template adds at most, as far as its prompt need not be counted

# Threads that wait for one another go to sleep after so many looks, not after 300,000: as fast alone, and on two cores
# of which another program uses one, prompts are read 1.7 times as fast (bench/embedded.py). Sleeping at once would be
# better beside others, and alone writes at a third of the speed.
SPIN = {"GOMP_SPINCOUNT": "1000"}

GROUPS = Path("/sys/fs/cgroup")


class Embedded:
    """The server behind one embedded endpoint, started when it is first asked, and again when it was killed."""

    def __init__(self, endpoint: Endpoint) -> None:
        assert endpoint.weights is not None  # noqa: S101 - for the type checker; `Line` has asked
        self._name, self._weights, self._adapter = endpoint.name, endpoint.weights, endpoint.adapter
        self._slots = endpoint.provider.connections
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._log: IO[bytes] | None = None
        self._starts = 0
        self._context = 0  # tokens of a slot
        self._base = ""  # "" unless the server is up
        self._key = secrets.token_hex(16)

    async def address(self) -> tuple[str, str]:
        """Base URL and API key of the running server.

        Raises EndpointRefused, with the server's last words, when it cannot load the file or keeps dying.
        """
        async with self._lock:
            if not self._base or not self._process or self._process.returncode is not None:
                await self._start()
        return self._base, self._key

    async def too_long(self, session: aiohttp.ClientSession, request: Request) -> Failure | None:
        """Why a request cannot be answered in a slot, if it cannot: counted by the server, not yet asked.

        Raises EndpointRefused as `address` does.
        """
        base, key = await self.address()
        room = min(request.sampling.max_tokens or ROOM, ROOM)
        # no tokenizer makes more tokens than bytes: most prompts need no count
        size = sum(len(message.text.encode("utf-8", "replace")) for message in request.messages)
        if size + TEMPLATE + room <= self._context:
            return None
        body = {"messages": [{"role": message.role, "content": message.text} for message in request.messages]}
        try:
            async with session.post(
                f"{base}/chat/completions/input_tokens", json=body, headers={"Authorization": f"Bearer {key}"}
            ) as answer:
                count = msgspec.json.decode(await answer.read(), type=dict[str, int | str])["input_tokens"]
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError, KeyError):
            return None  # whatever is wrong, the call itself will meet it, and knows what to do
        if int(count) + room <= self._context:
            return None
        takes = f"a slot of the embedded server takes {self._context}, of which {room} are for the answer"
        return Failure(kind="overlong", note=f"{count} tokens, and {takes}")

    async def stop(self) -> None:
        """End the server, whatever it is doing."""
        await self._end()
        if self._log:
            self._log.close()
            self._log = None

    async def _start(self) -> None:
        await self._end()  # whatever is left of one that was called off while it loaded
        if self._starts > RESTARTS:
            raise EndpointRefused(f"{self._name}: the embedded server died {self._starts} times: {self._last_words()}")
        self._starts += 1
        self._log = self._log or tempfile.TemporaryFile()  # noqa: SIM115 - `stop` closes it
        self._context = self._context or context(self._weights, self._slots)
        settings = {
            "weights": str(self._weights),
            "adapter": str(self._adapter or ""),
            "key": self._key,
            "slots": self._slots,
            "context": self._context,
            "threads": threads(),
        }
        # its own session: Ctrl-C is for this process, which then stops the child in order
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # the folder of the script is no place to import from
            str(Path(__file__).with_name("embedded_server.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            env=SPIN | os.environ,
        )
        assert self._process.stdin and self._process.stdout  # noqa: S101 - piped above
        # on standard input, not as an argument: arguments are everyone's to read
        self._process.stdin.write(json.dumps(settings).encode() + b"\n")
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START)
            if not line:
                await self._process.wait()  # then it is known how it ended
            self._base = msgspec.json.decode(line)["address"] + "/v1"
        except TimeoutError:
            await self._end()
            raise EndpointRefused(f"{self._name}: loading {self._weights} took more than {START} s") from None
        except (msgspec.DecodeError, KeyError, TypeError):
            await self._end()
            file = self._adapter or self._weights
            raise EndpointRefused(
                f"{self._name}: the embedded server could not load {file}: {self._last_words()}"
            ) from None

    async def _end(self) -> None:
        self._base = ""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def _last_words(self) -> str:
        """How a server ended that has ended."""
        status = self._process.returncode if self._process else None
        if status is not None and status < 0:
            return f"it was ended by signal {-status}" + (", perhaps for want of memory" * (status == -signal.SIGKILL))
        said = []
        if self._log:
            self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 20_000))
            said = self._log.read().decode("utf-8", "replace").strip().splitlines()
        errors = [line for line in said if "error" in line.lower() or "failed" in line.lower()] or said
        return errors[-1] if errors else "(nothing)"


def context(weights: Path, slots: int) -> int:
    """Tokens a slot: what the model was trained for, as far as half of the free memory holds all of them."""
    found, free = shape(weights), memory()
    if not found or not found.token or not free:
        fits = USUAL
    else:
        fits = max(LEAST, (free - weights.stat().st_size) // 2 // (slots * found.token) // PAGE * PAGE)
    return min(fits, MOST, found.trained if found else MOST)


def threads() -> int:
    """How many threads of this process can really run at once: what it may use, no more than it was granted."""
    mine = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    for granted in _granted("cpu.max"):  # "200000 100000": microseconds of work in so many of the clock
        time, period = granted.split()
        if time != "max":
            mine = min(mine, int(time) // int(period))
    return max(1, mine)


def memory() -> int | None:
    """Bytes that this process may still take, None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return None
    return min([free, *(int(granted) for granted in _granted("memory.max") if granted != "max")])


def _granted(limit: str) -> Iterator[str]:
    """What this process's control groups, the innermost first, were given of something (Linux, version 2)."""
    try:
        lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return
    for own in (GROUPS / line.removeprefix("0::/") for line in lines if line.startswith("0::/")):
        for group in (own, *own.parents):
            if group.is_relative_to(GROUPS) and (group / limit).is_file():
                yield (group / limit).read_text("ascii").strip()
