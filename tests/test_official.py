"""The published formats and the published aggregation, against a second reading of its definition."""

import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench import stored
from writingbench.adapters import official as published
from writingbench.benchmark import Defects, load
from writingbench.records import REQUIREMENTS, UserError, Verdict
from writingbench.scores.official import Line, aggregate, requirements, surprises
from writingbench.scores.table import asked
from writingbench.store import Store

DOMAINS = ["Academic & Engineering", "Finance & Business", "Politics & Law", "Literature & Arts", "Education"]
DOMAINS.append("Advertising & Marketing")
BANDS = ("1-2", "3-4", "5-6", "7-8", "9-10")

# the second reading: from the files themselves, and nothing of the package


def mean(values):
    """Added one after the other: where means are equal on paper, the last digit decides which column comes first."""
    total = 0
    for value in values:
        total += value
    return total / len(values)


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def second_reading(scores, benchmark, lists):
    """Titles and rows of the published table from the files; `lists` maps a kind to its files of R and C."""
    place = {row["index"]: row for row in rows(benchmark)}
    found, order, table = {}, [], {}
    for path in sorted(scores.glob("*.jsonl")):
        lines = rows(path)
        marks = [one["score"] for line in lines for given in line["scores"].values() for one in given]
        cells = {"Model": path.name[: -len(".jsonl")], "Overall": mean(marks), "Count": len(lines)}
        final = {line["index"]: line["scores"] for line in lines}
        score = {i: mean([one["score"] for given in kept.values() for one in given]) for i, kept in final.items()}
        for level in ("1", "2"):
            for name in dict.fromkeys(place[i]["domain" + level] for i in score if i in place):
                inside = [score[i] for i in score if i in place and place[i]["domain" + level] == name]
                cells[f"Domain{level}_{name}"] = mean(inside)
                if level == "2":
                    order.append(name)
                    found.setdefault(name, []).append(cells[f"Domain2_{name}"])
        for kind in ("style", "format", "length"):
            r, c = (rows(path) for path in lists[kind]) if kind in lists else ([], [])
            watched = {row["index"]: [one["name"] for one in row.get("checklist") or row["criteria"]] for row in c}
            here = [row["index"] for row in r if row["index"] in score]
            criteria = [mean([one["score"] for one in final[i][name]]) for i in here for name in watched[i]]
            cells[f"{kind}_R"] = mean([score[i] for i in here]) if here else 0
            cells[f"{kind}_C"] = mean(criteria) if criteria else 0
        table[cells["Model"]] = cells
    titles = ["Model", "Overall", "Count"] + ["Domain1_" + name for name in DOMAINS]
    home = {row["domain2"]: row["domain1"] for row in place.values()}
    for domain in DOMAINS:
        inside = [name for name in dict.fromkeys(order) if home[name] == domain]
        inside.sort(key=lambda name: -sum(found[name]) / len(found[name]))
        titles += ["Domain2_" + name for name in inside]
    titles += ["style_R", "style_C", "format_R", "format_C", "length_R", "length_C"]
    return titles, [[table[model].get(title) for title in titles] for model in sorted(table)]


def same(found, wanted):
    """Titles, order, gaps, and values to 1e-9."""
    assert found[0] == wanted[0]
    assert [row[0] for row in found[1]] == [row[0] for row in wanted[1]]
    for ours, theirs in zip(found[1], wanted[1], strict=True):
        assert [value is None for value in ours] == [value is None for value in theirs]
        there = [(one, other) for one, other in zip(ours[1:], theirs[1:], strict=True) if one is not None]
        assert [one for one, _ in there] == pytest.approx([other for _, other in there], abs=1e-9, rel=0)
    return True


def first_reading(scores, benchmark, lists):
    """The same from the package."""
    queries = load(benchmark, criteria=None).queries
    models = published.read_scores(scores, queries)
    wanted = published.read_requirements(lists, queries) if lists else published.Requirements(listed={}, watched={})
    return aggregate(
        {model: [line.bare for line in lines] for model, lines in models.items()},
        [(query.index, query.domain1, query.domain2) for query in queries],
        wanted.listed,
        wanted.watched,
    )


# marks to read


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def names(query):
    return [one["name"] for one in query.get("checklist") or query["criteria"]]


def marked(query, draw, marks=1):
    """A line of a score file with random marks on every criterion."""
    given = {
        name: [{"score": draw.randint(1, 10), "reason": "它说明了。 It says so."} for _ in range(marks)]
        for name in names(query)
    }
    return {"index": query["index"], "scores": given}


