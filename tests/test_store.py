"""The store: nothing that was paid for is lost, whatever happens to the process."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench import benchmark
from writingbench.records import Failure, Message, Reply, Request, Sampling, Usage, UserError
from writingbench.store import FORMAT, Store

REPLY = Reply(text="你好", reasoning="hm", finish="stop", model="m-1", usage=Usage(input_tokens=3), seconds=1.5)
FAILURE = Failure(kind="unreachable", note="nobody at the port")

WRITER = """
import sys
from itertools import count, islice
from pathlib import Path
from writingbench.records import Reply
from writingbench.store import Store
path, who, most = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
with Store(Path(path)) as store:
    for number in islice(count(), int(most) or None):
        store.keep(f"{who}-{number}", "m", Reply(text=f"{who} says {number} " + "x" * 2000, finish="stop"))
        print(f"{who}-{number}", flush=True)
"""


def started(path, *writers):
    """Processes that write (name, how many replies; 0: until killed), let go all at once."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), who, str(most)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who, most in writers
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    return children


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "store.db"


@pytest.fixture(scope="module")
def queries():
    return benchmark.named("starter", lambda: pytest.fail("not the official one")).queries


def test_a_reply_survives_reopening_as_it_was(path):
    with Store(path) as store:
        assert store.recall("a") is None
        assert store.keep("a", "m", REPLY) == REPLY
    with Store(path) as store:
        assert store.recall("a") == REPLY


def test_the_first_reply_stays_and_is_what_the_second_asker_gets(path):
    with Store(path) as one, Store(path) as other:
        one.keep("a", "m", REPLY)
        assert other.keep("a", "m", Reply(text="later", finish="stop")) == REPLY
        assert one.recall("a") == REPLY


def test_a_failure_gives_way_to_a_newer_failure_and_then_to_a_reply(path):
    with Store(path) as store:
        store.keep("a", "m", FAILURE)
        newer = Failure(kind="refused", note="quota")
        assert store.keep("a", "m", newer) == newer == store.recall("a")
        store.keep("a", "m", REPLY)
        assert store.recall("a") == REPLY


def test_a_failure_does_not_hide_a_reply_that_another_process_got(path):
    with Store(path) as one, Store(path) as other:
        one.keep("a", "m", REPLY)
        assert other.keep("a", "m", FAILURE) == REPLY
        assert other.recall("a") == REPLY


def test_a_file_that_is_no_database_gives_a_clear_error_and_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n" * 200, "utf-8")
    with pytest.raises(UserError, match=r"notes\.txt: cannot be used as a store"):
        Store(path)
    assert path.read_text("utf-8") == "my notes\n" * 200


def test_a_folder_and_a_path_below_a_file_give_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    for path in (tmp_path, tmp_path / "file" / "store.db"):
        with pytest.raises(UserError, match="cannot be used as a store"):
            Store(path)


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE songs (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(UserError, match="another program's database"):
        Store(path)
    assert path.read_bytes() == before


def test_another_format_version_is_refused_with_both_numbers(path):
    Store(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version={FORMAT + 1}")
    with pytest.raises(UserError, match=f"store format {FORMAT + 1}, this one reads {FORMAT}"):
        Store(path)


def test_two_processes_writing_to_one_store_lose_nothing(path):
    # the file does not exist yet: both make it at the same time
    children = started(path, ("a", 500), ("b", 500))
    for child in children:
        child.communicate(timeout=120)
        assert child.returncode == 0
    with Store(path) as store:
        for who in ("a", "b"):
            for number in range(500):
                assert store.recall(f"{who}-{number}").text.startswith(f"{who} says {number} ")


def test_many_processes_can_make_one_store_at_the_same_time(path):
    children = started(path, *((f"w{number}", 1) for number in range(8)))
    for child in children:
        child.communicate(timeout=120)
    assert [child.returncode for child in children] == [0] * 8
    with Store(path) as store:
        assert all(store.recall(f"w{number}-0") for number in range(8))


def test_a_killed_process_has_kept_everything_that_it_acknowledged(path):
    (child,) = started(path, ("a", 0))
    acknowledged = [child.stdout.readline().strip() for _ in range(300)]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate(timeout=60)
    acknowledged += [one for one in rest.splitlines(keepends=True) if one.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    with Store(path) as store:
        for number, asked in enumerate(acknowledged):
            assert store.recall(asked.strip()).text.startswith(f"a says {number} ")


def test_a_run_begun_twice_is_asked_for_the_queries_of_both(path, queries):
    with Store(path) as store:
        store.begin("run", b"first", queries[4:6])
        store.begin("other", b"other", queries[:1])
        store.begin("run", b"second", queries[2:5])
    with Store(path) as store:
        assert store.queries("run") == list(queries[2:6])
        assert store.queries("other") == [queries[0]]
        assert store.queries("never") == []
        assert store.runs() == [b"second", b"other"]


def test_a_run_that_cannot_be_noted_is_not_half_noted(path, queries):
    def interrupted():
        yield queries[0]
        raise KeyboardInterrupt

    with Store(path) as store:
        with pytest.raises(KeyboardInterrupt):
            store.begin("run", b"body", interrupted())
        assert store.runs() == []
        store.begin("run", b"body", queries[:1])
        assert store.queries("run") == [queries[0]]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["stop", "length", "refused"]))
def test_any_text_comes_back_unchanged(tmp_path_factory, text, finish):
    with Store(tmp_path_factory.getbasetemp() / "any.db") as store:
        reply = Reply(text=text, reasoning=text, finish=finish)
        asked = Request(model=finish, messages=(Message(role="user", content=text),), sampling=Sampling()).fingerprint
        assert store.keep(asked, "m", reply) == reply == store.recall(asked)


def test_requests_that_differ_in_anything_are_kept_apart():
    def request(**changes):
        base = {"model": "m", "messages": (Message(role="user", content="x"),), "sampling": Sampling(top_k=1)}
        return Request(**base | changes).fingerprint

    different = [
        request(),
        request(model="n"),
        request(messages=(Message(role="system", content="x"),)),
        request(messages=(Message(role="user", content="x"),) * 2),
        request(sampling=Sampling(max_tokens=1)),
        request(schema={"type": "object"}),
        request(draw=1),
    ]
    assert len(set(different)) == len(different)
    assert request() == request(sampling=Sampling(top_k=1, temperature=None))
