"""What a critic is trained on: marks as conversations, split by request, balanced, clear of benchmarks."""

import asyncio
import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import Server, said
from test_cli import call, models, one_line_of_help
from writingbench.adapters import judge_scores
from writingbench.benchmark import Defects
from writingbench.construct.alike import ALIKE, pairs, similarity
from writingbench.criteria import sets
from writingbench.judgements import read
from writingbench.judgements.prompts import load
from writingbench.records import Answer, Criterion, Failure, Judgement, Query, Reply, Response, UserError, Verdict
from writingbench.training import leaks, marks
from writingbench.training.alike import FORM, near
from writingbench.training.balance import balanced, cap
from writingbench.training.conversations import NO_REASON, Conversation, answered, converse, name_of, shortened
from writingbench.training.critic_data import Rules, make
from writingbench.training.marks import Source
from writingbench.training.split import Split, refuse, split

DATA = Path(__file__).parents[2] / "shared/data"
SHIPPED = load("standard", Path)
EN = (
    "Write a toast for my sister's wedding in June; she met her husband on a night train to Vienna.",
    "Draft a complaint to the water board: our cellar has been flooded four times since Easter.",
    "I need a bedtime story about a snail who is afraid of rain, for a child of five.",
    "Explain compound interest to pupils of twelve, with one example about a bicycle.",
    "Review the film that everybody has forgotten: a heist in a museum of clocks.",
    "Compose an obituary for the last telephone operator of a mountain village.",
    "Turn these minutes into an e-mail that nobody will be annoyed by: budget cut, new coffee machine, no parking.",
    "Make up a slogan for a bakery that opens at midnight and sells nothing but rye.",
    "Give me the opening chapter of a thriller set in a seed vault, told by its night guard.",
    "Argue against school uniforms in the voice of a tired headmaster, 400 words.",
    "A cover letter for a beekeeper who wants to become a museum guide, please.",
    "Describe how to repair a dripping tap, step by step, for somebody who owns no tools.",
)
ZH = (
    "请为我妹妹六月的婚礼写一段祝酒词，她和新郎是在开往昆明的夜车上认识的。",
    "帮我给物业写封投诉信，电梯这个月坏了四回，老人上不了楼。",
    "写一个睡前故事，讲一只怕下雨的蜗牛，给五岁的孩子听。",
    "用一辆自行车的例子，向初一学生讲明白什么是复利。",
    "影评：一部没人记得的老片，讲几个人去钟表馆偷东西。",
    "拟一篇悼词，纪念山村里最后一位接线员。",
    "把会议记录改成不得罪人的邮件：预算削减、换咖啡机、取消车位。",
    "想一句广告语，面包房半夜开门，只卖黑麦面包。",
    "以值夜人的口吻写惊悚小说第一章，地点是种子库。",
    "站在一位疲惫的校长的立场，反驳统一着装的规定，四百字。",
    "养蜂人想转行当讲解员，请代写一封求职信。",
    "水龙头漏水怎么修？家里没有工具，一步一步写清楚。",
)


def requests(count=24):
    """As many requests that have little in common, English and Chinese in turn."""
    return [one for pair in zip(EN, ZH, strict=True) for one in pair][:count]


def edited(text):
    """The same request in slightly other words."""
    return f"Please help: {text}" if text.isascii() else f"麻烦您：{text}"


