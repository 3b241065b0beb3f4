"""The embedded server itself: what it is started with, what it is not asked, and what happens when it dies."""

import asyncio
import os
import signal
import struct
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import msgspec
import pytest

from writingbench import evaluate
from writingbench.models import embedded, weights
from writingbench.models.embedded import RESTARTS, Embedded
from writingbench.records import EndpointRefused, Failure, Message, Request, Sampling


@pytest.fixture(scope="module")
def local():
    return evaluate.endpoint("local/smollm2")


def request(text, max_tokens=4):
    return Request(
        model="any", messages=(Message(role="user", content=text),), sampling=Sampling(max_tokens=max_tokens)
    )


@asynccontextmanager
async def running(endpoint):
    server = Embedded(endpoint)
    async with aiohttp.ClientSession() as session:
        try:
            yield server, session
        finally:
            await server.stop()


async def call(server, session, path, body=None):
    base, key = await server.address()
    headers = {"Authorization": f"Bearer {key}"}
    async with session.request("POST" if body else "GET", base + path, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def ask(server, session, asked):
    body = {
        "messages": [{"role": message.role, "content": message.content} for message in asked.messages],
        "max_tokens": asked.sampling.max_tokens,
    }
    return await call(server, session, "/chat/completions", body)


async def kill(server):
    os.kill(server._process.pid, signal.SIGKILL)
    await server._process.wait()


# what does not fit


@pytest.mark.parametrize(("text", "least"), [("word " * 9000, 9000), ("城市排水系统" * 900, 8192)], ids=["en", "zh"])
def test_an_overlong_query_fails_before_it_is_sent_with_its_length_and_the_limit(local, text, least):
    async def story():
        async with running(local) as (server, session):
            outcome = await server.too_long(session, request(text))
            _, before = await call(server, session, "/../slots")
            await ask(server, session, request("word"))
            _, after = await call(server, session, "/../slots")
            return outcome, before, after

    outcome, slots, used = asyncio.run(story())
    assert isinstance(outcome, Failure)
    assert outcome.kind == "overlong"
    assert int(outcome.note.split()[0]) > least
    assert "takes 8192" in outcome.note
    assert [slot["n_ctx"] for slot in slots] == [8192]
    assert "id_task" not in slots[0]  # it was never given anything to do
    assert "id_task" in used[0]


def test_a_request_of_exactly_the_size_of_a_slot_is_answered_and_one_token_more_is_not_sent(local, monkeypatch):
    monkeypatch.setattr(embedded, "context", lambda *_: 512)

    async def story():
        async with running(local) as (server, session):
            _, counted = await call(
                server, session, "/chat/completions/input_tokens", {"messages": [{"role": "user", "content": "word"}]}
            )
            words = 1 + 512 - 4 - counted["input_tokens"]
            fits, over = (request(" ".join(["word"] * count)) for count in (words, words + 1))
            refusals = [await server.too_long(session, one) for one in (fits, over)]
            return refusals, await ask(server, session, fits)

    (first, second), (status, answer) = asyncio.run(story())
    assert first is None
    assert status == 200
    assert answer["usage"]["prompt_tokens"] == 508
    assert second.note.startswith("509 tokens")
    assert "512" in second.note


def test_each_slot_has_the_whole_context(local):
    two = replace(local, provider=msgspec.structs.replace(local.provider, connections=2))

    async def story():
        async with running(two) as (server, session):
            return await call(server, session, "/../slots")

    _, slots = asyncio.run(story())
    assert [slot["n_ctx"] for slot in slots] == [8192, 8192]


@pytest.mark.parametrize(
    ("free", "slots", "tokens"),
    [
        (64 << 30, 1, 8192),  # no more than the model was trained for
        (64 << 30, 4, 8192),
        (400 << 20, 1, 6912),
        (400 << 20, 2, 3328),
        (1 << 20, 1, 2048),  # too little for anything: the server is to say so
        (None, 1, 8192),
    ],
)
def test_a_slot_is_as_large_as_the_model_was_trained_for_and_half_of_the_memory_holds(
    local, monkeypatch, free, slots, tokens
):
    monkeypatch.setattr(embedded, "memory", lambda: free)
    assert embedded.context(local.weights, slots) == tokens


def gguf(path, **values):
    """A GGUF file that is all header, a list of words in its middle."""

    def text(written):
        return struct.pack("<Q", len(written)) + written.encode()

    fields = [text("general.architecture") + struct.pack("<I", 8) + text("made")]
    fields += [text("general.tags") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")]
    fields += [text(f"made.{key.replace('__', '.')}") + struct.pack("<II", 4, value) for key, value in values.items()]
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, len(fields)) + b"".join(fields))
    return path