def judged(folder, queries, seed):
    """Score files with everything in them that the published aggregation treats in a way of its own."""
    draw = random.Random(seed)
    write(folder / "plain.jsonl", [marked(query, draw) for query in queries])
    write(folder / "three marks.jsonl", [marked(query, draw, 3) for query in queries])
    write(folder / "uneven.jsonl", [marked(query, draw, draw.randint(1, 4)) for query in queries])
    write(folder / "模型.jsonl", [marked(query, draw) for query in (*queries, queries[-1])])
    many = [*queries, *draw.sample(queries, 40), {**queries[0], "index": 10**6}]
    draw.shuffle(many)
    write(folder / "shuffled, repeated, foreign.jsonl", [marked(query, draw) for query in many])
    few = [query for query in queries if query["domain1"] != "Education" and query["index"] % 7]
    write(folder / "few.jsonl", [marked(query, draw) for query in few])
    write(folder / "one.jsonl", [marked(queries[0], draw)])
    even = [marked(query, draw) for query in queries]
    for line in even:  # every subdomain has the same mean
        line["scores"] = {name: [{"score": 7, "reason": ""}] for name in line["scores"]}
    write(folder / "even.jsonl", even)
    return folder


@pytest.fixture
def v2(official):
    return official / "benchmark_all.jsonl", official, {"length": files(official, "length")}


@pytest.fixture
def v1(official, tmp_path):
    folder = official / "v1"
    every = {query["index"]: query for kind in REQUIREMENTS for query in rows(folder / f"{kind}_subset.jsonl")}
    benchmark = write(tmp_path / "benchmark_v1.jsonl", every.values())
    return benchmark, folder, {kind: files(folder, kind) for kind in REQUIREMENTS}


def files(folder, kind):
    return folder / f"{kind}_subset.jsonl", folder / f"{kind}_subset_C.jsonl"


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_the_official_data_every_column_and_value_is_as_published(version, seed, request, tmp_path):
    benchmark, folder, lists = request.getfixturevalue(version)
    scores = judged(tmp_path / "scores", rows(benchmark), seed)
    found = first_reading(scores, benchmark, folder)
    assert same(found, second_reading(scores, benchmark, lists))
    titles, table = found
    assert len(table) == 8
    assert len(titles) == 3 + 6 + len({query["domain2"] for query in rows(benchmark)}) + 6
    for kind in REQUIREMENTS:
        values = [row[titles.index(f"{kind}_R")] for row in table if row[0] != "one"]
        assert all(values) == (kind in lists)


def test_where_every_mean_is_equal_official_subdomains_stand_in_the_order_in_which_they_come_up(v2, tmp_path):
    benchmark, folder, lists = v2
    queries = rows(benchmark)
    random.Random(5).shuffle(queries)
    for model in ("a", "b"):
        lines = [{"index": q["index"], "scores": {name: [{"score": 7}] for name in names(q)}} for q in queries]
        write(tmp_path / "scores" / f"{model}.jsonl", lines if model == "a" else lines[::-1])
    titles, _ = found = first_reading(tmp_path / "scores", benchmark, folder)
    assert same(found, second_reading(tmp_path / "scores", benchmark, lists))
    first = list(dict.fromkeys(q["domain2"] for q in queries if q["domain1"] == "Education"))
    assert [title for title in titles if title.removeprefix("Domain2_") in first] == [f"Domain2_{one}" for one in first]


def test_the_official_requirement_lists_and_the_labels_made_from_them_say_the_same(v1, v2):
    for path, folder, _ in (v1, v2):
        benchmark = load(path)
        lists = published.read_requirements(folder, benchmark.queries)
        queries = published.label(benchmark, lists).queries
        listed, watched = requirements(asked(query) for query in queries)
        for kind in REQUIREMENTS:
            assert sorted(listed[kind]) == sorted(lists.listed.get(kind, []))
            assert {index: sorted(names) for index, names in watched[kind].items()} == {
                index: sorted(names) for index, names in lists.watched.get(kind, {}).items()
            }


# a small benchmark of our own


def query(index, domain="Education", subdomain="Lesson Plan", criteria="abcde"):
    made = [{"name": name, "criteria_description": "what", **dict.fromkeys(BANDS, "earns it")} for name in criteria]
    return {"index": index, "domain1": domain, "domain2": subdomain, "query": "Plan a lesson.", "checklist": made}


def scored(index, **marks):
    given = {name: [{"score": one, "reason": "because"} for one in several] for name, several in marks.items()}
    return {"index": index, "scores": given}


