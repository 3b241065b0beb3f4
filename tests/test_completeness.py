"""The check of completeness: how a text ends, what it announces, what it puts off, leaves out or refuses."""

from __future__ import annotations

import random
import time
import tomllib
from importlib.resources import files

import pytest

from writingbench.checks import completeness
from writingbench.checks.completeness.announced import missing
from writingbench.checks.completeness.endings import ending
from writingbench.checks.say import note
from writingbench.records import Answer, Finding, Query

ZH_LINES = (
    "雨下了一整夜，天快亮的时候才停，院子里积满了水。",
    "母亲已经起来了，在厨房里忙着煮粥，锅盖轻轻地响。",
    "他想说点什么，又觉得什么都不必说，于是只是坐着。",
    "这样的早晨并不多，他把它记在心里，一直记了很多年。",
)
EN_LINES = (
    "The rain had fallen all night and stopped only when the sky began to pale.",
    "His mother was already up, busy in the kitchen, and the lid was rattling.",
    "He wanted to say something, and felt that nothing had to be said at all.",
    "There were not many mornings like this, and he kept it in his mind.",
)
CHINESE, ENGLISH = "\n\n".join(ZH_LINES), "\n\n".join(EN_LINES)
PLAIN = {"zh": "写一篇关于雨天的文章。", "en": "Write an essay about a rainy day."}


def found(text: str, request: str | None = None, *, complete: bool = True) -> list[Finding]:
    of = "zh" if any("一" <= char <= "鿿" for char in text[:200]) else "en"
    query = Query(index=1, domain1="a", domain2="b", language=of, text=request or PLAIN[of], criteria=())
    return completeness.check(query, Answer(text=text, complete=complete))


def kinds(text: str, request: str | None = None, *, complete: bool = True) -> list[str]:
    return [finding.kind for finding in found(text, request, complete=complete)]


@pytest.mark.parametrize("text", [CHINESE, ENGLISH, "", "   \n", "好。", "Yes."])
def test_a_whole_text_has_no_findings(text: str) -> None:
    assert kinds(text) == []


def test_the_limit_on_tokens_ends_a_text_wherever_it_is() -> None:
    (finding,) = found(CHINESE, complete=False)
    assert (finding.kind, finding.verdict, CHINESE[slice(*finding.span)]) == ("limit", "found", ZH_LINES[-1])
    assert kinds(CHINESE[:-5], complete=False) == ["limit"]  # said once


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (f"{CHINESE}\n\n藏剑阁内，一把青色长剑悬于半空，散", "藏剑阁内，一把青色长剑悬于半空，散"),
        (
            f"{ENGLISH}\n\nLooking back on it now, he saw that the morning had",
            "Looking back on it now, he saw that the morning had",
        ),
        (f"{ENGLISH} He wanted to", "He wanted to"),
        ("Thank you all for coming. I am sorry, but I cannot", "I am sorry, but I cannot"),
        (f"{CHINESE}然而，他", "然而，他"),
        (f"{ENGLISH}\n\nLooking back, he saw that the morning had</s>", "Looking back, he saw that the morning had"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4", "| 3 | 4"),
        (
            "- 第一点已经写完了。\n- 第二点也写完了，很好。\n- 第三点同样写完。\n- 第四点写到一半就没有了，因为",
            "- 第四点写到一半就没有了，因为",
        ),
    ],
)
def test_a_text_that_stops_in_the_middle_of_a_sentence_is_found(text: str, last: str) -> None:
    end = ending(text)
    assert end and end.kind == "mid_sentence"
    assert text[slice(*end.span)].strip() == last


@pytest.mark.parametrize(
    "tail",
    [
        "此致\n敬礼\n\n王芳\n2025年5月20日",
        "#东京旅行 #日本美食 #精致生活",
        "**关键词：** 城市排水；海绵城市；韧性规划",
        "THE END",
        "（全文完）",
        "联系电话：138-0000-0000",
        "Retrieved from https://www.example.org/a/b-c",
        "Yours sincerely,\n\nAnna Smith",
        "Word Count: 400",
        "——柳青，手书于清风小筑",
        "- 尊重受访者\n- 注意时间控制\n- 保持中立",
        "愿你们前程似锦🎉",
        "窗外，雪花依旧飘舞，风声呼啸\n而这里，是冬日最温暖的角落\n黄昏散尽，黑夜降临\n草原安睡，牧人安居",
        "```\nprint(1)\n```",
        "*未来已来，从腕间开始*",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
@pytest.mark.parametrize("body", [CHINESE, ENGLISH])
def test_signatures_tags_verses_lists_and_the_like_end_a_text(body: str, tail: str) -> None:
    assert ending(f"{body}\n\n{tail}") is None


def test_verses_without_stops_are_whole() -> None:
    assert ending("草原安睡，牧人安居\n黄昏散尽，黑夜降临\n炉火正红，奶茶正香\n孩子们围坐，听着传说") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{CHINESE}\n\n他说：“好。”\n\n她答道：“我知道了，你先回去吧。", "open_quotation"),
        ("Here is the code.\n\n```python\nfor line in lines:\n    print(line", "open_code"),
        ('{"title": "Rain", "body": "It fell all ni', "open_json"),
        (f"## One\n\n{ENGLISH}\n\n## Two\n\n{ENGLISH}\n\n## Three", "bare_heading"),
        (f"一、起因\n\n{CHINESE}\n\n二、", "bare_heading"),
        (f"{CHINESE}\n\n在这次调查中我们发现了下面这些值得注意的问题：", "announced_nothing"),
        (f"{ENGLISH}\n\nThere are several things that he never forgot:", "announced_nothing"),
    ],
)
def test_what_is_open_at_the_end_is_found(text: str, kind: str) -> None:
    end = ending(text)
    assert end and end.kind == kind


