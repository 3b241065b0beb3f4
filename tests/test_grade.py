"""One text marked by criteria made for its request, and texts marked along their length, as a user calls it."""

import json
import random
import re
import subprocess
import sys

import pytest

from server import Answer, Server, said
from test_cli import call
from test_generate import ABOUT, GOOD, LIFT

NOTICE = (
    "Dear neighbours,\n\nThe lift is closed from 3 to 7 March, day and night. The goods lift runs from 8 to 10 in the "
    "morning. Questions go to Ms Ito at the desk. <script>alert(1)</script>\n\nThank you for your patience."
)


def reply(seen):
    """Criteria where they are asked for; marks of 8, with a quotation that is there and one that is not."""
    if "Criterion: " not in seen.text:
        return said(GOOD["zh" if "简体中文" in json.dumps(seen.body, ensure_ascii=False) else "en"])
    reason = "It says “the goods lift runs from 8 to 10” but also “nobody may ever use the stairs again”."
    return said(json.dumps({"reason": reason, "score": 8}))


@pytest.fixture
def text(tmp_path):
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    return tmp_path / "notice.txt"


def grade(server, text, *more, query=LIFT["en"]):
    return call(
        "grade", text, *(["--query", query] if query else []), "--judge", "openai/m", "--base-url", server.url, *more,
        cwd=text.parent,
    )  # fmt: skip


def test_a_text_gets_criteria_for_its_request_then_marks_reasons_and_checks(text):
    with Server(reply) as server:
        done = grade(server, text)
        assert len(server.seen) == 6  # one for the criteria, five for the marks
    assert done.returncode == 0, done.stderr
    flat = re.sub(r"\s+", " ", done.stdout)
    assert "notice.txt: 8.00, marked by openai/m" in flat
    assert all(word in flat for name in ABOUT["en"] for word in name.split())
    assert "quoted but found nowhere" in flat and "Checked without a judge:" in flat and "✗ length" in flat
    assert "6 calls made." in flat


def test_the_same_command_again_asks_nothing_and_its_criteria_can_be_used_for_another_text(text):
    with Server(reply) as server:
        first = grade(server, text)
        asked = len(server.seen)
        again = grade(server, text)
        assert len(server.seen) == asked and "Nothing to ask" in again.stdout
        (kept,) = (text.parent / "writingbench-out").glob("criteria-*.jsonl")
        assert kept.name in first.stdout
        row = json.loads(kept.read_text("utf-8"))
        assert [one["name"] for one in row["checklist"]] == list(ABOUT["en"]) and row["history"][0]["by"] == "openai/m"
        other = text.with_name("other.txt")
        other.write_text("The lift is shut in March.", "utf-8")
        done = grade(server, other, "--criteria", kept)
        assert done.returncode == 0 and len(server.seen) == asked + 5
        assert all("Criterion: " in seen.text for seen in server.seen[asked:])


def test_as_json_every_mark_has_its_reason_and_says_where_each_quotation_stands(text):
    with Server(reply) as server:
        done = grade(server, text, "--json")
    found = json.loads(done.stdout)
    assert found["mean"] == 8 and len(found["criteria"]) == len(found["marks"]) == 5 and found["calls"] == 6
    assert found["criteria"][4]["requirement"] == "length" and found["language"] == "en"
    assert [quote["where"] for quote in found["marks"][0]["quotes"]] == ["response", None]
    (length,) = [one for one in found["findings"] if one["check"] == "length"]
    assert length["verdict"] == "broken" and length["unit"] == "words"


def test_a_chinese_request_gets_chinese_criteria_and_english_ones_where_they_are_forced(text):
    with Server(reply) as server:
        chinese = json.loads(grade(server, text, "--json", query=LIFT["zh"]).stdout)
        assert [one["name"] for one in chinese["criteria"]] == list(ABOUT["zh"]) and chinese["language"] == "zh"
        forced = json.loads(grade(server, text, "--json", "--language", "en", query=LIFT["zh"]).stdout)
        assert [one["name"] for one in forced["criteria"]] == list(ABOUT["en"])


