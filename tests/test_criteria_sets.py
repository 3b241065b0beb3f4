"""Sets of criteria: what is in them, what runs under them cost, and how a report compares them."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy.stats import kendalltau, pearsonr

from server import Server, said
from test_cli import call, one_line_of_help
from writingbench import evaluate, stored
from writingbench.benchmark import named, taxonomy
from writingbench.benchmark.language import HAN
from writingbench.criteria import sets
from writingbench.evaluate import Run
from writingbench.records import DYNAMIC, REQUIREMENTS, Query, UserError
from writingbench.scores import Label, Table
from writingbench.scores.board import rank
from writingbench.scores.criteria import compare
from writingbench.scores.ranks import kendall
from writingbench.scores.table import Answers, Asked, Marks
from writingbench.store import Store

STARTER = named("starter", Path).queries
DOMAINS = [domain.name for domain in taxonomy.builtin().domains]
SHIPPED = {name: sets.load(name) for name in sets.SHIPPED}
EVERY = [
    (name, language, one) for name, found in SHIPPED.items() for one in found.criteria for language in ("en", "zh")
]


def texts(one, language):
    return msgspec.to_builtins(getattr(one, language))


# what is in them


def test_there_are_five_criteria_for_all_and_five_for_each_domain():
    assert [one.domain for one in SHIPPED["global"].criteria] == [None] * 5
    assert [one.domain for one in SHIPPED["domain"].criteria] == [name for name in DOMAINS for _ in range(5)]


@pytest.mark.parametrize("wanted", sets.SHIPPED)
def test_every_domain_and_language_gets_five_criteria_with_names_of_their_own(wanted):
    for domain in DOMAINS:
        for language in ("en", "zh"):
            query = replace(STARTER[0], domain1=domain, language=language, requirements=REQUIREMENTS)
            made = SHIPPED[wanted].of(query)
            assert len({one.name for one in made}) == 5
            assert sum(one.requirement is not None for one in made) >= 1


@pytest.mark.parametrize(("name", "language", "one"), EVERY)
def test_each_text_is_in_its_language_and_no_two_bands_say_the_same(name, language, one):
    said = texts(one, language)
    assert len(set(said.values())) == 7
    for key, text in said.items():
        assert bool(HAN.search(text)) == (language == "zh"), key
        assert text == text.strip()
        assert 4 <= len(text) <= (300 if language == "en" else 110), key
    for band in ("1-2", "3-4", "5-6", "7-8", "9-10"):
        assert said[band].endswith("." if language == "en" else "。")


def test_no_sentence_of_the_sets_comes_twice():
    for language in ("en", "zh"):
        names = [texts(one, language)["name"] for found in SHIPPED.values() for one in found.criteria]
        assert len(set(names)) == 35
        first = [texts(one, language)["description"] for found in SHIPPED.values() for one in found.criteria]
        assert len(set(first)) == 35
    for language in ("en", "zh"):  # the middle and the ends are about this criterion, not about any
        bands = [text for _, spoken, one in EVERY if spoken == language for text in texts(one, language).values()]
        often = {text for text in bands if bands.count(text) > 1}
        assert often <= {"One or two such faults.", "只有一两处这样的毛病。"}


# replacing


@pytest.mark.parametrize("name", sets.SHIPPED)
def test_only_the_criteria_are_replaced_and_in_the_querys_language(name):
    made = sets.apply(STARTER, SHIPPED[name], 5)
    assert [replace(one, criteria=()) for one in made] == [replace(one, criteria=()) for one in STARTER]
    for before, after in zip(STARTER, made, strict=True):
        assert len(after.criteria) == 5
        assert not {one.name for one in before.criteria} & {one.name for one in after.criteria}
        assert all(bool(HAN.search(one.description)) == (after.language == "zh") for one in after.criteria)
    assert sets.apply(made, SHIPPED[name], 5) == made


def test_a_criterion_watches_only_over_what_the_query_demands():
    for query in sets.apply(STARTER, SHIPPED["global"]):
        assert {one.requirement for one in query.criteria} - {None} <= set(query.requirements)
    plain = replace(STARTER[0], requirements=())
    (made,) = sets.apply([plain], SHIPPED["global"])
    assert {one.requirement for one in made.criteria} == {None}


def test_a_domain_of_ones_own_is_named_and_what_to_do_is_said():
    own = replace(STARTER[0], domain1="Cookery")
    with pytest.raises(UserError, match=r"domain 'Cookery'.*Academic & Engineering.*dynamic or global"):
        sets.apply([own], SHIPPED["domain"])
    assert len(sets.apply([own], SHIPPED["global"])) == 1


OWN = """
name = "kitchen"
[[criterion]]
domain = "Cookery"
requirement = "length"
[criterion.en]
name = "Salt"
description = "Is there salt?"
1-2 = "None."
3-4 = "Too much."
5-6 = "Some."
7-8 = "Enough, but for one dish."
9-10 = "Just enough in every dish."
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "own.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_a_set_of_ones_own_may_hold_domains_of_ones_own_and_criteria_for_the_rest(file):
    rest = OWN[OWN.index("[[") :].replace('domain = "Cookery"\n', "").replace("Salt", "Pepper")
    found = sets.load(file(OWN + rest))
    own = replace(STARTER[0], domain1="Cookery", language="en", requirements=("length",))
    other = replace(own, domain1="Education", requirements=())
    cookery, education = sets.apply([own, other], found)
    assert [(one.name, one.requirement) for one in cookery.criteria] == [("Salt", "length")]
    assert [(one.name, one.requirement) for one in education.criteria] == [("Pepper", None)]
    assert cookery.criteria[0].bands[3] == "Enough, but for one dish."


