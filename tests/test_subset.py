"""Small sets of queries: drawn in proportion, written as a file, tried on writers without a part in the choice."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from cyclopts import App
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from server import Server, said
from writingbench.benchmark import Selection, label, load, named, parse, select
from writingbench.benchmark.balance import balanced, candidates, imbalance
from writingbench.benchmark.save import as_line, save
from writingbench.benchmark.taxonomy import builtin
from writingbench.cli.subset import subset
from writingbench.records import REQUIREMENTS, Criterion, Query, UserError
from writingbench.scores.mini import Tried, Untried, _fit, validate


@pytest.fixture(scope="module")
def starter():
    return named("starter", lambda: pytest.fail("the official asset is not to be asked for"))


@pytest.fixture(scope="module")
def whole(official, tmp_path_factory):
    """The official queries, with the criteria of length labelled."""
    folder = tmp_path_factory.mktemp("requirement") / "length"
    folder.mkdir()
    shutil.copy(official / "length_subset_C.jsonl", folder)
    return label(load(official / "benchmark_all.jsonl"), folder.parent)


def query(index=1, *, text="Plan a lesson.", domain=0, subdomain=0, language="en", requirements=()):
    place = builtin().domains[domain]
    criterion = Criterion(name="a", description="b", bands=("1", "2", "3", "4", "5"))
    return Query(
        index=index,
        domain1=place.name,
        domain2=place.subdomains[subdomain].name,
        language=language,
        text=text,
        criteria=(criterion,),
        requirements=requirements,
    )


# a benchmark file

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
criteria = st.builds(
    Criterion,
    name=words,
    description=words,
    bands=st.tuples(words, words, words, words, words),
    requirement=st.sampled_from([None, *REQUIREMENTS]),
)


@st.composite
def queries(draw):
    domain = draw(st.sampled_from(builtin().domains))
    listed = tuple(draw(st.lists(criteria, max_size=6, unique_by=lambda criterion: criterion.name)))
    watched = {criterion.requirement for criterion in listed} | draw(st.sets(st.sampled_from(REQUIREMENTS)))
    return Query(
        index=draw(st.integers(-(2**63), 2**63)),
        domain1=domain.name,
        domain2=draw(st.sampled_from(domain.subdomains)).name,
        language=draw(st.sampled_from(["en", "zh"])),
        text=draw(words),
        criteria=listed,
        requirements=tuple(kind for kind in REQUIREMENTS if kind in watched),
    )


@given(st.lists(queries(), min_size=1, max_size=4, unique_by=lambda query: query.index))
def test_whatever_a_query_holds_its_line_reads_back_as_the_same(listed):
    content = b"".join(map(as_line, listed))
    assert content.count(b"\n") == len(listed)
    assert parse(content, "mine.jsonl", name="mine", criteria=None).queries == tuple(listed)


def test_the_starter_set_reads_back_as_it_was_and_is_the_same_benchmark(starter, tmp_path):
    save(starter.queries, tmp_path / "again.jsonl")
    assert load(tmp_path / "again.jsonl").queries == starter.queries
    assert load(tmp_path / "again.jsonl").fingerprint == starter.fingerprint


def test_the_official_queries_with_their_labels_read_back_as_they_were_where_the_shared_files_are(whole, tmp_path):
    save(whole.queries, tmp_path / "again.jsonl")
    assert load(tmp_path / "again.jsonl").queries == whole.queries
    assert sum("length" in one.requirements for one in whole.queries) == 222


def test_what_a_query_does_not_have_is_not_written():
    assert set(json.loads(as_line(query()))) == {"index", "domain1", "domain2", "lang", "query", "checklist"}
    (criterion,) = json.loads(as_line(query()))["checklist"]
    assert "requirement" not in criterion


def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "set.jsonl"
    save([query()], path)
    before = path.read_bytes()

    def breaks_off():
        yield query(2)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        save(breaks_off(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path):
    with pytest.raises(UserError, match=r"cannot be written"):
        save([query()], tmp_path)


# a balanced set


def deviation(whole, chosen):
    """By margin the largest number of queries by which a trait is off its share."""
    found = Counter()
    for share in imbalance(whole, chosen):
        found[share.margin] = max(found[share.margin], abs(share.chosen - share.whole) * len(chosen))
    return found


@pytest.mark.parametrize("size", range(1, 13))
def test_a_set_of_any_size_has_every_query_once_and_in_order(starter, size):
    chosen = [one.index for one in balanced(starter.queries, size)]
    assert len(chosen) == size
    assert chosen == sorted(set(chosen))


def test_the_set_of_all_is_the_benchmark(starter):
    assert balanced(starter.queries, 12) == starter.queries
    assert all(share.whole == share.chosen for share in imbalance(starter.queries, starter.queries))


@pytest.mark.parametrize("size", [0, -1, 13])
def test_a_size_that_cannot_be_had_is_one_clear_line(starter, size):
    with pytest.raises(UserError) as raised:
        balanced(starter.queries, size)
    assert str(raised.value) == f"a set of {size} queries: there are 12, so from 1 to 12 can be had"


def test_there_is_no_set_of_no_queries():
    with pytest.raises(UserError, match="there are 0"):
        balanced((), 1)


def test_the_same_seed_draws_the_same_set_and_another_another(whole):
    assert balanced(whole.queries, 120, 7) == balanced(whole.queries, 120, 7)
    drawn = candidates(whole.queries, 120, range(50))
    assert len({tuple(places) for places in drawn}) == 50
    assert [whole.queries[place] for place in drawn[7]] == list(balanced(whole.queries, 120, 7))


@pytest.mark.parametrize("size", [12, 50, 120, 333])
def test_each_domain_has_its_share_in_each_language_by_largest_remainders(whole, size):
    cells = Counter((one.domain1, one.language) for one in whole.queries)
    got = Counter((one.domain1, one.language) for one in balanced(whole.queries, size))
    assert all(int(count * size / 1000) <= got[cell] <= int(count * size / 1000) + 1 for cell, count in cells.items())
    up = [count * size % 1000 for cell, count in cells.items() if got[cell] > count * size // 1000]
    down = [count * size % 1000 for cell, count in cells.items() if got[cell] == count * size // 1000]
    assert min(up, default=1000) >= max(down, default=0)


def test_subdomains_lengths_and_requirements_keep_their_shares_as_no_random_set_does(whole):
    for seed in range(5):
        found = deviation(whole.queries, balanced(whole.queries, 120, seed))
        assert all(found[margin] < 1 for margin in ("domain", "subdomain", "length", "requirement")), found
    rng = np.random.default_rng(0)
    by_chance = [
        deviation(whole.queries, [whole.queries[place] for place in rng.permutation(1000)[:120]]) for _ in range(20)
    ]
    assert min(found["subdomain"] for found in by_chance) > 1
    assert np.mean([found["length"] for found in by_chance]) > 2


def test_where_all_cells_are_of_one_size_domains_and_languages_keep_their_shares_too(starter):
    for seed in range(20):
        chosen = balanced(starter.queries, 6, seed)
        assert len({one.domain1 for one in chosen}) == 6
        assert Counter(one.language for one in chosen) == {"en": 3, "zh": 3}


def test_length_classes_follow_the_counter_that_is_given():
    listed = [query(index) for index in range(40)]
    sizes = iter([5000, 1000, 3000, 999] * 10)
    listed = [replace(one, text=f"{one.text} {one.index}") for one in listed]
    known = {one.text: next(sizes) for one in listed}
    chosen = balanced(listed, 8, tokens=known.__getitem__)
    assert Counter(known[one.text] for one in chosen) == {999: 2, 1000: 2, 3000: 2, 5000: 2}
    names = [share.name for share in imbalance(listed, chosen, known.__getitem__) if share.margin == "length"]
    assert names == ["under 1K tokens", "1K to 3K", "3K to 5K", "5K and more"]


def test_requirements_keep_their_shares_where_a_query_has_several():
    kinds = [(), ("style",), ("style", "length"), ("format",)]
    listed = [query(index, requirements=kinds[index % 4], subdomain=index % 2) for index in range(80)]
    chosen = balanced(listed, 8)
    found = Counter(kind for one in chosen for kind in one.requirements or ("none",))
    assert found == {"none": 2, "style": 4, "length": 2, "format": 2}


def test_subdomains_of_one_name_in_two_domains_are_two():
    listed = [replace(query(index, domain=index % 2), domain2="Letters") for index in range(20)]
    assert [s.name for s in imbalance(listed, listed) if s.margin == "subdomain"] == [
        f"{builtin().domains[place].name}: Letters" for place in (0, 1)
    ]


def test_chinese_and_english_have_their_shares_down_to_one_query_in_ten():
    listed = [query(index, language="zh" if index % 10 == 0 else "en") for index in range(200)]
    assert Counter(one.language for one in balanced(listed, 20)) == {"en": 18, "zh": 2}


def test_queries_that_are_all_alike_can_be_drawn_from_too():
    assert len(balanced([query(index) for index in range(1000)], 500)) == 500


def test_drawing_imports_numpy_only_when_it_draws():
    code = "import sys, writingbench.benchmark.balance, writingbench.cli.subset; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# tried on writers


def world(writers, queries=300, *, common=0.5, own=0.5, seed=0):
    """Mean marks of writers that differ in ability, on queries that differ in difficulty."""
    rng = np.random.default_rng(seed)
    ability, difficulty = rng.normal(6, 0.5, (writers, 1)), rng.normal(0, common, (1, queries))
    return np.clip(ability + difficulty + rng.normal(0, own, (writers, queries)), 1, 10)


def sets(count, size, queries=300, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.permutation(queries)[:size] for _ in range(count)]


def figures(fit):
    return fit.mean_error, fit.largest_error, fit.tau, fit.ordered


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=12))
def test_tau_is_that_of_scipy_with_ties_and_all(pairs):
    full, mini = np.array(pairs, float).T
    theirs = kendalltau(full, mini).statistic
    ours = _fit(full, mini).tau
    assert (ours is None) == bool(np.isnan(theirs))
    assert ours is None or ours == pytest.approx(theirs)


def test_pairs_in_order_are_counted_among_the_writers_that_differ():
    fit = _fit(np.array([5.0, 6.0, 6.0, 7.0]), np.array([5.0, 6.0, 6.5, 6.2]))
    assert fit.ordered == 4 / 5  # the two equal ones are no pair; 6 before 7 came out the other way round once
    assert fit.largest_error == pytest.approx(0.8)
    assert fit.mean_error == pytest.approx(1.3 / 4)


def test_the_whole_benchmark_as_its_own_mini_set_is_never_off():
    tried = validate(world(6), [np.arange(300)])
    assert figures(tried.chosen) == figures(tried.drawn) == figures(tried.random) == (0, 0, 1, 1)
    assert tried.sampling == 0


@pytest.mark.parametrize("writers", [0, 1, 2])
def test_fewer_than_three_writers_cannot_say_how_good_a_set_is(writers):
    assert validate(world(writers), sets(5, 30)) == Untried(writers=tuple(range(writers)))


def test_three_writers_are_enough_to_try_a_set():
    tried = validate(world(3), sets(50, 30))
    assert isinstance(tried, Tried)
    assert None not in figures(tried.chosen)


def test_a_writer_with_marks_on_fewer_than_half_of_the_queries_is_left_out():
    means = world(4)
    means[1, :151] = np.nan
    means[2, :150] = np.nan
    assert validate(means, sets(5, 30)).writers == (0, 2, 3)


def test_a_writer_is_compared_with_itself_on_the_queries_it_has():
    means = world(4)
    means[:, 150:] += 3  # those who miss the easy half would otherwise seem to be far off
    means[1, 150:] = np.nan
    means[1, :150] = 4
    full = validate(means, [np.arange(0, 300, 10)] * 3)
    alone = validate(np.tile(means[1], (3, 1)), [np.arange(0, 300, 10)] * 3)
    assert alone.chosen.largest_error == 0
    assert full.writers == (0, 1, 2, 3)


def test_a_set_without_a_query_that_a_writer_has_is_not_chosen_and_no_nan_is_shown():
    means = world(5)
    means[0, :150] = np.nan
    blind, seeing = np.arange(20), np.arange(140, 300)
    tried = validate(means, [blind, seeing[:20]])
    assert tried.best == 1
    only_blind = validate(means, [blind])
    for fit in (tried.chosen, tried.drawn, only_blind.chosen, only_blind.random):
        assert all(figure is None or np.isfinite(figure) for figure in figures(fit))


def test_writers_that_are_all_equal_have_no_order_to_keep():
    tried = validate(np.tile(world(1), (5, 1)), sets(20, 30))
    assert (tried.chosen.tau, tried.chosen.ordered) == (None, None)
    assert tried.chosen.mean_error is not None


def test_sets_drawn_by_lot_are_as_far_off_as_theory_says():
    tried = validate(world(40), sets(200, 60))
    assert tried.random.mean_error == pytest.approx(tried.sampling, rel=0.1)
    assert tried.drawn.mean_error == pytest.approx(tried.sampling, rel=0.1)


def test_theory_says_what_many_samples_say():
    marks = world(1, seed=3)[0]
    rng = np.random.default_rng(4)
    measured = np.mean([abs(rng.permutation(marks)[:60].mean() - marks.mean()) for _ in range(5000)])
    assert validate(np.tile(marks, (3, 1)), sets(1, 60)).sampling == pytest.approx(measured, rel=0.05)


def test_luck_of_the_chosen_set_on_its_own_writers_is_not_reported_as_its_worth():
    """Nothing is common to these writers, so that no choice can help the next one."""
    found = [validate(world(8, common=0, seed=seed), sets(200, 30)) for seed in range(20)]
    assert np.mean([one.chosen.mean_error / one.drawn.mean_error for one in found]) == pytest.approx(1, abs=0.1)
    means = world(8, common=0)
    on_its_own = abs(means[:, sets(200, 30)[found[0].best]].mean(axis=1) - means.mean(axis=1)).mean()
    assert on_its_own < 0.7 * found[0].drawn.mean_error


def test_where_writers_find_the_same_queries_hard_choosing_halves_the_error():
    tried = validate(world(20, common=1.5, own=0.3), sets(200, 30))
    assert tried.chosen.mean_error < tried.drawn.mean_error / 2
    assert tried.chosen.mean_error < tried.random.mean_error / 2


def test_the_same_seed_gives_the_same_figures():
    assert validate(world(7), sets(30, 30), seed=5) == validate(world(7), sets(30, 30), seed=5)
    assert validate(world(7), sets(30, 30), seed=5) != validate(world(7), sets(30, 30), seed=6)


# the command

app = App(result_action="return_value")
app.command(subset)


def call(*arguments):
    return app(["subset", *map(str, arguments)], exit_on_error=False, print_error=False)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_marks_a_set_is_written_and_said_to_be_untried(here, starter, capsys):
    assert call("--size", 5, "--benchmark", "starter") == 0
    assert load(here / "subset-5.jsonl").queries == balanced(starter.queries, 5)
    said = capsys.readouterr().out
    assert "How far off it is cannot be said: writingbench-out holds 0 judged writers on starter" in said
    assert "writingbench run --benchmark subset-5.jsonl" in said
    assert not (here / "writingbench-out").exists()


def test_a_file_that_is_there_is_written_over_only_with_force(here, starter):
    (here / "mine.jsonl").write_text("precious", "utf-8")
    with pytest.raises(UserError, match=r"^mine\.jsonl is there already"):
        call("--size", 5, "--benchmark", "starter", "--to", "mine.jsonl")
    assert (here / "mine.jsonl").read_text("utf-8") == "precious"
    assert call("--size", 5, "--benchmark", "starter", "--to", "mine.jsonl", "--force", "--seed", 3) == 0
    assert load(here / "mine.jsonl").queries == balanced(starter.queries, 5, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--size", 0), "a set of 0 queries: there are 12, so from 1 to 12 can be had"),
        (("--size", -3), "a set of -3 queries: there are 12, so from 1 to 12 can be had"),
        (("--size", 13), "a set of 13 queries: there are 12, so from 1 to 12 can be had"),
        (("--size", 5, "--seed", -1), "--seed -1: must be at least 0"),
    ],
)
def test_a_wrong_call_is_one_clear_line_and_writes_nothing(here, arguments, words):
    with pytest.raises(UserError) as raised:
        call(*arguments, "--benchmark", "starter")
    assert str(raised.value) == words
    assert list(here.iterdir()) == []


def test_json_is_all_that_is_printed(here, starter, capsys):
    assert call("--size", 5, "--benchmark", "starter", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["queries"] == [one.index for one in load(here / "subset-5.jsonl").queries]
    assert (printed["file"], printed["seed"], printed["tried"]) == ("subset-5.jsonl", 0, None)
    assert printed["benchmark"] == {"name": "starter", "fingerprint": starter.fingerprint}
    assert sum(row["chosen"] for row in printed["balance"] if row["margin"] == "domain") == pytest.approx(1)


def judged(out, server, writer, *more, benchmark="starter"):
    """A run of `writer` on the starter set, judged by openai/judge."""
    return subprocess.run(
        [sys.executable, "-m", "writingbench", "run", "--benchmark", benchmark, "--writer", f"openai/{writer}",
         "--judge", "openai/judge", "--base-url", server.url, "--out", str(out), *more],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "OPENAI_API_KEY": "sk-1"},
    )  # fmt: skip


def reply(seen):
    """A writer's answer names it; the judge gives the same text the same mark."""
    if seen.body["model"] != "judge":
        return said(f"By {seen.body['model']}: {len(seen.text)}.")
    strength = next(level for level, name in enumerate("abcd") if f"By {name}:" in seen.text)
    return said(json.dumps({"reason": "As it reads.", "score": 3 + strength + len(seen.text) % 3}))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Four writers on the whole starter set, a fifth on two of its queries."""
    out = tmp_path_factory.mktemp("judged") / "out"
    with Server(reply) as server:
        for writer, more in (("a", ()), ("b", ()), ("c", ()), ("d", ("--limit", "2"))):
            ended = judged(out, server, writer, *more)
            assert ended.returncode == 0, ended.stderr
    return out


def test_stored_marks_choose_the_set_and_say_how_far_off_it_is(here, store, starter, capsys):
    assert call("--size", 6, "--benchmark", "starter", "--out", store, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    tried = printed["tried"]
    assert tried["writers"] == ["openai/c", "openai/b", "openai/a"]
    assert (tried["candidates"], tried["sampling"] > 0) == (200, True)
    assert load(here / "subset-6.jsonl").queries == balanced(starter.queries, 6, printed["seed"])
    for fit in ("chosen", "drawn", "random"):
        assert 0 <= tried[fit]["mean_error"] <= tried[fit]["largest_error"] < 2
        assert -1 <= tried[fit]["tau"] <= 1


def test_the_table_says_who_took_part_and_who_was_left_out(here, store, capsys):
    assert call("--size", 6, "--benchmark", "starter", "--out", store) == 0
    said = capsys.readouterr().out
    assert "Tried on 3 writers" in said
    assert "Left out, with marks on fewer than half of the queries: openai/d" in said
    assert all(row in said for row in ("the set", "balanced, not chosen", "random, by theory"))


def test_asking_for_marks_that_are_not_there_is_one_clear_line(here, store):
    with pytest.raises(UserError, match="holds no judged run"):
        call("--size", 6, "--benchmark", "starter", "--out", store, "--judge", "openai/nobody")
    assert list(here.iterdir()) == []


def test_marks_on_another_benchmark_do_not_count(here, store, starter, capsys):
    save(select(starter.queries, Selection(language="zh")), here / "zh.jsonl")
    assert call("--size", 3, "--benchmark", "zh.jsonl", "--out", store) == 0
    assert "holds 0 judged writers on zh" in capsys.readouterr().out


def test_a_set_can_be_run_and_takes_what_was_answered_on_the_whole_from_the_store(here, store):
    assert call("--size", 6, "--benchmark", "starter", "--out", store) == 0
    again = here / "out"
    shutil.copytree(store, again)
    with Server(reply) as server:
        ended = judged(again, server, "a", benchmark="subset-6.jsonl")
        assert ended.returncode == 0, ended.stderr
        assert len(server.seen) == 0