def test_a_file_tells_what_its_model_was_trained_for_and_what_a_token_costs(local, tmp_path):
    assert weights.shape(local.weights) == weights.Shape(trained=8192, token=30 * 3 * (64 + 64) * 2)
    heads = {"attention__head_count": 8, "attention__head_count_kv": 2}
    made = gguf(tmp_path / "made.gguf", context_length=131072, block_count=4, embedding_length=512, **heads)
    assert weights.shape(made) == weights.Shape(trained=131072, token=4 * 2 * (64 + 64) * 2)
    assert embedded.context(made, 1) == embedded.MOST == 32768


def test_where_a_file_does_not_tell_what_a_token_costs_a_slot_is_of_the_usual_size(tmp_path):
    assert embedded.context(gguf(tmp_path / "made.gguf", context_length=131072), 1) == embedded.USUAL
    assert embedded.context(gguf(tmp_path / "small.gguf", context_length=2048), 1) == 2048


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF",
        b"GGUF but not really, and long enough",
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 1 << 63),
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 99),
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<IIQ", 9, 4, 1 << 63),
    ],
)
def test_a_header_that_is_none_is_left_for_the_server_to_complain_of(tmp_path, content):
    (tmp_path / "broken.gguf").write_bytes(content)
    assert weights.shape(tmp_path / "broken.gguf") is None


# a server that dies


def test_a_server_that_was_killed_is_started_again(local):
    async def story():
        async with running(local) as (server, session):
            await server.address()
            first = server._process.pid
            await kill(server)
            status, answer = await ask(server, session, request("Write one word."))
            return first, server._process.pid, status, answer

    first, second, status, answer = asyncio.run(story())
    assert status == 200
    assert answer["usage"]["completion_tokens"] > 0
    assert first != second


def test_a_server_that_keeps_dying_is_given_up_with_how_it_ended(local):
    async def story():
        async with running(local) as (server, _):
            for _ in range(1 + RESTARTS):
                await server.address()
                await kill(server)
            with pytest.raises(EndpointRefused) as told:
                await server.address()
            return str(told.value)

    told = asyncio.run(story())
    assert told.startswith("local/smollm2")
    assert f"died {1 + RESTARTS} times" in told
    assert "signal 9" in told


def test_whoever_stops_waiting_while_it_loads_leaves_a_server_that_can_be_asked(local):
    async def story():
        async with running(local) as (server, session):
            first = asyncio.create_task(server.address())
            while server._process is None:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            first.cancel()
            await asyncio.wait((first,))
            return first.cancelled(), await ask(server, session, request("Write one word."))

    cancelled, (status, _) = asyncio.run(story())
    assert cancelled
    assert status == 200


# the machine


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads cannot be counted here")
def test_the_server_computes_with_as_many_threads_as_it_is_told(local, monkeypatch):
    async def story():
        async with running(local) as (server, session):
            await ask(server, session, request("Write one word. " * 20))
            return len(os.listdir(f"/proc/{server._process.pid}/task"))

    counts = []
    for threads in (1, 4):
        monkeypatch.setattr(embedded, "threads", lambda threads=threads: threads)
        counts.append(asyncio.run(story()))
    assert counts[1] - counts[0] == 3


@pytest.mark.skipif(sys.platform != "linux", reason="threads are bound to cores on Linux only")
def test_there_are_as_many_threads_as_this_process_may_use_cores():
    mine = os.sched_getaffinity(0)
    assert embedded.threads() <= len(mine)
    os.sched_setaffinity(0, {min(mine)})
    try:
        assert embedded.threads() == 1
    finally:
        os.sched_setaffinity(0, mine)


@pytest.mark.parametrize(
    ("granted", "threads"),
    [("max 100000", 64), ("300000 100000", 3), ("250000 100000", 2), ("50000 100000", 1)],
)
def test_a_control_group_that_is_granted_less_than_the_cores_counts(tmp_path, monkeypatch, granted, threads):
    (tmp_path / "cpu.max").write_text(granted + "\n")
    monkeypatch.setattr(embedded, "GROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert embedded.threads() == threads


def test_a_control_group_that_is_granted_less_than_the_free_memory_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "GROUPS", tmp_path)
    free = embedded.memory()
    (tmp_path / "memory.max").write_text("1000000\n")
    assert embedded.memory() == 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert embedded.memory() > 1_000_000 < free
