"""A judge over time: whether its marks have moved, asked of real servers whose judge changes its mind."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from server import Server, said
from writingbench.audits.drift import drift

QUERIES = [(f"q{q}", f"c{c}") for q in range(8) for c in range(5)]


def session(shift, seed, repeats=3):
    chance = np.random.default_rng(seed)
    return {place: [int(one) for one in np.round(6 + shift + chance.normal(0, 0.5, repeats))] for place in QUERIES}


def test_a_judge_that_gives_a_mark_more_has_moved():
    found = drift("b", session(1, 1), "a", session(0, 2))
    assert found.outcome == "moved"
    assert found.low < 1 < found.high
    assert found.noise == pytest.approx(0.58, abs=0.1)  # half a mark, rounded to whole ones


def test_a_judge_that_only_wavers_is_still():
    found = drift("b", session(0, 1, 9), "a", session(0, 2, 9))
    assert (found.outcome, found.criteria, found.queries) == ("still", 40, 8)
    assert found.changed > 0.5


def test_few_queries_say_nothing_and_what_one_session_lacks_is_left_out():
    now, then = session(1, 1), session(0, 2)
    now[QUERIES[0]] = []
    few = {place: marks for place, marks in then.items() if place[0] in {"q0", "q1", "q2"}}
    found = drift("b", now, "a", few)
    assert (found.criteria, found.queries, found.outcome) == (14, 3, "undecided")
    empty = drift("b", {}, "a", then)
    assert (empty.difference, empty.low, empty.changed, empty.outcome) == (None, None, None, "undecided")


def call(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", "audit", "anchor", "--judge", "openai/j", *arguments],
        capture_output=True, text=True, check=False, timeout=120, cwd=cwd,
        env={**os.environ, "OPENAI_API_KEY": "sk-made-up"},
    )  # fmt: skip


def test_a_session_compares_with_those_before_it_and_asks_nothing_twice(tmp_path):
    level, seen = [6], []

    def answer(call):
        seen.append(call)
        return said(json.dumps({"reason": "It keeps to the request.", "score": level[0]}))

    with Server(answer) as server:
        where = ("--base-url", server.url)
        first = call("--session", "March", *where, cwd=tmp_path)
        assert "first session" in first.stdout, first.stderr
        asked = len(seen)
        assert asked == 12 * 5 * 2
        again = json.loads(call("--session", "March", "--json", *where, cwd=tmp_path).stdout)
        assert (len(seen), again["calls"], again["marked"]) == (asked, 0, asked)
        level[0] = 8
        second = json.loads(call("--session", "April", "--json", *where, cwd=tmp_path).stdout)
        assert len(seen) == 2 * asked
        (one,) = second["drifts"]
        assert (one["since"], one["difference"], one["outcome"], one["noise"]) == ("March", 2, "moved", 0)
        level[0] = 6
        third = json.loads(call("--session", "May", "--json", *where, cwd=tmp_path).stdout)
        assert {one["since"]: one["outcome"] for one in third["drifts"]} == {"March": "still", "April": "moved"}
        shown = call("--session", "May", *where, cwd=tmp_path).stdout
        assert "April" in shown and "moved" in shown and "-2.00" in shown


def test_marks_that_cannot_be_had_are_missing_and_no_number(tmp_path):
    with Server(said("no verdict here")) as server:
        ended = call(
            "--session", "March", "--limit", "1", "--repeats", "1", "--json", "--base-url", server.url, cwd=tmp_path
        )
    found = json.loads(ended.stdout)
    assert (ended.returncode, found["marked"], found["asked"]) == (1, 0, 5)
    assert "marks are missing" in ended.stderr


def test_a_file_of_sessions_that_is_something_else_is_refused_in_one_line(tmp_path):
    (tmp_path / "writingbench-out").mkdir()
    (tmp_path / "writingbench-out/audit-anchor.json").write_text('{"a": 1}')
    with Server(said("{}")) as server:
        ended = call("--session", "March", "--base-url", server.url, cwd=tmp_path)
    assert ended.returncode == 2
    assert "not a list of sessions" in ended.stderr
