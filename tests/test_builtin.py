"""The set of our own: balanced, without defects, as labelled as it says, and nobody else's text."""

import json
from collections import Counter
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from test_cli import call
from writingbench.benchmark import load, named
from writingbench.benchmark.language import language_of
from writingbench.benchmark.taxonomy import builtin as taxonomy
from writingbench.checks.material import split
from writingbench.criteria.lint import lint
from writingbench.records import REQUIREMENTS, Query

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bench():
    spec = spec_from_file_location("bench_builtin", ROOT / "bench/builtin.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nobody() -> Path:
    raise AssertionError("the official asset is not to be asked for")


@pytest.fixture(scope="module")
def queries() -> tuple[Query, ...]:
    return named("builtin", nobody).queries


def test_each_subdomain_has_the_same_number_of_queries_in_both_languages(queries):
    held = Counter((query.domain1, query.domain2, query.language) for query in queries)
    places = [(domain.name, place.name) for domain in taxonomy().domains for place in domain.subdomains]
    assert set(held) == {(*place, language) for place in places for language in ("en", "zh")}
    assert len(set(held.values())) == 1


def test_an_index_says_the_subdomain_and_the_language(queries):
    places = [place.name for domain in taxonomy().domains for place in domain.subdomains]
    for query in queries:
        place, number = divmod(query.index - 1, 10)
        assert (places[place], "en" if number < 5 else "zh") == (query.domain2, query.language)


def test_requests_and_criteria_are_in_the_language_that_the_row_says(queries):
    assert [query.index for query in queries if language_of(query.text) != query.language] == []
    assert [query.index for query in queries for flaw in lint([query], ("language", "mixed"))] == []


def test_requirements_demands_and_labels_of_criteria_say_the_same(queries):
    for query in queries:
        assert set(query.requirements) == {one.requirement for one in query.criteria if one.requirement}, query.index
        assert bool(query.demands) == ("length" in query.requirements), query.index


def test_shares_of_requirements_are_near_the_published_ones(queries):
    shares = {kind: sum(kind in query.requirements for query in queries) / len(queries) for kind in REQUIREMENTS}
    assert shares == pytest.approx({"style": 0.44, "format": 0.50, "length": 0.22}, abs=0.06)
    parts = sum(len({demand.part for demand in query.demands if demand.part}) > 1 for query in queries)
    assert parts >= 0.05 * len(queries)


def test_most_requests_come_with_material(queries):
    assert sum(bool(split(query.text).material) for query in queries) >= 0.6 * len(queries)


def test_the_lint_of_criteria_finds_nothing_but_results_that_a_judge_is_given(queries):
    assert [(flaw.query, flaw.rule, flaw.criterion) for flaw in lint(queries) if flaw.rule != "answer"] == []


def test_every_query_tells_that_it_was_written_and_read_a_second_time(queries):
    for query in queries:
        assert [step.what for step in query.history] == ["write", "screen"]
        assert all(datetime.fromisoformat(step.date) for step in query.history)
        assert query.history[1].note


def test_no_two_queries_of_a_subdomain_share_a_long_run_of_words(queries, bench):
    for query in queries:
        others = [other.text for other in queries if other.domain2 == query.domain2 and other is not query]
        assert bench.shared([query], others) == {}


def test_no_query_shares_a_long_run_of_words_with_an_official_one(queries, bench, official):
    assert bench.shared(queries, [query.text for query in load(official / "benchmark_all.jsonl").queries]) == {}


def test_data_commands_know_the_set_by_its_name(tmp_path, queries):
    listed = json.loads(call("data", "list", "--json", cwd=tmp_path).stdout)
    (row,) = [row for row in listed if row["name"] == "builtin"]
    assert row["what"].startswith(f"{len(queries):,} queries")
    fine = call("data", "lint", "builtin", cwd=tmp_path)
    assert fine.returncode == 0 and f"{len(queries):,} queries" in fine.stdout
    rows = {row["name"]: row for row in json.loads(call("data", "stats", "builtin", "--json", cwd=tmp_path).stdout)}
    assert rows["en"]["queries"] == rows["zh"]["queries"] == len(queries) / 2
    assert rows["style"]["published"] == 442
    under, to_3000, *longer = rows["all"]["classes"]
    assert under / len(queries) == pytest.approx(0.5, abs=0.06)
    assert to_3000 / len(queries) == pytest.approx(0.25, abs=0.06)
    assert longer[1] > 0