@pytest.mark.parametrize(
    "text", ['{"title": "Rain"}', '[{"a": 1}]', f"# Rain\n\n{ENGLISH}\n\n## The End", "姓名：\n日期：\n签字："]
)
def test_what_is_closed_at_the_end_is_not_found(text: str) -> None:
    assert ending(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"# Chapter 1 of 5\n\n{ENGLISH}", "part_of"),
        (f"# 第一部分（共三部分）\n\n{CHINESE}", "part_of"),
        (f"## 第一章 雨夜\n\n{CHINESE}", "first_part_only"),
        (f"**Part One**\n\n{ENGLISH}", "first_part_only"),
        (f"主要有以下五个方面：\n一、{ZH_LINES[0]}\n二、{ZH_LINES[1]}\n三、{ZH_LINES[2]}", "fewer_points"),
        (
            f"It rests on the following five steps:\n1. {EN_LINES[0]}\n2. {EN_LINES[1]}\n3. {EN_LINES[2]}",
            "fewer_points",
        ),
        (f"There are three causes of it.\n\n1. {EN_LINES[0]}\n\n2. {EN_LINES[1]}", "fewer_points"),
        (f"原因有三：\n\n1. {ZH_LINES[0]}\n\n2. {ZH_LINES[1]}", "fewer_points"),
        (f"这样做有三个理由。\n\n一、{ZH_LINES[0]}\n\n二、{ZH_LINES[1]}", "fewer_points"),
        (f"本文将从成本、质量、风险三个方面展开。{'成本很高，质量很好。' * 30}", "missing_points"),
        (
            f"This essay will discuss three points: cost, quality, and risk. {'High cost, good quality. ' * 20}",
            "missing_points",
        ),
        (
            f"## 目录\n第一章 缘起\n第二章 初现\n第三章 转折\n\n## 第一章 缘起\n{CHINESE}\n\n## 第二章 初现\n略。",
            "missing_chapters",
        ),
    ],
)
def test_parts_that_are_announced_and_never_come_are_found(text: str, kind: str) -> None:
    (one,) = [one for one in missing(text) if one.kind != "first_part_only"] or missing(text)
    assert one.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        f"# Chapter 1 of 2\n\n{ENGLISH}\n\n# Chapter 2 of 2\n\n{ENGLISH}",
        f"## 第一章 雨夜\n\n{CHINESE}\n\n## 第二章 清晨\n\n{CHINESE}",
        "主要有以下三个方面：\n一、成本。\n二、质量。\n三、风险。",
        "主要有以下五个方面：首先是成本，其次是质量，再次是风险，然后是人，最后是时间。",
        "以下五点：\n1. 成本\n2. 质量\n3. 风险\n\n其他：\n4. 人\n5. 时间",
        f"本文将从成本、质量、风险三个方面展开。{'成本很高，质量很好，风险不大。' * 30}",
        "## Contents\n1. Rain\n2. Snow\n3. Wind\n\n## 1. Rain\nIt fell.\n## 2. Snow\nIt lay.\n## 3. Wind\nIt blew.",
        "检出率26.7%（8/30），另有（1/3）。",
        "There are three causes: 1. Greed. 2. Fear. 3. Pride.",
        "这样做有三个理由。\n\n一、成本。\n\n二、质量。\n\n三、风险。",
    ],
)
def test_announcements_that_are_kept_are_not_found(text: str) -> None:
    assert missing(text) == []


def test_a_part_that_was_asked_for_is_no_lack() -> None:
    text = f"## 第一章 雨夜\n\n{CHINESE}\n\n（未完待续）"
    assert kinds(text) == ["first_part_only", "to_be_continued"]
    assert kinds(text, "写一部长篇小说的第一章。") == []
    assert kinds(text, "写一篇连载小说，结尾留悬念。") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{ENGLISH}\n\nTo be continued...", "to_be_continued"),
        (f"{CHINESE}\n\n未完待续……", "to_be_continued"),
        (f"{ENGLISH}\n\nI'll continue with the remaining sections in my next message.", "next_message"),
        (f"{ENGLISH}\n\nWould you like me to continue?", "next_message"),
        (f"{CHINESE}\n\n由于篇幅限制，后面的内容将在下一条回复中继续。", "next_message"),
        (f"{CHINESE}\n\n需要我继续写下去吗？", "next_message"),
        (f"{CHINESE}\n\n（此处省略）\n\n{CHINESE}", "left_out"),
        (f"{CHINESE}\n\n其余部分类似。", "left_out"),
        (f"{ENGLISH}\n\n[Continue in the same way for the remaining sections]", "left_out"),
        (f"{ENGLISH}\n\n[Insert two more examples here]\n\n{ENGLISH}", "insert"),
    ],
)
def test_what_is_put_off_or_left_out_is_found(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{CHINESE}\n\n他的故事还未完待续，他将继续走下去，不会停下来。",
        f"{CHINESE}\n\n他想了想（此处省略一万字），还是走了。",
        f"{ENGLISH}\n\nHe will continue to walk, due to the weather.",
        f"{ENGLISH}\n\n[Insert Date] [Your Name] [Insert Company Name]",
        f"{CHINESE}\n\n[您的姓名]\n[填写日期]",
    ],
)
def test_ordinary_sentences_and_blanks_of_a_form_put_nothing_off(text: str) -> None:
    assert kinds(text) == []


