"""What a run makes of servers that fail, of signals at any moment, of a full disk: nothing is lost or asked twice."""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from faulty import FAULTS, HUGE, Call, Faulty, Wire, completion, error, http
from writingbench import benchmark
from writingbench.models import Terms, resolve
from writingbench.models.lines import GRACE, connect
from writingbench.records import Failure, Message, Reply, Request, Sampling
from writingbench.store import Store

KEY = "sk-0f4c/9b+72ea1d-quite-made-up-5530"
PLENTY = 60.0  # seconds that nothing here takes unless it hangs
QUERIES = 200
CALLS = QUERIES * 6


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A benchmark of 200 short queries, half of them Chinese."""
    starter = Path(benchmark.__file__).parent / "data/starter.jsonl"
    rows = [json.loads(line) for line in starter.read_text("utf-8").splitlines()]
    path = tmp_path_factory.mktemp("benchmark") / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(QUERIES):
            words = (f"Write note {number} to the neighbours.", f"给邻居写第{number}张便条。")
            for name in ("lang", "language"):
                rows[number % len(rows)].pop(name, None)
            row = {**rows[number % len(rows)], "index": number + 1, "query": words[number % 2]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def command(server, out, *arguments):
    models = ("--writer", "vllm/m", "--judge", "vllm/m", "--base-url", server.url)
    return [sys.executable, "-m", "writingbench", "run", *models, "--out", str(out), *map(str, arguments)]


ENVIRONMENT = {**os.environ, "VLLM_API_KEY": KEY}


def call(server, out, *arguments):
    """A run from its beginning to its end."""
    return subprocess.run(
        command(server, out, *arguments), capture_output=True, text=True, check=False, timeout=180, env=ENVIRONMENT
    )


def begin(server, out, *arguments):
    """A run that is under way; what it says goes into a file beside `out`."""
    with out.with_suffix(".said").open("w", encoding="utf-8") as file:
        return subprocess.Popen(
            command(server, out, *arguments), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=file
        )


def so_far(out):
    """What a run that was begun has said."""
    return out.with_suffix(".said").read_text("utf-8")


def until(holds, running=None):
    """Wait until something holds, or the program has ended."""
    end = time.monotonic() + PLENTY
    while not holds() and (running is None or running.poll() is None):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.002)


def rows(out, table, column):
    """What a store holds, read from a copy: to open it would tidy up what a killed program left behind."""
    with TemporaryDirectory() as folder:
        copies = [shutil.copy(path, folder) for path in out.glob("store.db*")]
        if not copies:
            return {}
        with closing(sqlite3.connect(Path(folder) / "store.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name=?", (table,)).fetchone():
                return {}
            return dict(db.execute(f"SELECT fingerprint, {column} FROM {table}"))  # noqa: S608 - both are ours


def replies(out):
    """The replies of a store, as they were written down, by fingerprint."""
    return rows(out, "replies", "reply")


def numbers(kept):
    """Which of the server's calls the replies come from."""
    return Counter(int(re.search(r"number (\d+)", msgspec.json.decode(body, type=Reply).text)[1]) for body in kept)


def clean(said):
    """What a program said on standard error, which is lines of its own: no traceback, nothing about tasks."""
    assert said
    for line in said.splitlines():
        assert line.startswith("writingbench: "), said
    return said


# faults


