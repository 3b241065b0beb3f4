"""Whether an answer is as long as the request demands."""

import json
from pathlib import Path

import pytest

from writingbench.checks.length import check, count, length_score, parts, score, share
from writingbench.checks.say import note
from writingbench.records import Answer, Query

DATA = Path(__file__).parents[2] / "shared/data"


def query(text, language="en"):
    return Query(index=1, domain1="", domain2="", language=language, text=text, criteria=())


def found(request, answer, language="en"):
    return check(query(request, language), Answer(text=answer))


def verdicts(request, answer):
    return [(one.kind, one.verdict, one.counted) for one in found(request, answer)]


def words(n):
    return " ".join(["word"] * n)


def test_words_numbers_and_chinese_characters_count_one_each_and_markdown_nothing():
    text = (
        "## 标题\n\n- 用 GPT-4 写 3 段\n\n| a | b |\n|---|---|\n\n```\ncode\n```\n1. don't [link](http://x.y/z)\n***\n"
    )
    mixture = count.mixture(text)
    assert (mixture.wide, mixture.words) == (5, 7)  # 标题用写段; GPT-4 3 a b code don't link
    assert mixture.total == 12 and mixture.mixed and mixture.unit == "words"


def test_punctuation_is_no_character():
    assert count.mixture("你好，世界！——《诗》").wide == 5


def test_an_english_limit_on_characters_counts_every_sign_with_spaces():
    assert count.letters("Hi, **you**!  \n\nBye.") == len("Hi, you!\nBye.")
    assert verdicts("Write a tweet, max 20 characters", "This is too long a tweet") == [("long", "broken", 24)]


@pytest.mark.parametrize(
    ("request_", "length", "kind"),
    [
        ("Write 100 words", 90, "met"),
        ("Write 100 words", 89, "short"),
        ("Write 100 words", 110, "met"),
        ("Write 100 words", 111, "long"),
        ("Write at least 100 words", 99, "short"),
        ("Write at least 100 words", 900, "met"),
        ("Write no more than 100 words", 100, "met"),
        ("Write no more than 100 words", 101, "long"),
        ("Write 100-120 words", 99, "short"),
        ("Write 100-120 words", 120, "met"),
        ("Write around 100-120 words", 130, "met"),
    ],
)
def test_a_tenth_is_let_where_the_number_is_bare_and_nothing_where_it_is_a_bound(request_, length, kind):
    assert [(one.kind, one.counted) for one in found(request_, words(length))] == [(kind, length)]


def test_a_finding_on_the_whole_answer_says_what_it_is_made_of():
    (one,) = found("请写一篇1000字左右的文章", "字" * 990 + " OpenAI 2024", "zh")
    assert one.kind == "met_mixed" and one.span == (0, 1002) and one.counted == 992
    assert one.facts["wide"] == 990 and one.facts["others"] == 2 and one.facts["min"] == 1000
    assert "990" in note(one) and "990" in note(one, "zh") and "1000字左右" in note(one, "zh")


def test_ziword_demand_on_an_english_answer_counts_its_words():
    assert verdicts("帮我用英文写一篇文章，不少于300字", words(310)) == [("met", "met", 310)]


def test_a_part_is_measured_under_its_heading():
    answer = f"# Study\n\n## Abstract\n\n{words(150)}\n\n## Body\n\n{words(1000)}\n"
    request = "Write a paper of about 1,200 words with a 100-word abstract."
    assert verdicts(request, answer) == [("met", "met", 1153), ("part_long", "broken", 150)]
    assert answer[slice(*found(request, answer)[1].span)] == words(150)


def test_a_part_that_is_not_found_has_no_finding():
    assert [one.kind for one in found("Write 100 words with a 20-word abstract.", words(100))] == ["met"]


def test_parts_are_found_by_headings_and_labels_of_several_kinds():
    for text in (
        "**摘要**\n甲乙",
        "一、摘要\n甲乙",
        "【摘要】\n甲乙",
        "摘要：甲乙",
        "- **摘要**：甲乙",
        "### 1. 摘要部分\n甲乙",
    ):
        assert text[slice(*parts.named(text, "摘要"))] == "甲乙", text
    assert parts.named("## 摘要\n甲\n## 摘要\n乙", "摘要") is None
    assert parts.named("no heading", "abstract") is None


def test_each_item_of_a_list_is_measured_in_one_finding():
    request = "Write 3 slogans, each within 4 words."
    good = "1. Tea for two\n2. Sip and smile\n3. Hot and good"
    bad = "1. Tea for two\n2. Sip slowly and then smile again\n3. Hot and good"
    assert [(one.kind, one.counted) for one in found(request, good)] == [("met", 3), ("each_met", 3)]
    broken = found(request, bad)[1]
    assert (broken.kind, broken.verdict, broken.facts["kept"], broken.facts["parts"]) == ("each_broken", "broken", 2, 3)
    assert bad[slice(*broken.span)] == "Sip slowly and then smile again" and "2 of 3" in note(broken)


def test_items_whose_label_decides_have_no_finding():
    request = "写3条标语，每条不超过8字"
    answer = "1. 青年学生群体：好茶在手\n2. 中年白领群体：一杯清心\n3. 老年朋友群体：暖在心头"
    assert [one.kind for one in found(request, answer, "zh")] == ["met"]


def test_chapters_are_found_by_their_headings():
    request = "写一部小说，分为三章，每章100字左右"
    answer = "\n\n".join(f"## 第{n}章 起\n\n{'字' * size}" for n, size in (("一", 100), ("二", 95), ("三", 300)))
    each = found(request, answer, "zh")[-1]
    assert (each.kind, each.facts["kept"], each.counted) == ("each_broken", 2, 300)