def test_the_shared_criteria_need_no_call_of_their_own(text):
    with Server(reply) as server:
        done = grade(server, text, "--criteria", "global", "--json")
        assert len(server.seen) == 5
    assert json.loads(done.stdout)["mean"] == 8


def test_the_page_shows_text_marks_and_findings_and_runs_nothing_that_the_text_says(text):
    page = text.with_name("page.html")
    with Server(reply) as server:
        assert grade(server, text, "--html", page).returncode == 0
        html = page.read_text("utf-8")
        chinese = grade(server, text, "--html", page, "--lang", "zh")
    assert "<script>alert(1)" not in html and "Checked without a judge" in html and "goods lift" in html
    assert "embedded 135M model" not in html
    assert 'class="lost"' in html and ABOUT["en"][0] in html
    assert chinese.returncode == 0 and "自动核查" in page.read_text("utf-8")


def test_criteria_that_cannot_be_had_are_said_with_their_reason_and_nothing_is_marked(text):
    with Server(said("Here are some thoughts on criteria.")) as server:
        done = grade(server, text)
        assert len(server.seen) == 2  # asked once more
    assert done.returncode == 1 and "no criteria could be had: unreadable" in done.stderr
    assert not list((text.parent / "writingbench-out").glob("criteria-*.jsonl"))


def test_a_mark_that_cannot_be_read_is_missing_and_no_number(text):
    def some(seen):
        return said("Hm.") if ABOUT["en"][1] in seen.text.split("Criterion: ")[-1] else reply(seen)

    with Server(some) as server:
        done = grade(server, text, "--json")
        shown = grade(server, text)
    marks = json.loads(done.stdout)["marks"]
    assert done.returncode == 1 and "1 marks are missing" in done.stderr
    assert [("score" in one, one.get("failure", {}).get("kind")) for one in marks][1] == (False, "unreadable")
    assert json.loads(done.stdout)["mean"] == 8 and "unreadable" in shown.stdout


def test_a_field_that_the_server_refuses_is_left_out_and_the_grading_goes_on(text):
    def strict(seen):
        if "temperature" in seen.body:
            return Answer({"error": {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}}, 400)
        return reply(seen)

    with Server(strict) as server:
        done = grade(server, text)
    assert done.returncode == 0 and "8.00" in done.stdout and "without" in done.stderr


def test_the_text_may_come_from_standard_input_and_the_request_from_a_file(text):
    (text.parent / "q.txt").write_text(LIFT["en"], "utf-8")
    with Server(reply) as server:
        done = subprocess.run(
            [sys.executable, "-m", "writingbench", "grade", "-", "--query-file", "q.txt", "--judge", "openai/m",
             "--base-url", server.url, "--json"],
            input=NOTICE.encode(), capture_output=True, check=False, cwd=text.parent, timeout=60,
            env={"OPENAI_API_KEY": "k", "PATH": "/usr/bin:/bin", "HOME": str(text.parent)},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["query"] == LIFT["en"]


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (b"", (), "is empty"),
        (b" \n\t", (), "is empty"),
        ("café".encode("latin-1"), (), "not UTF-8 at byte 3"),
        (b"A text.", ("--criteria", "nowhere.jsonl"), "nowhere.jsonl"),
        (b"A text.", ("--criteria", "nowhere.toml"), "nowhere.toml"),
        (b"A text.", ("--criteria", "domain"), "domain"),
        (b"A text.", ("--query-file", "q.txt"), "either --query or --query-file"),
    ],
)
def test_what_cannot_be_graded_is_refused_in_one_line_before_anything_is_asked(text, content, more, says):
    text.write_bytes(content)
    with Server(reply) as server:
        done = grade(server, text, *more)
        assert not server.seen
    assert done.returncode == 2 and says in done.stderr and done.stderr.strip().count("\n") == 0


def test_a_request_must_be_named(text):
    with Server(reply) as server:
        done = grade(server, text, query=None)
        empty = grade(server, text, query="  ")
    assert done.returncode == 2 and "--query" in done.stderr
    assert empty.returncode == 2 and "--query is empty" in empty.stderr