def test_another_name_leaves_the_fingerprint_and_another_word_changes_it(file):
    first = sets.load(file(OWN)).fingerprint
    assert sets.load(file(OWN.replace("kitchen", "cellar"))).fingerprint == first
    assert sets.load(file(OWN.replace("Some.", "A little."))).fingerprint != first
    assert len({found.fingerprint for found in SHIPPED.values()} | {first}) == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "kitchen"', 'name = "global"', "the name 'global' is taken"),
        ('name = "kitchen"', 'name = "dynamic"', "the name 'dynamic' is taken"),
        ('name = "kitchen"', 'name = " "', "needs a name"),
        ('name = "kitchen"', 'name = "kitchen"\ncolour = "red"', "colour"),
        ("[criterion.en]", "[criterion.fr]", "fr"),
        ('"Some."', '"  "', "`en.5-6` is empty"),
        ('3-4 = "Too much."\n', "", "3-4"),
        ('requirement = "length"', 'requirement = "taste"', "taste"),
        (OWN[OWN.index("[criterion.en]") :], "", "criterion 1 has no wording"),
        ("[[criterion]]", "[[criterion]", "not a set of criteria"),
    ],
)
def test_a_defective_set_is_refused_with_what_is_wrong(file, old, new, says):
    assert old in OWN
    with pytest.raises(UserError, match=re.escape(says)):
        sets.load(file(OWN.replace(old, new)))


