"""Benchmarks: what is accepted, what is reported of a broken file, and parts of them."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench import benchmark
from writingbench.benchmark import Defects, Selection, label, load, parse, select
from writingbench.benchmark.language import language_of
from writingbench.benchmark.save import save
from writingbench.benchmark.stats import stats
from writingbench.benchmark.taxonomy import builtin
from writingbench.benchmark.taxonomy import load as load_taxonomy
from writingbench.records import BANDS, REQUIREMENTS, LengthDemand, UserError


def nobody() -> Path:
    raise AssertionError("the official asset is not to be asked for")


def criterion(name, **changes):
    row = {"name": name, "criteria_description": "what is looked at", **dict.fromkeys(BANDS, "earns it"), **changes}
    return {key: value for key, value in row.items() if value is not ...}


def line(**changes):
    """A row without a defect, but for `changes`; a field that is changed to ... is left out."""
    row = {"index": 1, "domain1": "Education", "domain2": "Lesson Plan", "query": "Plan a lesson on tides."}
    row |= {"checklist": [criterion(name) for name in "abcde"], **changes}
    return {key: value for key, value in row.items() if value is not ...}


def lines(*rows):
    return b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)


def defects(*rows, **options):
    with pytest.raises(Defects) as raised:
        parse(lines(*rows), "mine.jsonl", name="mine", **options)
    return [(one.line, one.field) for one in raised.value.defects]


@pytest.fixture(scope="module")
def starter():
    return benchmark.named("starter", nobody)


# what is shipped


def test_the_starter_set_has_each_domain_once_in_each_language(starter):
    assert len(starter.queries) == 12
    held = Counter((query.domain1, query.language) for query in starter.queries)
    assert held == {(domain.name, tongue): 1 for domain in builtin().domains for tongue in ("en", "zh")}
    assert {len(query.criteria) for query in starter.queries} == {5}


def test_the_starter_sets_languages_are_those_that_the_rule_would_find(starter):
    assert [language_of(query.text) for query in starter.queries] == [query.language for query in starter.queries]


def test_the_starter_sets_requirements_are_those_of_its_criteria(starter):
    for query in starter.queries:
        watched = {one.requirement for one in query.criteria} - {None}
        assert set(query.requirements) == watched, query.index
    assert {kind for query in starter.queries for kind in query.requirements} == set(REQUIREMENTS)


def test_the_taxonomy_has_six_domains_and_a_hundred_subdomains_all_named_in_both_languages():
    every = [place for domain in builtin().domains for place in (domain, *domain.subdomains)]
    assert (len(builtin().domains), len(every)) == (6, 106)
    assert len({place.name for place in every}) == len({place.zh for place in every}) == 106
    assert all(place.description.strip() and place.description_zh.strip() for place in every)


def test_every_place_of_the_taxonomy_is_found_by_each_of_its_names():
    for domain in builtin().domains:
        for place in (domain, *domain.subdomains):
            found = [builtin().name(name) for name in (place.name, place.name.upper(), place.zh)]
            assert found == [place.name] * 3


def test_a_taxonomy_of_ones_own_decides_which_domains_are_known(tmp_path):
    place = 'name = "{}"\nzh = "{}"\ndescription = "d"\ndescription_zh = "d"\n'
    path = tmp_path / "mine.toml"
    path.write_text(
        "[[domain]]\n" + place.format("Games", "游戏") + "[[domain.subdomain]]\n" + place.format("Quest", "任务"),
        "utf-8",
    )
    own = load_taxonomy(path)
    row = line(domain1="Games", domain2="Quest")
    assert parse(lines(row), "f", name="f", taxonomy=own).queries[0].domain2 == "Quest"
    assert defects(line(), taxonomy=own) == [(1, "domain1")]


@pytest.mark.parametrize("text", ["[[domain]]\nname = 1\n", "not TOML at all", "[[domain]]\nname = 'no more'\n"])
def test_a_file_that_is_no_taxonomy_is_named(tmp_path, text):
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"t\.toml: not a taxonomy"):
        load_taxonomy(tmp_path / "t.toml")


# the published files


def test_official_v2_loads_completely(official):
    loaded = load(official / "benchmark_all.jsonl")
    raw = [json.loads(row) for row in (official / "benchmark_all.jsonl").read_text("utf-8").splitlines()]
    assert len(loaded.queries) == 1000
    for query, row in zip(loaded.queries, raw, strict=True):
        assert (query.index, query.domain1, query.domain2) == (row["index"], row["domain1"], row["domain2"])
        assert query.text == row["query"]
        assert [one.name for one in query.criteria] == [one["name"] for one in row["checklist"]]
        assert [one.bands for one in query.criteria] == [tuple(one[b] for b in BANDS) for one in row["checklist"]]


def test_the_taxonomy_is_that_of_the_official_queries(official):
    used = {(query.domain1, query.domain2) for query in load(official / "benchmark_all.jsonl").queries}
    assert used == {(domain.name, sub.name) for domain in builtin().domains for sub in domain.subdomains}


@pytest.mark.parametrize(("kind", "size"), [("style", 395), ("format", 342), ("length", 214)])
def test_official_v1_loads_with_its_subsets_of_criteria(official, kind, size):
    whole = load(official / f"v1/{kind}_subset.jsonl")
    part = load(official / f"v1/{kind}_subset_C.jsonl", criteria=None)
    assert len(whole.queries) == len(part.queries) == size
    assert {len(query.criteria) for query in whole.queries} == {5}
    assert min(len(query.criteria) for query in part.queries) == 1
    with pytest.raises(Defects, match="must hold 5 criteria"):
        load(official / f"v1/{kind}_subset_C.jsonl")


def test_official_length_labels_mark_222_queries_and_226_criteria(official, tmp_path):
    (tmp_path / "length").mkdir()
    shutil.copy(official / "length_subset_C.jsonl", tmp_path / "length")
    plain = load(official / "benchmark_all.jsonl")
    labelled = label(plain, tmp_path)
    assert sum(query.requirements == ("length",) for query in labelled.queries) == 222
    assert sum(one.requirement == "length" for query in labelled.queries for one in query.criteria) == 226
    assert [query.text for query in labelled.queries] == [query.text for query in plain.queries]


def test_the_official_benchmark_is_taken_from_its_folder_and_labelled(official, tmp_path):
    (tmp_path / "requirement/length").mkdir(parents=True)
    shutil.copy(official / "benchmark_all.jsonl", tmp_path)
    shutil.copy(official / "length_subset_C.jsonl", tmp_path / "requirement/length")
    found = benchmark.named("official", lambda: tmp_path)
    assert found.name == "official"
    assert sum("length" in query.requirements for query in found.queries) == 222


# what is accepted


def test_bom_crlf_and_blank_lines_change_nothing():
    plain = parse(lines(line(), line(index=2)), "f", name="f")
    rows = [json.dumps(row).encode() for row in (line(), line(index=2))]
    windows = b"\xef\xbb\xbf" + rows[0] + b"\r\n\r\n  \r\n" + rows[1]
    assert parse(windows, "f", name="f") == plain


def test_blank_lines_count_when_a_defect_is_placed():
    assert defects(b"\n\r\n", line(), b"\n", line(index="two")) == [(5, "index")]


def test_criteria_and_language_are_other_words_for_checklist_and_lang():
    same = line(criteria=line()["checklist"], checklist=..., language="zh")
    assert parse(lines(same), "f", name="f") == parse(lines(line(lang="zh")), "f", name="f")


def test_a_language_that_is_given_goes_before_the_rule():
    assert parse(lines(line(lang="zh")), "f", name="f").queries[0].language == "zh"
    assert parse(lines(line()), "f", name="f").queries[0].language == "en"


def test_a_query_has_the_requirements_that_its_criteria_watch_over():
    listed = [criterion("a", requirement="length"), *(criterion(name) for name in "bcde")]
    (query,) = parse(lines(line(checklist=listed, requirements=["style"])), "f", name="f").queries
    assert query.requirements == ("style", "length")
    assert query.criteria[0].requirement == "length"


def test_any_number_of_criteria_is_accepted_when_none_is_asked_for():
    rows = lines(line(checklist=[criterion("only")]))
    assert len(parse(rows, "f", name="f", criteria=None).queries[0].criteria) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), st.integers(-(2**70), 2**70))
def test_text_and_index_arrive_as_they_stand_in_the_file(text, index):
    for ascii_only in (True, False):
        row = json.dumps(line(query=text, index=index), ensure_ascii=ascii_only).encode()
        (query,) = parse(row, "f", name="f").queries
        assert (query.text, query.index) == (text, index)


# what is reported


def test_every_defect_of_a_file_is_reported_at_once(tmp_path):
    listed = line()["checklist"]
    rows = [
        (line(index=1), None, None),
        (b'{"index": 2, "domain1"\n', "", '{"index": 2'),
        (line(index=3, domain2=...), "domain2", ""),
        (line(index=4, level="hard"), "level", "hard"),
        (line(index=5, query=" "), "query", "' '"),
        (line(index=1), "index", "1"),
        (line(index=7, checklist=listed[:4]), "checklist", "4"),
        (line(index=8, domain1="Cooking"), "domain1", "Cooking"),
        (line(index=9, domain2="Soup"), "domain2", "Soup"),
        (line(index="ten"), "index", "ten"),
        (json.dumps(line(query="x")).encode().replace(b'"x"', b'"\xff\xfe"') + b"\n", "", r"\xff"),
        (b"[1, 2]\n", "", "[1,2]"),
        (json.dumps(line(query="x")).encode().replace(b'"x"', b'"\\ud800"') + b"\n", "", "index"),
        (line(index=14, checklist=[*listed[:4], listed[0]]), "checklist[4].name", "a"),
        (line(index=15, checklist=[*listed[:4], criterion("e", **{"5-6": ...})]), "checklist[4].5-6", ""),
        (line(index=16, checklist=[*listed[:4], criterion("e", colour="red")]), "checklist[4].colour", "red"),
        (line(index=17, checklist=[*listed[:4], "e"]), "checklist[4]", "e"),
        (line(index=18, checklist={"a": 1}), "checklist", '{"a":1}'),
        (line(index=19, checklist=...), "checklist", ""),
        (line(index=20, criteria=listed), "criteria", ""),
        (line(index=21, lang="fr"), "lang", "fr"),
        (line(index=22, lang=""), "lang", ""),
        (line(index=23, requirements=["speed"]), "requirements", "speed"),
        (line(index=24, query=["x"]), "query", '["x"]'),
        (line(index=True), "index", "true"),
        (line(index=26, checklist=[*listed[:4], criterion("e", requirement="fun")]), "checklist[4].requirement", "fun"),
    ]  # fmt: skip
    path = tmp_path / "broken.jsonl"
    path.write_bytes(lines(*(row for row, _, _ in rows)))
    with pytest.raises(Defects) as raised:
        load(path)
    wanted = [(number, field) for number, (_, field, _) in enumerate(rows, start=1) if field is not None]
    # an index that is True is the number 1 to Python; that it is used already is said beside
    found = [(one.line, one.field) for one in raised.value.defects]
    assert sorted(set(found)) == sorted(wanted)
    for one in raised.value.defects:
        assert rows[one.line - 1][2] in one.value
        assert f"{path}:{one.line}: {one.field}" in str(one)
        assert str(one) in str(raised.value)


def test_a_defect_says_what_would_be_right():
    with pytest.raises(Defects) as raised:
        parse(lines(line(domain1="Cooking"), line(index=2, domain2="Soup")), "mine.jsonl", name="mine")
    first, second = str(raised.value).splitlines()
    assert all(domain.name in first for domain in builtin().domains)
    assert "Lesson Plan" in second


def test_a_long_value_is_cut_in_the_report():
    with pytest.raises(Defects) as raised:
        parse(lines(line(domain1="x" * 1000)), "f", name="f")
    assert len(raised.value.defects[0].value) < 80


def test_two_defects_of_one_line_are_both_reported():
    assert defects(line(query="", index=...)) == [(1, "index"), (1, "query")]


@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_query_is_a_defect(tmp_path, content):
    (tmp_path / "empty.jsonl").write_bytes(content)
    with pytest.raises(Defects, match=r"empty\.jsonl:1: the file holds no query"):
        load(tmp_path / "empty.jsonl")


def test_a_file_that_is_not_there_is_a_plain_error(tmp_path):
    with pytest.raises(UserError, match=r"absent\.jsonl: cannot be read"):
        load(tmp_path / "absent.jsonl")
    with pytest.raises(UserError, match="neither starter nor builtin nor official nor a file"):
        benchmark.named(str(tmp_path / "absent.jsonl"), nobody)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab "),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "1-2"]), inner),
    max_leaves=6,
)


@given(st.sampled_from([*line(), "lang", "requirements", "criteria", "other"]), JSON)
def test_no_value_anywhere_makes_loading_fail_in_another_way(key, value):
    found: list = []
    try:
        found += parse(lines(line(**{key: value})), "f", name="f").queries
    except Defects as raised:
        found += [one for one in raised.defects if one.line == 1 and one.field]
    assert found


@given(st.binary())
def test_no_bytes_make_loading_fail_in_another_way(content):
    with pytest.raises(Defects):
        parse(content, "f", name="f")


# language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("写一份关于潮汐的教案。", "zh"),
        ("Write a lesson plan on tides.", "en"),
        ("请根据材料写摘要：" + "a word of English " * 8, "zh"),  # 8 characters to 32 words: a fifth
        ("Explain 画蛇添足 to learners, with three examples of its use in a letter, a novel and a talk.", "en"),
        ("", "en"),
        ("1234 !?", "en"),
        ("一", "zh"),
    ],
)
def test_the_language_is_chinese_when_a_fifth_of_the_words_are(text, language):
    assert language_of(text) == language


@given(st.integers(1, 50), st.integers(0, 50))
def test_the_border_between_the_languages_is_at_a_fifth(han, latin):
    assert (language_of("字" * han + " word" * latin) == "zh") == (5 * han >= han + latin)


# selecting


def indices(queries):
    return [query.index for query in queries]


def test_an_empty_selection_leaves_everything_in(starter):
    assert select(starter.queries, Selection()) == starter.queries


def test_a_domain_is_found_by_its_chinese_name_and_in_any_case(starter):
    wanted = [q.index for q in starter.queries if q.domain1 == "Education"]
    for name in ("Education", "education", "教育"):
        assert indices(select(starter.queries, Selection(domain=(name,)))) == wanted


def test_every_kind_of_selection_holds_at_the_same_time(starter):
    zh = select(starter.queries, Selection(language="zh"))
    assert {query.language for query in zh} == {"zh"}
    assert len(zh) == 6
    assert select(starter.queries, Selection(language="zh", limit=2)) == zh[:2]
    one = zh[3]
    assert select(starter.queries, Selection(subdomain=(one.domain2,), language="zh", index=(one.index,))) == (one,)
    two = (starter.queries[7].index, starter.queries[2].index)
    assert indices(select(starter.queries, Selection(index=two))) == sorted(two)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"limit": 0}, "--limit 0: must be at least 1"),
        ({"limit": -1}, "--limit -1"),
        ({"domain": ("Cooking",)}, "--domain 'Cooking'.*it has .*Education"),
        ({"subdomain": ("Soup",)}, "--subdomain 'Soup'"),
        ({"subdomain": ("Education",)}, "--subdomain 'Education'"),
        ({"index": (1, 990, 991)}, "--index 990, 991: "),
    ],
)
def test_a_selection_that_cannot_be_met_says_which_flag_is_wrong(starter, wanted, said):
    with pytest.raises(UserError, match=said):
        select(starter.queries, Selection(**wanted))


def test_a_selection_that_leaves_nothing_is_an_error(starter):
    english = next(query for query in starter.queries if query.language == "en")
    with pytest.raises(UserError, match="no query is left"):
        select(starter.queries, Selection(index=(english.index,), language="zh"))


# labels and counts


def test_a_label_needs_the_index_and_the_name_of_the_criterion(tmp_path):
    plain = parse(lines(line(), line(index=2)), "f", name="f")
    (tmp_path / "format").mkdir()
    (tmp_path / "format/format_subset_C.jsonl").write_bytes(lines(line(index=2, checklist=[criterion("c")])))
    first, second = label(plain, tmp_path).queries
    assert first == plain.queries[0]
    assert second.requirements == ("format",)
    assert [one.requirement for one in second.criteria] == [None, None, "format", None, None]


def test_without_subset_files_a_benchmark_stays_as_it_is(starter, tmp_path):
    assert label(starter, tmp_path) == starter


def test_the_fingerprint_of_a_benchmark_is_of_its_queries_and_not_of_its_name(starter):
    first, *rest = starter.queries
    assert replace(starter, name="other").fingerprint == starter.fingerprint
    assert replace(starter, queries=(replace(first, text="x"), *rest)).fingerprint != starter.fingerprint


def test_statistics_put_each_query_into_one_length_class(starter):
    sizes = iter([999, 1000, 2999, 3000, 4999, 5000, 9000, 1, 1, 1, 1, 1])
    rows = {row.name: row for row in stats(starter.queries, lambda texts: [next(sizes) for _ in texts])}
    every = rows["all"]
    assert (every.queries, every.longest, every.classes) == (12, 9000, (6, 2, 2, 2))
    assert every.mean == pytest.approx(27002 / 12)
    assert rows["en"].queries == rows["zh"].queries == 6
    assert {row.queries for name, row in rows.items() if name in {d.name for d in builtin().domains}} == {2}
    assert rows["length"].queries == sum("length" in query.requirements for query in starter.queries)


# what is known of a query beside what it asks


def test_guidances_and_demands_are_read_and_written_as_they_stand(tmp_path):
    noted = [{"unit": "words", "min": 150, "max": 200, "part": "abstract"}, {"unit": "items", "max": 8}]
    (query,) = parse(lines(line(guidances=["expression", "specificity"], demands=noted)), "m", name="m").queries
    assert query.guidances == ("specificity", "expression")
    assert query.demands == (
        LengthDemand(unit="words", min=150, max=200, part="abstract"),
        LengthDemand(unit="items", max=8),
    )
    save([query], tmp_path / "m.jsonl")
    (again,) = load(tmp_path / "m.jsonl").queries
    assert (again, again.guidances, again.demands) == (query, query.guidances, query.demands)


def test_a_query_with_its_demands_noted_is_the_same_query():
    plain = parse(lines(line()), "m", name="m")
    noted = parse(lines(line(guidances=["specificity"], demands=[{"unit": "words", "min": 5}])), "m", name="m")
    assert plain.fingerprint == noted.fingerprint
    assert plain.queries == noted.queries


@pytest.mark.parametrize(
    "demand",
    [
        "150 words",
        {"unit": "words"},
        {"unit": "words", "min": 200, "max": 150},
        {"unit": "words", "min": -1},
        {"unit": "words", "min": "150"},
        {"unit": "lines", "min": 4},
        {"min": 4},
    ],
)
def test_a_demand_that_cannot_be_kept_is_a_defect(demand):
    assert defects(line(demands=[{"unit": "items", "min": 3, "max": 3}, demand])) == [(1, "demands[1]")]


def test_a_demand_with_a_field_that_nobody_knows_is_a_defect():
    assert defects(line(demands=[{"unit": "words", "min": 5, "about": True}])) == [(1, "demands[0].about")]
    assert defects(line(demands={"unit": "words", "min": 5})) == [(1, "demands")]


def test_statistics_count_guidances_and_queries_that_set_lengths_to_several_parts():
    parts = [{"unit": "words", "min": 50, "part": "abstract"}, {"unit": "words", "min": 500, "part": "body"}]
    rows = lines(
        line(index=1, demands=parts, guidances=["specificity"]),
        line(index=2, demands=parts[:1]),
        line(index=3, demands=[{"unit": "words", "min": 50}, {"unit": "items", "min": 3}]),
    )
    counted = {row.name: row for row in stats(parse(rows, "m", name="m").queries, lambda texts: [7] * len(texts))}
    assert counted["specificity"].queries == 1
    assert counted["lengths of parts"].queries == 1
    assert "expression" not in counted
    assert (counted["all"].published, counted["Education"].published, counted["specificity"].published) == (
        1000,
        111,
        None,
    )
