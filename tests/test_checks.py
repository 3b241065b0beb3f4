"""What all checks have in common: what they say, what they add up to, how the command shows it, that nothing stalls."""

import json
import random
import re
import sqlite3
import time
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from test_cli import call
from writingbench.benchmark.save import save
from writingbench.checks import NAMES, check, functions
from writingbench.checks.add_up import LAST, add_up
from writingbench.checks.checked import Checked, Stretch
from writingbench.checks.review import MANY, Reviewer, reviewed
from writingbench.checks.say import note
from writingbench.records import Answer, Criterion, Finding, Judgement, Query, Response, Verdict

BANDS = ("a", "b", "c", "d", "e")
LONG = 100_000  # characters
LIMIT = 20  # seconds: what is meant is 2 on a quiet machine, and a search that runs wild takes hours


def query(text="Write an essay about rivers in at least 800 words.", language="en", index=1):
    criteria = tuple(Criterion(name=f"c{n}", description="d", bands=BANDS) for n in range(5))
    return Query(
        index=index,
        domain1="Education",
        domain2="Lesson Plan",
        language=language,
        text=text,
        criteria=criteria,
    )


# what they say


@pytest.mark.parametrize("name", [*NAMES, "contradictions"])
def test_every_finding_has_a_sentence_in_both_languages_that_names_the_same(name):
    for kind, said in tomllib.loads((files("writingbench.checks.words") / f"{name}.toml").read_text("utf-8")).items():
        assert said.keys() == {"en", "zh"}, kind
        assert all(said.values()), kind
        fields = [{name.removesuffix(f"_{tongue}") for name in re.findall(r"{(\w+)", said[tongue])} for tongue in said]
        assert fields[0] == fields[1], kind


def test_braces_in_what_a_text_says_are_not_looked_at():
    found = Finding(
        check="contradictions", kind="not_kept", verdict="found", span=(0, 1), demand="{0.__class__}", counted=5,
        unit="words", facts={"asked": "{counted}", "tokens": 1},
    )  # fmt: skip
    assert "{0.__class__}" in note(found) and "“{counted}”" in note(found)


SAMPLES = [
    ("Write an essay about rivers in at least 800 words.", "en", "Rivers run. " * 30),
    ("写一篇不少于800字的作文，题目是《河流》。", "zh", "河水在流。" * 40),
    ("Write a letter with the sections Background, Offer, Price.", "en", "## Offer\nOh\n\n## Background\nOld"),
    ("请以JSON格式输出。", "zh", "好的，我会用 JSON。"),
    ("Tell a story of about 300 words.", "en", "I'm sorry, but I can't help with that."),
    ("写一个300字左右的故事。", "zh", "The fox ran over the hill and then it slept long under a tree. " * 4),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "answer"), SAMPLES)
def test_every_finding_names_a_passage_of_the_response_and_can_be_said(text, language, answer):
    findings = check(query(text, language), Answer(text=answer))
    assert findings
    for one in findings:
        start, end = one.span
        assert 0 <= start < end <= len(answer)
        assert one.check in NAMES
        for tongue in ("en", "zh"):
            assert note(one, tongue).strip() and "{" not in note(one, tongue)


def test_an_empty_answer_is_no_error():
    for one in check(query(), Answer(text="")):
        assert one.span == (0, 0)


def test_the_same_text_gives_the_same_findings_again():
    for text, language, answer in SAMPLES:
        first = check(query(text, language), Answer(text=answer))
        assert first == check(query(text, language), Answer(text=answer))


# what they add up to


def test_counts_of_two_responses_are_added_and_shares_are_of_all_of_them():
    one = Checked(responses=1, met={"length": 2}, broken={"length": 1}, scored=1, length=100.0, sourced=0.5,
                  found={"figures": 3}, course=(Stretch(windows=1, repetition=0.5, variety=0.8),))  # fmt: skip
    other = Checked(responses=1, met={"length": 1}, scored=1, length=50.0,
                    course=(Stretch(windows=1, repetition=0.0, variety=0.6),) * 2)  # fmt: skip
    both = one + other
    assert both == other + one
    assert both.responses == 2 and both.share_met("length") == 0.75 and both.length_score == 75
    assert both.unsupported == 6 and both.course[0] == Stretch(windows=2, repetition=0.5, variety=1.4)
    assert both.repetition == pytest.approx(0.5 / 3)


