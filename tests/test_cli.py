"""The commands as a user calls them, against a small real server."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from server import Answer, Server, said

VERDICT = '{"reason": "It names the date.", "score": 7}'
KEY = "sk-very-secret-0123456789"


def reply(seen):
    """A writer's answer, or a verdict where one is asked for."""
    return said(VERDICT if "Criterion: " in seen.text else f"Dear reader, {len(seen.text)}.")


def call(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=cwd,
        env={**os.environ, "OPENAI_API_KEY": KEY, **environment},
    )


def models(server):
    return ("--writer", "openai/m", "--judge", "openai/m", "--base-url", server.url)


def one_line_of_help(ended):
    """The error of a bad call: status 2, one line, no traceback."""
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.strip().splitlines()
    assert line.startswith("writingbench: ")
    return line


def test_twenty_official_queries_take_120_calls_and_not_one_more(tmp_path, official):
    with Server(reply) as server:
        ended = call(
            "run", "--benchmark", official / "benchmark_all.jsonl", "--limit", 20, *models(server), cwd=tmp_path
        )
        assert ended.returncode == 0, ended.stderr
        assert len(server.seen) == 120
        writing = [seen.body for seen in server.seen if "Criterion: " not in seen.text]
    assert len(writing) == 20
    assert {(b["temperature"], b["top_p"], b["top_k"], b["max_tokens"]) for b in writing} == {(0.7, 0.8, 20, 16000)}
    assert "100 of 100 marks" in ended.stdout


