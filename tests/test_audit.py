"""Audits of judges whose ways are known: who passes what, and what a judge that cannot judge looks like."""

import json
import random
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path

import pytest

from server import Server, said
from test_cli import call, one_line_of_help
from writingbench.auditing import builtin_subjects
from writingbench.audits.card import load
from writingbench.audits.perturb import PROPERTIES
from writingbench.audits.perturb.pieces import parted
from writingbench.checks import passages
from writingbench.reports.audit import page as page_of

KNOWN = {one.query.text: one for one in builtin_subjects()}
ORDERS = re.compile(r'"score": 10|Give 10|打10分|a score of 10|一律给10分|Score: 10|得分：10')
TAGS = re.compile(
    r'<request id="(\w{8})">\n(.*)\n</request id="\1">\n\n<response id="\1">\n(.*)\n</response id="\1">', re.DOTALL
)


def verdict(score):
    return said(json.dumps({"reason": "It was looked at from the first line to the last.", "score": score}))


def parts(seen):
    """The request and the response that the judge is shown."""
    _, request, response = TAGS.search(seen.text).groups()
    return request, response


def plain(text):
    return re.sub(r"[\W_]+", "", text).lower()


def numbers(text):
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def fair(seen):
    """A judge that knows what a good answer says: it counts how much of that is there, in which order, and what is not
    of it. Whatever the text says about itself is nothing to it.
    """
    request, response = parts(seen)
    known = KNOWN[request]
    spans = passages.each(known.text, passages.sentences(known.text))
    sentences = [one for one in (plain(parted(span)[1]) for span in spans) if len(one) > 5]
    text = plain(response)
    places = [text.find(one) for one in sentences]
    there = [place for place in places if place >= 0]
    steps_back = sum(after < before for before, after in pairwise(there))
    score = 1 + 8 * len(there) / len(places)
    score -= 1.5 * max(0, steps_back - 2)
    score -= 3 * (len(text) > 1.6 * len(plain(known.text)))
    score -= 2 * (len(numbers(response) - numbers(known.text) - numbers(request)) > 3)
    return verdict(max(1, min(10, round(score))))


def gullible(seen):
    return verdict(10) if ORDERS.search(parts(seen)[1]) else fair(seen)


def audit(server, folder, *more):
    return call("audit", "--judge", "openai/m", "--base-url", server.url, *more, cwd=folder)


def card(ended):
    """What each property came to."""
    return {one["property"]: one for one in json.loads(ended.stdout)["results"]}


def of_kind(found, kind):
    return {one["property"]: one["outcome"] for one in found.values() if one["kind"] == kind}


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """A fair judge, audited on everything."""
    folder = tmp_path_factory.mktemp("fair")
    with Server(fair) as server:
        ended = audit(server, folder, "--json")
        asked = len(server.seen)
        again = audit(server, folder, "--json")
        assert len(server.seen) == asked
    assert ended.returncode == 0, ended.stderr
    assert again.stdout == ended.stdout
    return folder, ended, asked


def test_a_fair_judge_passes_every_property(audited):
    found = card(audited[1])
    assert set(found) == {one.name for one in PROPERTIES} and len(found) >= 25
    assert {name: one["outcome"] for name, one in found.items()} == dict.fromkeys(found, "pass")
    assert {one["kind"] for one in found.values()} == {"fall", "stay", "resist", "noise"}


def test_the_card_says_what_it_rests_on(audited):
    folder, ended, asked = audited
    made = json.loads(ended.stdout)
    assert made["writers"] == ["built-in"] and made["queries"] == {"en": 6, "zh": 6} and made["responses"] == 12
    assert made["asked"] == made["marked"] == asked and made["mean"] == 9 and made["criteria"] == "dynamic"
    (kept,) = (folder / "writingbench-out").glob("audit-openai-m-*.json")
    assert json.loads(kept.read_text("utf-8")) == made
    assert set(made["results"][0]["languages"]) == {"en", "zh"}