def five(index, mark):
    return scored(index, **{name: [mark] for name in "abcde"})


@pytest.fixture
def small(tmp_path):
    """A folder with a benchmark of three queries and room for scores and lists."""
    write(tmp_path / "benchmark.jsonl", [query(1), query(2), query(3, "Finance & Business", "Market Analysis")])
    return tmp_path


def only(folder, lines, lists=None):
    """The row of a single model, by title."""
    write(folder / "scores" / "m.jsonl", lines)
    titles, (row,) = first_reading(folder / "scores", folder / "benchmark.jsonl", lists)
    return dict(zip(titles, row, strict=True))


def test_a_query_on_two_lines_counts_twice_in_overall_and_its_last_line_everywhere_else(small):
    row = only(small, [five(1, 2), five(2, 4), five(1, 9)])
    assert row["Count"] == 3
    assert row["Overall"] == 5
    assert row["Domain2_Lesson Plan"] == row["Domain1_Education"] == 6.5


def test_an_index_the_benchmark_lacks_counts_in_overall_and_count_only(small):
    row = only(small, [five(1, 2), five(99, 10)])
    assert (row["Overall"], row["Count"], row["Domain1_Education"]) == (6, 2, 2)
    assert sum(value is not None for title, value in row.items() if title.startswith("Domain")) == 2


def test_all_six_domains_have_a_column_and_only_subdomains_that_somebody_has(small):
    row = only(small, [five(3, 7)])
    assert [title for title in row if title.startswith("Domain1_")] == ["Domain1_" + name for name in DOMAINS]
    assert [title for title in row if title.startswith("Domain2_")] == ["Domain2_Market Analysis"]
    assert row["Domain1_Education"] is None


def test_a_requirement_of_which_the_model_has_no_query_is_published_as_zero(small):
    write(small / "lists/length/length_subset.jsonl", [query(2)])
    write(small / "lists/length/length_subset_C.jsonl", [query(2, criteria="a")])
    row = only(small, [five(1, 7)], small / "lists")
    assert [row[f"{kind}_{part}"] for kind in REQUIREMENTS for part in "RC"] == [0] * 6


def test_a_query_that_is_listed_twice_counts_twice(small):
    write(small / "lists/style_subset.jsonl", [query(1), query(2), query(1)])
    write(small / "lists/style_subset_C.jsonl", [query(1, criteria="ab"), query(2, criteria="c")])
    row = only(small, [scored(1, a=[1], b=[2], c=[3]), five(2, 8)], small / "lists")
    assert row["style_R"] == pytest.approx((2 + 2 + 8) / 3)
    assert row["style_C"] == pytest.approx((1 + 2 + 1 + 2 + 8) / 5)


def test_a_criterion_without_marks_is_left_out_of_every_mean(small):
    write(small / "lists/format_subset.jsonl", [query(1)])
    write(small / "lists/format_subset_C.jsonl", [query(1, criteria="abc")])
    row = only(small, [scored(1, a=[4], b=[]), scored(2)], small / "lists")
    assert (row["Overall"], row["Count"], row["Domain1_Education"]) == (4, 2, 4)
    assert (row["format_R"], row["format_C"]) == (4, 4)


def test_a_line_without_marks_that_comes_last_is_the_query(small):
    row = only(small, [five(1, 4), scored(1)])
    assert (row["Overall"], row["Count"], row["Domain1_Education"]) == (4, 2, None)


def test_of_nothing_there_is_a_table_without_rows():
    titles, table = aggregate({}, [], {}, {})
    assert (len(titles), table) == (3 + 6 + 6, [])
    titles, table = aggregate({"m": []}, [], {}, {})
    assert table == [["m", None, 0, *[None] * 6, *[0] * 6]]


def test_models_stand_by_name_and_the_order_they_are_given_in_does_not_matter():
    lines = {name: [Line(index=1, scores={"a": [mark]})] for mark, name in enumerate("cab", 1)}
    queries = [(1, "Education", "Lesson Plan")]
    titles, table = aggregate(lines, queries, {}, {})
    assert [row[0] for row in table] == ["a", "b", "c"]
    assert aggregate(dict(reversed(lines.items())), queries, {}, {}) == (titles, table)


