"""What a writer is trained on: the best of each subdomain, its controls, and what no writer should learn from."""

import asyncio
import json
from collections import Counter
from hashlib import sha256
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import Server, said
from test_cli import call, models, one_line_of_help
from test_critic_data import EN, edited, lines, people, requests
from writingbench.benchmark import Defects
from writingbench.benchmark.size import tokens
from writingbench.construct.known import Known
from writingbench.records import Answer, Query, Reply, UserError
from writingbench.responses import read as answer_in
from writingbench.responses import split
from writingbench.training import candidates
from writingbench.training.candidates import Candidate
from writingbench.training.curate import Line, Rules, make, reasoned
from writingbench.training.curate import lines as lines_of
from writingbench.training.keep import SETS, kept
from writingbench.training.sieve import fault

WORDS = (
    "amber bridge candle dolphin ember forest garden hammer island jungle kettle lantern meadow needle ocean".split()
)
NONE = Rules(checks=())


def sentence(n, long=12):
    """A text that has little in common with that of another number."""
    return " ".join(WORDS[(n * 7 + k * (n % 13 + 1) + k * k) % len(WORDS)] + str(n * 31 + k) for k in range(long)) + "."


def candidate(n, mark, subdomain="Prose", *, text=None, request=None, reasoning="", long=12, index=None, writer="w"):
    query = Query(
        index=index or n, domain1="Literature & Arts", domain2=subdomain, language="en", text=request or f"Ask {n}.",
        criteria=(),
    )  # fmt: skip
    return Candidate(
        query=query, writer=writer, mark=mark, answer=Answer(text=text or sentence(n, long), reasoning=reasoning)
    )


def made(pool, rules=NONE, known=()):
    return make(pool, known, rules, Counter())


def file(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def row(n, mark, **more):
    return {"query": requests()[n % 24], "response": sentence(n), "mark": mark, **more}


def curate(*more, cwd, benchmark="none"):
    ended = call("train", "curate", "--out", "out", "--json", "--benchmark", benchmark, *more, cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


# which are kept


def test_the_best_of_each_subdomain_are_kept_however_low_a_judge_marks_it():
    pool = [candidate(n, n % 10, "Prose") for n in range(20)] + [candidate(n, 90 + n, "Slogans") for n in range(20, 30)]
    top = kept(pool, 0.2, 1)["top"]
    assert Counter(pool[place].subdomain for place in top) == {"Prose": 4, "Slogans": 2}
    assert [pool[place].mark for place in top] == [8, 9, 8, 9, 118, 119]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 10)), min_size=1, max_size=40),
    st.floats(0.01, 1),
    st.integers(0, 99),
)
def test_every_set_holds_as_many_of_each_subdomain_and_none_twice(said, share, seed):
    pool = [candidate(n, mark, subdomain, text="x" * (n + 1)) for n, (subdomain, mark) in enumerate(said)]
    sets = kept(pool, share, seed)
    sizes = Counter(one.subdomain for one in pool)
    wanted = {name: max(1, round(share * size)) for name, size in sizes.items()}
    for name in ("top", "random", "length"):
        assert Counter(pool[place].subdomain for place in sets[name]) == wanted
        assert len(set(sets[name])) == len(sets[name])
    assert sets["all"] == list(range(len(pool)))
    assert min(pool[place].mark for place in sets["top"]) <= max(one.mark for one in pool)
    for name in sizes:
        best = [pool[place].mark for place in sets["top"] if pool[place].subdomain == name]
        left = [one.mark for place, one in enumerate(pool) if one.subdomain == name and place not in sets["top"]]
        assert not left or min(best) >= max(left)