def test_two_hundred_queries_finish_though_three_calls_in_ten_go_wrong(many, tmp_path):
    out = tmp_path / "out"
    # a stall costs three seconds: fewer of them
    kinds = [kind for kind in FAULTS if "stalled" not in kind] * 4 + ["stalled", "stalled inside"]
    with Faulty(0.3, kinds, seed=1, latency=0.01) as server:
        ended = call(server, out, "--benchmark", many, "--max-connections", 100, "--timeout", 3)
    assert ended.returncode in (0, 1), ended.stderr
    assert not ended.stderr or clean(ended.stderr)
    assert server.faults.keys() == FAULTS.keys()
    table = json.loads((out / "scores.json").read_text("utf-8"))
    coverage = table["models"][0]["coverage"]
    assert coverage["asked"] == QUERIES * 5
    assert coverage["judged"] + sum(coverage["failures"].values()) == coverage["asked"]
    assert coverage["unasked"] == 0
    assert ended.returncode == int(coverage["judged"] < coverage["asked"])
    # a writer's refusal takes the five marks of its answer with it; little is lost beside
    assert coverage["judged"] > 0.9 * coverage["asked"]
    kept = numbers(replies(out).values())
    assert kept == Counter(call.number for call in server.calls if call.whole)
    failures = [msgspec.json.decode(body, type=Failure) for body in rows(out, "failures", "failure").values()]
    assert {failure.kind for failure in failures} <= {"unreachable"}
    again = Counter(call.asked for call in server.calls if call.fault == "length")
    assert all(times <= 1 + again[asked] for asked, times in server.whole.items())
    assert table["models"][0]["usage"]["calls"] == sum(kept.values())


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_ends_as_a_reply_or_as_a_typed_failure(kind, tmp_path):
    request = Request(model="vllm/m", messages=(Message(role="user", content="Write."),), sampling=Sampling())

    async def story():
        endpoint = resolve("vllm/m", server.url)
        async with connect([endpoint], store, Terms(first_pause=0.01, timeout=0.2)) as lines:
            return await lines[endpoint].ask(request)

    with Faulty(1, [kind]) as server, Store(tmp_path / "store.db") as store:
        outcome = asyncio.run(story())
        assert store.recall(request.fingerprint) == outcome
    if server.calls[0].whole:
        assert isinstance(outcome, Reply)
        assert len(server.calls) == 1
    else:
        assert isinstance(outcome, Failure)
        assert outcome.kind == "unreachable"
        assert "\n" not in outcome.note
        assert len(server.calls) == 6


# killed


def test_killed_at_twenty_moments_it_loses_no_reply_and_repeats_only_what_was_in_flight(many, tmp_path):
    out, moments, connections = tmp_path / "out", random.Random(20), 12
    arguments = ("--benchmark", many, "--max-connections", connections)
    kept, kills = {}, 0
    with Faulty(latency=0.01) as server:
        while kills < 20:
            before, done = len(server.calls), numbers(kept.values())
            running = begin(server, out, *arguments)
            more = before + moments.randrange(100)
            until(lambda more=more: len(server.calls) > more, running)
            time.sleep(moments.random() * 0.02)
            running.kill()
            assert running.wait() == -signal.SIGKILL
            kills += 1
            until(lambda: not server.open)  # what it had sent has come
            found = replies(out)
            # what was on disk stays as it was
            assert kept.items() <= found.items()
            asked = server.calls[before:]
            # and is not asked for again
            assert not {call.asked for call in asked} & {server.calls[number].asked for number in done}
            kept = found
            # all else that was sent was in flight
            assert len(server.calls) - before <= len(kept) - len(done) + connections
        ended = call(server, out, *arguments)
        assert (ended.returncode, ended.stderr) == (0, "")
    assert len(server.calls) <= CALLS + kills * connections
    assert max(server.whole.values()) <= 1 + kills
    found = replies(out)
    assert kept.items() <= found.items()
    assert len(found) == CALLS
    assert {server.calls[number].asked for number in numbers(found.values())} == server.whole.keys()


ACKNOWLEDGING = """
import asyncio, os, sys
from pathlib import Path
from writingbench.models import resolve
from writingbench.models.lines import connect
from writingbench.records import Message, Request, Sampling
from writingbench.store import Store

async def story():
    endpoint = resolve("vllm/m", sys.argv[2])
    with Store(Path(sys.argv[1])) as store:
        async with connect([endpoint], store) as lines:

            async def one(number):
                messages = (Message(role="user", content=f"Write {number}."),)
                request = Request(model="vllm/m", messages=messages, sampling=Sampling())
                await lines[endpoint].ask(request)
                os.write(1, f"{request.fingerprint}\\n".encode())

            await asyncio.gather(*(one(number) for number in range(3000)))

asyncio.run(story())
"""