@given(st.lists(st.tuples(st.integers(0, 5), st.lists(st.integers(1, 10), max_size=3)), max_size=20))
def test_every_published_mean_lies_within_the_marks(given_lines):
    lines = [Line(index=index, scores={"a": marks}) for index, marks in given_lines]
    queries = [(index, DOMAINS[index], f"s{index % 2}") for index in range(5)]
    listed, watched = {"style": [0, 1, 1]}, {"style": {0: ["a"], 1: ["a", "b"]}}
    titles, (row,) = aggregate({"m": lines}, queries, listed, watched)
    marks = [mark for _, given in given_lines for mark in given]
    for title, value in list(zip(titles, row, strict=True))[1:]:
        if title == "Count":
            assert value == len(lines)
        elif value:
            assert min(marks) <= value <= max(marks)
        else:
            assert (value == 0) == (title[-2:] in ("_R", "_C"))


# what is surprising about it


def told(lines, listed=None, watched=None, queries=((1, "Education", "x"), (2, "Education", "x"))):
    found = surprises({"m": lines}, queries, listed or {}, watched or {})
    return {(one.kind, one.columns): one.queries for one in found if one.kind != "empty"}


def test_marks_without_anything_unusual_surprise_nobody():
    lines = [Line(index=index, scores={"a": [3]}) for index in (1, 2)]
    every = {kind: {1: ["a"]} for kind in REQUIREMENTS}
    assert surprises({"m": lines}, [(1, "Education", "x"), (2, "Education", "x")], every, every) == []


def test_each_surprise_is_told_with_its_queries_and_columns():
    one, two, far = (Line(index=index, scores={"a": [3]}) for index in (1, 2, 77))
    assert told([one, two, one]) == {("repeated", ()): (1,)}
    assert told([one, far, two]) == {("foreign", ("Overall", "Count")): (77,)}
    assert told([one, Line(index=2, scores={"a": [3, 4]})]) == {("uneven", ("Overall",)): ()}
    both = {("listed", ("style_R", "style_C")): (1,)}
    assert told([one, two], {"style": [1, 1, 2]}, {"style": {1: ["a"]}}) == both
    cooking = told([one, two], queries=[(1, "Cooking", "x"), (2, "Education", "x")])
    assert cooking == {("domain", ("Domain1_Cooking",)): (1,)}


def test_a_requirement_without_queries_is_told_of_all_models_together():
    lines = [Line(index=1, scores={"a": [3]})]
    listed, watched = {"style": [1], "format": [1]}, {"style": {1: ["a"]}, "format": {1: ["b"]}}
    found = surprises({"m": lines, "n": lines}, [(1, "Education", "x")], listed, watched)
    assert [(one.kind, one.models, one.columns) for one in found] == [
        ("empty", ("m", "n"), ("format_C",)),
        ("empty", ("m", "n"), ("length_R", "length_C")),
    ]
    assert all(one.why for one in found)
    (first, *_) = surprises({"m": [Line(index=1, scores={"a": []})]}, [(1, "Education", "x")], listed, watched)
    assert (first.kind, first.columns) == ("empty", ("style_R", "style_C"))  # there is a line, and no mark on it


# what is wrong with files


def complaint(folder, lines, read=None):
    """The single line that a file with these lines is answered with, without the folder."""
    content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    (folder / "scores").mkdir(exist_ok=True)
    (folder / "scores" / "m.jsonl").write_bytes(content)
    queries = load(folder / "benchmark.jsonl", criteria=None).queries
    with pytest.raises(Defects) as raised:
        (read or published.read_scores)(folder / "scores", *([] if read else [queries]))
    assert len(raised.value.defects) == 1
    (line,) = str(raised.value).splitlines()
    return line.replace(f"{folder}/", "")


WHOLE = "must be a whole number from 1 to 10"


@pytest.mark.parametrize(
    ("score", "shown"), [(11, "11"), (0, "0"), (-3, "-3"), (7.5, "7.5"), ("7", "'7'"), (True, "true"), (None, "null")]
)
def test_a_mark_that_is_no_whole_number_from_1_to_10_is_told_with_its_place(small, score, shown):
    line = five(1, 3)
    line["scores"]["b"].append({"score": score, "reason": ""})
    said = complaint(small, [five(2, 3), line])
    assert said == f"scores/m.jsonl:2: scores['b'][1].score: {WHOLE} (is {shown})"