def test_nothing_checked_is_no_number():
    none = Checked()
    assert none.share_met("length") is None and none.length_score is None
    assert none.unsupported is None and none.repetition is None
    assert none + none == none


def test_a_broken_demand_flags_its_response_once():
    asked = query("Write an essay in at least 800 words.")
    answer = Answer(text="Rivers run to the sea. They carry sand.")
    made = add_up(asked, answer, check(asked, answer))
    assert made.broken["length"] == 1 and made.flagged["length"] == 1 and made.responses == 1
    assert made.scored == 1 and made.length < 10


def test_a_course_longer_than_is_kept_apart_is_counted_with_its_end():
    rng = random.Random(1)
    names = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nrst"]
    text = " ".join(" ".join(rng.choices(names, k=12)).capitalize() + "." for _ in range(2500))
    made = add_up(query(), Answer(text=text), [])
    assert len(made.course) == LAST and made.course[-1].windows > 1


def test_a_review_puts_contradictions_first_and_checks_every_response():
    asked, short = query(), Answer(text="Rivers run to the sea. They carry sand.")
    responses = [Response(query=1, writer="w", draw=draw, outcome=short) for draw in (0, 1)]
    verdict = Verdict(score=10, reason="It exceeds the required length of 800 words.")
    judged = [Judgement(query=1, writer="w", response=1, criterion="c0", judge="j", repeat=0, outcome=verdict)]
    with Reviewer() as reviewer:
        findings, made = reviewer.review(asked, responses, judged)
    assert findings[1][0].check == "contradictions"
    assert "contradictions" not in [one.check for one in findings[0]]
    assert made.responses == 2 and made.found["contradictions"] == 1


# what was found before


def answered(n):
    return query(f"Write an essay in at least {n} words.", index=n), Answer(text=f"Rivers run for {n} days. " * 9)


def test_what_was_found_before_is_not_looked_for_again_and_is_the_same(tmp_path, monkeypatch):
    with Reviewer(tmp_path / "c.db") as reviewer:
        first = [reviewer.one(*answered(n)) for n in range(3)]
    monkeypatch.setattr("writingbench.checks.review.check", None)  # calling it would be an error
    with Reviewer(tmp_path / "c.db") as reviewer:
        assert [reviewer.one(*answered(n)) for n in range(3)] == first
    assert [note(one) for one in first[0].findings] and first[0].findings[0].counted == 45


def test_another_answer_or_another_request_is_looked_at_by_itself():
    asked, answer = answered(5)
    with Reviewer() as reviewer:
        one = reviewer.one(asked, answer)
        assert reviewer.one(asked, replace(answer, text=answer.text * 30)) != one
        assert reviewer.one(replace(asked, text="Write an essay in at most 30 words."), answer) != one
        assert reviewer.one(asked, replace(answer, complete=False)) != one


def test_many_are_checked_by_several_processes_to_the_same_end():
    pairs = [answered(n) for n in range(MANY + 20)]
    with Reviewer() as reviewer:
        reviewer.prepare(pairs)
        reviewer.prepare(pairs)  # nothing is left to do
        assert [reviewer.one(*pair) for pair in pairs] == [reviewed(*pair) for pair in pairs]


def test_a_file_that_is_no_memory_or_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "c.db").write_text("not a database at all, only words " * 50)
    for place in (tmp_path / "c.db", tmp_path / "no/such/folder/c.db", tmp_path):
        with Reviewer(place) as reviewer:
            assert reviewer.one(*answered(4)).checked.responses == 1


def test_a_memory_with_damaged_entries_is_looked_through_anew(tmp_path):
    with Reviewer(tmp_path / "c.db") as reviewer:
        first = reviewer.one(*answered(4))
    db = sqlite3.connect(tmp_path / "c.db")
    db.execute("UPDATE found SET body = '{'")
    db.commit()
    db.close()
    with Reviewer(tmp_path / "c.db") as reviewer:
        assert reviewer.one(*answered(4)) == first