@pytest.mark.parametrize("seed", range(5))
def test_what_the_program_acknowledged_is_on_disk_though_it_is_killed_in_the_same_moment(seed, tmp_path):
    out = tmp_path / "out"
    with Faulty() as server:
        arguments = [sys.executable, "-c", ACKNOWLEDGING, str(out / "store.db"), server.url]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as running:
            acknowledged = [running.stdout.readline() for _ in range(random.Random(seed).randrange(1, 400))]
            running.kill()
            acknowledged += running.stdout.readlines()  # what it wrote before it died
    assert running.returncode == -signal.SIGKILL
    assert {line.decode().strip() for line in acknowledged} <= replies(out).keys()


# interrupted


@pytest.fixture
def slow():
    with Faulty(latency=1.5) as server:
        yield server


def interrupted(server, out, many, times):
    """Interrupt a run so often. How many calls it had made, how many seconds it took to end, what it said."""
    running = begin(server, out, "--benchmark", many, "--max-connections", 20)
    until(lambda: server.now >= 10, running)
    sent, began = len(server.calls), time.monotonic()
    running.send_signal(signal.SIGINT)
    if times > 1:
        until(lambda: so_far(out), running)  # it has understood the first
        running.send_signal(signal.SIGINT)
    assert running.wait(PLENTY) == 130
    return sent, time.monotonic() - began, clean(so_far(out))


def test_interrupted_once_it_keeps_what_is_in_flight_and_ends_with_130(slow, many, tmp_path):
    out = tmp_path / "out"
    sent, seconds, said = interrupted(slow, out, many, 1)
    assert seconds < GRACE + 10
    assert "Ctrl-C again stops at once" in said
    assert "the same command goes on from there" in said
    # none but those that were on their way to the server when the signal came
    assert len(slow.calls) <= sent + 20
    assert numbers(replies(out).values()) == Counter(range(len(slow.calls)))


def test_a_server_that_stalls_is_waited_for_a_few_seconds_and_not_at_all_when_interrupted_twice(many, tmp_path):
    with Faulty(1, ["stalled"]) as server:
        _, patient, _ = interrupted(server, tmp_path / "once", many, 1)
        _, at_once, _ = interrupted(server, tmp_path / "twice", many, 2)
    assert patient < GRACE + 10
    assert at_once < patient / 2


# a full disk


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte, and a way to make it larger."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options):
        arguments = [shutil.which("mount"), "-t", "tmpfs", "-o", options, "tmpfs", place]
        return subprocess.run(arguments, capture_output=True, check=False)

    if mount("size=1m").returncode:
        pytest.skip("this system lets nobody mount a small disk")
    try:
        yield place, lambda: mount("remount,size=64m")
    finally:
        subprocess.run([shutil.which("umount"), place], check=True)


def test_a_full_disk_is_a_clear_stop_and_the_store_goes_on_when_there_is_room(many, small_disk):
    place, enlarge = small_disk
    out, arguments = place / "out", ("--benchmark", many, "--limit", 20, "--max-connections", 8)

    def long(call: Call) -> Wire:
        if "Criterion: " in call.text:
            return Wire(http(200, completion(call)), whole=True)
        return Wire(http(200, completion(call, f"Answer number {call.number}. " + "Dear all! " * 6000)), whole=True)

    with Faulty(answer=long, latency=0.01) as server:
        ended = call(server, out, *arguments)
        assert ended.returncode == 2
        assert len(clean(ended.stderr).splitlines()) == 1
        assert "full" in ended.stderr
        full = replies(out)
        assert 0 < len(full) < 120
        # nothing can be written: still one line, and what is there stays
        again = call(server, out, *arguments)
        assert again.returncode == 2
        assert len(clean(again.stderr).splitlines()) == 1
        assert "full" in again.stderr
        with Store(out / "store.db") as store:
            assert {fingerprint: store.recall(fingerprint) for fingerprint in full} == {
                fingerprint: msgspec.json.decode(body, type=Reply) for fingerprint, body in full.items()
            }
        assert enlarge().returncode == 0
        sent, held = len(server.calls), len(replies(out))
        assert call(server, out, *arguments).returncode == 0
        assert len(server.calls) == sent + 120 - held
    assert full.items() <= replies(out).items()


# money, and more text than anybody asked for