def test_a_mark_that_holds_other_values_is_told_whatever_its_depth(small):
    deep = b"[" * 200 + b"]" * 200
    said = complaint(small, [b'{"index": 1, "scores": {"a": [{"score": ' + deep + b"}]}}\n"])
    assert said == f"scores/m.jsonl:1: scores['a'][0].score: {WHOLE} (is 'a list')"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"scores": {}}, "index: missing; must be a whole number, the index of the query"),
        ({"index": "1", "scores": {}}, "index: must be a whole number, the index of the query (is '1')"),
        ({"index": True, "scores": {}}, "index: must be a whole number, the index of the query (is true)"),
        ({"index": 2**63, "scores": {}}, f"index: must be a whole number, the index of the query (is {2**63})"),
        ({"index": 1}, 'scores: missing; must be an object: {criterion: [{"score": 1 to 10, "reason": text}, ...]}'),
        (
            {"index": 1, "scores": [7]},
            'scores: must be an object: {criterion: [{"score": 1 to 10, "reason": text}, ...]} (is \'a list\')',
        ),
        ({"index": 1, "scores": {"a": 7}}, 'scores[\'a\']: must be a list of {"score", "reason"} (is 7)'),
        ({"index": 1, "scores": {"a": [7]}}, 'scores[\'a\'][0]: must be {"score": 1 to 10, "reason": text} (is 7)'),
        ({"index": 1, "scores": {"a": [{}]}}, f"scores['a'][0].score: missing; {WHOLE}"),
        (
            {"index": 1, "scores": {"a": [{"score": 5, "reason": 5}]}},
            "scores['a'][0].reason: must be text (is 5)",
        ),
        (
            {"index": 1, "scores": {"清晰\x1b[31m": []}},
            "scores['清晰\\x1b[31m']: query 1 has no such criterion, it has 'a', 'b', 'c', 'd', 'e'; "
            "name the benchmark that was used",
        ),
    ],
)
def test_each_other_defect_of_a_score_file_is_told_in_one_line(small, line, said):
    assert complaint(small, [line]) == f"scores/m.jsonl:1: {said}"


def test_a_line_that_is_no_json_is_told_with_its_number(small):
    assert "m.jsonl:2: not JSON: " in complaint(small, [five(1, 3), b'{"index": 1,\n'])
    assert "m.jsonl:1: not a JSON object" in complaint(small, [b"[1]\n"])
    assert "m.jsonl:1: not JSON: " in complaint(small, [b"[" * 100_000 + b"\n"])
    assert "m.jsonl:1: not JSON: " in complaint(small, [b'{"index": NaN, "scores": {}}\n'])
    assert "m.jsonl:1: not UTF-8 at byte 0; save the file as UTF-8" in complaint(small, ["量".encode("gbk") + b"\n"])


def test_an_empty_file_is_told_and_so_is_one_of_blank_lines(small):
    for content in (b"", b"\n \n"):
        said = complaint(small, [content])
        assert said == "scores/m.jsonl:1: the file holds no line; remove it, or put the model's lines there"


def test_a_folder_without_score_files_is_told(small):
    (small / "scores").mkdir()
    (small / "scores" / ".hidden.jsonl").write_text("nonsense")
    (small / "scores" / "m.json").write_text("nonsense")
    with pytest.raises(
        UserError, match=r"^\S+/scores: holds no MODEL\.jsonl; name the folder that holds .* per model$"
    ):
        published.read_scores(small / "scores")
    with pytest.raises(
        UserError, match=r"^\S+/nowhere: cannot be read \(No such file .*\); name the folder of the scores$"
    ):
        published.read_scores(small / "nowhere")
    with pytest.raises(UserError, match=r"cannot be read \(Not a directory\); name the folder of the scores$"):
        published.read_scores(small / "benchmark.jsonl")


def test_what_is_called_like_a_score_file_and_is_none_is_told(small):
    os.mkfifo(write(small / "scores" / "m.jsonl", [five(1, 3)]).with_name("pipe.jsonl"))
    (small / "scores" / "folder.jsonl").mkdir()
    (small / "scores" / "gone.jsonl").symlink_to(small / "nowhere")
    with pytest.raises(Defects) as raised:
        published.read_scores(small / "scores")
    assert [(Path(one.file).name, one.problem) for one in raised.value.defects] == [
        ("folder.jsonl", "not a file"),
        ("gone.jsonl", "cannot be read (No such file or directory)"),
        ("pipe.jsonl", "not a file"),
    ]