def test_criteria_of_several_other_queries_are_refused(text):
    lines = [{"query": f"Another request, number {n}", "checklist": []} for n in range(2)]
    (text.parent / "c.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Server(reply) as server:
        done = grade(server, text, "--criteria", "c.jsonl")
    assert done.returncode == 2 and "none of them is this one" in done.stderr


def test_the_embedded_model_marks_one_text_by_the_shared_criteria(text):
    done = call("grade", text, "--query", LIFT["en"], "--criteria", "global", "--protocol", "demo", "--html", "p.html",
                cwd=text.parent)  # fmt: skip
    assert "marks say nothing about how well" in (text.parent / "p.html").read_text("utf-8")
    assert done.returncode in (0, 1), done.stderr
    assert "marked by local/smollm2" in done.stdout and "says nothing" in re.sub(r"\s+", " ", done.stdout).replace(
        "say nothing", "says nothing"
    )


# along the text


@pytest.fixture
def long_texts(tmp_path):
    """Three texts of which every sentence is another one, until the last 500 tokens or so loop."""
    row = {
        "index": 1,
        "query": "Write about rivers.",
        "domain1": "Education",
        "domain2": "Lesson Plan",
        "checklist": [],
    }
    (tmp_path / "b.jsonl").write_text(json.dumps(row) + "\n")
    rng = random.Random(4)
    syllables = ["ba", "do", "fi", "gu", "ke", "lo", "mi", "nu", "pa", "re", "so", "ti", "vu", "wa", "ze"]
    lines = []
    for size in (90, 130, 170):
        own = [" ".join("".join(rng.choices(syllables, k=3)) for _ in range(9)).capitalize() + "." for _ in range(size)]
        lines.append({"index": 1, "response": " ".join(own) + " The river runs to the sea." * 90})
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return tmp_path


def curve(folder, *more):
    return call("check", "curve", "--benchmark", "b.jsonl", "--responses", "r.jsonl", *more, cwd=folder)


def test_the_curve_shows_where_a_text_begins_to_repeat_itself(long_texts):
    found = json.loads(curve(long_texts, "--json").stdout)
    positions = found["positions"]
    assert found["responses"] == 3 and positions[0]["repetition"]["n"] == 3 and positions[0]["mark"] is None
    assert positions[0]["repetition"]["mean"] < 0.2 and positions[-1]["repetition"]["mean"] > 0.5
    assert positions[0]["variety"]["mean"] > positions[-1]["variety"]["mean"]


def test_a_judge_marks_every_window_once_and_the_mean_falls_where_the_text_loops(long_texts):
    def marks(seen):
        loops = seen.text.count("The river runs to the sea") > 20
        return said(json.dumps({"reason": "So it is, all along the way.", "score": 2 if loops else 8}))

    with Server(marks) as server:
        done = curve(long_texts, "--judge", "openai/m", "--base-url", server.url, "--json")
        asked = len(server.seen)
        again = curve(long_texts, "--judge", "openai/m", "--base-url", server.url)
        assert len(server.seen) == asked and "Nothing to ask" in again.stdout
    positions = json.loads(done.stdout)["positions"]
    assert done.returncode == 0 and 3 < asked <= sum(one["mark"]["n"] for one in positions)
    assert positions[0]["mark"]["mean"] == 8 and positions[-1]["mark"]["mean"] == 2
    assert "mark" in again.stdout.splitlines()[0]


def test_a_window_without_a_mark_is_missing_and_no_number(long_texts):
    rows = [json.loads(line) for line in (long_texts / "r.jsonl").read_text("utf-8").splitlines()]
    firsts = [row["response"][:40] for row in rows]

    def marks(seen):
        return said(
            "Hm."
            if any(first in seen.text for first in firsts)
            else json.dumps({"reason": "So it is here.", "score": 6})
        )

    with Server(marks) as server:
        done = curve(long_texts, "--judge", "openai/m", "--base-url", server.url, "--json")
    positions = json.loads(done.stdout)["positions"]
    assert done.returncode == 1 and "3 windows have no mark" in done.stderr
    assert positions[0]["mark"] is None and positions[1]["mark"]["mean"] == 6