OUTLINE = "# Rain\n\n" + "\n".join(
    f"## Part {at}\n- the first point\n- the second point" for at in ("A", "B", "C", "D")
)
GLIEDERUNG = "# 雨\n\n" + "\n".join(f"## {at}、部分\n- 第一点\n- 第二点" for at in "一二三四")


def test_an_outline_is_a_lack_only_where_a_text_was_asked_for() -> None:
    assert kinds(OUTLINE, "Write an essay about rain.") == ["sketch"]
    assert kinds(OUTLINE, "Write an outline for an essay about rain.") == []
    assert kinds(GLIEDERUNG, "写一篇关于雨的散文。") == ["sketch"]
    assert kinds(GLIEDERUNG, "写一份关于雨的散文大纲。") == []


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t help with that.",
        "As an AI language model, I cannot create such a text.",
        "对不起，但我无法满足此请求。",
        "作为一个人工智能语言模型，我无法完成这项写作。",
        f"很抱歉，我不能提供这方面的内容。\n\n{CHINESE * 4}",
        f"I cannot fulfill this request.\n\n{ENGLISH * 3}",
    ],
)
def test_a_refusal_is_found(text: str) -> None:
    (finding,) = found(text)
    assert finding.kind == "refusal" and text[slice(*finding.span)]


@pytest.mark.parametrize(
    "text",
    [
        "“对不起，我不能帮你写这封信。”她说完就走了。",
        f"{CHINESE * 4}\n\n他说：“抱歉，我无法提供帮助。”",
        f"{ENGLISH * 3}\n\nI'm sorry, but I can't help with that, he said.",
        "I can't help but smile when it rains.",
        "大语言模型无法代替人的判断，这是本文的观点。",
    ],
)
def test_what_somebody_in_the_text_says_is_no_refusal(text: str) -> None:
    assert "refusal" not in kinds(text)


def test_every_kind_has_its_sentence_in_both_languages() -> None:
    sentences = tomllib.loads((files("writingbench.checks.words") / "completeness.toml").read_text("utf-8"))
    facts = {"promised": 5, "part": "第一章", "absent": "risk"}
    for kind in sentences:
        finding = Finding(check="completeness", kind=kind, verdict="found", span=(0, 1), counted=3, facts=facts)
        assert note(finding, "en").isascii() or "“" in note(finding, "en")
        assert not note(finding, "zh").isascii()


HOSTILE = {
    name: (piece * 100_000)[:100_000]
    for name, piece in {
        "spaces": " ",
        "digit": "7",
        "a.": "a.",
        "1,": "1,",
        "(": "(",
        "newlines": "\n",
        "第": "第",
        "#": "#",
        "|": "|",
        "```": "```",
        "“": "“",
        "surrogates": "\ud800",
        "NUL": "\0",
        "right to left": "שלום \u202e",
        "emoji": "😀",
        "headings": "第一章\n",
        "contents": "目录\n1. a\n",
        "points": "以下五点：\n1. a\n2. b\n",
        "parts": "Part 1 of 5\n",
        "left out": "（此处",
        "insert": "[insert ",
        "json": '{"a": [',
        "list of json": '[{"a":',
        "quotations": '"a\n',
        "sorry": "I'm sorry I cannot ",
        "as an AI": "作为AI",
        "will": "this essay will discuss ",
        "from": "将从",
        "rows": "| a | b\n",
        "limits": "由于",
        "full-width spaces": "\u3000",
    }.items()
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_of_a_hundred_thousand_characters_is_gone_through(name: str) -> None:
    begun = time.perf_counter()
    for request in PLAIN.values():
        for finding in found(HOSTILE[name], request):
            assert 0 <= finding.span[0] < finding.span[1] <= 100_000
            assert note(finding, "en") and note(finding, "zh")
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("seed", range(5))
def test_random_signs_are_gone_through(seed: int) -> None:
    chance = random.Random(seed)
    signs = "".join(chance.choice(' \n.,，。a1(（【["“#*`|第一二三、:：—续略省作为我I=/<>{}%') for _ in range(100_000))
    for finding in found(signs) + found(signs.replace("\n", "")):
        assert finding.span[0] < finding.span[1] and note(finding, "zh")