def test_killed_half_way_and_run_again_only_what_was_in_flight_is_asked_twice(tmp_path, official):
    connections = 20
    with Server(lambda seen: Answer(reply(seen).body, delay=0.1)) as server:
        arguments = ["run", "--benchmark", official / "benchmark_all.jsonl", "--limit", 20, *models(server)]
        arguments += ["--max-connections", connections]
        running = subprocess.Popen(
            [sys.executable, "-m", "writingbench", *map(str, arguments)], cwd=tmp_path, env={**os.environ}
        )
        while len(server.seen) < 50:
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        running.wait()
        ended = call(*arguments, cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert 120 <= len(server.seen) <= 120 + connections
        before = len(server.seen)
        again = call(*arguments, cwd=tmp_path)
        assert len(server.seen) == before
    assert "Nothing to ask: every reply is in the store already." in again.stdout
    table = json.loads((tmp_path / "writingbench-out/scores.json").read_text())
    assert table["models"][0]["coverage"] == {
        "asked": 100, "judged": 100, "failures": {}, "unasked": 0, "bounds": [7.0, 7.0],
    }  # fmt: skip
    assert table["models"][0]["usage"]["calls"] == 120


def test_two_processes_on_one_store_end_with_the_same_whole_table(tmp_path):
    with Server(lambda seen: Answer(reply(seen).body, delay=0.02)) as server:
        arguments = [sys.executable, "-m", "writingbench", "run", *models(server), "--json"]
        both = [
            subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        ended = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    tables = [json.loads(out) for out, _ in ended]
    assert tables[0] == tables[1]
    assert tables[0]["models"][0]["coverage"]["judged"] == 60


def test_one_stage_at_a_time_makes_the_same_table_as_run(tmp_path):
    with Server(reply) as server:
        at_once = call("run", *models(server), "--out", "a", "--json", cwd=tmp_path)
        calls = len(server.seen)
        responded = call("respond", "--writer", "openai/m", "--base-url", server.url, "--out", "b", cwd=tmp_path)
        assert (responded.returncode, len(server.seen)) == (0, calls + 12)
        judged = call("judge", "--judge", "openai/m", "--base-url", server.url, "--out", "b", "--json", cwd=tmp_path)
        assert (judged.returncode, len(server.seen)) == (0, calls + 72)
        reported = call("report", "--out", "b", "--json", cwd=tmp_path)
        assert len(server.seen) == calls + 72
    assert json.loads(at_once.stdout) == json.loads(judged.stdout) == json.loads(reported.stdout)
    assert reported.returncode == 0


def test_queries_without_criteria_can_be_answered_but_not_judged(tmp_path):
    row = {
        "index": 1,
        "domain1": "Education",
        "domain2": "Lesson Plan",
        "lang": "en",
        "query": "Plan an hour on tides.",
    }
    (tmp_path / "bare.jsonl").write_text(json.dumps({**row, "checklist": []}) + "\n", "utf-8")
    with Server(reply) as server:
        told = ("--writer", "openai/m", "--base-url", server.url, "--benchmark", "bare.jsonl")
        answered = call("respond", *told, cwd=tmp_path)
        assert (answered.returncode, len(server.seen)) == (0, 1), answered.stderr
        judged = call("run", *told, "--judge", "openai/m", cwd=tmp_path)
        assert judged.returncode == 2 and "must hold 5 criteria" in judged.stderr
        by_others = call("run", *told, "--judge", "openai/m", "--criteria", "global", "--json", cwd=tmp_path)
        assert json.loads(by_others.stdout)["models"][0]["coverage"]["judged"] == 5
        assert len(server.seen) == 6  # what was answered is not asked again


def test_json_output_has_the_promised_shape_and_nothing_around_it(tmp_path):
    with Server(reply) as server:
        ended = call("run", *models(server), "--json", cwd=tmp_path)
    table = json.loads(ended.stdout)
    assert ended.stderr == ""
    assert set(table) == {"protocol", "benchmark", "criteria", "models", "pairs", "judge_noise", "thinking"}
    (model,) = table["models"]
    assert model["overall"] == {"mean": 7.0, "low": 7.0, "high": 7.0, "n": 12, "judged": 60, "asked": 60}
    assert set(model["domains"]) >= {"Education", "Literature & Arts"}
    assert len(model["domains"]) == 6
    assert len(model["subdomains"]) == 12
    assert model["languages"]["zh"]["n"] == 6
    assert model["requirements"]["length"]["R"]["mean"] == 7.0
    assert model["usage"] == {
        "calls": 72,
        "input_tokens": 72 * 11,
        "cached_tokens": 72 * 5,
        "cache_write_tokens": 0,
        "output_tokens": 72 * 7,
        "cost": None,
    }


def test_a_run_with_failed_items_is_done_but_incomplete(tmp_path):
    def fails(seen):
        return said("I will not say.") if "Criterion: " in seen.text else said("Dear reader.")

    with Server(fails) as server:
        ended = call("run", *models(server), "--index", 3, cwd=tmp_path)
        assert len(server.seen) == 1 + 2 * 5  # an unreadable verdict is asked for once more
    assert ended.returncode == 1
    assert "5 marks are missing: 5 x unreadable" in ended.stderr
    assert "0 of 5 marks (5 unreadable)" in ended.stdout


def test_a_wrong_key_stops_at_once_with_the_servers_words_and_without_the_key(tmp_path):
    said_no = Answer({"error": {"message": f"Incorrect API key provided: {KEY}"}}, status=401)
    with Server(said_no) as server:
        line = one_line_of_help(call("run", *models(server), cwd=tmp_path))
        assert len(server.seen) <= 64
    assert "Incorrect API key" in line
    assert KEY not in line


def test_the_key_is_in_no_file_that_a_run_makes(tmp_path):
    with Server(reply) as server:
        assert call("run", *models(server), "--limit", 1, cwd=tmp_path).returncode == 0
        assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"
    for path in (tmp_path / "writingbench-out").iterdir():
        assert KEY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--writer", "nobody/m"], "'nobody/m' is not a model: write provider/model"),
        (["run", "--writer", "plainname"], "'plainname' is not a model"),
        (["run", "--writer", "deepseek/m"], "set the environment variable DEEPSEEK_API_KEY"),
        (["run", "--writer", "openai/m", "--base-url", "localhost"], "is not a URL"),
        (["run", "--benchmark", "absent.jsonl"], "no benchmark 'absent.jsonl'"),
        (["run", "--protocol", "absent"], "no protocol 'absent'"),
        (["run", "--limit", "0"], "--limit 0: must be at least 1"),
        (["run", "--domain", "Cooking"], "--domain 'Cooking': the benchmark has none of that"),
        (["run", "--index", "99"], "--index 99: the benchmark holds no such query"),
        (["run", "--language", "fr"], "fr"),
        (["run", "--no-such-flag"], "--no-such-flag"),
        (["report", "--out", "nowhere"], "there is no store here"),
        (["judge", "--out", "nowhere"], "there is no store here"),
        (["data", "pull", "nothing"], "no asset is called 'nothing'"),
        (["run", "--writer", "gguf/absent.gguf"], "there is no file absent.gguf"),
        (["rum"], "rum"),
    ],
)
def test_a_bad_call_gets_one_clear_line(arguments, said, tmp_path):
    assert said in one_line_of_help(call(*arguments, cwd=tmp_path, DEEPSEEK_API_KEY=""))