# the command


@pytest.fixture
def folder(tmp_path):
    save([query(), query("写一篇不少于800字的作文。", "zh", 2)], tmp_path / "b.jsonl")
    lines = [{"index": 1, "response": "Rivers run. " * 500}, {"index": 2, "response": "短短几个字。"}]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return tmp_path


def checked(folder, *more):
    return call("check", "--benchmark", "b.jsonl", "--responses", "r.jsonl", *more, cwd=folder)


def test_the_command_prints_one_object_for_each_response(folder):
    done = checked(folder, "--json")
    assert done.returncode == 0 and not done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["index"], second["index"]) == (1, 2)
    (length,) = [one for one in first["findings"] if one["check"] == "length"]
    assert length["verdict"] == "met" and length["counted"] == 1000 and length["unit"] == "words"
    assert length["span"] == [0, 6000] and "800" in length["demand"] and length["note"]
    (length,) = [one for one in second["findings"] if one["check"] == "length"]
    assert length["verdict"] == "broken" and length["unit"] == "characters" and length["counted"] == 5


def test_the_command_shows_findings_and_adds_them_up(folder):
    done = checked(folder)
    assert done.returncode == 0, done.stderr
    assert "✗ length" in done.stdout and "✓ length" in done.stdout and "· repetition" not in done.stdout
    assert re.search(r"^length +1 +1 ", done.stdout, re.MULTILINE) and "Length score" in done.stdout


def test_notes_are_said_in_chinese_when_asked_for(folder):
    assert "字" in checked(folder, "--lang", "zh").stdout


def test_only_the_checks_asked_for_are_made(folder):
    for line in checked(folder, "--json", "--only", "repetition").stdout.splitlines():
        assert {one["check"] for one in json.loads(line)["findings"]} <= {"repetition"}


def test_a_response_to_no_query_of_the_benchmark_is_one_line_that_names_it(folder):
    (folder / "r.jsonl").write_text('{"index": 9, "response": "x"}\n')
    done = checked(folder)
    assert done.returncode == 2 and "r.jsonl:1: index" in done.stderr and "9" in done.stderr


@pytest.mark.parametrize("line", ['{"index": 1}', '{"response": "x"}', "[1]", "{", '{"index": "a", "response": "x"}'])
def test_a_line_that_is_no_response_is_refused_with_its_place(folder, line):
    (folder / "r.jsonl").write_text(line + "\n")
    done = checked(folder, "--json")
    assert done.returncode == 2 and "r.jsonl:1" in done.stderr and not done.stdout


def test_an_empty_file_of_responses_is_refused(folder):
    (folder / "r.jsonl").write_text("")
    done = checked(folder)
    assert done.returncode == 2 and "holds no response" in done.stderr


