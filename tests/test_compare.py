"""`compare` as a user calls it, against a small real server, and on the embedded model."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch_server import BatchServer, Said
from batch_server import Call as Called
from server import Answer, Seen, Server, said
from test_cli import VERDICT, call, one_line_of_help
from test_end_to_end import command

QUALITY = {"openai/best": 9, "openai/good": 6, "openai/poor": 3}
LONG = {"openai/best": 5, "openai/good": 20, "openai/poor": 60}
TWO = re.compile(
    r'<first id="(\w+)">\n(.*?)\n</first id="\1">\n\n<second id="\1">\n(.*?)\n</second id="\1">', re.DOTALL
)
EMBEDDED = "local/smollm2"

Chooses = Callable[[str, str], str]


def by_quality(first: str, second: str) -> str:
    one, other = (int(re.search(r"quality (\d)", text)[1]) for text in (first, second))  # type: ignore[index]
    return "first" if one > other else "second" if other > one else "tie"


def by_length(first: str, second: str) -> str:
    return "first" if len(first) > len(second) else "second"


def answering(choose: Chooses = by_quality) -> Callable[[Seen], Answer]:
    """Writes as well and as long as the writer's name says; compares as `choose` does; marks."""

    def reply(seen: Seen) -> Answer:
        if found := TWO.search(seen.text):
            choice = choose(found[2], found[3])
            verdict = {"reason": f"It reads {found[2][:20]!r}.", "choice": choice}
            numbers = re.findall(r"^Criterion (\d+): ", seen.text, re.M)
            return said(json.dumps(dict.fromkeys(numbers, verdict) if numbers else verdict))
        if "Criterion: " in seen.text:
            return said(VERDICT)
        name = f"openai/{seen.body['model']}"
        return said(f"An answer of quality {QUALITY[name]} to {len(seen.text)}." + " And so on." * LONG[name])

    return reply


def compare(server: Server, folder: Path, *more: object, judge: str = "openai/judge", **environment: str) -> Any:
    return call("compare", "--judge", judge, "--base-url", server.url, *more, cwd=folder, **environment)