def test_everything_that_is_wrong_in_all_folders_is_told_at_once(small):
    write(small / "scores/m.jsonl", [five(1, 11), five(2, 3), {"index": "x", "scores": {"a": [{"score": 12}]}}])
    write(small / "scores/n.jsonl", [{}])
    write(small / "responses/m.jsonl", [{"index": 1}])
    write(small / "lists/style_subset.jsonl", [{"index": "y"}])
    benchmark = load(small / "benchmark.jsonl")
    with pytest.raises(Defects) as raised:
        published.read(small / "scores", benchmark, small / "lists", small / "responses")
    places = [(Path(one.file).name, one.line, one.field) for one in raised.value.defects]
    assert places == [
        *(("m.jsonl", 1, f"scores['{name}'][0].score") for name in "abcde"),
        ("m.jsonl", 3, "index"),
        ("m.jsonl", 3, "scores['a'][0].score"),
        ("n.jsonl", 1, "index"),
        ("n.jsonl", 1, "scores"),
        ("style_subset.jsonl", 1, "index"),
        ("style_subset_C.jsonl", 1, ""),
        ("m.jsonl", 1, "response"),
    ]


def test_what_is_unusual_and_not_wrong_is_read(small):
    lines = [
        {"index": 1.0, "scores": {"a": [{"score": 7.0}, {"score": 8, "reason": None, "model": "x"}]}, "lang": "en"},
        {"index": 404, "scores": {"whatever": [{"score": 1, "reason": "无"}]}},
        {"index": 1, "scores": {}},
    ]
    write(small / "scores/m.jsonl", lines)
    with (small / "scores/m.jsonl").open("ab") as file:
        file.write(b'\r\n{"index": 2, "scores": {"a": []}}')
    (found,) = published.read_scores(small / "scores", load(small / "benchmark.jsonl").queries).values()
    assert [line.index for line in found] == [1, 404, 1, 2]
    assert found[0].scores == {"a": (Verdict(score=7, reason=""), Verdict(score=8, reason=""))}
    assert found[1].scores == {"whatever": (Verdict(score=1, reason="无"),)}
    assert (found[2].scores, found[3].scores) == ({}, {"a": ()})


def test_a_line_of_twenty_megabytes_is_read(small):
    line = five(1, 3)
    line["scores"]["a"][0]["reason"] = "长" * 7_000_000
    write(small / "scores/m.jsonl", [line])
    ((found,),) = published.read_scores(small / "scores").values()
    assert len(found.scores["a"][0].reason) == 7_000_000


def test_a_model_may_be_called_whatever_a_file_may(small):
    odd = ["模型 7B", "a.b.c", "<script>", "=1+1", "new\nline", "\x1b[31mred", "-rf", "x" * 200, "e\u0301", "\u202eabc"]
    for name in odd:
        write(small / "scores" / f"{name}.jsonl", [five(1, 3)])
    raw = os.fsencode(small / "scores") + b"/caf\xe9.jsonl"
    with suppress(OSError):  # some file systems take no such name
        Path(os.fsdecode(raw)).write_bytes(json.dumps(five(1, 3)).encode())
        odd.append("caf\\xe9")
    assert set(published.read_scores(small / "scores")) == set(odd)
    assert published.shown("new\nline \x1b[31m \u202e \udcff 模型") == "new\\nline \\x1b[31m \\u202e \\udcff 模型"


def test_a_defect_in_a_file_with_an_odd_name_stays_one_line(small):
    write(small / "scores" / "a\nb\x1b[2J.jsonl", [{"index": 1}])
    with pytest.raises(Defects) as raised:
        published.read_scores(small / "scores")
    (line,) = str(raised.value).splitlines()
    assert r"a\nb\x1b[2J.jsonl:1: scores: missing" in line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"index": 1}, "response: missing; must be text"),
        ({"index": 1, "response": None}, "response: must be text (is null)"),
        ({"response": "Dear"}, "index: missing; must be a whole number, the index of the query"),
    ],
)
def test_each_defect_of_a_response_file_is_told_in_one_line(small, line, said):
    assert complaint(small, [line], published.read_responses) == f"scores/m.jsonl:1: {said}"


def test_of_several_responses_to_a_query_the_last_one_stays(small):
    write(small / "r/m.jsonl", [{"index": 1, "response": "one"}, {"index": 1, "response": "two"}])
    assert published.read_responses(small / "r") == {"m": {1: "two"}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"index": None, "checklist": []}, "index: must be a whole number, the index of the query (is null)"),
        ({"index": 1}, "criteria: missing; must be a list of criteria"),
        ({"index": 1, "checklist": "a"}, "checklist: must be a list of criteria (is 'a')"),
        ({"index": 1, "criteria": ["a"]}, "criteria[0]: must be an object with a name (is 'a')"),
        (
            {"index": 1, "criteria": [{"name": "z"}]},
            "criteria[0].name: query 1 of the benchmark has no such criterion (is 'z')",
        ),
    ],
)
def test_each_defect_of_a_requirement_list_is_told_in_one_line(small, line, said):
    write(small / "length_subset.jsonl", [query(1)])
    write(small / "length_subset_C.jsonl", [line])
    with pytest.raises(Defects) as raised:
        published.read_requirements(small, load(small / "benchmark.jsonl").queries)
    assert str(raised.value) == f"{small}/length_subset_C.jsonl:1: {said}"