def test_the_same_name_twice_a_missing_language_and_a_missing_file_are_named(file, tmp_path):
    with pytest.raises(UserError, match="criterion 2: another one beside it is called 'Salt' too"):
        sets.load(file(OWN + OWN[OWN.index("[[") :]))
    chinese = replace(STARTER[0], domain1="Cookery", language="zh")
    with pytest.raises(UserError, match=r"have no Chinese wording for query 1 \(Cookery\)"):
        sets.apply([chinese], sets.load(file(OWN)))
    with pytest.raises(UserError, match="have 1 for Cookery; the protocol wants 5"):
        sets.apply([replace(chinese, language="en")], sets.load(file(OWN)), 5)
    with pytest.raises(UserError, match="neither dynamic, global, domain nor a readable file"):
        sets.load(str(tmp_path / "nothing.toml"))
    (tmp_path / "latin.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(UserError, match="nor a readable file"):
        sets.load(str(tmp_path / "latin.toml"))
    with pytest.raises(UserError, match="nor a readable file"):
        sets.load("nul\0nul")


# runs

WRITERS = ("good", "fair", "poor")
NAMES = {wanted: {texts(one, spoken)["name"] for name, spoken, one in EVERY if name == wanted} for wanted in SHIPPED}


def reply(seen):
    """`dynamic` criteria give all but the poor writer 9, `global` ones tell all apart, `domain` ones turn it round."""
    if "Criterion: " not in seen.text:
        return said(f"Written by {seen.body['model']}.")
    place = next(number for number, name in enumerate(WRITERS) if f"Written by {name}." in seen.text)
    criterion = seen.text.rpartition("Criterion: ")[2].splitlines()[0]
    moved = len(criterion) % 2  # so that responses differ from query to query
    if criterion in NAMES["global"]:
        score = (8, 6, 3)[place] + moved
    elif criterion in NAMES["domain"]:
        score = (3, 5, 8)[place] + moved
    else:
        score = (9, 9, 4)[place] + moved
    return said(json.dumps({"reason": "“Written by” says enough about this text.", "score": score}))


def models(server, writer="good", judge="judge"):
    return ("--writer", f"openai/{writer}", "--judge", f"openai/{judge}", "--base-url", server.url)


def judging(server, start=0):
    return sum("Criterion: " in seen.text for seen in server.seen[start:])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Three writers under three sets on the starter, with what each run came to."""
    folder = tmp_path_factory.mktemp("sets")
    ended = {}
    with Server(reply) as server:
        for name in ("dynamic", "global", "domain"):
            for writer in WRITERS:
                before = len(server.seen)
                ended[name, writer] = call("run", *models(server, writer), "--criteria", name, cwd=folder)
                assert ended[name, writer].returncode == 0, ended[name, writer].stderr
                ended[name, writer].calls = (len(server.seen) - before, judging(server, before))
    return folder, ended


@pytest.fixture
def folder(done, tmp_path):
    shutil.copytree(done[0], tmp_path / "copy")
    return tmp_path / "copy"


def scores(folder, name="scores.json"):
    return json.loads((folder / "writingbench-out" / name).read_text("utf-8"))


def test_another_set_asks_the_judge_and_never_the_writer_again(done):
    for (name, _), ended in done[1].items():
        assert ended.calls == ((72, 60) if name == "dynamic" else (60, 60))


def test_a_run_ends_with_its_own_table_and_says_that_there_is_more_to_compare(done):
    assert "compares" not in done[1]["dynamic", "poor"].stdout
    assert "Judged by other criteria too (dynamic): `writingbench report` compares." in done[1]["global", "good"].stdout
    last = done[1]["domain", "poor"].stdout
    assert "domain criteria" in last
    assert "(dynamic, global)" in last
    made = scores(done[0])
    assert [one["writer"] for one in made["models"]] == ["openai/poor", "openai/fair", "openai/good"]
    assert made["criteria"] == {"name": "domain", "fingerprint": SHIPPED["domain"].fingerprint}


def test_the_report_compares_the_sets_without_being_asked_to_mix(folder):
    ended = call("report", "--json", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    made = json.loads(ended.stdout)
    assert made == scores(folder)
    assert [table["criteria"]["name"] for table in made["tables"]] == ["dynamic", "domain", "global"]
    assert all(len(table["models"]) == 3 for table in made["tables"])
    (found,) = made["criteria"]
    assert (found["queries"], found["responses"]) == (12, 36)
    names = [one["name"] for one in found["sets"]]
    assert names == ["dynamic", "domain", "global"]
    for one, table in zip(found["sets"], made["tables"], strict=True):
        overall = {model["fingerprint"]: model for model in table["models"]}
        for writer in one["writers"]:  # everything was marked under every set, so the figures are the tables' own
            model = overall[writer["fingerprint"]]
            assert writer["writer"] == model["writer"]
            assert (writer["mean"], writer["low"], writer["high"]) == pytest.approx(
                tuple(model["overall"][key] for key in ("mean", "low", "high"))
            )
            assert writer["rank"] == model["rank"]
        assert one["pairs"] == 3
        assert one["apart"] == sum(pair["apart"] for pair in table["pairs"])
    own, domain, other = found["sets"]
    assert (own["apart"], other["apart"], domain["apart"]) == (2, 3, 3)
    assert own["top"] == pytest.approx(2 / 3)
    assert other["top"] < own["top"]
    tau = {(one["first"], one["second"]): one["tau"] for one in found["agreement"]}
    assert tau["domain", "global"] == -1
    assert tau["dynamic", "global"] > 0 > tau["dynamic", "domain"]
    correlation = {(one["first"], one["second"]): one["correlation"] for one in found["agreement"]}
    assert correlation["dynamic", "global"] > 0.5
    assert correlation["domain", "global"] < -0.5


def test_the_terminal_and_the_page_show_the_comparison_in_both_tongues(folder):
    ended = call("report", cwd=folder)
    assert "Criteria compared, on 36 responses to 12 queries" in ended.stdout
    assert re.search(r"domain and global +-1\.00 +-0\.\d\d", ended.stdout)
    assert re.search(r"^dynamic .* 67% +2 of 3", ended.stdout, re.M)
    page = (folder / "writingbench-out/report.html").read_text("utf-8")
    assert 'id="criteria"' in page
    assert 'href="#criteria"' in page
    assert "Order of the writers (Kendall’s tau)" in page
    assert "−1.00" in page
    assert "global (one set for all queries)" in page
    assert len(re.findall(r'id="table-\d', page)) == 3
    call("report", "--lang", "zh", cwd=folder)
    page = (folder / "writingbench-out/report.html").read_text("utf-8")
    assert "评分标准对比" in page
    assert "领域（每个领域一套）" in page


def test_one_set_alone_is_one_table_as_ever(folder):
    ended = call("report", "--criteria", "global", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert scores(folder)["criteria"]["name"] == "global"
    assert [one["writer"] for one in scores(folder)["models"]] == ["openai/good", "openai/fair", "openai/poor"]
    page = (folder / "writingbench-out/report.html").read_text("utf-8")
    assert 'id="criteria"' not in page
    assert "holds no judged run of that kind" in one_line_of_help(call("report", "--criteria", "mine", cwd=folder))


def test_other_rules_beside_other_sets_are_refused_by_name_and_mixed_apart(folder):
    with Server(reply) as server:
        ended = call("run", *models(server, judge="other"), "--criteria", "global", "--limit", 2, cwd=folder)
        assert ended.returncode == 0, ended.stderr
    line = one_line_of_help(call("report", cwd=folder))
    assert "by openai/judge, domain criteria; " in line
    assert "by openai/other, global criteria" in line
    assert "--criteria" in line
    assert call("report", "--mix", cwd=folder).returncode == 0
    made = scores(folder)
    assert len(made["tables"]) == 4
    (found,) = made["criteria"]  # the other judge went by one set only
    assert found["judge"]["name"] == "openai/judge"


def test_marks_in_parquet_are_compared_too(folder):
    for name in ("dynamic", "global"):
        call("report", "--criteria", name, cwd=folder)
        shutil.copy(folder / "writingbench-out/scores.parquet", folder / f"{name}.parquet")
    both = ("report", "--marks", "dynamic.parquet", "--marks", "global.parquet", "--out", "again")
    ended = call(*both, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    again = json.loads((folder / "again/scores.json").read_text("utf-8"))
    assert [one["name"] for one in again["criteria"][0]["sets"]] == ["dynamic", "global"]
    assert call(*both, "--criteria", "global", cwd=folder).returncode == 0
    assert json.loads((folder / "again/scores.json").read_text("utf-8"))["criteria"]["name"] == "global"


def test_power_wants_one_set_and_takes_its_name(folder):
    line = one_line_of_help(call("power", cwd=folder))
    assert "global criteria" in line and "--criteria" in line
    assert call("power", "--criteria", "global", cwd=folder).returncode == 0


def test_what_is_stored_is_judged_by_another_set_without_the_benchmark(tmp_path):
    with Server(reply) as server:
        call("respond", "--writer", "openai/good", "--base-url", server.url, cwd=tmp_path)
        judge = ("judge", "--judge", "openai/judge", "--base-url", server.url)
        part = call(*judge, "--limit", 2, cwd=tmp_path)
        assert (part.returncode, len(server.seen)) == (0, 12 + 10)
        ended = call(*judge, "--criteria", "global", cwd=tmp_path)  # everything that was answered, not the part
        assert (ended.returncode, len(server.seen)) == (0, 12 + 10 + 60), ended.stderr
        again = call("run", *models(server), "--criteria", "global", cwd=tmp_path)  # the same run
        assert "Nothing to ask" in again.stdout
        own = call(*judge, cwd=tmp_path)
        assert (own.returncode, len(server.seen)) == (0, 12 + 60 + 60)
    with Store(tmp_path / "writingbench-out/store.db") as store:
        runs = [run for run in stored.stored_runs(store) if run.judge]
    assert sorted(run.criteria for run in runs) == ["dynamic", "global"]
    assert len({run.benchmark_fingerprint for run in runs}) == 1
    assert len({run.fingerprint for run in runs}) == 2


def test_where_only_another_set_is_stored_the_queries_own_criteria_are_asked_for_by_name(tmp_path):
    with Server(reply) as server:
        call("run", *models(server), "--criteria", "global", "--limit", 2, cwd=tmp_path)
        calls = len(server.seen)
        judge = ("judge", "--judge", "openai/judge", "--base-url", server.url)
        line = one_line_of_help(call(*judge, cwd=tmp_path))
        assert "with criteria of their own; begin with `respond`" in line
        ended = call(*judge, "--criteria", "domain", cwd=tmp_path)
        assert (ended.returncode, len(server.seen)) == (0, calls + 10), ended.stderr
        call("respond", "--writer", "openai/good", "--base-url", server.url, "--limit", 2, cwd=tmp_path)
        assert call(*judge, cwd=tmp_path).returncode == 0
        assert judging(server) == len(server.seen) - 2


def test_plan_counts_the_answers_as_stored_and_the_marks_as_missing(folder):
    with Server(reply) as server:
        ended = call("plan", *models(server), "--criteria", "global", "--json", cwd=folder)
        fresh = call("plan", *models(server, judge="new"), "--criteria", "domain", "--json", cwd=folder)
        assert server.seen == []
    assert [(one["stored"], one["missing"]) for one in json.loads(ended.stdout)["stages"]] == [(12, 0), (60, 0)]
    assert [(one["stored"], one["missing"]) for one in json.loads(fresh.stdout)["stages"]] == [(12, 0), (0, 60)]


def test_requests_without_criteria_are_judged_by_a_set_and_by_nothing_else(tmp_path):
    row = {"index": 1, "domain1": "Education", "domain2": "Coursework", "lang": "en", "query": "Q?", "checklist": []}
    (tmp_path / "bare.jsonl").write_text(json.dumps(row) + "\n")
    ended = call("plan", "--benchmark", "bare.jsonl", "--criteria", "global", "--json", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert [one["calls"] for one in json.loads(ended.stdout)["stages"]][:2] == [1, 5]
    ended = call("plan", "--benchmark", "bare.jsonl", cwd=tmp_path)
    assert ended.returncode == 2
    assert "bare.jsonl:1: checklist: must hold 5 criteria" in ended.stderr


def test_a_file_of_criteria_is_run_and_a_domain_it_lacks_is_one_clear_line(tmp_path):
    own = (Path(sets.__file__).parent / "data/sets/global.toml").read_text("utf-8").replace('"global"', '"mine"', 1)
    (tmp_path / "mine.toml").write_text(own.replace("Nothing made up", "Nothing made up here"), "utf-8")
    (tmp_path / "kitchen.toml").write_text(OWN, "utf-8")
    with Server(reply) as server:
        chosen = (*models(server), "--limit", 3, "--criteria")
        ended = call("run", *chosen, "mine.toml", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert "mine criteria" in ended.stdout
        seen = len(server.seen)
        assert "have nothing for the domain 'Academic & Engineering' (query 1)" in one_line_of_help(
            call("run", *chosen, "kitchen.toml", cwd=tmp_path)
        )
        assert "no criteria 'globe'" in one_line_of_help(call("run", *chosen, "globe", cwd=tmp_path))
        assert len(server.seen) == seen
    assert scores(tmp_path)["criteria"]["name"] == "mine"


# identity


def test_runs_that_were_stored_before_there_were_sets_are_what_they_were(done):
    with Store(done[0] / "writingbench-out/store.db") as store:
        run = next(one for one in stored.stored_runs(store) if one.criteria == DYNAMIC)
    body = msgspec.to_builtins(run)
    assert (body.pop("criteria"), body.pop("criteria_fingerprint")) == ("dynamic", "")
    before = msgspec.convert(body, Run)
    assert before == run
    assert before.rules == (run.protocol.fingerprint, run.benchmark_fingerprint, run.judge.fingerprint)
    by = [evaluate.by_criteria(run, found) for found in (None, *SHIPPED.values())]
    assert by[0] == run
    assert len({one.fingerprint for one in by}) == len({one.rules for one in by}) == 3
    assert len({one.but_criteria for one in by}) == 1


# the comparison


def table(marks, criteria="dynamic", fingerprint="", writers=None, indices=None):
    """Marks [M, Q] on one criterion each, NaN where there is none."""
    marks = np.asarray(marks, float)
    rows, columns = np.nonzero(~np.isnan(marks))
    nothing = np.zeros(len(rows), np.int32)
    names = writers or [f"w{number}" for number in range(len(marks))]
    shared = {
        "judge": "j", "protocol": "p", "benchmark": "b", "prompt": "s", "judge_fingerprint": "j",
        "protocol_fingerprint": "p", "benchmark_fingerprint": "b",
    }  # fmt: skip
    return Table(
        labels=tuple(
            Label(
                writer=name,
                alike=name,
                fingerprint=f"{name} {criteria}",
                criteria=criteria,
                criteria_fingerprint=fingerprint,
                **shared,
            )
            for name in names
        ),
        queries=tuple(
            Asked(index=index, domain1="Education", domain2="Lesson Plan", language="en", tokens=9, criteria=("c",),
                  kinds=(None,))
            for index in indices or range(1, marks.shape[1] + 1)
        ),
        marks=Marks(
            writer=rows.astype(np.int32), query=columns.astype(np.int32), criterion=nothing, draw=nothing,
            repeat=nothing, score=marks[rows, columns].astype(np.int32),
        ),
        asked=np.ones(marks.shape, np.int32),
        failures={},
        answers=Answers(**{name: np.zeros(0, np.int32) for name in Answers.__slots__}),
    )  # fmt: skip


def drawn(writers=5, queries=40, seed=0):
    chance = np.random.default_rng(seed)
    return chance.integers(1, 11, (writers, queries)).astype(float)


def test_the_figures_are_those_of_scipy_and_of_numpy():
    own, other = drawn(seed=1), drawn(seed=2)
    other[2:] = np.clip(own[2:] + np.random.default_rng(3).integers(-1, 2, own[2:].shape), 1, 10)
    (found,) = compare([rank(table(own)), rank(table(other, "global", "g"))])
    means = own.mean(axis=1), other.mean(axis=1)
    assert found.agreement[0].tau == pytest.approx(kendalltau(*means).statistic)
    assert found.agreement[0].correlation == pytest.approx(pearsonr(own.ravel(), other.ravel()).statistic)
    for under, marks in zip(found.sets, (own, other), strict=True):
        assert under.mean == pytest.approx(marks.mean())
        assert under.spread == pytest.approx(marks.std(ddof=1))
        assert under.top == pytest.approx((marks >= 9).mean())
    best = [label.writer for label in found.labels]
    assert best == [f"w{place}" for place in np.argsort(-means[0], kind="stable")]


def test_equal_scores_are_ties_for_kendall():
    one, other = [1, 2, 2, 3, 5], [1, 1, 3, 2, 9]
    assert kendall(one, other) == pytest.approx(kendalltau(one, other).statistic)
    assert kendall([1, 1, 1], [1, 2, 3]) is None
    assert kendall([1], [2]) is None


def test_only_what_every_set_has_marked_is_compared():
    own, other = drawn(), drawn(seed=1)
    own[0, 3], other[1, 5], other[4] = np.nan, np.nan, np.nan
    writers = ["w4", "w3", "w2", "w1", "w0", "new"]
    turned = np.vstack([other[::-1], drawn(1, seed=2)])
    (found,) = compare([rank(table(turned, "global", "g", writers)), rank(table(own))])
    assert [one.name for one in found.sets] == ["dynamic", "global"]
    assert {label.writer for label in found.labels} == {"w0", "w1", "w2", "w3", "w4"}
    assert (found.queries, found.responses) == (40, 4 * 40 - 2)
    both = ~np.isnan(own) & ~np.isnan(other)
    assert found.agreement[0].correlation == pytest.approx(np.corrcoef(own[both], other[both])[0, 1])
    (last,) = (row for row, label in enumerate(found.labels) if label.writer == "w4")
    for under in found.sets:
        standing = under.writers[last]
        assert (standing.mean, standing.low, standing.rank) == (None, None, None)
        assert under.top is not None


def test_queries_are_matched_by_their_index_whatever_their_order():
    own = drawn()
    (found,) = compare(
        [rank(table(own)), rank(table(own[:, ::-1][:, :30], "global", "g", indices=list(range(40, 10, -1))))]
    )
    assert found.queries == 30
    assert found.agreement[0].correlation == pytest.approx(1)
    assert found.agreement[0].tau == 1
    assert found.sets[0].apart == found.sets[1].apart


def test_sets_without_a_writer_in_common_other_rules_and_a_single_table_are_not_compared():
    own = table(drawn())
    assert compare([]) == ()
    assert compare([rank(own)]) == ()
    assert compare([rank(own), rank(table(drawn(), "global", "g", writers=list("abcde")))]) == ()
    elsewhere = replace(own, labels=tuple(replace(one, judge_fingerprint="other") for one in own.labels))
    assert compare([rank(own), rank(elsewhere)]) == ()


def test_one_writer_one_query_and_no_marks_at_all_have_no_figures_and_no_crash():
    (found,) = compare([rank(table([[5]])), rank(table([[7]], "global", "g"))])
    assert (found.agreement[0].tau, found.agreement[0].correlation) == (None, None)
    assert [(one.mean, one.spread, one.pairs) for one in found.sets] == [(5, None, 0), (7, None, 0)]
    (found,) = compare([rank(table([[np.nan, 5]])), rank(table([[5, np.nan]], "global", "g"))])
    assert (found.queries, found.responses) == (0, 0)
    assert [(one.mean, one.top, one.writers[0].mean) for one in found.sets] == [(None, None, None)] * 2
    flat = np.full((3, 8), 9)
    (found,) = compare([rank(table(flat)), rank(table(drawn(3, 8), "global", "g"))])
    assert (found.agreement[0].tau, found.agreement[0].correlation) == (None, None)
    assert (found.sets[0].top, found.sets[0].apart) == (1, 0)


def test_three_sets_give_three_agreements_and_many_writers_only_neighbours():
    made = [rank(table(drawn(60, 12, seed), name, name)) for seed, name in enumerate(("a", "b", "c"))]
    (found,) = compare(made)
    assert [(one.first, one.second) for one in found.agreement] == [(0, 1), (0, 2), (1, 2)]
    assert [one.pairs for one in found.sets] == [59, 59, 59]


def test_every_query_of_the_official_benchmark_gets_its_criteria(official):
    queries: tuple[Query, ...] = named(str(official / "benchmark_all.jsonl"), Path).queries
    for name in sets.SHIPPED:
        made = sets.apply(queries, SHIPPED[name], 5)
        assert len({query.index for query in made}) == 1000