def people(folder, asked, score=lambda n, writer: (n + len(writer)) % 4, writers=("a", "bb", "ccc")):
    """A folder of people's scores of as many responses to each request as there are writers."""
    folder.mkdir()
    queries = [{"id": f"q{n}", "query": text, "tags": []} for n, text in enumerate(asked)]
    responses = [
        {"id": f"q{n}", "model": writer, "response": f"{writer} on {text}", "human_score": score(n, writer)}
        for n, text in enumerate(asked)
        for writer in writers
    ]
    for name, rows in (("queries", queries), ("responses", responses)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    return folder


def judged(folder, marks, query="Write about a harbour at night."):
    """A folder of a judge's marks on one response."""
    folder.mkdir()
    asked = {"id": "one", "query": query, "checklist": ["Is it night?", "Is it a harbour?"]}
    given = {"id": "one", "model": "m", "response": "It was dark.", "judge": "j", "marks": marks}
    (folder / "queries.jsonl").write_text(json.dumps(asked) + "\n", "utf-8")
    (folder / "judgements.jsonl").write_text(json.dumps(given) + "\n", "utf-8")
    return folder


def lines(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def source(path, by="overall"):
    return asyncio.run(marks.read(path, sets.load(by)))


def data(folder, *more, cwd):
    ended = call("train", "data", "critic", "--marks", folder, "--out", "out", "--json", *more, cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


CALM = Verdict(score=7, reason="Calm.")


def marked(text="The harbour sleeps.", outcome=CALM, language="en"):
    """An item with one mark."""
    criterion = Criterion(name="Calm", description="Is it calm?", bands=("1", "3", "5", "7", "9"))
    query = Query(index=1, domain1="", domain2="", language=language, text="Write.", criteria=(criterion,))
    response = Response(query=1, writer="w", draw=0, outcome=Answer(text=text))
    judgement = Judgement(query=1, writer="w", response=0, criterion="Calm", judge="j", repeat=0, outcome=outcome)
    return marks.Item(query=query, responses=[response], judgements=[judgement])


# conversations


def test_a_conversation_from_a_store_is_word_for_word_what_the_judge_was_sent_and_what_it_said(tmp_path):
    def answer(seen):
        if "Criterion: " not in seen.text:
            return said("<think>hm</think>Dear reader,\n\n“{query}” is no place to fill.")
        return said(json.dumps({"reason": f"“{len(seen.text)}” — 好。", "score": 1 + len(seen.text) % 10}))

    with Server(answer) as server:
        assert call("run", "--limit", 3, *models(server), cwd=tmp_path).returncode == 0
        sent = {json.dumps(one.body["messages"]) for one in server.seen if "Criterion: " in one.text}
    made = data("writingbench-out", "--benchmark", "none", "--share", 0.34, "--balance", "none", cwd=tmp_path)
    every = [one for side in ("train", "test") for one in lines(tmp_path / f"out/{side}.jsonl")]
    assert len(every) == 15 == sum(made["split"][side]["conversations"] for side in ("train", "test"))
    assert {json.dumps(one["messages"][:-1]) for one in every} == sent
    for one in every:
        asked = one["messages"][-2]["content"]
        answer = json.loads(one["messages"][-1]["content"])
        assert answer == {"reason": f"“{len(asked)}” — 好。", "score": 1 + len(asked) % 10}
        assert (one["score"], one["source"], one["writer"]) == (
            answer["score"],
            "writingbench-out/openai/m",
            "openai/m",
        )


def test_what_could_not_be_had_makes_no_conversation_and_is_counted_by_its_kind(tmp_path):
    def answer(seen):
        if "Criterion: " not in seen.text:
            return said("" if "Criterion" in seen.text else "A letter.")
        return said("I cannot say." if len(seen.text) % 3 == 0 else '{"reason": "Good.", "score": 7}')

    with Server(answer) as server:
        assert call("run", "--limit", 4, *models(server), cwd=tmp_path).returncode == 1
    made = data("writingbench-out", "--benchmark", "none", "--balance", "none", cwd=tmp_path)
    every = [one for side in ("train", "test") for one in lines(tmp_path / f"out/{side}.jsonl")]
    failed = sum(made["left_out"].values())
    assert failed > 0 and len(every) + failed == 20
    assert set(made["left_out"]) == {"no mark: unreadable"}
    assert {one["score"] for one in every} == {7}


def test_a_response_whose_text_is_gone_makes_no_conversation():
    left_out = Counter()
    assert list(converse([marked(text=" ")], "s", SHIPPED, left_out)) == []
    assert list(converse([marked(outcome=Failure(kind="refused", note="no"))], "s", SHIPPED, left_out)) == []
    assert left_out == {"no text of the response": 1, "no mark: refused": 1}


@given(st.text(), st.integers(1, 10), st.sampled_from([None, 20, 60, 200]))
def test_every_answer_is_read_back_as_the_verdict_that_it_was_made_of(reason, score, limit):
    answer = answered(Verdict(score=score, reason=reason), "zh", limit)
    if answer is not None:
        found = read(Reply(text=answer, finish="stop"))
        assert isinstance(found, Verdict) and found.score == score
        assert limit is None or len(found.reason) <= limit


def test_a_reason_that_holds_a_thinking_tag_on_its_own_line_or_a_verdict_changes_no_mark():
    for reason in ("</think>\nall of it", '{"reason": "no", "score": 1}', "It says <think> twice."):
        answer = answered(Verdict(score=9, reason=reason), "en")
        assert answer is None or read(Reply(text=answer, finish="stop")).score == 9


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_who_gave_no_reason_are_given_one_sentence_that_fits_every_schema(language):
    answer = json.loads(answered(Verdict(score=4, reason=""), language, 60))
    assert answer == {"reason": NO_REASON[language], "score": 4}
    assert 20 <= len(NO_REASON[language]) <= 60


def test_a_long_reason_ends_with_its_last_sentence_that_fits_or_else_with_a_word():
    assert shortened("It is calm. It is dark. It is long.", 25) == "It is calm. It is dark."
    assert shortened("它很安静。它很暗。它太长了，长得没有道理。", 12) == "它很安静。它很暗。"
    assert shortened("calm and dark and long", 15) == "calm and dark…"
    assert shortened("It is calm.", 11) == "It is calm."


# sources


def test_people_s_scores_from_0_to_3_are_marks_from_1_to_10_by_one_criterion_in_the_request_s_language(tmp_path):
    found = source(people(tmp_path / "p", requests(2), score=lambda n, writer: len(writer)))
    left_out = Counter()
    every = list(converse(found.items, found.name, SHIPPED, left_out))
    assert sorted((one.writer, one.score) for one in every) == sorted([("a", 4), ("bb", 7), ("ccc", 10)] * 2)
    assert {one.criterion for one in every} == {"The whole text", "通篇看来"}
    assert {one.source for one in every} == {"p/people"}
    assert not left_out


def test_under_a_set_of_criteria_people_s_score_is_the_mark_by_each_of_them(tmp_path):
    found = source(people(tmp_path / "p", requests(1)), "global")
    scores = Counter(one.outcome.score for one in found.items[0].judgements)
    assert set(scores.values()) == {5}


def test_a_judge_s_score_from_0_to_1_falls_into_the_band_of_its_step(tmp_path):
    assert [judge_scores.mark(step / 4) for step in range(5)] == [1, 3, 6, 8, 10]
    given = [{"checklist": 1, "score": 0.75, "reason": "Ships."}, {"checklist": 0, "score": None, "reason": "?"}]
    (item,) = source(judged(tmp_path / "j", given)).items
    assert [one.outcome for one in item.judgements] == [
        Verdict(score=8, reason="Ships."), Failure(kind="unreadable", note="?"),
    ]  # fmt: skip
    assert [one.criterion for one in item.judgements] == ["Question 2", "Question 1"]
    assert item.query.criteria[1].description == "Is it a harbour?"


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        (
            {"checklist": 2, "score": 1, "reason": ""},
            "marks[0].checklist: must be the number of a question, 0 to 1 (is 2)",
        ),
        ({"checklist": 0, "score": 1.5, "reason": ""}, "marks[0].score: must be a number from 0 to 1"),
        ({"checklist": 0, "score": True, "reason": ""}, "marks[0].score: must be a number from 0 to 1"),
        ({"checklist": 0, "reason": ""}, "marks[0].score: missing"),
        ({"checklist": 0, "score": 1, "reason": 7}, "marks[0].reason: must be text (is 7)"),
        (7, "marks[0]: must be {checklist, score, reason} (is 7)"),
    ],
)
def test_a_mark_that_is_none_is_named_by_file_line_and_field(tmp_path, mark, problem):
    folder = judged(tmp_path / "j", [mark])
    with pytest.raises(Defects) as told:
        judge_scores.read(folder)
    assert f"{folder / 'judgements.jsonl'}:1: {problem}" in str(told.value)


def test_a_folder_of_nothing_and_a_score_off_the_scale_are_one_line_each(tmp_path):
    (tmp_path / "empty").mkdir()
    people(tmp_path / "p", requests(1), score=lambda n, writer: 4)
    for folder, told in (
        ("empty", "empty: holds neither store.db nor"),
        ("p", "human_score must be from 0 to 3 (is 4)"),
    ):
        ended = call("train", "data", "critic", "--marks", folder, "--benchmark", "none", cwd=tmp_path)
        assert told in one_line_of_help(ended)


def test_a_store_with_the_marks_of_two_judges_wants_one_to_be_named(tmp_path):
    answer = said('{"reason": "Good.", "score": 7}')
    with Server(answer) as server:
        assert call("run", "--limit", 3, *models(server), cwd=tmp_path).returncode == 0
        other = call("judge", "--judge", "openai/n", "--base-url", server.url, cwd=tmp_path)
    assert other.returncode == 0, other.stderr
    ended = call("train", "data", "critic", "--marks", "writingbench-out", "--benchmark", "none", cwd=tmp_path)
    assert "holds marks by openai/m, openai/n; choose one with --judge" in one_line_of_help(ended)
    made = data("writingbench-out", "--benchmark", "none", "--judge", "openai/n", "--share", 0.34, cwd=tmp_path)
    assert set(made["scores"]["train"]) == {"writingbench-out/openai/n"}


# split


@given(st.integers(0, 10_000))
def test_no_split_tests_on_a_request_that_it_trains_on_or_on_one_that_is_nearly_the_same(seed):
    asked = requests(10)
    again = [edited(text) for text in asked[:4]]
    assert all(similarity(one, other) >= ALIKE for one, other in zip(asked, again, strict=False))
    made = split({"p": asked, "q": again}, 0.3, seed)
    assert made.train | made.test == set(asked + again) and not made.train & made.test
    assert made.train and made.test
    assert max(similarity(one, other) for one in made.train for other in made.test) < ALIKE


def test_each_source_has_its_share_to_test_on_as_far_as_requests_that_are_alike_allow():
    asked = requests()
    made = split({"p": asked[:14], "q": asked[14:]}, 0.5, 3)
    assert len(made.test & set(asked[:14])) == 7
    assert len(made.test & set(asked[14:])) == 5


def test_a_test_set_that_shares_a_request_with_the_training_set_is_refused_in_both_languages(tmp_path):
    asked = requests(12)
    people(tmp_path / "train", asked[:10])
    for name, text in (
        ("same", asked[3]),
        ("en", edited(asked[2])),
        ("zh", edited(asked[1])),
    ):
        people(tmp_path / name, [asked[11], text])
        ended = call("train", "data", "critic", "--marks", "train", "--test", name, "--benchmark", "none", cwd=tmp_path)
        line = one_line_of_help(ended)
        assert "would test on what was trained on" in line
        assert text[:60] in line
    people(tmp_path / "other", asked[10:])
    made = data("train", "--test", "other", "--benchmark", "none", cwd=tmp_path)
    assert made["split"]["given"] is True
    assert made["split"]["test"] == {"queries": 2, "conversations": 6}


def test_requests_that_were_written_into_one_form_are_alike_only_where_what_they_are_about_is():
    form = (
        "Write an article that is long enough to go into everything that readers would like to know.\nTopic: {}\n"
        "Use every keyword that is named above, and use each of them naturally and in more than one paragraph.\n"
        "Feel free to be creative, as long as what you say is informative, engaging and easy to follow."
    )
    topics = [text[:-1] for text in EN]
    asked = [form.format(topic) for topic in topics[:FORM]]
    assert similarity(asked[0], asked[1]) >= ALIKE
    assert list(near(asked)) == []
    once_more = form.format(edited(topics[0]))
    assert [(pair.earlier, pair.later) for pair in near([*asked, once_more])] == [(0, FORM)]


def test_requests_that_are_told_apart_by_their_material_alone_are_one_request():
    wish = "Please write a press release for general readers. The tone should be calm. Reference material:"
    one = (
        "The company said on 3 May 2021 that it had lost 12% of its sales, and its chairman was asked to resign. " * 20
    )
    other = (
        "Rainfall in the northern valleys was measured at nine stations, of which two reported no data at all. " * 20
    )
    one, other = f"{wish}\n{one}", f"{wish}\n{other}"
    assert similarity(one, other) < ALIKE
    assert {(pair.earlier, pair.later) for pair in near([one, other])} == {(0, 1)}


def test_a_split_of_too_few_requests_says_so(tmp_path):
    people(tmp_path / "p", requests(2))
    ended = call("train", "data", "critic", "--marks", "p", "--benchmark", "none", cwd=tmp_path)
    assert "nothing is left to test on (2 requests are too few for the share)" in one_line_of_help(ended)


def test_responses_are_never_split_apart_from_their_request(tmp_path):
    data(people(tmp_path / "p", requests(20)), "--benchmark", "none", cwd=tmp_path)
    train, test = ({one["query"] for one in lines(tmp_path / f"out/{side}.jsonl")} for side in ("train", "test"))
    assert not train & test
    assert len(test) == 4
    assert Counter(one["query"] for one in lines(tmp_path / "out/test.jsonl")) == dict.fromkeys(test, 3)


# balance


def test_scores_are_balanced_by_source_and_those_that_are_rare_keep_all(tmp_path):
    def of(source, counts):
        return [
            Conversation(query="q", messages=(), score=score, source=source, writer=str(n), criterion="c")
            for score, count in counts.items()
            for n in range(count)
        ]

    every = of("people", {1: 2, 4: 5, 7: 30, 10: 9}) + of("judge", {8: 40, 10: 3, 6: 4})

    def counted(how, seed=1):
        return Counter((one.source, one.score) for one in balanced(every, how, seed))

    assert counted("median") == {
        ("people", 1): 2, ("people", 4): 5, ("people", 7): 5, ("people", 10): 5,
        ("judge", 8): 4, ("judge", 10): 3, ("judge", 6): 4,
    }  # fmt: skip
    assert set(counted("even").values()) == {2, 3}
    assert balanced(every, "none", 1) == every
    assert balanced(every, "median", 1) == balanced(every, "median", 1) != balanced(every, "median", 2)
    assert cap({5: 7}, "median") == cap({5: 7}, "even") == 7


def test_what_is_tested_on_stays_as_it_came(tmp_path):
    people(tmp_path / "p", requests(20), score=lambda n, writer: 3 if len(writer) < 3 else n % 4)
    made = data("p", "--benchmark", "none", cwd=tmp_path)
    assert made["split"]["test"]["conversations"] == 3 * made["split"]["test"]["queries"]
    assert made["left_out"]["balance"] == 60 - sum(made["split"][side]["conversations"] for side in ("train", "test"))


# leaks


def test_requests_that_stand_in_a_benchmark_are_left_out_and_named_also_in_slightly_other_words(tmp_path):
    asked = requests(20)
    bench = [
        {"query": text}
        for text in (edited(asked[0]), edited(asked[1]), asked[6], "Write about something else entirely: a comet.")
    ]
    (tmp_path / "bench.jsonl").write_text("".join(json.dumps(row) + "\n" for row in bench), "utf-8")
    made = data(people(tmp_path / "p", asked), "--benchmark", "bench.jsonl", cwd=tmp_path)
    assert {leak["query"]: leak["with"] for leak in made["leaks"]} == {
        name_of(asked[n]): f"bench.jsonl, line {line}" for n, line in ((0, 1), (1, 2), (6, 3))
    }
    assert made["left_out"]["the request stands in a benchmark"] == 9
    there = {one["query"] for side in ("train", "test") for one in lines(tmp_path / f"out/{side}.jsonl")}
    assert there == {name_of(text) for n, text in enumerate(asked) if n not in (0, 1, 6)}


def test_a_store_of_the_benchmark_itself_leaves_nothing_and_the_error_says_what_to_do(tmp_path):
    with Server(said('{"reason": "Good.", "score": 7}')) as server:
        assert call("run", "--limit", 3, *models(server), cwd=tmp_path).returncode == 0
    ended = call("train", "data", "critic", "--marks", "writingbench-out", "--benchmark", "starter", cwd=tmp_path)
    line = one_line_of_help(ended)
    assert "15 the request stands in a benchmark" in line
    assert "3 requests stand in a benchmark, one of them as starter " in line
    assert "--benchmark" in line


def test_none_beside_a_benchmark_is_refused():
    with pytest.raises(UserError, match="goes with no other"):
        leaks.guarded(["none", "starter"], Path)


# files


def test_the_same_call_writes_the_same_bytes_and_its_hash_is_that_of_the_lines(tmp_path):
    people(tmp_path / "p", requests(20))
    first = data("p", "--benchmark", "none", cwd=tmp_path)
    held = [(tmp_path / f"out/{name}").read_bytes() for name in ("train.jsonl", "test.jsonl", "data.json")]
    assert sha256(held[0] + held[1]).hexdigest() == first["hash"] == json.loads(held[2])["hash"]
    assert data("p", "--benchmark", "none", cwd=tmp_path) == first
    assert [(tmp_path / f"out/{name}").read_bytes() for name in ("train.jsonl", "test.jsonl", "data.json")] == held
    assert data("p", "--benchmark", "none", "--seed", 2, cwd=tmp_path)["hash"] != first["hash"]


def test_another_protocol_s_prompt_and_limit_of_reasons_is_what_its_critic_is_trained_on(tmp_path):
    given = [{"checklist": n, "score": 1, "reason": "It is night in every line. " * 9} for n in (0, 1)]
    judged(tmp_path / "j", given)
    people(tmp_path / "p", requests(4))
    made = data("j", "--test", "p", "--protocol", "demo", "--benchmark", "none", cwd=tmp_path)
    reasons = [json.loads(one["messages"][-1]["content"])["reason"] for one in lines(tmp_path / "out/train.jsonl")]
    assert reasons == ["It is night in every line. It is night in every line."] * 2
    assert made["protocol"] == "demo"


def test_two_folders_of_one_name_are_both_there(tmp_path):
    asked = requests(20)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    sources = [source(people(tmp_path / name / "p", part)) for name, part in (("a", asked[:10]), ("b", asked[10:]))]
    made = make(sources, [], [], Rules(prompt=SHIPPED, balance="none"))
    assert {one.query for one in made.train + made.test} == {name_of(text) for text in asked}


def test_a_leaking_request_that_is_tested_on_is_tested_on_by_the_test_set_alone():
    item = marked()
    held = Source(name="held", items=[marked(text="Another text.")])
    known = [leaks.Known(where="bench 1", text="Write.")]
    asked = Source(name="own", items=[item, *source_of("Something else that is asked for here.").items])
    made = make([asked], [held], known, Rules(prompt=SHIPPED))
    assert {one.source for one in made.test} == {"held/j"}
    assert made.left_out["the request stands in a benchmark"] == 1


def source_of(text):
    one = marked()
    query = Query(index=2, domain1="", domain2="", language="en", text=text, criteria=one.query.criteria)
    return Source(name="own", items=[marks.Item(query=query, responses=one.responses, judgements=one.judgements)])


def test_a_split_that_shares_nothing_is_not_refused():
    asked = requests(6)
    refuse(Split(train=frozenset(asked[:3]), test=frozenset(asked[3:])))
    with pytest.raises(UserError, match=r"1\.00 alike"):
        refuse(Split(train=frozenset(asked[:3]), test=frozenset(asked[2:])))


@pytest.mark.parametrize("name", ["human-scores", "judge-scores"])
def test_the_shared_data_become_conversations_without_a_mark_lost_where_it_is_there(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"needs {DATA / name}")
    found, left_out = source(DATA / name), Counter()
    every = list(converse(found.items, found.name, SHIPPED, left_out))
    rows = {"human-scores": 2736, "judge-scores": 10120}[name]
    assert len(every) == rows and not left_out
    for one in every[:: len(every) // 100]:
        verdict = read(Reply(text=one.messages[-1].content, finish="stop"))
        assert isinstance(verdict, Verdict) and verdict.score == one.score
        assert [turn.role for turn in one.messages] == ["system", "user", "assistant"]


def test_the_shared_requests_that_were_written_into_five_forms_are_told_apart_where_they_are_there():
    if not (DATA / "judge-scores").is_dir():
        pytest.skip(f"needs {DATA / 'judge-scores'}")
    asked = sorted(source(DATA / "judge-scores").requests)
    alike = {text for pair in pairs(asked) for text in (asked[pair.earlier], asked[pair.later])}
    assert len(alike) > 0.9 * len(asked)
    assert list(near(asked)) == []