def test_at_the_ceiling_on_cost_it_stops_asking_and_keeps_what_was_paid_for(many, tmp_path):
    out, prices = tmp_path / "out", tmp_path / "prices.toml"
    prices.write_text('["vllm/m"]\ninput = 90.0\noutput = 100.0\n', "utf-8")  # one cent for each answer
    arguments = ("--benchmark", many, "--limit", 30, "--prices", prices, "--max-connections", 4)
    with Faulty(latency=0.01) as server:
        ended = call(server, out, *arguments, "--max-cost", 0.5)
        assert ended.returncode == 1
        stopped, missing = clean(ended.stderr).splitlines()
        assert "stopped at --max-cost" in stopped
        assert "marks are missing" in missing
        paid = len(server.calls)
        assert 25 <= paid <= 50 + 4
        assert numbers(replies(out).values()) == Counter(range(paid))
        rest = call(server, out, *arguments)
        assert (rest.returncode, rest.stderr) == (0, "")
        assert len(server.calls) == 180
    spent = json.loads((out / "scores.json").read_text("utf-8"))["models"][0]["usage"]["cost"]
    assert spent == pytest.approx(1.8)


def test_ten_megabytes_of_an_answer_are_an_answer(many, tmp_path):
    def answer(call: Call) -> Wire:
        judged = "Criterion: " in call.body["messages"][-1]["content"][-2000:]
        return Wire(http(200, completion(call, None if judged else f"{HUGE} number {call.number}")), whole=True)

    with Faulty(answer=answer) as server:
        ended = call(server, tmp_path / "out", "--benchmark", many, "--limit", 1, "--timeout", 30)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert len(server.calls) == 6
        assert all(HUGE in call.text for call in server.calls[1:])


# keys


def echoing(how):
    """A server that says the key it was called with."""

    def answer(call: Call) -> Wire:
        key = call.headers["authorization"].removeprefix("Bearer ")
        return HOW[how](call, key)

    return answer


HOW = {
    "in an answer": lambda call, key: Wire(http(200, completion(call, f"Number {call.number}: {key}")), whole=True),
    "in an answer, spelt otherwise": lambda call, key: Wire(
        http(200, completion(call, f"Number {call.number}: KEY").replace(b"KEY", key.replace("/", "\\/").encode()))
    ),
    "in an answer, spelt in numbers": lambda call, key: Wire(
        http(
            200,
            completion(call, f"Number {call.number}: KEY").replace(
                b"KEY", "".join(f"\\u{ord(letter):04x}" for letter in key).encode()
            ),
        )
    ),
    "in reasoning": lambda call, key: Wire(http(200, completion(call, reasoning_content=f"I was called with {key}."))),
    "in the model's name": lambda call, key: Wire(http(200, completion(call).replace(b"tiny-2026", key.encode()))),
    "in an error": lambda call, key: Wire(http(500, error(f"upstream failed for {key}"))),
    "where words are cut": lambda call, key: Wire(http(500, error("x" * (285 + call.number % 20) + key))),
    "in an error, spelt otherwise": lambda call, key: Wire(
        http(500, error("upstream failed for KEY").replace(b"KEY", key.replace("/", "\\/").encode()))
    ),
    "in a page": lambda call, key: Wire(http(502, f"<html><p title='{key}'>{key}</p></html>".encode())),
    "in what is no answer": lambda call, key: Wire(http(200, f'{{"choices": "{key}"}}'.encode())),
    "in an error inside an answer": lambda call, key: Wire(
        http(200, json.dumps({"choices": [], "error": {"message": f"no credit for {key}"}}).encode())
    ),
    "in headers": lambda call, key: Wire(
        http(503, error("busy"), f"Retry-After: {key}", f"X-Key: {key}", f"x-ratelimit-reset-requests: {key}")
    ),
    "in a broken header": lambda call, key: Wire(http(500, error("no"), f"X Key\x01: Bearer {key}")),
    "in a broken status": lambda call, key: Wire(f"HTTP/1.1 Bearer {key}\r\n\r\n".encode()),
    "instead of HTTP": lambda call, key: Wire(f"authorization: Bearer {key}\r\n\r\n".encode(), "reset"),
    "in a broken length": lambda call, key: Wire(f"HTTP/1.1 200 OK\r\nContent-Length: {key}\r\n\r\n".encode(), "reset"),
    "in a broken chunk": lambda call, key: Wire(
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{key}\r\n\r\n".encode(), "reset"
    ),
    "in an encoding": lambda call, key: Wire(http(200, completion(call), f"Content-Encoding: {key}")),
    "in a broken encoding": lambda call, key: Wire(http(200, key.encode(), "Content-Encoding: gzip")),
    "for every call": lambda call, key: Wire(http(401, error(f"Incorrect API key provided: {key}"))),
    "for every call, spelt otherwise": lambda call, key: Wire(
        http(401, error("Incorrect API key provided: KEY").replace(b"KEY", key.replace("/", "\\/").encode()))
    ),
    "for every call, by another way": lambda call, key: Wire(http(302, b"", f"Location: http://127.0.0.1:1/{key}")),
    "as too long": lambda call, key: Wire(http(413, error(f"the prompt of {key} is too long"))),
    "as a field": lambda call, key: Wire(http(400, error(f"top_k is not supported for {key}"))),
}