def compared(seen: list[Seen]) -> int:
    return sum(bool(TWO.search(one.text)) for one in seen)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what three writers wrote to four queries."""
    folder = tmp_path_factory.mktemp("written")
    with Server(answering()) as server:
        for name in QUALITY:
            ended = call("respond", "--writer", name, "--limit", 4, "--base-url", server.url, cwd=folder)
            assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    (tmp_path / "writingbench-out").mkdir()
    (tmp_path / "writingbench-out/store.db").write_bytes((written / "writingbench-out/store.db").read_bytes())
    return tmp_path


def table(ended: Any) -> Any:
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def order(found: Any) -> list[str]:
    (group,) = found["groups"]
    return [one["writer"] for one in group["standings"]]


def test_every_two_responses_are_compared_in_both_orders_and_the_better_writer_stands_first(folder: Path) -> None:
    with Server(answering()) as server:
        found = table(compare(server, folder, "--json"))
        assert len(server.seen) == compared(server.seen) == 2 * 3 * 4
        pairs = Counter(frozenset(TWO.search(one.text).groups()[1:]) for one in server.seen)  # type: ignore[union-attr]
        assert set(pairs.values()) == {2} and len(pairs) == 12
        assert {one.body["temperature"] for one in server.seen} == {1.0}
    assert order(found) == list(QUALITY)
    assert found["coverage"] == {"possible": 12, "asked": 12, "compared": 12, "failures": {}}
    assert found["orders"]["response"] == 12 and found["orders"]["follows"]["value"] == 0
    best, good, poor = found["groups"][0]["standings"]
    assert (best["won"], good["won"], poor["lost"]) == (8, 4, 8)
    assert best["points"]["value"] > 1000 > poor["points"]["value"]
    assert best["points"]["low"] is not None and best["place"] == best["low"] == 1
    assert found == json.loads((folder / "writingbench-out/compare.json").read_text("utf-8"))


def test_the_same_command_again_asks_nothing_and_finds_the_same(folder: Path) -> None:
    with Server(answering()) as server:
        first = table(compare(server, folder, "--json"))
        asked = len(server.seen)
        again = compare(server, folder)
        assert len(server.seen) == asked and "Nothing to ask" in again.stdout
        assert table(compare(server, folder, "--json")) == first


def test_a_terminal_shows_ranks_intervals_ties_positions_and_coverage(folder: Path) -> None:
    with Server(answering()) as server:
        shown = compare(server, folder)
    flat = re.sub(r"\s+", " ", shown.stdout)
    assert "Compared overall by openai/judge, protocol standard, benchmark starter" in flat
    assert re.search(r"1( \(1–\d\))? openai/best 1\d\d\d \d+–\d+ 9\d% 8, 0, 0", flat)
    assert re.search(r"2( \(\d–\d\))? openai/good 1000 \d+–\d+ 50% 4, 0, 4", flat)
    assert "Coverage: 12 of 12 comparisons asked for, 12 possible, each in both orders" in flat
    assert "Ties: 0 of 12 (0%); what the two orders do not agree on counts as a tie (0 of 12)" in flat
    assert "Position: 0% (0%–60%) follow the place and not the response (first 0, second 0)" in flat
    assert "of all choices 50% (50%–50%) fell on what stood first" in flat
    assert "24 calls made." in flat


def test_a_judge_that_prefers_what_stands_first_tells_nobody_apart_and_is_found_out(folder: Path) -> None:
    with Server(answering(lambda first, second: "first")) as server:
        found = table(compare(server, folder, "--json"))
    assert found["tied"] == found["orders"]["first"] == found["orders"]["disagree"] == 12
    assert found["orders"]["follows"]["value"] == found["orders"]["leading"]["value"] == 1
    (group,) = found["groups"]
    assert [one["points"]["value"] for one in group["standings"]] == pytest.approx([1000] * 3)
    assert [one["place"] for one in group["standings"]] == [1, 1, 1]


def test_by_criteria_all_five_are_asked_about_in_one_call_and_most_of_them_decide(folder: Path) -> None:
    with Server(answering()) as server:
        found = table(compare(server, folder, "--by", "criteria", "--json"))
        assert len(server.seen) == 24
        assert all(f"Criterion {number}: " in one.text for one in server.seen for number in range(1, 6))
    assert found["by"] == "criteria" and found["criteria"]["name"] == "dynamic"
    assert order(found) == list(QUALITY)
    assert found["orders"]["response"] == 12 * 5


def test_overall_and_by_criteria_and_two_judges_share_no_ranking(folder: Path) -> None:
    with Server(answering()) as server, Server(answering(lambda first, second: "tie")) as other:
        kinds = [
            table(compare(server, folder, "--json")),
            table(compare(server, folder, "--by", "criteria", "--json")),
            table(compare(other, folder, "--json", judge="openai/other")),
        ]
    assert len({found["fingerprint"] for found in kinds}) == 3
    assert [found["coverage"]["compared"] for found in kinds] == [12, 12, 12]
    assert [found["tied"] for found in kinds] == [0, 0, 12]


def test_only_the_writers_and_queries_that_are_named_are_compared(folder: Path) -> None:
    with Server(answering()) as server:
        some = ("--writer", "openai/best", "--writer", "openai/poor", "--limit", 2)
        found = table(compare(server, folder, *some, "--json"))
        assert len(server.seen) == 4 and order(found) == ["openai/best", "openai/poor"]
        found = table(compare(server, folder, "--json"))  # the others are asked for, these are there
        assert len(server.seen) == 24 and found["coverage"]["asked"] == 12


def test_a_budget_counts_what_was_compared_before_and_is_not_gone_beyond(folder: Path) -> None:
    with Server(answering()) as server:
        few = table(compare(server, folder, "--budget", 5, "--json"))
        assert len(server.seen) == 10 and few["coverage"] | {"failures": 0} == {
            "possible": 12, "asked": 5, "compared": 5, "failures": 0,
        }  # fmt: skip
        assert table(compare(server, folder, "--budget", 5, "--json")) == few and len(server.seen) == 10
        assert table(compare(server, folder, "--budget", 3, "--json")) == few
        more = table(compare(server, folder, "--budget", 7, "--json"))
        assert len(server.seen) == 14 and more["coverage"]["asked"] == 7
        everything = table(compare(server, folder, "--budget", 100, "--json"))
        assert len(server.seen) == 24 and everything["coverage"]["asked"] == 12


def test_by_batch_all_that_a_budget_allows_goes_out_together(folder: Path) -> None:
    def reply(called: Called) -> Said:
        found = TWO.search(called.text)
        assert found
        return Said(json.dumps({"reason": "So.", "choice": by_quality(found[2], found[3])}))

    with BatchServer(reply) as server:
        found = table(compare(server, folder, "--batch", "--budget", 6, "--json"))
        (batch,) = server.batches.values()
    assert len(batch.calls) == 12 and found["coverage"]["compared"] == 6
    assert order(found) == list(QUALITY)


def test_a_small_budget_lets_everybody_meet_somebody(folder: Path) -> None:
    with Server(answering()) as server:
        found = table(compare(server, folder, "--budget", 3, "--json"))
    assert len(order(found)) == 3 and found["groups"][0]["queries"] == 3


def test_a_failure_is_no_tie_and_no_loss_and_is_said_with_its_name(folder: Path) -> None:
    def some(seen: Seen) -> Answer:
        if (found := TWO.search(seen.text)) and "quality 9" in found[2]:
            return said("Both have their merits.")
        return answering()(seen)

    with Server(some) as server:
        ended = compare(server, folder, "--json")
        assert len(server.seen) == 24 + 8  # what cannot be read is asked once more
    assert ended.returncode == 1 and "8 comparisons are missing: 8 x unreadable" in ended.stderr
    found = json.loads(ended.stdout)
    assert found["coverage"] == {"possible": 12, "asked": 12, "compared": 4, "failures": {"unreadable": 8}}
    (group,) = found["groups"]
    assert [one["writer"] for one in group["standings"]] == ["openai/good", "openai/poor"]
    assert found["tied"] == 0
    with Server(some) as server:
        assert "Compared with nobody: openai/best" in compare(server, folder).stdout


def test_what_was_interrupted_goes_on_where_it_was(folder: Path) -> None:
    answers = answering()
    with Server(*[answers] * 9, Answer(status=401, body='{"error": {"message": "no credit"}}')) as server:
        ended = compare(server, folder, "--max-connections", 1)
        assert ended.returncode == 2 and "no credit" in ended.stderr and "Traceback" not in ended.stderr
    with Server(answers) as server:
        found = table(compare(server, folder, "--json"))
        assert len(server.seen) == 24 - 9
    assert order(found) == list(QUALITY)


def test_a_server_that_takes_no_schema_is_asked_without_and_nothing_of_the_first_rules_is_left(folder: Path) -> None:
    def plain(seen: Seen) -> Answer:
        if "response_format" in seen.body:
            return Answer({"error": {"message": "response_format is not supported", "param": "response_format"}}, 400)
        return answering()(seen)

    with Server(plain) as server:
        found = table(compare(server, folder, "--json"))
        assert order(found) == list(QUALITY)
    import sqlite3

    rules = sqlite3.connect(folder / "writingbench-out/store.db").execute("SELECT fingerprint FROM rules").fetchall()
    assert rules == [(found["fingerprint"],)]


def test_at_equal_length_a_judge_of_length_is_said_to_be_one(folder: Path) -> None:
    with Server(answering(by_length)) as server:
        found = table(compare(server, folder, "--control", "length", "--json"))
        shown = compare(server, folder, "--control", "style")
    assert order(found) == ["openai/poor", "openai/good", "openai/best"]
    equal = found["at_equal_style"]
    assert equal["features"] == ["tokens"]
    (group,) = equal["groups"]
    effect = group["effects"]["tokens"]
    assert effect["odds"]["value"] > 1 and effect["within"] < 0.1
    plain = {one["writer"]: one["points"]["value"] for one in found["groups"][0]["standings"]}
    at_equal = {one["writer"]: one["points"]["value"] for one in group["standings"]}
    assert abs(at_equal["openai/poor"] - at_equal["openai/best"]) < abs(plain["openai/poor"] - plain["openai/best"])
    flat = re.sub(r"\s+", " ", shown.stdout)
    assert "At equal style, tokens: a standard deviation more of it multiplies the odds by" in flat
    assert "can hardly be told apart here" in flat
    assert "At equal style, bold: no two responses differ in it" in flat


def test_equal_responses_make_no_pair(tmp_path: Path) -> None:
    with Server(said("The same.")) as server:
        for name in ("openai/a", "openai/b"):
            call("respond", "--writer", name, "--limit", 2, "--base-url", server.url, cwd=tmp_path)
        line = one_line_of_help(compare(server, tmp_path))
    assert "answered by two of these writers in two ways" in line


def test_responses_made_under_different_rules_are_refused_until_one_is_chosen(folder: Path) -> None:
    with Server(answering()) as server:
        for name in ("openai/best", "openai/poor"):
            arguments = ("--writer", name, "--limit", 1, "--protocol", "demo", "--base-url", server.url)
            assert call("respond", *arguments, cwd=folder).returncode == 0
        before = len(server.seen)
        line = one_line_of_help(compare(server, folder))
        assert "different rules" in line and "demo on starter; standard on starter" in line and "--protocol" in line
        assert len(server.seen) == before
        found = table(compare(server, folder, "--protocol", "demo", "--json"))
        assert found["protocol"]["name"] == "demo" and found["coverage"]["asked"] == 1


def test_runs_that_differ_in_their_criteria_are_one_ground_overall_and_two_by_criteria(folder: Path) -> None:
    with Server(answering()) as server:
        shared = ("--judge", "openai/j", "--criteria", "global", "--limit", 1, "--base-url", server.url)
        assert call("judge", *shared, cwd=folder).returncode == 0
        assert table(compare(server, folder, "--json"))["coverage"]["possible"] == 12
        line = one_line_of_help(compare(server, folder, "--by", "criteria"))
        assert "dynamic criteria; standard on starter, global criteria" in line and "--criteria" in line
        before = len(server.seen)
        by_own = table(compare(server, folder, "--by", "criteria", "--criteria", "dynamic", "--json"))
        by_shared = table(compare(server, folder, "--by", "criteria", "--criteria", "global", "--json"))
        assert len(server.seen) == before + 24 + 6  # only one query was judged by the shared criteria
    assert by_own["fingerprint"] != by_shared["fingerprint"] and by_shared["criteria"]["name"] == "global"


def test_the_report_has_a_section_for_each_judge_in_both_languages_beside_the_marks(folder: Path) -> None:
    with Server(answering()) as server, Server(answering(by_length)) as other:
        assert call("judge", "--judge", "openai/j", "--base-url", server.url, cwd=folder).returncode == 0
        assert "contest" not in (folder / "writingbench-out/report.html").read_text("utf-8")
        compare(server, folder)
        compare(other, folder, judge="openai/<b>other")
    pages = {}
    for lang in ("en", "zh"):
        assert call("report", "--lang", lang, cwd=folder).returncode == 0
        pages[lang] = (folder / "writingbench-out/report.html").read_text("utf-8")
        first, second = pages[lang].split('<section id="contest')[1:]
        names = [
            re.findall(r'<th scope="row">openai/(?:<wbr>)?(\w+)</th>', one.split("</section>")[0])
            for one in (first, second)
        ]
        assert names == [["poor", "good", "best"], ["best", "good", "poor"]]  # the latest first
        assert "openai/&lt;b&gt;other" in first and "<b>other" not in pages[lang]
        assert 'href="#contest"' in pages[lang]
    assert "12 of 12 comparisons asked for were made" in pages["en"] and "完成 12 次" in pages["zh"]
    assert "In 0% (0%–60%) the choice followed the place" in pages["en"]


@pytest.mark.parametrize(
    ("more", "about"),
    [
        (("--budget", 0), "--budget is 0"),
        (("--limit", 0), "--limit is 0"),
        (
            ("--writer", "openai/nobody"),
            "no responses of openai/nobody are in the store; there are those of openai/best",
        ),
        (("--writer", "openai/best"), "two writers that answered the same queries; there is one: openai/best"),
        (("--protocol", "official"), "no responses of that kind"),
        (("--by", "style"), "--by"),
    ],
)
def test_a_wrong_call_is_one_line_that_says_what_to_do(folder: Path, more: tuple[object, ...], about: str) -> None:
    with Server(answering()) as server:
        ended = compare(server, folder, *more)
        assert len(server.seen) == 0
    assert ended.returncode == 2 and about in re.sub(r"\s+", " ", ended.stderr) and "Traceback" not in ended.stderr


def test_where_there_is_no_store_that_is_said(tmp_path: Path) -> None:
    with Server(answering()) as server:
        assert "there is no store here" in one_line_of_help(compare(server, tmp_path))


def test_the_embedded_model_compares_and_is_called_what_it_is(tmp_path: Path) -> None:
    with Server(answering()) as server:
        for name in ("openai/best", "openai/poor"):
            arguments = ("--writer", name, "--protocol", "demo", "--index", 3, "--index", 4, "--base-url", server.url)
            assert call("respond", *arguments, cwd=tmp_path).returncode == 0
    out = tmp_path / "writingbench-out"
    ended = command("compare", out=out)
    assert ended.returncode in (0, 1), ended.stderr
    assert "The embedded judge shows that everything works; its choices say nothing about quality." in ended.stdout
    found = json.loads((out / "compare.json").read_text("utf-8"))
    assert found["judge"]["name"] == EMBEDDED and found["coverage"]["asked"] == 2
    assert found["coverage"]["compared"] + sum(found["coverage"]["failures"].values()) == 2
    again = command("compare", out=out)
    assert "Nothing to ask" in again.stdout and again.returncode == ended.returncode