def test_a_folder_without_requirement_lists_is_told(small):
    with pytest.raises(UserError, match=r"holds no KIND_subset\.jsonl, where KIND is one of style, format, length$"):
        published.read_requirements(small)


def test_lists_in_folders_of_their_own_come_before_those_beside_each_other(small):
    for folder, index in (("length/", 1), ("", 2)):
        write(small / f"{folder}length_subset.jsonl", [query(index)])
        write(small / f"{folder}length_subset_C.jsonl", [query(index, criteria="a"), query(index, criteria="bc")])
    write(small / "style_subset.jsonl", [])
    write(small / "style_subset_C.jsonl", [])
    found = published.read_requirements(small, load(small / "benchmark.jsonl").queries)
    assert found.listed == {"length": [1], "style": []}
    assert found.watched == {"length": {1: ["b", "c"]}, "style": {}}


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_bytes_a_score_file_holds_the_answer_is_lines_or_defects(content):
    with TemporaryDirectory() as folder:
        for line in (
            content,
            b'{"index":1,"scores":{"a":[' + content + b"]}}",
            b'{"index":' + content + b',"scores":{}}',
        ):
            (Path(folder) / "m.jsonl").write_bytes(line)
            with suppress(Defects):
                (found,) = published.read_scores(Path(folder)).values()
                assert found
                assert all(isinstance(line, published.ScoredLine) for line in found)


# into a store


def imported(folder, lines, judge="critic", responses=None):
    """Import the lines as model m and return the store's run and everything that was brought for it."""
    write(folder / "scores/m.jsonl", lines)
    if responses is not None:
        write(folder / "responses/m.jsonl", responses)
    found = published.read(
        folder / "scores", load(folder / "benchmark.jsonl"), None, folder / "responses" if responses else None
    )
    with Store(folder / "out/store.db") as store:
        (run,) = published.bring(found, judge, store)
        return run, dict(store.all_brought(run.fingerprint)), [one.index for one in store.queries(run.fingerprint)]


def test_every_line_mark_reason_and_response_comes_back_from_the_store(small):
    lines = [five(2, 3), five(99, 1), scored(1, a=[1, 2, 3]), five(2, 8)]
    run, kept, asked_for = imported(
        small, lines, responses=[{"index": 2, "response": "你好"}, {"index": 3, "response": ""}]
    )
    assert list(kept) == [2, 99, 1]
    assert [[verdict.score for verdict in line["a"]] for line in kept[2].lines] == [[3], [8]]
    assert kept[1].lines[0]["a"][0] == Verdict(score=1, reason="because")
    assert (kept[2].response, kept[1].response) == ("你好", None)
    assert asked_for == [1, 2]  # the benchmark's third was not asked, the ninety-ninth it does not have
    assert (run.protocol.name, run.protocol.repeats, run.imported) == ("official", 3, True)
    assert (run.writer.name, run.writer.model) == ("m", "imported/m")
    assert run.judge.name == "critic"


def test_importing_again_replaces_what_the_same_judge_said_and_nothing_else(small):
    first, _, _ = imported(small, [five(1, 3), five(2, 3)])
    other, _, _ = imported(small, [five(1, 9)], judge="another")
    second, kept, asked_for = imported(small, [scored(2, a=[5, 6])])
    assert first.fingerprint != second.fingerprint  # two marks on a criterion are another protocol
    assert (list(kept), asked_for) == ([2], [2])
    with Store(small / "out/store.db") as store:
        assert {run.fingerprint for run in stored.stored_runs(store)} == {other.fingerprint, second.fingerprint}
        assert not list(store.all_brought(first.fingerprint))
        assert len(list(store.all_brought(other.fingerprint))) == 1
    again, kept, _ = imported(small, [scored(2, a=[5, 6])])
    assert (again.fingerprint, list(kept)) == (second.fingerprint, [2])


