"""Judges against people as a user calls it: judging what came in files, reports on files, studies and stores."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from server import Answer, Server, said
from test_cli import call
from test_generate import ABOUT, GOOD

ROOT = Path(__file__).parents[1]
REQUESTS = {
    1: "Tell the tenants that the lift is closed.",
    2: "请写一则通知，告知居民电梯停用。",
    3: "Thank a neighbour.",
}
WRITERS = ("ann", "bob", "cem")
SCORES = {(1, "ann"): 3, (1, "bob"): 2, (1, "cem"): 0, (2, "ann"): 3, (2, "bob"): 1, (2, "cem"): 1, (3, "ann"): 2,
          (3, "bob"): 3, (3, "cem"): 1}  # fmt: skip


def text_of(query, writer):
    return (
        f"{'好的通知。' if query == 2 else 'A notice.'} {writer} wrote this for {query}. "
        + "x " * SCORES[query, writer]
    )


def reply(seen):
    """Criteria where they are asked for. By a query's own a response gets what people gave it, by any others 6."""
    if "Criterion: " not in seen.text:
        return said(GOOD["zh" if "简体中文" in json.dumps(seen.body, ensure_ascii=False) else "en"])
    who = next(key for key in SCORES if f"{key[1]} wrote this for {key[0]}." in seen.text)
    own = any(f"Criterion: {name}" in seen.text for names in ABOUT.values() for name in names)
    return said(json.dumps({"reason": "It is as it is, all along.", "score": 3 + 2 * SCORES[who] if own else 6}))


