"""Asking spread over a Ray cluster of two nodes on this machine: the same numbers, also when a node is lost."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from server import Server, said
from test_cli import KEY
from writingbench.benchmark import named
from writingbench.benchmark.save import save
from writingbench.records import Failure, Reply, UserError
from writingbench.scale import parts
from writingbench.scale.parts import Row
from writingbench.scale.spread import bring_home
from writingbench.store import Store

ray = pytest.importorskip("ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")


def call(*arguments, cwd, **environment):
    """As in test_cli, with time for a cluster on a machine that is busy."""
    return subprocess.run(
        [sys.executable, "-m", "writingbench", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=900, cwd=cwd,
        env={**os.environ, "OPENAI_API_KEY": KEY, **environment},
    )  # fmt: skip


MODELS = ("--writer", "openai/w", "--judge", "openai/j")


def answered(seen):
    """The same for the same call, whoever asks, after a moment."""
    time.sleep(0.05)
    number = int(sha256(seen.text.encode()).hexdigest(), 16)
    if seen.body["model"] == "w":
        return said(f"Dear reader,\n\nnumber {number} it is.")
    return said(json.dumps({"reason": "It has a number, and little else.", "score": 1 + number % 10}))


@pytest.fixture
def many(tmp_path):
    """96 queries: the starter set, again and again, with other numbers."""
    from dataclasses import replace

    queries = named("starter", Path).queries
    made = [
        replace(query, index=100 * time_ + query.index, text=f"{query.text}\n\n({time_})")
        for time_ in range(8)
        for query in queries
    ]
    save(made, tmp_path / "many.jsonl")
    return tmp_path / "many.jsonl"


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of one CPU each, until a test kills one. Each has its keys in its own environment."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        made.add_node(num_cpus=1)
        environment.setenv("RAY_ADDRESS", made.address)
        yield made
        made.shutdown()


def scores(folder):
    done = call("report", "--out", folder, "--json", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_with_ray_the_numbers_are_those_without_though_a_node_is_killed_in_the_middle(tmp_path, many, cluster):
    with Server(answered) as server:
        plain = ("run", *MODELS, "--base-url", server.url, "--benchmark", many)
        assert call(*plain, "--out", tmp_path / "here", cwd=tmp_path).returncode == 0
        once = Counter(seen.text for seen in server.seen)
        server.seen.clear()

        over, killed = threading.Event(), threading.Event()

        def kill():
            while len(server.seen) < 150:
                if over.wait(0.05):
                    return
            cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
            killed.set()

        killer = threading.Thread(target=kill)
        killer.start()
        spread = call(*plain, "--engine", "ray", "--out", tmp_path / "ray", cwd=tmp_path)
        over.set()
        killer.join()
        assert spread.returncode == 0, spread.stderr
        assert killed.is_set()
        asked = Counter(seen.text for seen in server.seen)
        assert set(asked) == set(once)
        # what the lost machine had not handed in is asked again: its one task, and nothing else
        assert sum(asked.values()) - len(asked) <= 8 * 6
        server.seen.clear()
        again = call(*plain, "--engine", "ray", "--out", tmp_path / "ray", cwd=tmp_path)
        assert again.returncode == 0 and "Nothing to ask" in again.stdout
        assert not server.seen
    here, there = scores(tmp_path / "here"), scores(tmp_path / "ray")
    assert here == there
    with Store(tmp_path / "here/store.db") as one, Store(tmp_path / "ray/store.db") as other:
        bodies = [{row[1]: json.loads(row[3])["text"] for row in store.rows("reply")} for store in (one, other)]
    assert bodies[0] == bodies[1] and len(bodies[0]) == 96 * 6


def test_what_part_files_hold_is_taken_before_anything_is_asked(tmp_path, many, cluster):
    with Server(answered) as server:
        plain = ("respond", "--writer", "openai/w", "--base-url", server.url, "--benchmark", many, "--limit", "9")
        assert call(*plain, "--engine", "ray", "--out", tmp_path / "ray", cwd=tmp_path).returncode == 0
        server.seen.clear()
        for name in ("store.db", "store.db-wal", "store.db-shm"):  # as if the command had been killed before
            (tmp_path / "ray" / name).unlink(missing_ok=True)
        assert call(*plain, "--engine", "ray", "--out", tmp_path / "ray", cwd=tmp_path).returncode == 0
        assert not server.seen


def test_what_no_machine_can_ask_is_said_once_and_in_one_line(tmp_path, cluster):
    done = call("run", *MODELS, "--base-url", "http://127.0.0.1:9/v1", "--engine", "ray", "--out", "o", cwd=tmp_path)
    assert done.returncode == 2
    assert "127.0.0.1:9" in done.stderr and "Traceback" not in done.stderr


def test_a_machine_without_a_key_says_so(tmp_path, cluster):
    models = ("--writer", "deepseek/w", "--judge", "deepseek/w", "--base-url", "http://127.0.0.1:9/v1")
    done = call("run", *models, "--engine", "ray", "--out", "o", cwd=tmp_path, DEEPSEEK_API_KEY="here-only")
    assert done.returncode == 2
    assert "DEEPSEEK_API_KEY" in done.stderr and "on the cluster" in done.stderr


def test_ceilings_that_hold_for_one_machine_are_refused(tmp_path):
    done = call("run", *MODELS, "--engine", "ray", "--max-cost", "1", cwd=tmp_path)
    assert done.returncode == 2 and "--max-cost" in done.stderr


@pytest.mark.parametrize(
    ("more", "address", "said"),
    [
        (("--engine", "ray"), "127.0.0.1:1", "no cluster answers at 127.0.0.1:1"),
        (("--engine", "ray", "--workers", "0"), "", "--workers is 0"),
        (("--workers", "2"), "", "--workers goes with --engine ray"),
    ],
)
def test_a_bad_call_is_refused_in_one_line_at_once(tmp_path, more, address, said):
    done = call("run", *MODELS, "--base-url", "http://127.0.0.1:9/v1", *more, cwd=tmp_path, RAY_ADDRESS=address)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("writingbench: ")]
    assert said in line and "Traceback" not in done.stderr


# checks over candidates


def test_what_is_curated_on_the_cluster_is_what_one_machine_curates_and_no_piece_is_looked_through_twice(
    tmp_path, cluster
):
    long = "One more line about the boats and the harbour, number {}, and the boats again. "
    rows = [
        {"query": f"Write a note about boat {n % 40}.", "mark": n % 10, "domain2": "Prose",
         "response": f"Note {n} of {n * 7919}: " + (long.format(1) * 30 if n % 7 == 0 else
                     " ".join(sha256(f"{n} {k}".encode()).hexdigest()[:6] for k in range(40)) + ".")}
        for n in range(200)
    ]  # fmt: skip
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = ("train", "curate", "--candidates", tmp_path / "many.jsonl", "--benchmark", "none", "--json")
    here = call(*told, "--out", "here", cwd=tmp_path)
    there = call(*told, "--out", "there", "--engine", "ray", cwd=tmp_path)
    assert here.returncode == there.returncode == 0, there.stderr
    assert json.loads(here.stdout) == json.loads(there.stdout)
    assert json.loads(here.stdout)["left_out"]["check: repetition"] > 0
    parts = {path: path.stat().st_mtime_ns for path in (tmp_path / "there/parts").iterdir()}
    assert len(parts) > 2
    gone = next(iter(parts))
    gone.unlink()  # as if the command had been killed before this one
    again = call(*told, "--out", "there", "--engine", "ray", cwd=tmp_path)
    assert json.loads(again.stdout) == json.loads(here.stdout)
    new = {path: path.stat().st_mtime_ns for path in (tmp_path / "there/parts").iterdir()}
    assert {path for path in new if new[path] != parts[path]} == {gone}


def test_workers_without_a_cluster_to_work_on_are_refused(tmp_path):
    (tmp_path / "one.jsonl").write_text('{"query": "a", "response": "b", "mark": 1}\n')
    done = call("train", "curate", "--candidates", "one.jsonl", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 2 and "--workers goes with --engine ray" in done.stderr


# part files


def test_what_a_killed_worker_had_begun_to_write_is_left_alone_and_no_part_is_read_twice(tmp_path):
    parts.write([Row("reply", "a", "m", b'{"text":"x","finish":"stop"}')], tmp_path / "p.parquet")
    (tmp_path / ".p2.parquet").write_bytes(b"PAR1 and no more")
    with Store(tmp_path / "a.db") as store:
        taken = bring_home(tmp_path, store)
        assert taken == {tmp_path / "p.parquet"}
        assert store.recall("a").text == "x"
        assert bring_home(tmp_path, store, taken) == set()


def test_a_part_file_reads_back_as_it_was_written(tmp_path):
    rows = [Row("reply", "a", "m", b'{"text":"x","finish":"stop"}'), Row("refusal", "m http://h", "", b"top_p")]
    parts.write(rows, tmp_path / "p.parquet")
    assert list(parts.read(tmp_path / "p.parquet")) == rows
    parts.write([], tmp_path / "empty.parquet")
    assert list(parts.read(tmp_path / "empty.parquet")) == []


def test_a_store_takes_what_another_holds_and_keeps_what_it_has(tmp_path):
    with Store(tmp_path / "a.db") as one, Store(tmp_path / "b.db") as other:
        one.keep("1", "m", Reply(text="first", finish="stop"))
        one.keep("2", "m", Failure(kind="refused", note="no"))
        one.learn("m http://h", "top_p")
        other.keep("1", "m", Reply(text="mine", finish="stop"))
        other.take(one.rows())
        assert other.recall("1").text == "mine"
        assert other.recall("2").kind == "refused"
        assert other.refusals("m http://h") == ["top_p"]
        one.keep("2", "m", Reply(text="now", finish="stop"))
        other.take(one.rows())
        assert other.recall("2").text == "now"
        assert [row[0] for row in one.rows()] == ["reply", "reply", "refusal"]


def test_a_machine_without_ray_says_what_to_install(tmp_path, monkeypatch):
    import asyncio

    from writingbench.models.terms import ANY
    from writingbench.scale.spread import spread

    monkeypatch.setitem(sys.modules, "ray", None)
    with Store(tmp_path / "a.db") as store, pytest.raises(UserError, match=r"pip install 'writingbench\[scale\]'"):
        asyncio.run(spread(None, [], store, writer=None, judge=None, terms=ANY, folder=tmp_path))