def test_labels_that_come_later_replace_what_was_imported_without_them(small):
    imported(small, [five(1, 3)])
    write(small / "lists/length_subset.jsonl", [query(1)])
    write(small / "lists/length_subset_C.jsonl", [query(1, criteria="b")])
    found = published.read(small / "scores", load(small / "benchmark.jsonl"), small / "lists")
    with Store(small / "out/store.db") as store:
        (run,) = published.bring(found, "critic", store)
        assert [one.fingerprint for one in stored.stored_runs(store)] == [run.fingerprint]
        (kept,) = store.queries(run.fingerprint)
    assert [criterion.requirement for criterion in kept.criteria] == [None, "length", None, None, None]


# at the command line


def call(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=cwd,
    )


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_spreadsheet_of_imported_official_marks_is_the_published_one(version, request, tmp_path):
    benchmark, folder, lists = request.getfixturevalue(version)
    scores = judged(tmp_path / "scores", rows(benchmark)[::5], seed=7)
    ended = call(
        "import", "official", "--scores", scores, "--benchmark", benchmark, "--requirements", folder, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    ended = call("report", "--official", cwd=tmp_path)
    assert ended.returncode in (0, 1), ended.stderr  # 1: some models were not marked on everything
    assert "Traceback" not in ended.stderr
    book = openpyxl.load_workbook(tmp_path / "writingbench-out/scores.xlsx")
    assert book.sheetnames == ["Sheet1"]
    titles, *table = ([cell.value for cell in row] for row in book["Sheet1"].iter_rows())
    assert same((titles, table), second_reading(scores, benchmark, lists))


def test_an_import_says_what_came_in_and_what_is_unusual_about_it(small):
    write(small / "scores/m.jsonl", [five(1, 3), five(1, 4), five(99, 5)])
    write(small / "responses/m.jsonl", [{"index": 1, "response": "Dear"}])
    write(small / "responses/n.jsonl", [{"index": 1, "response": "Dear"}])
    arguments = (
        "import",
        "official",
        "--scores",
        "scores",
        "--benchmark",
        "benchmark.jsonl",
        "--responses",
        "responses",
    )
    ended = call(*arguments, "--json", cwd=small)
    assert (ended.returncode, ended.stderr) == (0, "")
    said = json.loads(ended.stdout)
    assert said["models"] == [
        {"model": "m", "queries": 1, "not asked": 2, "lines": 3, "marks": 15, "responses": 1},
    ]
    assert said["responses without scores"] == ["n"]
    assert {one["kind"]: one["queries"] for one in said["surprises"]} == {"repeated": [1], "foreign": [99], "empty": []}
    ended = call(*arguments, cwd=small)
    assert "n: responses without scores; they were left out." in ended.stdout
    assert "m: Overall, Count: the benchmark holds no such query" in ended.stdout
    assert "Next: writingbench report --out writingbench-out, or with --official" in ended.stdout


def test_an_import_of_defective_files_says_so_and_keeps_nothing(small):
    write(small / "scores/m.jsonl", [five(1, 3), five(2, 11)])
    arguments = ("import", "official", "--scores", "scores", "--benchmark", "benchmark.jsonl")
    ended = call(*arguments, cwd=small)
    assert (ended.returncode, ended.stdout) == (2, "")
    lines = ended.stderr.splitlines()
    assert lines[0] == f"writingbench: scores/m.jsonl:2: scores['a'][0].score: {WHOLE} (is 11)"
    assert len(lines) == 5
    ended = call(*arguments, "--json", cwd=small)
    assert (ended.returncode, ended.stderr, len(json.loads(ended.stdout))) == (2, "", 5)
    assert not (small / "writingbench-out").exists()


def test_of_very_many_defects_the_first_are_shown_and_the_others_counted(small):
    write(small / "scores/m.jsonl", [five(1, 11)] * 100)
    ended = call("import", "official", "--scores", "scores", "--benchmark", "benchmark.jsonl", cwd=small)
    lines = ended.stderr.splitlines()
    assert (ended.returncode, len(lines)) == (2, 201)
    assert lines[-1] == "and 300 more; --json prints all of them"


def test_a_benchmark_file_with_a_defect_is_told_before_any_score(small):
    write(small / "benchmark.jsonl", [query(1, "Cooking")])
    write(small / "scores/m.jsonl", [five(1, 11)])
    ended = call("import", "official", "--scores", "scores", "--benchmark", "benchmark.jsonl", cwd=small)
    assert ended.returncode == 2
    assert ended.stderr.startswith("writingbench: benchmark.jsonl:1: domain1: unknown domain")