def test_the_demands_of_each_query_are_listed_one_object_a_line(folder):
    done = call("check", "demands", "b.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert first == {"index": 1, "demands": [{"unit": "words", "min": 800, "max": None, "part": None}]}
    assert second == {"index": 2, "demands": [{"unit": "characters", "min": 800, "max": None, "part": None}]}


def test_terminal_signs_of_a_hostile_text_are_not_obeyed(folder):
    text = "\x1b[31mRed \x07alert.\x1b]0;title\x07 " * 60
    (folder / "r.jsonl").write_text(json.dumps({"index": 1, "response": text}) + "\n")
    done = checked(folder)
    assert done.returncode == 0 and "\x1b" not in done.stdout and "\x07" not in done.stdout


# nothing stalls


def hostile():
    rng = random.Random(3)
    signs = "aZ09 .,;:!?()[]{}<>\"'“”‘’…—-_*#|`~\\/@$%^&+=\n\t中文字第章一二三千万亿，。；：？！（）《》「」"
    units = [
        " ", "\n", "1", "9.", "1,", "a", "a.", "A. ", "第", "第一", "一", "千", "万亿", "(", "（", "[",
        "{", '{"a":', "#", "# ", "\n# a", "|", "| a ", "|\n", "```", "`", "“", "”", '"', "'",
        "‘", "*", "**a", "- ", "\n- a", "\n1. ", "1) ", "a-", "a'", "http://", "www.",
        "et al. ", "2020", "2020年", "%", "5% ", "$1 ", "¥", "公司", "University of ", "the ",
        "Mr. ", "…", "。", "字", "words ", "100 words ", "不少于", "at least ", "between 1 and ",
        "\u202e", "\u200b", "\ud800", "\x00", "😀", "é", "е", "ก", "あ", "한", "I can't ",
        "to be continued", "First, ", "首先，", "<", "<!--", "$$", "\\(", "a b ", "a\n", "\t",
        "\r\n",
    ]  # fmt: skip
    yield from units
    for size in (2, 3, 7, 40, 500):
        yield "".join(rng.choices(signs, k=size))
    yield "".join(rng.choices(signs, k=LONG))


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_kilobytes_of_anything_do_not_stall_a_check(name):
    material = (
        "Summarise this report in at most 200 words.\n\n**Report**\n" + "The firm sold 1,204 units in 2020. " * 60
    )
    asked = [
        query(material),
        query("根据以下材料写一篇800字的总结，用表格。\n\n材料：" + "公司2020年售出1204件。" * 60, "zh"),
    ]
    slow = {}
    for unit in hostile():
        text = (unit * (LONG // len(unit) + 1))[:LONG]
        for one in asked:
            started = time.monotonic()
            for found in functions()[name](one, Answer(text=text)):
                assert 0 <= found.span[0] <= found.span[1] <= len(text)
                note(found)
            if (took := time.monotonic() - started) > LIMIT:
                slow[unit[:20]] = took
    assert not slow


def test_a_hundred_kilobytes_of_request_do_not_stall_the_checks():
    slow = {}
    for number, unit in enumerate(hostile()):
        asked = query("Write 500 words. " + (unit * (LONG // len(unit) + 1))[:LONG], "en" if number % 2 else "zh")
        started = time.monotonic()
        check(asked, Answer(text="Rivers run to the sea. They carry 45% of the sand, said Acme Ltd."))
        if (took := time.monotonic() - started) > LIMIT:
            slow[unit[:20]] = took
    assert not slow


# in the report


def test_the_findings_stand_in_every_part_of_a_report(tmp_path):
    from server import Server, said

    def reply(seen):
        if "Criterion: " not in seen.text:
            return said("Rivers run to the sea. They carry <script>alert(1)</script> sand.")
        return said(json.dumps({"reason": "It far exceeds the required length of 800 words.", "score": 10}))

    save([query()], tmp_path / "b.jsonl")
    with Server(reply) as server:
        done = call("run", "--writer", "openai/m", "--judge", "openai/m", "--base-url", server.url,
                    "--benchmark", "b.jsonl", "--out", "out", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Without a judge: 0 of 1 length demands met" in done.stdout and "5 marks contradicted" in done.stdout
    page = Path(tmp_path / "out/report.html").read_text("utf-8")
    assert "Where the judge is contradicted" in page and "It far exceeds the required length of 800 words" in page
    assert "Checked without a judge" in page and "<script>alert(1)" not in page
    (model,) = json.loads((tmp_path / "out/scores.json").read_bytes())["models"]
    assert model["checks"]["demands"]["length"] == {"met": 0, "broken": 1}
    assert model["checks"]["found"]["contradictions"] == 5
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "out/scores.xlsx")
    assert book["Checks"].max_row == 2 or "m" in str(book["Checks"]["A2"].value)
    rows = [row for row in book["Findings"].values if row and "contradictions" in row]
    assert len(rows) == 5
    done = call("report", "--marks", "out/scores.parquet", "--out", "again", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["models"][0]["checks"] == model["checks"]


def test_responses_without_texts_are_not_counted_as_checked():
    with Reviewer() as reviewer:
        findings, made = reviewer.review(query(), [], [])
    assert findings == {} and made == Checked()
    assert replace(made, responses=0) == made