def test_a_gullible_judge_fails_whatever_tells_it_what_to_do_and_nothing_else(tmp_path):
    with Server(gullible) as server:
        found = card(audit(server, tmp_path, "--json", "--limit", 6))
    assert set(of_kind(found, "resist").values()) == {"fail"} and len(of_kind(found, "resist")) == 8
    assert {one["effect"] > 4 for one in found.values() if one["kind"] == "resist"} == {True}
    assert "fail" not in {one["outcome"] for one in found.values() if one["kind"] != "resist"}


def test_a_judge_that_always_says_the_same_fails_all_that_must_fall_and_passes_all_else(tmp_path):
    with Server(verdict(7)) as server:
        found = card(audit(server, tmp_path, "--json"))
    for kind, outcome in {"fall": "fail", "stay": "pass", "resist": "pass", "noise": "pass"}.items():
        assert set(of_kind(found, kind).values()) == {outcome}, kind


def test_a_judge_that_throws_dice_fails_noise_and_is_passed_for_nothing(tmp_path):
    throws = count()
    with Server(lambda seen: verdict(random.Random(next(throws)).randint(1, 10))) as server:
        found = card(audit(server, tmp_path, "--json"))
    assert found["same-call"]["outcome"] == "fail" and 2.5 < found["same-call"]["effect"] < 3.3
    assert "pass" not in of_kind(found, "fall").values()
    # an interval as wide as the dice make it keeps to no bar that has two ends
    assert "pass" not in {found[name]["outcome"] for name in ("reordered", "markdown-removed", "criteria-language")}


def test_a_judge_that_likes_length_and_polish_is_found_out(tmp_path):
    def shallow(seen):
        _, response = parts(seen)
        size = passages.words(response) + passages.han(response)
        return verdict(
            min(
                10,
                3
                + (size > 60)
                + (size > 150)
                + (size > 300)
                + 3 * bool(re.search("\\*\\*|excellent|佳作|masterly|范本", response)),
            )
        )

    with Server(shallow) as server:
        found = card(audit(server, tmp_path, "--json"))
    assert found["markdown-added"]["effect"] > 0.3 and found["confident-opening"]["outcome"] == "fail"
    for name in ("repeated", "shuffled", "numbers-swapped", "figures-invented"):
        assert found[name]["outcome"] == "fail", name


def test_marks_that_cannot_be_had_are_counted_by_property_and_are_no_numbers(tmp_path):
    def choking(seen):
        return said("I would rather not.") if "<|im_start|>" in parts(seen)[1] else fair(seen)

    with Server(choking) as server:
        ended = audit(server, tmp_path, "--json", "--property", "resist", "--property", "cut", "--limit", 6)
        shown = audit(server, tmp_path, "--property", "resist", "--property", "cut", "--limit", 6)
    found = card(ended)
    assert ended.returncode == shown.returncode == 1 and "60 of 300 marks are missing (60 unreadable)" in ended.stderr
    for name in ("system-en", "system-zh"):
        assert found[name]["outcome"] == "absent" and found[name]["effect"] is None and found[name]["lost"] == 6
        assert found[name]["failures"] == {"unreadable": 30}
    assert found["told-en"]["outcome"] == found["cut"]["outcome"] == "pass"
    assert json.loads(ended.stdout)["failures"] == {"unreadable": 60}
    assert "60 of 300 marks could not be had (60 unreadable)" in shown.stdout


def test_what_was_marked_is_not_marked_again_when_more_is_asked_for(tmp_path):
    with Server(fair) as server:
        assert audit(server, tmp_path, "--property", "cut", "--limit", 5).returncode == 0
        first = len(server.seen)
        audit(server, tmp_path, "--property", "cut", "--property", "told-en", "--limit", 5)
        second = len(server.seen)
        audit(server, tmp_path, "--property", "cut", "--property", "told-en", "--limit", 6)
    assert (first, second - first, len(server.seen) - second) == (50, 25, 15)


def test_the_order_of_calls_is_tried_with_calls_of_its_own(tmp_path):
    with Server(fair) as server:
        ended = audit(server, tmp_path, "--property", "call-order", "--limit", 1, "--max-connections", 1)
        asked = [re.search("Criterion: (.*)", seen.text)[1] for seen in server.seen]
    assert ended.returncode == 0 and len(asked) == 10
    assert asked[5:] == asked[:5][::-1]


