"""Reading what people think of responses: rows of one's own, Writing-Preference-Bench, HANNA."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from writingbench.adapters import hanna, human_scores
from writingbench.adapters.opinions import read
from writingbench.agreement.compared import compare
from writingbench.agreement.features import LENGTH, baselines, counts
from writingbench.agreement.people import reliability
from writingbench.agreement.votes import FIRST, MISSING, SECOND, TIE
from writingbench.benchmark.taxonomy import builtin
from writingbench.checks.review import Reviewer
from writingbench.records import UserError
from writingbench.scores.ranks import kendall

DATA = Path(__file__).parents[2] / "shared/data"


def data(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"needs the data in {DATA / name}, which are not part of this repository")
    return DATA / name


def write(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


# rows of one's own


def test_rows_that_compare_become_votes(tmp_path):
    file = write(
        tmp_path / "mine.jsonl",
        {"query": 7, "first": "a", "second": "b", "by": "Li", "choice": "first", "strength": 2},
        {"query": 7, "first": "b", "second": "a", "by": "Ana", "choice": "tie", "comment": "都好", "seconds": 12.5},
        {"query": 9, "first": "a", "second": "b", "by": "Li", "choice": "second"},
    )
    found = read(file)
    assert found.name == "mine" and found.ballots.raters == ("Ana", "Li")
    assert found.ballots.votes.tolist() == [[TIE, FIRST], [MISSING, SECOND]]
    assert found.queries == {} and found.texts == {}


def test_rows_that_score_become_votes_and_bring_texts_along(tmp_path):
    file = write(
        tmp_path / "mine.jsonl",
        {
            "query": 1,
            "writer": "a",
            "score": 3.5,
            "request": "写一封信。",
            "response": "亲爱的读者：……",
            "domain1": "Education",
        },
        {"query": 1, "writer": "b", "score": 1, "response": "好。"},
        {"query": 1, "writer": "a", "by": "Ana", "score": 0},
        {"query": 1, "writer": "b", "by": "Ana", "score": 0},
    )
    found = read(file)
    assert found.ballots.raters == ("Ana", "people") and found.ballots.votes.tolist() == [[TIE, FIRST]]
    assert found.texts[1, "b"] == "好。" and found.queries[1].language == "zh"
    assert found.queries[1].domain1 == "Education" and found.ballots.duels[0].first_length > 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"query": 1, "first": "a", "second": "b", "choice": "A"}, "choice: must be one of first, second, tie"),
        ({"query": 1, "first": "a", "second": "a", "choice": "tie"}, "second: the same writer"),
        ({"query": 1, "first": "a", "choice": "tie"}, "second: missing"),
        ({"query": "one", "first": "a", "second": "b", "choice": "tie"}, "index: must be a whole number"),
        ({"first": "a", "second": "b", "choice": "tie"}, "index: missing"),
        ({"query": 1, "first": "a", "second": "b", "choice": "tie", "strength": 3}, "strength: must be 1"),
        ({"query": 1, "first": "a", "second": "b", "choice": "tie", "seconds": "long"}, "seconds: must be a number"),
        ({"query": 1, "first": "a\u001b[2J", "second": "b", "choice": "tie"}, "first: must be a name"),
        ({"query": 1, "first": "a", "second": "b", "choice": "tie", "by": ""}, "by: must be a name"),
        ({"query": 1, "writer": "a", "score": "3"}, "score: must be a number"),
        ({"query": 1, "writer": "a", "score": True}, "score: must be a number"),
        ({"query": 1, "writer": "a"}, "score: missing"),
        ({"query": 1, "writer": "a", "score": 1, "respones": "x"}, "respones: unknown field"),
        ({"query": 1, "writer": "a", "score": 1, "response": 5}, "response: must be text"),
        ({"query": 1, "writer": "a", "score": 1, "request": " "}, "request: must be text"),
        ({"query": 1, "writer": "a", "score": 1, "request": "x", "domain1": "Cooking"}, "domain1: no domain"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_line_and_field(tmp_path, row, says):
    file = write(tmp_path / "mine.jsonl", {"query": 1, "writer": "z", "score": 1}, row)
    with pytest.raises(UserError) as told:
        read(file)
    assert f"mine.jsonl:2: {says.split(': ')[0]}" in str(told.value) and says.split(": ")[1] in str(told.value)
    assert "\x1b" not in str(told.value)


def test_nan_is_no_score(tmp_path):
    (tmp_path / "mine.jsonl").write_text('{"query": 1, "writer": "a", "score": NaN}\n')
    with pytest.raises(UserError, match=r"mine.jsonl:1"):
        read(tmp_path / "mine.jsonl")


def test_a_file_that_compares_and_scores_is_refused(tmp_path):
    file = write(
        tmp_path / "mine.jsonl",
        {"query": 1, "writer": "z", "score": 1},
        {"query": 1, "first": "a", "second": "b", "choice": "tie"},
    )
    with pytest.raises(UserError, match="a file of its own"):
        read(file)


@pytest.mark.parametrize(
    ("name", "says"), [("nowhere", "no such file"), ("empty.jsonl", "holds no row"), (".", "holds neither")]
)
def test_what_is_not_there_or_empty_is_said(tmp_path, name, says):
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UserError, match=says):
        read(tmp_path / name)


# Writing-Preference-Bench


def folder(tmp_path, responses, queries=({"id": "q", "query": "写一首诗。", "tags": ["诗歌"]},)):
    write(tmp_path / "queries.jsonl", *queries)
    write(tmp_path / "responses.jsonl", *responses)
    return tmp_path


def test_scored_responses_become_pairs_within_a_query(tmp_path):
    given = [
        {"id": "q", "model": m, "response": f"诗{m}", "human_score": s, "comment": ""} for m, s in (("x", 3), ("y", 1))
    ]
    found = read(folder(tmp_path, given))
    assert found.ballots.votes.tolist() == [[FIRST]] and found.texts[1, "y"] == "诗y"
    assert (found.queries[1].domain1, found.queries[1].domain2) == ("Literature & Arts", "Poetry")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "p", "model": "x", "response": "r", "human_score": 1}, "id: no such query"),
        ({"id": "q", "model": "x", "response": "r", "human_score": "3"}, "human_score: must be a number"),
        ({"id": "q", "model": "x", "response": " ", "human_score": 3}, "response: must be text"),
        ({"id": "q", "response": "r", "human_score": 3}, "model: missing"),
    ],
)
def test_a_wrong_response_is_said_with_its_line(tmp_path, row, says):
    with pytest.raises(UserError) as told:
        read(folder(tmp_path, [row]))
    assert f"responses.jsonl:1: {says}" in str(told.value)


def test_every_tag_belongs_somewhere_in_the_taxonomy():
    for domain, subdomain in human_scores.domains().values():
        assert subdomain in builtin().subdomains(domain)


def test_the_human_scores_that_are_needed_here_give_24624_pairs_of_which_15481_have_a_preference():
    found = read(data("human-scores"))
    assert len(found.queries) == 144 and len(found.texts) == 2736
    assert len(found.ballots.duels) == 24_624
    assert int((found.ballots.votes != TIE).sum()) == 15_481
    assert all(query.domain1 for query in found.queries.values())


def test_on_the_human_scores_that_are_needed_here_longer_is_better_is_right_on_56_percent():
    found = read(data("human-scores"))
    scores = {}  # anew, from the file, with the length in characters
    for line in (DATA / "human-scores/responses.jsonl").read_bytes().split(b"\n"):
        if line:
            row = json.loads(line)
            scores.setdefault(row["id"], []).append((row["human_score"], len(row["response"])))
    pairs = [(one, other) for own in scores.values() for one, other in combinations(own, 2) if one[0] != other[0]]
    right = [(one[0] > other[0]) == (one[1] > other[1]) for one, other in pairs if one[1] != other[1]]
    assert np.mean(right) == pytest.approx(0.557, abs=0.001)
    (longer,) = [one for one in _lengths_only(found) if one.judge == LENGTH]
    (row,) = compare(found, [longer], resamples=300).rows
    assert row.majority["left out"].value == pytest.approx(np.mean(right), abs=0.003)  # tokens, about, not characters
    assert row.length_controlled.value == 0.5


def _lengths_only(found):
    from dataclasses import replace

    with Reviewer() as reviewer:
        return baselines(replace(found, texts={}), reviewer)


# HANNA

# |tau| of the means of ten systems with people's, as the data's authors published it (their repository's
# rankings/system_kendall.csv): relevance, coherence, empathy, surprise, engagement, complexity
PUBLISHED = {
    "Text length ¤§": (0.4667, 0.3333, 0.3333, 0.4222, 0.3333, 0.5394),
    "BLEU Ξ§": (0.5556, 0.3333, 0.4222, 0.4222, 0.3333, 0.5394),
    "chrF Ξ§": (0.6000, 0.4667, 0.4667, 0.5556, 0.4667, 0.6742),
    "BERTScore F1 Ξε": (0.5111, 0.5556, 0.7333, 0.5556, 0.5556, 0.4944),
    "Repetition-3 ¤§": (0.3778, 0.3333, 0.2444, 0.3333, 0.3333, 0.3146),
    "SUPERT-PS ¤ε": (0.1111, 0.2000, 0.0222, 0.2000, 0.2000, 0.1798),
}
# people's mean score of a system by relevance and complexity, as published with the data
MEANS = {
    "Human": (4.17, 3.73),
    "GPT-2": (2.81, 2.68),
    "HINT": (2.29, 1.45),
    "Fusion": (2.09, 1.92),
    "TD-VAE": (2.51, 2.49),
}


def test_rank_correlations_on_hanna_that_is_needed_here_are_the_published_ones():
    systems, columns = hanna.table(data("hanna") / hanna.FILE)
    machines = [row for row, name in enumerate(systems) if name != "Human"]
    for place, name in enumerate(hanna.ASPECTS.values()):
        # the file's own means, not ours of the three: two systems are alike in complexity, and theirs are not quite
        said = columns[name.capitalize()].mean(axis=1)[machines]
        for measure, published in PUBLISHED.items():
            found = kendall(said, columns[measure].mean(axis=1)[machines])
            assert abs(found) == pytest.approx(published[place], abs=5e-5), (measure, name)


def test_peoples_means_on_hanna_that_is_needed_here_are_the_published_ones():
    systems, columns = hanna.table(data("hanna") / hanna.FILE)
    for name, published in MEANS.items():
        row = systems.index(name)
        means = [np.mean([columns[f"Human {n} {code}"][row] for n in (1, 2, 3)]) for code in ("RE", "CX")]
        assert [round(float(one), 2) for one in means] == list(published)


def test_hanna_that_is_needed_here_has_twenty_judges_whose_failures_are_no_marks():
    found = read(data("hanna"), "relevance")
    assert len(found.ballots.duels) == 96 * 55 and len(found.judges) == 20
    failed = next(one for one in found.judges if one.judge == "Beluga-13B, prompt 2")
    marks = np.array(list(failed.marks.values()))
    assert failed.failures["unreadable"] == np.isnan(marks).sum() > 0 and np.nanmin(marks) >= 1


def test_on_hanna_that_is_needed_here_the_mean_of_three_votes_and_the_three_scores_hardly_agree():
    found = read(data("hanna"), "complexity")
    assert found.ballots.raters == ("mean of three people",)  # "Human 1" is another worker from story to story
    said = reliability(found.scores, resamples=200)
    assert said.interval.n == 1056 and 0.2 < said.interval.low < said.interval.high < 0.4


def hanna_table(tmp_path, **cells):
    rows = {"Human 1 RE": ("[3.0, 4.0]", "[1.0, 2.0]"), "ChatGPT RE 1": ("[4.0, -1.0]", "[2.0, 2.0]")} | cells
    lines = ["Model," + ",".join(rows), *(f"S{n}," + ",".join(f'"{row[n]}"' for row in rows.values()) for n in (0, 1))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path / "t.csv"


def test_a_judge_that_failed_has_no_mark_there(tmp_path):
    found = read(hanna_table(tmp_path), "relevance")
    (judge,) = found.judges
    assert judge.marks[1, "S0"] == (4.0,) and np.isnan(judge.marks[2, "S0"][0]) and judge.failures == {"unreadable": 1}
    assert found.ballots.votes.tolist() == [[FIRST], [FIRST]]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Human 1 RE": ("[3.0, 4.0]", "oh")}, "t.csv:3: Human 1 RE: not a list of numbers"),
        ({"Human 1 RE": ("[3.0, 4.0]", "[1.0]")}, "not every system has 2 values"),
        ({"Human 1 RE": ("[3.0, 4.0]", "[1.0, 9.0]")}, "must be from 1 to 5"),
        ({"Human 1 RE": ("[3.0, 4.0]", "[]")}, "the list is empty"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path, cells, says):
    with pytest.raises(UserError) as told:
        read(hanna_table(tmp_path, **cells), "relevance")
    assert says in str(told.value)


def test_an_aspect_that_is_none_is_refused_and_so_is_one_of_other_data(tmp_path):
    with pytest.raises(UserError, match="there are relevance, coherence"):
        read(hanna_table(tmp_path), "beauty")
    with pytest.raises(UserError, match="is for HANNA"):
        read(write(tmp_path / "m.jsonl", {"query": 1, "writer": "a", "score": 1}), "relevance")


# what is counted


def test_what_is_counted_in_a_text_is_so_in_both_languages():
    english = counts("# Title\n\nOne two three. **Four** five six! 🎉\n\nSeven.")
    chinese = counts("# 标题\n\n今天天气很好。**明天**也会很好！🎉\n\n后天呢？")
    for found in (english, chinese):
        assert (found["more paragraphs"], found["more emoji"], found["more Markdown"]) == (3, 1, 2)
        assert np.isnan(found["more varied words"])  # too short to say
    looped = counts("The river runs to the sea and the sea runs on and on. " * 60)
    assert looped["less repetition"] < -0.8 and counts("一次。")["less repetition"] == 0
    assert counts("x")["longer sentences"] >= 0 and np.isnan(counts("")["longer sentences"])


def test_baselines_are_of_what_is_known_and_nothing_else(tmp_path):
    bare = read(write(tmp_path / "m.jsonl", {"query": 1, "first": "a", "second": "b", "choice": "tie"}))
    with_texts = read(
        write(
            tmp_path / "n.jsonl",
            {"query": 1, "writer": "a", "score": 3, "request": "Write 500 words.", "response": "Too few words."},
            {"query": 1, "writer": "b", "score": 1, "response": "Word " * 500},
        )
    )
    with Reviewer() as reviewer:
        assert baselines(bare, reviewer) == []
        found = {one.judge: one.marks for one in baselines(with_texts, reviewer)}
    assert found[LENGTH][1, "b"] > found[LENGTH][1, "a"]
    assert found["less that checks find"][1, "a"][0] < 0 and len(found) == 8