@pytest.fixture
def scored(tmp_path):
    rows = [
        {"query": q, "writer": w, "by": by, "score": score if by == "Li" else min(score, 2), "request": REQUESTS[q],
         "response": text_of(q, w), "domain1": "Education", "domain2": "Lesson Plan"}
        for by in ("Li", "Ana")
        for (q, w), score in SCORES.items()
    ]  # fmt: skip
    (tmp_path / "scored.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return tmp_path


def judge(folder, server, *more):
    return call(
        "agree", "judge", "--human", "scored.jsonl", "--judge", "openai/m", "--base-url", server.url, *more, cwd=folder
    )


def report(folder, *more, human="scored.jsonl"):
    done = call("agree", "report", *(["--human", human] if human else []), "--json", *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def row(found, judge="openai/m", criteria="dynamic"):
    (one,) = [one for one in found["rows"] if (one["judge"], one["criteria"]) == (judge, criteria)]
    return one


def test_scored_responses_are_judged_under_three_sets_and_each_is_held_against_people(scored):
    with Server(reply) as server:
        done = judge(scored, server)
        assert done.returncode == 0, done.stderr
        assert len(server.seen) == 3 + 3 * 5 * 9
        assert "135 of 135 marks on 9 responses to 3 queries" in done.stdout
        again = judge(scored, server)
        assert len(server.seen) == 3 + 3 * 5 * 9 and "Nothing to ask" in again.stdout
    found = report(scored)
    own, shared = row(found), row(found, criteria="global")
    assert own["majority"]["left out"]["value"] == 1 and own["coverage"]["judged"] == 9
    assert (own["coverage"]["whole"], own["coverage"]["failures"]) == (9, {})
    assert (
        shared["ties"] == 1
        and shared["majority"]["half"]["value"] == 0.5
        and row(found, criteria="domain")["ties"] == 1
    )
    assert set(own["persons"]) == {"Ana", "Li"} and own["persons"]["Li"]["class"]["value"] == 1
    assert own["systems"]["kendall"]["value"] == 1 and [one["writer"] for one in own["systems"]["writers"]][2] == "cem"
    (better,) = [
        one
        for one in found["differences"]
        if {found["rows"][one[k]]["criteria"] for k in ("one", "other")} == {"dynamic", "global"}
    ]
    assert abs(better["apart"]["value"]) > 0.3
    longer = row(found, judge="longer", criteria="")
    assert longer["length_controlled"]["value"] in {None, 0.5}  # people never preferred a shorter one here
    assert found["people"]["raters"] == 2 and 0 < found["people"]["cohen"] < 1
    assert json.loads((scored / "writingbench-out/agreement.json").read_text("utf-8")) == found


def test_the_terminal_and_markdown_show_the_same_tables(scored):
    with Server(reply) as server:
        judge(scored, server)
    done = call("agree", "report", "--human", "scored.jsonl", cwd=scored, COLUMNS="200")
    flat = re.sub(r"\s+", " ", done.stdout)
    assert done.returncode == 0 and "scored: 2 people, 9 pairs of responses by 3 writers to 3 queries" in flat
    for title in ("Agreement with people's majority", "Beyond chance, and beyond length", "The order of the writers",
                  "Agreement with each person", "People among each other", "Differences in agreement"):  # fmt: skip
        assert title in flat
    assert "openai/m, dynamic" in flat and "people, with the others" in flat
    page = (scored / "writingbench-out/agreement.md").read_text("utf-8")
    assert (
        "| openai/m, dynamic | 9 of 9 |" in page
        and "| Fleiss' kappa of the votes |" in page
        and "alpha of the scores, ordinal" in page
    )


def test_more_queries_and_more_responses_are_added_to_what_is_there(scored):
    with Server(reply) as server:
        judge(scored, server, "--limit", 1, "--each", 2, "--criteria", "global")
        assert len(server.seen) == 2 * 5
        assert row(report(scored), criteria="global")["coverage"]["judged"] == 1
        judge(scored, server, "--criteria", "global")
        assert len(server.seen) == 9 * 5
    assert row(report(scored), criteria="global")["coverage"]["judged"] == 9


def test_what_was_judged_is_an_ordinary_run_that_other_commands_find(scored):
    with Server(reply) as server:
        judge(scored, server, "--criteria", "global")
        shown = call("report", "--json", cwd=scored)
        assert [one["writer"] for one in json.loads(shown.stdout)["models"]] and shown.returncode == 0
        asked = len(server.seen)
        other = call("judge", "--judge", "openai/other", "--criteria", "domain", "--base-url", server.url, cwd=scored)
        assert other.returncode == 0 and len(server.seen) == 2 * asked, other.stderr
    assert row(report(scored), "openai/other", "domain")["coverage"]["judged"] == 9
    assert "does not take" not in call("report", cwd=scored).stdout


def test_a_query_whose_criteria_cannot_be_had_is_judged_under_the_other_sets(scored):
    def some(seen):
        chinese = "简体中文" in json.dumps(seen.body, ensure_ascii=False)
        return said("I had rather not.") if chinese and "Criterion: " not in seen.text else reply(seen)

    with Server(some) as server:
        done = judge(scored, server)
    assert done.returncode == 1 and "query 2: no criteria of its own: unreadable" in done.stderr
    found = report(scored)
    assert row(found)["coverage"]["judged"] == 6 and row(found, criteria="global")["coverage"]["judged"] == 9


def test_marks_that_could_not_be_had_are_counted_and_no_numbers(scored):
    def some(seen):
        return said("Hm.") if "bob wrote this for 1." in seen.text and "Criterion: " in seen.text else reply(seen)

    with Server(some) as server:
        done = judge(scored, server, "--criteria", "global", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["failures"] == {"unreadable": 5}
    coverage = row(report(scored), criteria="global")["coverage"]
    assert (coverage["judged"], coverage["asked"], coverage["failures"]) == (7, 9, {"unreadable": 5})
    assert coverage["least"] < coverage["most"]


def test_a_field_that_the_server_refuses_is_left_out_and_one_judge_is_reported(scored):
    def strict(seen):
        if "temperature" in seen.body and "Criterion: " in seen.text:
            return Answer({"error": {"message": "Unsupported parameter: 'temperature'", "param": "temperature"}}, 400)
        return reply(seen)

    with Server(strict) as server:
        done = judge(scored, server, "--criteria", "global")
    assert done.returncode == 0, done.stderr
    assert row(report(scored), criteria="global")["coverage"]["judged"] == 9


def test_only_the_responses_that_people_saw_count(scored):
    with Server(reply) as server:
        judge(scored, server, "--criteria", "global")
    changed = (scored / "scored.jsonl").read_text("utf-8").replace("ann wrote this for 1.", "ann wrote that for 1.")
    (scored / "changed.jsonl").write_text(changed, "utf-8")
    found = report(scored, human="changed.jsonl")
    assert row(found, criteria="global")["coverage"]["judged"] == 7
    done = call("agree", "report", "--human", "changed.jsonl", cwd=scored)
    assert "1 judged responses are left out" in done.stdout


def test_preferences_are_held_against_the_runs_that_they_are_about(scored):
    with Server(reply) as server:
        judge(scored, server, "--criteria", "dynamic")
    said_of = [{"query": 1, "first": "cem", "second": "ann", "by": "Li", "choice": "second", "strength": 2},
               {"query": 3, "first": "ann", "second": "bob", "by": "Li", "choice": "first"}]  # fmt: skip
    (scored / "pairs.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said_of))
    found = report(scored, human="pairs.jsonl")
    assert row(found)["majority"]["half"]["value"] == 0.5 and row(found)["coverage"]["judged"] == 2
    assert row(found, "longer", "")["coverage"]["judged"] == 2  # lengths are those of the run's responses
    assert found["people"]["several"] == 0 and found["people"]["others"]["half"]["value"] is None


def test_a_study_in_the_folder_is_reported_without_being_named(tmp_path):
    """Drawn from a run, labelled by two people of whom one is left out, attention checks aside."""

    def writes(seen):
        if "Criterion: " in seen.text:
            return said(json.dumps({"reason": "So it is here, all along.", "score": 9 if "long" in seen.text else 3}))
        return said("A long, long answer to what was asked here." if seen.body["model"] == "a" else "Brief.")

    with Server(writes) as server:
        for name in "ab":
            models = ("--writer", f"openai/{name}", "--judge", "openai/j", "--base-url", server.url)
            assert call("run", "--limit", 3, *models, cwd=tmp_path).returncode == 0
    from writingbench.agreement.draw import Answered, checks, draw
    from writingbench.agreement.study import Label, Study
    from writingbench.store import Store
    from writingbench.stored import stored_runs

    with Store(tmp_path / "writingbench-out/store.db") as store:
        queries = store.queries(stored_runs(store)[0].fingerprint)
    texts = {"openai/a": "A long, long answer to what was asked here.", "openai/b": "Brief."}
    answered = [Answered(query=query, answers=texts, marks={}) for query in queries]
    pairs = draw(answered, 3)
    with Study(tmp_path / "writingbench-out/agree.db") as study:
        study.add([*pairs, *checks(pairs, answered, 1)], overlap=2)
        for pair in study.pairs():
            better = "first" if pair.first.writer == "openai/a" else "second"
            study.say("Li", pair.id, Label(choice=better, strength=1, done=True))
            study.say("Careless", pair.id, Label(choice="tie", done=True))
    found = report(tmp_path, "--without", "Careless", human=None)
    assert (
        row(found, "openai/j")["majority"]["class"]["value"] == 1 and row(found, "openai/j")["coverage"]["pairs"] == 3
    )
    both = report(tmp_path, human=None)
    assert both["people"]["split"] == 3 and row(both, "openai/j")["majority"]["left out"]["value"] is None
    done = call("agree", "report", "--without", "Nobody", cwd=tmp_path)
    assert done.returncode == 2 and "there are: Careless, Li" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("report",), "no pairs are drawn here"),
        (("report", "--human", "nowhere.jsonl"), "no such file"),
        (("report", "--human", "scored.jsonl", "--margin", "-1"), "--margin is -1"),
        (("report", "--human", "scored.jsonl", "--aspect", "empathy"), "is for HANNA"),
        (("judge", "--human", "pairs.jsonl", "--judge", "openai/m"), "the texts are not in it"),
        (("judge", "--human", "scored.jsonl", "--judge", "openai/m", "--each", "1"), "two responses"),
        (("judge", "--human", "scored.jsonl", "--judge", "openai/m", "--limit", "0"), "--limit is 0"),
        (("judge", "--human", "scored.jsonl", "--criteria", "nowhere.toml"), "nowhere.toml"),
        (("power", "--from", "0.8", "--to", "0.8"), "two different shares"),
        (("power", "--discordant", "0.9"), "--discordant is 0.9"),
        (("power", "--pairs", "0"), "--pairs is 0"),
        (("power", "--design", "0.5"), "--design is 0.5"),
    ],
)
def test_a_bad_call_is_refused_in_one_line_before_anything_is_asked(scored, arguments, says):
    (scored / "pairs.jsonl").write_text('{"query": 1, "first": "a", "second": "b", "choice": "tie"}\n')
    done = call("agree", *arguments, cwd=scored)
    assert done.returncode == 2 and says in done.stderr and done.stderr.strip().count("\n") == 0, done.stderr


def test_without_a_judge_there_are_the_baselines_and_a_word_on_how_to_get_one(scored):
    done = call("agree", "report", "--human", "scored.jsonl", cwd=scored)
    assert done.returncode == 0 and "longer" in done.stdout and "agree judge" in done.stdout


def test_a_name_cannot_break_out_of_the_markdown_table(scored):
    hostile = (scored / "scored.jsonl").read_text("utf-8").replace('"Li"', '"L|i <b>"')
    (scored / "hostile.jsonl").write_text(hostile, "utf-8")
    report(scored, human="hostile.jsonl")
    page = (scored / "writingbench-out/agreement.md").read_text("utf-8")
    assert "L\\|i" in page and "L|i" not in page.replace("\\|", "")


def test_power_says_how_many_pairs_it_takes(tmp_path):
    done = call("agree", "power", "--from", "0.84", "--to", "0.87", cwd=tmp_path)
    assert done.returncode == 0 and "2,162" in done.stdout and "give or take 4.1" in done.stdout
    found = json.loads(call("agree", "power", "--discordant", "0.1", "--design", "2", "--json", cwd=tmp_path).stdout)
    paired = [one["pairs"] for one in found["needed"] if one["on"] != "different pairs"]
    single = json.loads(call("agree", "power", "--discordant", "0.1", "--json", cwd=tmp_path).stdout)
    assert paired == [2 * one["pairs"] for one in single["needed"] if one["on"] != "different pairs"]


def test_the_script_does_it_whole_with_the_embedded_model_as_judge(scored):
    """Marks under three sets, and tables. (That model can write criteria as well, too slowly for a test.)"""
    short = [
        {"query": 1, "writer": name, "score": score, "request": "Write two sentences about rain.", "response": text,
         "domain1": "Literature & Arts", "domain2": "Prose"}
        for name, score, text in (("a", 3, "Rain comes and the street shines. We walk home slower."), ("b", 1, "Rain."))
    ]  # fmt: skip
    (scored / "short.jsonl").write_text("".join(json.dumps(one) + "\n" for one in short))
    with Server(reply) as server:
        done = subprocess.run(
            [ROOT / "runs/agreement.sh", "--data", scored / "short.jsonl", "--out", scored / "out", "--each", "2",
             "--model", "openai/m", "--model-base-url", server.url],
            capture_output=True, text=True, check=False, timeout=1500,
            env={**os.environ, "COLUMNS": "200", "OPENAI_API_KEY": "k"},
        )  # fmt: skip
        assert len(server.seen) == 1  # all the rest was asked of the embedded model
    assert done.returncode == 0, done.stderr
    found = json.loads((scored / "out/agreement.json").read_text("utf-8"))
    judged = {one["criteria"]: one["coverage"] for one in found["rows"] if one["judge"] == "local/smollm2"}
    assert set(judged) == {"dynamic", "global", "domain"}
    assert all(one["asked"] == 1 for one in judged.values())
    assert "its marks say nothing about quality" in re.sub(r"\s+", " ", done.stdout)
    assert (scored / "out/agreement.md").is_file() and "2,162" in done.stdout


def test_the_script_says_what_it_needs(tmp_path):
    for arguments, says in (([], "name the scored responses"), (["--data"], "--data needs a value")):
        done = subprocess.run([ROOT / "runs/agreement.sh", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and says in done.stderr