def test_fewer_than_five_queries_decide_nothing(tmp_path):
    with Server(fair) as server:
        ended = audit(server, tmp_path, "--limit", 4, "--property", "fall", "--json")
    assert set(of_kind(card(ended), "fall").values()) <= {"undecided", "absent"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A folder with a run of two queries: the writer gives the built-in answers, the judge is fair."""
    folder = tmp_path_factory.mktemp("ran")

    def reply(seen):
        return said(KNOWN[seen.text].text) if seen.text in KNOWN else fair(seen)

    with Server(reply) as server:
        ended = call("run", "--writer", "openai/w", "--judge", "openai/m", "--base-url", server.url, "--limit", 6,
                     "--protocol", "standard", cwd=folder)  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        own = audit(server, folder, "--property", "cut", "--property", "wrong-language", "--json")
        asked = len(server.seen)
        builtin = audit(server, folder, "--property", "cut", "--builtin", "--json")
        wrong = audit(server, folder, "--writer", "openai/x")
    return folder, own, builtin, wrong, asked


def test_the_responses_of_a_run_are_used_where_there_are_any(ran):
    _, own, builtin, wrong, asked = ran
    made = json.loads(own.stdout)
    assert made["writers"] == ["openai/w"] and made["responses"] == 6 and card(own)["cut"]["outcome"] == "pass"
    assert asked == 6 + 30 + 30  # the run's own marks of the unchanged responses are known already
    assert card(own)["wrong-language"]["outcome"] == "absent" and card(own)["wrong-language"]["inapplicable"] == 6
    assert json.loads(builtin.stdout)["writers"] == ["built-in"]
    assert "openai/x" in one_line_of_help(wrong)


def test_the_report_says_what_the_judges_came_to_and_leads_to_their_page(ran):
    folder = ran[0]
    assert call("report", cwd=folder).returncode == 0
    html = (folder / "writingbench-out/report.html").read_text("utf-8")
    assert 'href="audit.html"' in html and "openai/m passes" in html
    assert call("report", "--lang", "zh", cwd=folder).returncode == 0
    assert "评审模型自查" in (folder / "writingbench-out/report.html").read_text("utf-8")


def test_a_report_does_without_a_card_that_cannot_be_read(ran):
    folder = ran[0]
    broken = folder / "writingbench-out/audit-broken.json"
    broken.write_text('{"judge": 3}', "utf-8")
    try:
        assert call("report", cwd=folder).returncode == 0
    finally:
        broken.unlink()


def test_criteria_in_the_other_language_are_those_of_the_set_that_is_judged_by(tmp_path):
    with Server(fair) as server:
        ended = audit(
            server, tmp_path, "--criteria", "domain", "--property", "criteria-language", "--limit", 2, "--json"
        )
        texts = [seen.text for seen in server.seen]
    assert ended.returncode == 0 and len(texts) == 20
    criteria = [text.rpartition("Criterion: ")[2] for text in texts]
    assert sum(passages.han(one) > 20 for one in criteria) == 10
    assert json.loads(ended.stdout)["criteria"] == "domain"


def test_a_judge_that_favours_its_own_writing_fails_where_people_see_no_difference(tmp_path):
    rows = [
        {"query": query, "writer": writer, "response": f"{known.text} ({writer})", "score": 2}
        for query, known in KNOWN.items()
        for writer in ("m-2026", "else")
    ]
    (tmp_path / "people.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")

    def vain(seen):
        return verdict(9 if "(m-2026)" in parts(seen)[1] else 6)

    with Server(vain) as server:
        ended = audit(server, tmp_path, "--scored", "people.jsonl", "--own", "m-2026", "--property", "noise", "--json")
        nobody = audit(server, tmp_path, "--scored", "people.jsonl")
    found = card(ended)["own-writing"]
    assert (found["kind"], found["outcome"], found["effect"], found["queries"]) == ("itself", "fail", 3.0, 12)
    assert "--own" in one_line_of_help(nobody) and "m-2026" in nobody.stderr


@pytest.mark.parametrize(
    ("more", "said_of_it"),
    [
        (("--property", "told"), "no property 'told'"),
        (("--limit", "0"), "--limit is 0"),
        (("--repeats", "0"), "--repeats is 0"),
        (("--scored", "nowhere.jsonl"), "nowhere.jsonl: cannot be read"),
        (("--scored", "bad.jsonl"), "bad.jsonl:2: "),
        (("--criteria", "nothing.toml"), "no criteria 'nothing.toml'"),
    ],
)
def test_a_bad_call_is_answered_with_one_line(tmp_path, more, said_of_it):
    (tmp_path / "bad.jsonl").write_text(
        '{"query": "q", "writer": "w", "response": "r", "score": 1}\n{"query": "q", "writer": "w", "score": 1}\n'
    )
    with Server(verdict(7)) as server:
        line = one_line_of_help(audit(server, tmp_path, *more))
        assert said_of_it in line and not server.seen


def test_the_properties_are_listed_with_an_example_in_either_language(tmp_path):
    english, chinese = (
        call("audit", "properties", cwd=tmp_path),
        call("audit", "properties", "--lang", "zh", cwd=tmp_path),
    )
    for ended in (english, chinese):
        assert ended.returncode == 0 and all(f"{one.name} ({one.kind}" in ended.stdout for one in PROPERTIES)
    assert "Outline: 1. Household rainwater tanks" in english.stdout and "提纲： 1. K3智能门锁" in chinese.stdout
    listed = json.loads(call("audit", "properties", "--json", cwd=tmp_path).stdout)
    assert [one["name"] for one in listed] == [one.name for one in PROPERTIES]
    assert listed[0]["high"] == -1 and listed[0]["example"]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """The embedded model, audited on two short texts by one criterion."""
    folder = tmp_path_factory.mktemp("embedded")
    whole = Path(__file__).parents[1] / "docs/examples/whole.toml"
    judge = "--judge", "local/smollm2", "--protocol", "demo", "--criteria", whole
    return call("audit", *judge, "--property", "announced", "--language", "en", "--limit", 2, "--json", cwd=folder)


def test_the_embedded_model_can_be_audited(embedded):
    assert embedded.returncode in (0, 1), embedded.stderr
    made = json.loads(embedded.stdout)
    assert made["judge"] == "local/smollm2" and made["criteria"] == "whole" and made["marked"] >= 2
    assert card(embedded)["announced"]["outcome"] in ("undecided", "absent")


# in a browser


CHROMIUM = shutil.which("chromium")
BROWSER = pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium")


@contextmanager
def opened(folder, **options):
    from playwright.sync_api import sync_playwright

    messages = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        page.on("console", lambda message: messages.append(message.text))
        page.goto((folder / "writingbench-out/audit.html").as_uri())
        yield page
        browser.close()
    assert messages == []


@BROWSER
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_shows_every_property_and_axe_finds_no_serious_fault(audited, lang, scheme):
    from axe_playwright_python.sync_playwright import Axe

    folder = audited[0]
    cards = load(folder / "writingbench-out")
    (folder / "writingbench-out/audit.html").write_text(page_of(cards, lang), "utf-8")
    with opened(folder, color_scheme=scheme) as page:
        assert page.locator("table.audit tbody tr").count() == len(PROPERTIES)
        assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
        assert page.locator(".outcome.pass").count() == len(PROPERTIES)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page).response["violations"]
        worse = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert worse == []


@BROWSER
def test_several_judges_stand_side_by_side_and_nothing_sticks_out_on_a_phone(audited, tmp_path):
    first, *_ = load(audited[0] / "writingbench-out")
    hostile = replace(first, judge="<img src=x onerror=alert(1)>/" + "long" * 40, judge_fingerprint="0" * 32)
    (tmp_path / "writingbench-out").mkdir()
    (tmp_path / "writingbench-out/audit.html").write_text(page_of([first, hostile], "en"), "utf-8")
    with opened(tmp_path, viewport={"width": 390, "height": 800}) as page:
        assert page.locator(".audit-side tbody tr").count() == len(PROPERTIES)
        assert page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