@pytest.mark.parametrize("how", HOW)
def test_a_key_that_the_server_echoes_is_in_no_file_and_on_no_screen(how, many, tmp_path):
    out = tmp_path / "out"
    with Faulty(answer=echoing(how)) as server:
        ended = subprocess.run(
            [sys.executable, "-c", QUICK, *command(server, out, "--benchmark", many, "--limit", 1)[3:]],
            capture_output=True, check=False, timeout=120, env=ENVIRONMENT,
        )  # fmt: skip
    assert ended.returncode in (0, 1, 2), ended.stderr
    assert b"Traceback" not in ended.stderr
    files = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert files
    for name, content in {**files, "stdout": ended.stdout, "stderr": ended.stderr}.items():
        for part in (KEY, KEY[:12], KEY[-12:]):
            for spelt in (part, part.replace("/", "\\/")):
                assert spelt.encode() not in content, (name, part)


# the command line, with pauses that a test need not wait for
QUICK = """
import dataclasses, sys
from writingbench.cli import main, options
from writingbench.models import lines

terms = options.Asking.terms
options.Asking.terms = lambda asking: dataclasses.replace(terms(asking), first_pause=0.01)
main()
"""


@pytest.mark.parametrize(
    "key", ["sk-made-up\n0123456789", "sk-made-up\x7f0123456789", "sk-made-up\r\nHost: 0123456789"]
)
def test_a_key_that_can_be_sent_in_no_header_is_one_clear_line_without_it(key, many, monkeypatch, tmp_path):
    monkeypatch.setitem(ENVIRONMENT, "VLLM_API_KEY", key)
    with Faulty() as server:
        ended = call(server, tmp_path / "out", "--benchmark", many, "--limit", 1)
        assert server.calls == []
    assert ended.returncode == 2
    (line,) = clean(ended.stderr).splitlines()
    assert "VLLM_API_KEY" in line
    assert "0123456789" not in line


def test_a_password_in_the_servers_address_is_in_no_file_and_on_no_screen(many, monkeypatch, tmp_path):
    def answer(call: Call) -> Wire:
        if "top_k" in call.body:  # what is learned is learned of an address
            return Wire(http(400, error("Unsupported parameter: 'top_k'")))
        return Wire(http(200, completion(call)), whole=True)

    monkeypatch.delitem(ENVIRONMENT, "VLLM_API_KEY")
    out = tmp_path / "out"
    with Faulty(answer=answer) as server:
        port = server.url.rpartition(":")[2].partition("/")[0]
        server.url = f"http://me:made-up-password@127.0.0.1:{port}/v1"
        ended = call(server, out, "--benchmark", many, "--limit", 1)
        assert server.calls[0].headers["authorization"].startswith("Basic ")
    assert ended.returncode == 0, ended.stderr
    for path in (path for path in out.rglob("*") if path.is_file()):
        assert b"made-up-password" not in path.read_bytes(), path
    assert "made-up-password" not in ended.stdout + ended.stderr