def test_paragraphs_are_counted_without_headings_and_names():
    essay = "# Owls\n\nFirst one here.\n\nSecond one here.\n\nThird.\n\nAnna"
    assert verdicts("Write 3 paragraphs about owls", essay) == [("met", "met", 3)]
    assert verdicts("Write about 4 paragraphs on owls", essay) == [("met", "met", 3)]
    assert verdicts("Write 4 paragraphs about owls", essay) == [("short", "broken", 3)]
    assert verdicts("Write 3 paragraphs about owls", "- one\n- two\n- three") == []


def test_sentences_and_lines_are_counted():
    assert verdicts("Answer in two sentences.", "It is so. Dr. Smith said it.") == [("met", "met", 2)]
    assert verdicts("Write a poem of 4 lines", "# Tea\n\na\nb\n\nc\nd") == [("met", "met", 4)]


def test_pages_and_minutes_are_broken_only_where_no_usual_rate_helps():
    assert [one.kind for one in found("Write a 2-page report", words(700))] == ["met_about"]
    assert [one.kind for one in found("Write a 2-page report", words(2000))] == ["long_about"]
    assert [one.kind for one in found("Write a 10-minute speech", words(1400))] == ["met_about"]
    assert [one.kind for one in found("Write a 10-minute speech", words(400))] == ["short_about"]
    assert [one.kind for one in found("写一篇5分钟的演讲稿", "字" * 1200, "zh")] == ["met_about"]
    assert found("Write a 10-minute film script", words(400)) == []


def test_demands_that_exclude_each_other_have_no_finding():
    request = "Micro-fiction should be around 1,000 words, short stories around 3,500 words."
    assert found(request, words(1000)) == [] and score(query(request), Answer(text=words(1000))) is None


def test_an_implied_demand_is_scored_but_has_no_finding_of_its_own():
    request = query("创作五篇日记，每篇400字左右。", "zh")
    answer = Answer(text="字" * 1000)
    assert check(request, answer) == [] and score(request, answer) == pytest.approx(50)


def test_share_counts_the_demands_that_are_met():
    all_found = found("Write 100 words in 2 paragraphs.", f"{words(60)}.\n\n{words(60)}.")
    assert share(all_found) == (1, 2) and share([]) == (0, 0)


@pytest.mark.parametrize(
    ("required", "length", "expected"),
    [(1000, 1000, 100), (1000, 4000, 0), (1000, 2500, 50), (1000, 500, 50), (1000, 333, 0), (1000, 0, 0), (0, 5, 0)],
)
def test_the_length_score_is_that_of_longbench_write(required, length, expected):
    assert length_score(required, length) == pytest.approx(expected, abs=0.2)


def test_the_score_of_a_range_is_full_inside_and_by_the_nearer_end_outside():
    asked = query("Write 1000-2000 words")
    assert score(asked, Answer(text=words(1500))) == 100
    assert score(asked, Answer(text=words(500))) == length_score(1000, 500)
    assert score(asked, Answer(text=words(5000))) == length_score(2000, 5000)
    assert score(query("Write at least 100 words"), Answer(text=words(900))) == 100
    assert score(query("Write a poem"), Answer(text="a")) is None
    assert score(query("Write a tweet, max 280 characters"), Answer(text="a")) is None


def test_an_empty_answer_is_too_short_and_nothing_fails():
    request = "Write 500 words in 5 paragraphs with 3 sentences, a 20-word abstract, 2 pages, 5 tips, each 10 words."
    for text in ("", " ", "\n", "\ud800", "\0"):
        assert all(one.verdict == "broken" for one in found(request, text))


HOSTILE = "Write 500 words in 5 paragraphs, a 200-word abstract, 5 tips, each within 10 words. Each paragraph 50 words."


SIGNS = [
    *(
        " ",
        "1",
        "a.",
        "1,",
        "(",
        "\n",
        "第",
        "#",
        "|",
        "```",
        "“",
        "\ud800",
        "😀",
        "- ",
        "1. a\n",
        "# a\n",
        "**a**\n",
        "a:b\n",
    ),
    *("[", "](", "<a", "第一章\n", "一、a\n", "：\n", "-", "--- x\n", "\u202e", "(每"),
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_hundred_kilobytes_of_anything_are_checked(sign):
    text = (sign * 100_000)[:100_000]
    assert all(0 <= one.span[0] < one.span[1] <= len(text) for one in found(HOSTILE, text))


def test_every_finding_on_shared_human_scores_has_a_sentence_in_both_languages():
    folder = DATA / "human-scores"
    if not folder.is_dir():
        pytest.skip("shared/data/human-scores is not here")
    queries, responses = (
        [json.loads(line) for line in (folder / name).read_text("utf-8").strip().split("\n")]
        for name in ("queries.jsonl", "responses.jsonl")
    )
    asked = {row["id"]: row["query"] for row in queries}
    seen = set()
    for row in responses:
        for one in found(asked[row["id"]], row["response"], "zh"):
            assert note(one) and note(one, "zh")
            seen.add(one.kind)
    assert {"met", "long", "short_mixed", "each_met"} <= seen


def test_a_limit_that_two_of_the_parts_asked_for_would_break_is_no_limit_of_the_whole():
    asked = "填个词。主歌两段，每段四句，每句8到11字；最后单独一句收尾，不超过12字。"
    query = Query(index=1, domain1="", domain2="", language="zh", text=asked, criteria=())
    song = Answer(text="末班车开走了我还在等\n老韩踩了一脚刹车\n" * 4)
    assert not [one for one in check(query, song) if one.span == (0, len(song.text))]
    assert score(query, song) is None