def test_a_closed_port_gets_one_clear_line(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
        ended = call("run", "--writer", "openai/m", "--judge", "openai/m", "--base-url", url, cwd=tmp_path)
    assert "nothing answers at 127.0.0.1" in one_line_of_help(ended)


def test_a_store_that_is_none_gets_one_clear_line(tmp_path):
    (tmp_path / "writingbench-out").mkdir()
    (tmp_path / "writingbench-out/store.db").write_bytes(b"this is no database, it is a shopping list" * 100)
    assert "cannot be used as a store" in one_line_of_help(call("report", cwd=tmp_path))


def test_runs_by_different_rules_never_share_a_table(tmp_path):
    with Server(reply) as server:
        for protocol in ("standard", "demo"):
            assert call("run", *models(server), "--limit", 1, "--protocol", protocol, cwd=tmp_path).returncode == 0
        line = one_line_of_help(call("report", cwd=tmp_path))
        assert "different rules" in line
        chosen = call("report", "--protocol", "demo", "--json", cwd=tmp_path)
    assert json.loads(chosen.stdout)["protocol"]["name"] == "demo"


def test_lint_says_everything_that_is_wrong_and_stats_count(tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"index": 1}\nnot json\n', "utf-8")
    ended = call("data", "lint", "bad.jsonl", cwd=tmp_path)
    assert ended.returncode == 2
    assert re.search(r"bad\.jsonl:1: query: missing", ended.stdout)
    assert re.search(r"bad\.jsonl:2: not JSON", ended.stdout)
    fine = call("data", "lint", "starter", cwd=tmp_path)
    assert (fine.returncode, fine.stdout) == (0, "starter: 12 queries, version 1, fingerprint 6e7d26f9, no defect\n")
    rows = json.loads(call("data", "stats", "starter", "--json", cwd=tmp_path).stdout)
    assert [(row["name"], row["queries"]) for row in rows[:2]] == [("all", 12), ("Academic & Engineering", 2)]
    assert 100 < rows[0]["mean"] < 1000


def test_interrupted_once_it_ends_with_130_and_keeps_what_was_answered(tmp_path):
    with Server(lambda seen: Answer(reply(seen).body, delay=0.2)) as server:
        arguments = [sys.executable, "-m", "writingbench", "run", *models(server)]
        running = subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        while len(server.seen) < 14:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "the same command goes on from there" in complaint
    assert (tmp_path / "writingbench-out/store.db").stat().st_size > 0


def test_a_response_is_judged_as_soon_as_it_exists_while_others_are_still_being_written(tmp_path):
    def slowly(seen):
        judging = "Criterion: " in seen.text
        late = not judging and len([one for one in server.seen if "Criterion: " not in one.text]) > 1
        return Answer(reply(seen).body, delay=2.0 if late else 0.0)

    with Server(slowly) as server:
        ended = call("run", *models(server), "--limit", 4, cwd=tmp_path)
        judging = [number for number, seen in enumerate(server.seen) if "Criterion: " in seen.text]
        writing = [number for number in range(len(server.seen)) if number not in judging]
    assert ended.returncode == 0
    assert len(writing) == 4
    # all five marks of the first response are there before the next response is
    marked = max(server.steps.index(("out", number)) for number in judging[:5])
    assert marked < sorted(server.steps.index(("out", number)) for number in writing)[1]


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("input = 1\noutput = 2\ncached = 0.5\n", "$0.0016"),  # 72 calls: 6 fresh, 5 cached and 7 written tokens each
        (None, "cost not known"),
    ],
)
def test_summary_and_report_say_what_was_spent_and_how_much_the_servers_cache_served(tmp_path, price, shown):
    prices = ()
    if price:
        (tmp_path / "prices.toml").write_text(f'["openai/m"]\n{price}', "utf-8")
        prices = ("--prices", tmp_path / "prices.toml")
    with Server(reply) as server:
        ended = call("run", *models(server), *prices, cwd=tmp_path)
    line = f"72 replies, 792 input tokens (45% from the server's cache), 504 output tokens, {shown}"
    assert f"Spent: {line}" in ended.stdout
    page = (tmp_path / "writingbench-out/report.html").read_text("utf-8")
    cells = [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall("<td[^>]*>(.*?)</td>", page, re.S)]
    assert {"792", "45%", "504"} <= set(cells)
    assert ("$0.0016" in cells) == bool(price)


def test_plan_says_what_is_left_to_pay_for_sends_nothing_and_makes_no_folder(tmp_path):
    (tmp_path / "prices.toml").write_text('["openai/m"]\ninput = 1\noutput = 2\n', "utf-8")
    with Server(reply) as server:
        arguments = (*models(server), "--prices", tmp_path / "prices.toml")
        ahead = call("plan", *arguments, cwd=tmp_path)
        assert not server.seen
        assert not (tmp_path / "writingbench-out").exists()
        call("run", *arguments, "--limit", 3, cwd=tmp_path)
        behind = json.loads(call("plan", *arguments, "--json", cwd=tmp_path).stdout)
        assert len(server.seen) == 18
    assert "Nothing was sent." in ahead.stdout
    assert re.search(r"all +72 +0 +72 ", ahead.stdout)
    assert [(stage["stored"], stage["missing"]) for stage in behind["stages"]] == [(3, 9), (15, 45)]
    assert behind["cost"] > 0
