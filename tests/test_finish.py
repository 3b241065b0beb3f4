"""From approved items to a benchmark file; who works on the pages; how far everything is."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from server import Server, said
from test_generate import GOOD
from writingbench.benchmark import load
from writingbench.construct import moves
from writingbench.construct.finish import queries
from writingbench.construct.item import Item, Material, key, query
from writingbench.construct.project import Project
from writingbench.people import People

REQUESTS = {
    "en": "Tell the tenants that the lift is closed from 3 to 7 March, in 120 words.",
    "zh": "请写一则通知，告知居民三月三日至七日电梯停用，不超过一百二十字。",
}


def item(language="en", number=0, stage="collect"):
    request = f"{REQUESTS[language]} ({number})"
    return Item(
        id=key("Notice", language, request), stage=stage, domain1="Politics & Law", domain2="Official Document",
        language=language, request=request, requirements=("length",),
    )  # fmt: skip


def screened(project, one, *, confirm=True):
    """An item with material, through the hands of one annotator and two experts."""
    project.add([one], by="vendor/m", what="draft")
    text = "The lift of house 4 is closed.\n\nAsk Mr Wu."
    material = Material(
        id="m1", title="Plan", source="landlord", licence="CC0", text=project.keep(text), characters=len(text), tokens=9
    )
    kept = project.item(one.id)
    for by, what, move in (
        ("Li", "attach", lambda it: moves.attached(it, "Li", material)),
        ("Li", "collected", lambda it: moves.collected(it, "Li")),
        ("Wu", "cut", lambda it: moves.cut(it, "Wu", "m1", ((30, 42),))),
        ("Wu", "approve", lambda it: moves.approved(it, "Wu")),
        *([("Zhao", "confirm", lambda it: moves.confirmed(it, "Zhao"))] if confirm else []),
    ):
        kept = project.change(kept, move(kept.item), by=by, what=what)
    return kept


def call(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", "construct", *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120, cwd=cwd,
        env={**os.environ, "OPENAI_API_KEY": "sk-made-up"},
    )  # fmt: skip


@pytest.fixture
def out(tmp_path):
    """A project with two approved requests and one that is not."""
    folder = tmp_path / "writingbench-out"
    with Project(folder / "construct.db") as project:
        screened(project, item("en"))
        screened(project, item("zh"))
        screened(project, item("en", 1), confirm=False)
    return tmp_path


def judge(seen):
    return said(GOOD["zh" if "Chinese" in seen.text else "en"])


def test_what_was_approved_becomes_a_benchmark_with_criteria_and_its_whole_history(out):
    with Server(judge) as server:
        arguments = ("finish", "--to", "mine.jsonl", "--model", "openai/m", "--base-url", server.url)
        ended = call(*arguments, cwd=out)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "2 of 2 approved requests are in mine.jsonl" in ended.stdout
        assert len(server.seen) == 2
        again = call(*arguments, "--force", cwd=out)
        assert (again.returncode, len(server.seen)) == (0, 2)
    found = load(out / "mine.jsonl").queries
    assert [query.index for query in found] == [1, 2]
    one = next(query for query in found if query.language == "en")
    assert one.text == f"{REQUESTS['en']} (0)\n\nMaterial 1: Plan\n\nThe lift of house 4 is closed."
    assert [(step.what, step.by) for step in one.history] == [
        ("attach", "Li"), ("cut", "Wu"), ("approve", "Wu"), ("confirm", "Zhao"), ("criteria", "openai/m"),
    ]  # fmt: skip
    assert one.history[0].note == "Plan (text, about 9 tokens), landlord, CC0"
    assert one.history[-1].prompt
    assert len(one.criteria) == 5


def test_without_a_model_the_file_holds_bare_requests(out):
    ended = call("finish", "--to", "bare.jsonl", "--json", cwd=out)
    assert ended.returncode == 0
    told = json.loads(ended.stdout)
    assert (told["queries"], told["left_out"], told["stages"]["confirm"]) == (2, [], 1)
    found = load(out / "bare.jsonl", criteria=None, bare=True).queries
    assert [query.criteria for query in found] == [(), ()]


def test_a_request_whose_criteria_could_not_be_had_is_left_out_and_said(out):
    with Server(lambda seen: said("no" if "(0)" in seen.text and "Tell" in seen.text else GOOD["zh"])) as server:
        ended = call(
            "finish", "--to", "mine.jsonl", "--model", "openai/m", "--base-url", server.url, cwd=out
        )  # fmt: skip
    assert ended.returncode == 1
    assert "unreadable" in ended.stderr
    assert "left out for want of five criteria: " in ended.stderr
    assert [query.language for query in load(out / "mine.jsonl").queries] == ["zh"]


def test_what_is_approved_later_is_numbered_later(tmp_path):
    with Project(tmp_path / "construct.db") as project:
        first = [screened(project, item("en", number)).item for number in (5, 3)]
        before = queries(project)
        late = screened(project, item("en", 1))
        # the clock of histories counts in seconds
        step = replace(late.item.history[-1], date="2126-01-01T00:00:00+00:00")
        made = replace(late.item, history=(*late.item.history[:-1], step))
        project.change(late, made, by="Zhao", what="confirm")
        after = queries(project)
    assert len(first) == len(before) == 2
    assert after[:2] == before
    assert after[2].text.startswith(f"{REQUESTS['en']} (1)")


def test_when_nothing_is_approved_the_stages_are_told(tmp_path):
    with Project(tmp_path / "writingbench-out/construct.db") as project:
        project.add([item(), item("zh")], by="m")
    ended = call("finish", "--to", "mine.jsonl", cwd=tmp_path)
    assert ended.returncode == 2
    assert "no request is approved yet (2 at collect)" in ended.stderr
    assert not (tmp_path / "mine.jsonl").exists()


def test_a_file_that_is_there_is_not_written_over_unasked(out):
    (out / "mine.jsonl").write_text("precious")
    ended = call("finish", "--to", "mine.jsonl", cwd=out)
    assert ended.returncode == 2
    assert "--force" in ended.stderr
    assert (out / "mine.jsonl").read_text() == "precious"


def test_a_domain_that_the_taxonomy_does_not_know_is_a_defect_that_is_named(tmp_path):
    with Project(tmp_path / "writingbench-out/construct.db") as project:
        screened(project, replace(item(), domain1="Gardening"))
    ended = call("finish", "--to", "mine.jsonl", cwd=tmp_path)
    assert ended.returncode == 2
    assert "mine.jsonl:1: domain1" in ended.stderr
    assert not (tmp_path / "mine.jsonl").exists()


def test_the_status_counts_stages_domains_and_requirements(out):
    ended = call("status", "--json", cwd=out)
    told = json.loads(ended.stdout)
    assert (told["stages"]["approved"], told["stages"]["confirm"]) == (2, 1)
    assert told["requirements"] == {"style": 0, "format": 0, "length": 3}
    assert told["domains"] == [
        {"domain": "Politics & Law", "language": "en", "items": 2},
        {"domain": "Politics & Law", "language": "zh", "items": 1},
    ]
    shown = call("status", cwd=out).stdout
    assert "writingbench construct finish" in shown
    assert "length 3 (100%)" in shown


def test_a_person_gets_a_link_once_and_a_new_one_on_demand(tmp_path):
    ended = call("people", "add", "李娜", "--role", "expert", "--url", "http://10.0.0.2:80/", cwd=tmp_path)
    assert ended.returncode == 0
    name, _, address = ended.stdout.strip().partition(": ")
    assert name == "李娜 (expert)"
    assert address.startswith("http://10.0.0.2:80/desk/in?token=")
    with People(tmp_path / "writingbench-out/people.db") as people:
        assert people.of(address.partition("=")[2]).name == "李娜"
    again = json.loads(call("people", "link", "李娜", "--json", cwd=tmp_path).stdout)
    with People(tmp_path / "writingbench-out/people.db") as people:
        assert people.of(address.partition("=")[2]) is None
        assert people.of(again["link"].partition("=")[2]).name == "李娜"
    assert call("people", "remove", "李娜", cwd=tmp_path).returncode == 0
    assert call("people", "link", "李娜", cwd=tmp_path).returncode == 2
    (row,) = json.loads(call("people", "list", "--json", cwd=tmp_path).stdout)
    assert row == {"name": "李娜", "roles": [], "decisions": 0}
    assert call("people", "add", "x", "--role", "king", cwd=tmp_path).returncode == 2


def test_a_query_knows_by_which_kinds_of_guidance_its_request_was_refined():
    item = Item(id="a", domain1="Education", domain2="Lesson Plan", language="en", request="Plan a lesson.",
                guidances=("content:use-details", "length:minutes", "expression:contrast"))  # fmt: skip
    assert query(item, 1, {}).guidances == ("specificity", "expression")
    assert query(replace(item, guidances=None), 1, {}).guidances == ()