def test_the_control_for_length_is_as_long_as_the_best_where_a_random_one_is_not():
    pool = [candidate(n, 1 + n // 10, long=3 + n) for n in range(100)]  # the longer the better marked
    sets = kept(pool, 0.2, 1)
    lengths = {name: fmean(tokens(pool[place].answer.text) for place in sets[name]) for name in SETS}
    assert abs(lengths["length"] / lengths["top"] - 1) < 0.05
    assert lengths["random"] < 0.8 * lengths["top"]


def test_the_control_for_length_is_not_chosen_by_its_marks():
    pool = [candidate(n, n % 10, long=10) for n in range(400)]  # length says nothing of the mark
    sets = kept(pool, 0.1, 1)
    means = {name: fmean(pool[place].mark for place in sets[name]) for name in SETS}
    assert means["top"] == 9
    assert abs(means["length"] - means["all"]) < 1


def test_another_seed_draws_other_controls_and_the_same_best():
    pool = [candidate(n, n) for n in range(40)]
    one, same, other = (kept(pool, 0.3, seed) for seed in (1, 1, 2))
    assert one == same
    assert one["top"] == other["top"]
    assert one["random"] != other["random"]


# what is left out


def test_copies_are_left_out_also_nearly_the_same_and_to_another_request():
    text = sentence(1, 60)
    pool = [candidate(1, 5, text=text), candidate(2, 9, text=f"{text} The end."), candidate(3, 7)]
    found = made(pool)
    assert [one.query.index for one in found.pool] == [1, 3]
    assert found.left_out == {"a copy of another": 1}


@pytest.mark.parametrize(
    ("text", "asked", "check"),
    [
        ("I'm sorry, but I can't help with that.", "Write a letter to the mayor.", "completeness"),
        ("抱歉，我无法完成这个请求。", "给市长写一封信。", "completeness"),
        ("The sea was calm and the boats were in. " * 30, "Write an essay about the sea.", "repetition"),
        ("海面平静，渔船都已经回港了。" * 30, "写一篇关于大海的散文。", "repetition"),
    ],
)
def test_a_text_that_a_check_finds_fault_with_is_left_out_and_counted(text, asked, check):
    pool = [candidate(1, 9, text=text, request=asked), candidate(2, 3)]
    found = made(pool, Rules())
    assert [one.query.index for one in found.pool] == [2]
    assert found.left_out == {f"check: {check}": 1}
    assert len(made(pool).pool) == 2  # where it is not asked for


@pytest.mark.parametrize(("kind", "there"), [("press release", False), ("short story", True)])
def test_figures_without_support_are_a_fault_but_in_what_invents_them(kind, there):
    material = (
        "The company said on 3 May 2021 that it had lost 12% of its sales, and its chairman was asked to go. " * 20
    )
    request = f"Please write a {kind} for general readers. The tone should be calm. Reference material:\n{material}"
    text = "The company lost 12% of its sales. Its competitor gained 47%, and 3,518 people were told to leave."
    one = candidate(1, 9, request=request, text=text)
    assert (fault(one, ("figures",)) is None) is there


def test_requests_of_a_benchmark_take_all_their_candidates_with_them():
    pool = [candidate(n, n, request=EN[n // 2], index=1 + n // 2) for n in range(8)]
    known = [Known(where="bench 7", text=edited(EN[1]))]
    found = made(pool, known=known)
    assert {one.query.text for one in found.pool} == {EN[0], EN[2], EN[3]}
    assert found.left_out == {"the request stands in a benchmark": 2}
    assert [(leak.request, leak.where) for leak in found.leaks] == [(EN[1], "bench 7")]


def test_where_nothing_is_left_the_error_says_why():
    with pytest.raises(UserError, match=r"no candidate is left \(2 the request stands in a benchmark\)\. Name with"):
        made([candidate(n, 5, request=EN[0]) for n in (1, 2)], known=[Known(where="b", text=EN[0])])
    with pytest.raises(UserError, match=r"no candidate is left \(1 check: completeness\)$"):
        made([candidate(1, 5, text="I'm sorry, but I can't help with that.", request="Write a letter.")], Rules())


# reasoning


@given(st.text(min_size=1), st.text())
def test_what_is_learned_with_reasoning_is_the_same_answer_once_the_reasoning_is_taken_off(text, thoughts):
    answer = answer_in(Reply(text=text, reasoning=thoughts, finish="stop"))
    if isinstance(answer, Answer):
        assert split(reasoned(answer)).answer == split(answer.text).answer or reasoned(answer) == answer.text


def test_with_and_without_reasoning_are_two_data_sets_of_the_same_candidates_in_the_same_order(tmp_path):
    rows = [
        row(0, 3, response=f"<think>Who is it for?</think>{sentence(0)}"),
        row(1, 5, reasoning="谁来读？"),
        row(2, 9),
    ]
    told = curate("--candidates", file(tmp_path / "c.jsonl", rows), "--share", 1, cwd=tmp_path)
    for name in SETS:
        plain, thought = (lines(tmp_path / f"out/{folder}/{name}.jsonl") for folder in ("plain", "thought"))
        assert [{**one, "messages": None} for one in plain] == [{**one, "messages": None} for one in thought]
        assert [one["messages"][0] for one in plain] == [one["messages"][0] for one in thought]
        bare = [one["messages"][1]["content"] for one in plain]
        assert bare == [sentence(n) for n in range(3)]
        assert [one["messages"][1]["content"] for one in thought] == [
            f"<think>\nWho is it for?\n</think>\n\n{bare[0]}", f"<think>\n谁来读？\n</think>\n\n{bare[1]}", bare[2],
        ]  # fmt: skip
    assert told["sets"]["top"]["with_reasoning"] == 2


def test_only_reasoned_leaves_out_what_has_no_reasoning_and_no_reasoning_at_all_makes_one_data_set(tmp_path):
    path = file(tmp_path / "c.jsonl", [row(0, 3, reasoning="Hm."), row(1, 5), row(2, 9)])
    told = curate("--candidates", path, "--reasoned", cwd=tmp_path)
    assert told["left_out"] == {"no reasoning": 2}
    assert len(lines(tmp_path / "out/thought/all.jsonl")) == 1
    curate("--candidates", file(path, [row(1, 5), row(2, 9)]), cwd=tmp_path)
    assert not (tmp_path / "out/thought/all.jsonl").exists()  # what the earlier call left would be taken for this one's
    assert len(lines(tmp_path / "out/plain/all.jsonl")) == 2


def test_reasoning_that_never_ended_is_no_answer(tmp_path):
    rows = [row(0, 3, response="<think>Who is it"), row(1, 5), row(2, None)]
    told = curate("--candidates", file(tmp_path / "c.jsonl", rows), cwd=tmp_path)
    assert told["left_out"] == {"no answer: truncated": 1, "no mark": 1}


# where candidates come from


def test_a_store_s_candidates_are_all_its_writers_responses_by_the_mean_of_their_marks(tmp_path):
    scores = {"first": 9, "second": 4}

    def answer(seen):
        if "Criterion: " not in seen.text:
            which = {"openai/m": "first", "openai/n": "second"}[f"openai/{seen.body['model']}"]
            return said(f"<think>plan</think>The {which} of {sentence(len(seen.text) + scores[which], 30)}")
        which = next(name for name in scores if f"The {name} of" in seen.text)
        return said(json.dumps({"reason": "As it is.", "score": scores[which] + (len(seen.text) % 2)}))

    with Server(answer) as server:
        for writer in ("m", "n"):
            url = ("--judge", "openai/m", "--base-url", server.url)
            assert call("run", "--limit", 4, "--writer", f"openai/{writer}", *url, cwd=tmp_path).returncode == 0
    told = curate("--candidates", "writingbench-out", "--check", "none", cwd=tmp_path)
    every = lines(tmp_path / "out/plain/all.jsonl")
    assert Counter(one["writer"] for one in every) == {"openai/m": 4, "openai/n": 4}
    assert told["pool"]["queries"] == 4
    best = lines(tmp_path / "out/plain/top.jsonl")
    assert {one["writer"] for one in best} == {"openai/m"}
    assert all(9 <= one["mark"] <= 10 for one in best)
    assert all("<think>" not in one["messages"][1]["content"] for one in every)
    assert lines(tmp_path / "out/thought/top.jsonl")[0]["messages"][1]["content"].startswith("<think>\nplan\n</think>")


def test_people_s_scores_are_marks_as_they_are(tmp_path):
    folder = people(tmp_path / "p", requests(2), score=lambda n, writer: len(writer))
    found = asyncio.run(candidates.read(folder, Counter()))
    assert sorted((one.writer, one.mark) for one in found) == [
        (w, float(len(w))) for w in ("a", "bb", "ccc") for _ in "12"
    ]
    assert {one.answer.text for one in found} == {f"{w} on {text}" for w in ("a", "bb", "ccc") for text in requests(2)}


def test_a_response_that_lacks_a_criterion_s_marks_has_no_mark_and_one_that_failed_is_no_candidate(tmp_path):
    def answer(seen):
        if "Criterion: " not in seen.text:
            return said("" if len(server.seen) == 1 else sentence(len(seen.text), 30))
        return said("nonsense" if len(seen.text) % 5 == 0 else '{"reason": "Good.", "score": 7}')

    with Server(answer) as server:
        assert call("run", "--limit", 6, *models(server), cwd=tmp_path).returncode == 1
    left_out = Counter()
    found = asyncio.run(candidates.read(tmp_path / "writingbench-out", left_out))
    assert set(left_out) <= {"not marked by every criterion", "no answer: unreadable"}
    assert left_out["not marked by every criterion"] > 0
    assert len(found) + sum(left_out.values()) == 6
    assert {one.mark for one in found} <= {7.0}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"mark": "7"}, "mark: must be a number, or null where there is none (is '7')"),
        ({"mark": True}, "mark: must be a number"),
        ({"response": None}, "response: must be text"),
        ({"query": " "}, "query: must be text: the request itself"),
        ({"score": 7}, "score: unknown field; known are query"),
        ({"writer": 7}, "writer: must be text (is 7)"),
        ({"index": 1.5}, "index: must be a whole number"),
    ],
)
def test_a_line_that_is_no_candidate_is_named_by_file_line_and_field(tmp_path, wrong, problem):
    path = file(tmp_path / "c.jsonl", [row(0, 5), {**row(1, 5), **wrong}])
    with pytest.raises(Defects) as told:
        asyncio.run(candidates.read(path, Counter()))
    assert f"{path}:2: {problem}" in str(told.value)


def test_what_is_neither_store_nor_file_and_a_share_of_nothing_are_one_line_each(tmp_path):
    (tmp_path / "empty").mkdir()
    path = file(tmp_path / "c.jsonl", [row(0, 5)])
    for more, told in (
        (("--candidates", "empty"), "empty: holds neither store.db nor responses.jsonl"),
        (("--candidates", "gone.jsonl"), "gone.jsonl:1: cannot be read"),
        (("--candidates", path, "--share", "0"), "--share is 0"),
        (("--candidates", path, "--check", "none", "--check", "figures"), "--check none goes with no other check"),
    ):
        assert told in one_line_of_help(call("train", "curate", "--benchmark", "none", *more, cwd=tmp_path))


# files


def test_the_same_call_writes_the_same_bytes_and_data_json_says_what_they_are(tmp_path):
    rows = [row(n, n % 7, domain1="Education", domain2="abc"[n % 3], writer=f"w{n % 2}") for n in range(48)]
    path = file(tmp_path / "c.jsonl", rows)
    told = curate("--candidates", path, "--share", 0.25, cwd=tmp_path)
    names = [f"out/plain/{name}.jsonl" for name in SETS]
    held = b"".join((tmp_path / name).read_bytes() for name in names)
    assert (
        sha256(held).hexdigest() == told["hash"] == json.loads((tmp_path / "out/data.json").read_text("utf-8"))["hash"]
    )
    assert curate("--candidates", path, "--share", 0.25, cwd=tmp_path) == told
    assert told["subdomains"] == {name: {"pool": 16, "kept": 4} for name in "abc"}
    assert told["sets"]["top"]["candidates"] == 12 == told["sets"]["top"]["also_in_top"]
    assert told["sets"]["top"]["mean_mark"] > told["sets"]["all"]["mean_mark"]
    (first, *_) = lines(tmp_path / "out/plain/top.jsonl")
    assert set(first) == set(Line.__dataclass_fields__)
    assert first["set"] == "top" and [turn["role"] for turn in first["messages"]] == ["user", "assistant"]


def test_several_candidates_of_one_request_have_one_index_and_lines_are_made_of_the_pool():
    pool = [candidate(n, n, request=EN[n % 2], index=1 + n % 2) for n in range(6)]
    every = list(lines_of(made(pool), "all", thought=False))
    assert len({one.query for one in every}) == 2
    assert [one.messages[0].content for one in every] == [EN[n % 2] for n in range(6)]
