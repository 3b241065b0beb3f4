"""The structure check: demands of form, read from requests and looked for in responses."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from writingbench.benchmark.language import language_of
from writingbench.checks.say import note
from writingbench.checks.structure import _JUDGES, check
from writingbench.checks.structure.forms import demanded
from writingbench.records import Answer, Finding, Query

OFFICIAL = Path(__file__).parents[2] / "shared/data/official/benchmark_all.jsonl"


def ask(request: str, response: str) -> list[Finding]:
    query = Query(index=0, domain1="", domain2="", language=language_of(request), text=request, criteria=())
    found = check(query, Answer(text=response))
    for finding in found:
        start, end = finding.span
        assert 0 <= start < end <= len(response)
        assert note(finding, "en") and note(finding, "zh")
        assert finding.demand and " ".join(finding.demand.split()) in " ".join(request.split())
    return found


def kinds(request: str, response: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.verdict) for finding in ask(request, response)]


def read(request: str) -> list[str]:
    return [form.kind for form in demanded(request)]


EN = "Write a report. It should include the following sections: 1. Background 2. Methods (200 words) 3. Costs 4. Advice"
ZH = "请写一份报告，分为研究背景、研究方法、费用预算、改进建议四个部分。"


@pytest.mark.parametrize(
    "request_text",
    [
        "Write an essay about JSON.",
        "Write a story about a letter that arrives too late.",
        "写一个关于一封信的故事。",
        "The table in my kitchen is old. Describe it.",
        "Write a report; include tables where appropriate.",
        "Cover the following aspects: 1) Market size 2) Competitors 3) Risks",
        "请从以下方面分析：1. 市场规模 2. 竞争对手 3. 风险",
        "文章可以适当使用表格。",
        "建议分为背景、方法、结果三个部分。",
        "Do not use more than five bullet points or too many headings; no more than 300 words.",
        "根据《剧本杀》行业写一篇评论。",
        "",
        "/",
    ],
)
def test_what_is_only_mentioned_or_proposed_demands_no_form(request_text: str) -> None:
    assert read(request_text) == []


@pytest.mark.parametrize(
    ("request_text", "names"),
    [
        (EN, ("Background", "Methods", "Costs", "Advice")),
        (ZH, ("研究背景", "研究方法", "费用预算", "改进建议")),
        ("Divided into three sections: **Project Summary, Personal Growth, and Thanks to All.**",
         ("Project Summary", "Personal Growth", "Thanks to All")),
        ("请按照【项目背景、活动目标、预算规划】的大纲结构撰写。", ("项目背景", "活动目标", "预算规划")),
        ("按照'形势分析-问题梳理-整改措施'的结构展开。", ("形势分析", "问题梳理", "整改措施")),
        ("报告包括以下部分：\n一、总体情况（500字）\n二、存在问题\n三、下一步计划",
         ("总体情况", "存在问题", "下一步计划")),
        ("Strictly follow this outline structure:\n- Overview of Tools\n- Practical Guide: step by step\n- Pitfalls\n",
         ("Overview of Tools", "Practical Guide", "Pitfalls")),
        ("主体内容分为三大章节：\n第一章：发展背景\n第二章：建设现状\n第三章：趋势建议",
         ("发展背景", "建设现状", "趋势建议")),
        ("Follow the structure of 'pain points - solution - user experience'.",
         ("pain points", "solution", "user experience")),
        ("需包含招标公告、投标人须知、评标办法等章节。", ("招标公告", "投标人须知", "评标办法")),
    ],
)  # fmt: skip
def test_named_sections_are_read_however_they_are_listed(request_text: str, names: tuple[str, ...]) -> None:
    assert [form.names for form in demanded(request_text) if form.kind == "sections"] == [names]


def test_a_number_of_parts_that_does_not_fit_the_list_is_no_list_of_sections() -> None:
    assert read("分为背景、方法、结果五个部分。") == []


def test_a_list_of_instructions_names_no_sections() -> None:
    request = "Follow this outline: 1. Explain why it matters 2. Describe how it was done 3. Discuss what comes next"
    assert read(request) == []


FILL = {"en": "This is what we saw, in a sentence that is long enough to be a paragraph of its own.",
        "zh": "这里写的是我们看到的情况，句子足够长，可以自成一段，不会被当作标题来看待，请放心。"}  # fmt: skip
STYLES = ("## {}\n\n", "**{}**\n\n", "**{}：**", "{}\n\n")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("request_text", "language"), [(EN, "en"), (ZH, "zh")])
def test_sections_are_met_missing_or_out_of_order_in_every_style(request_text: str, language: str, style: str) -> None:
    names = list(demanded(request_text)[0].names)

    def response(names: list[str]) -> str:
        return "\n\n".join(style.format(name) + FILL[language] for name in names)

    assert kinds(request_text, response(names)) == [("sections", "met")]
    (missing,) = ask(request_text, response(names[:1] + names[2:]))
    assert (missing.kind, missing.counted, missing.facts["total"]) == ("sections_missing", 3, 4)
    assert names[1] in str(missing.facts["names"])
    turned = response([names[0], names[2], names[1], names[3]])
    (order,) = ask(request_text, turned)
    assert order.kind == "sections_order"
    assert names[2] in turned[slice(*order.span)]


def test_headings_that_say_a_little_more_or_less_count() -> None:
    request = "请写报告，包括研究背景、研究方法、商业巨擘与文化符号等章节。"
    names = ("一、研究的背景及意义", "二、方法研究", "三、商业巨擘与文化图腾")
    assert kinds(request, "\n\n".join(f"{name}\n{FILL['zh']}" for name in names)) == [("sections", "met")]


def test_prose_without_headings_is_not_blamed_for_parts_that_need_none() -> None:
    assert kinds(ZH, f"{FILL['zh']}\n\n{FILL['zh']}") == []


def test_a_table_of_contents_in_order_does_not_hide_that_the_text_is_not() -> None:
    names = ["Background", "Methods", "Costs", "Advice"]
    contents = "## Contents\n\n" + "\n".join(f"{place}. {name}" for place, name in enumerate(names, 1))
    body = "\n\n".join(f"## {name}\n\n{FILL['en']}" for name in ["Background", "Costs", "Methods", "Advice"])
    assert ("sections_order", "broken") in kinds(EN, f"{contents}\n\n{body}")


def test_sections_of_another_language_than_the_response_are_left_alone() -> None:
    assert kinds(EN, "## 背景\n\n" + FILL["zh"]) == []


JSON = "Answer in JSON format with the keys title, body."


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        ('{"title": "a", "body": {"deep": [1]}}', "json"),
        ('Here it is:\n```json\n{"title": "a",\n "body": "b"}\n```\nDone.', "json"),
        ('[{"title": 1}, {"body": 2}]', "json"),
        ('{"title": "a"}', "json_keys"),
        ('{"title": "a", "body": "b"', "json_broken"),
        ('{"title": NaN, "body": 1}', "json_broken"),
        ('{"title": ' + "9" * 10_000 + "}", "json_broken"),
        ('{"a":' * 100_000, "json_broken"),
        ("No JSON today.", "json_missing"),
    ],
)
def test_json_is_there_whole_and_with_its_keys(response: str, kind: str) -> None:
    (finding,) = ask(JSON, response)
    assert finding.kind == kind
    assert finding.verdict == ("met" if kind == "json" else "broken")


@pytest.mark.parametrize(
    "request_text",
    [
        "Include a JSON object with keys name and length at the end.",
        "Give me a JSON object with the keys name and length and nothing else.",
        "文末附上一个JSON对象，字段为：name、length。",
    ],
)
def test_a_json_object_within_a_text_is_a_demand_too(request_text: str) -> None:
    assert kinds(request_text, 'Rivers are long.\n\n{"name": "Nile", "length": 6650}') == [("json", "met")]
    assert kinds(request_text, 'Rivers are long.\n\n{"name": "Nile"}') == [("json_keys", "broken")]
    assert kinds(request_text, "Rivers are long.") == [("json_missing", "broken")]


def test_an_introduction_and_a_conclusion_count_where_no_other_name_can_hold_what_is_missing() -> None:
    request = "写一份报告，分为引言、市场分析、结论三个部分。"
    short = f"引言\n\n{FILL['zh']}\n\n结论\n\n{FILL['zh']}"
    assert kinds(request, short) == [("sections_missing", "broken")]
    assert kinds(request, short.replace("结论", f"销路如何\n\n{FILL['zh']}\n\n结论")) == []


def test_a_table_needs_rows_and_the_columns_that_are_asked_for() -> None:
    request = "费用请以表格形式列出，表头为：项目、费用。"
    table = "| 项目 | 费用（元） |\n|---|---|\n| 房租 | 10 |"
    assert kinds(request, table) == [("table", "met")]
    assert kinds(request, table.replace("费用", "总额")) == [("table_columns", "broken")]
    assert kinds(request, "项目 房租，费用 10 元。") == [("table_missing", "broken")]


LETTER = "Dear Ms. Lee,\n\nThe price has risen, and we would like to talk about it.\n\nYours sincerely,\nAlex Smith"
BRIEF = "尊敬的李老师：\n\n零件价格上涨，我们希望与您重新协商合同价格。\n\n此致\n敬礼\n\n张明\n2025年3月1日"


@pytest.mark.parametrize(
    ("request_text", "letter"), [("Draft a negotiation letter to a supplier.", LETTER), ("请写一封商业信函。", BRIEF)]
)
def test_a_letter_has_a_salutation_a_closing_and_a_signature(request_text: str, letter: str) -> None:
    assert kinds(request_text, letter) == [("letter", "met")]
    assert kinds(request_text, letter + "\n\n---\n（注：以上为草稿，请按需要修改。）") == [("letter", "met")]
    assert ("letter_salutation", "broken") in kinds(request_text, letter.split("\n\n", 1)[1])
    body = "\n\n".join(letter.split("\n\n")[:2])
    assert {kind for kind, _ in kinds(request_text, body)} == {"letter_closing", "letter_signature"}


@pytest.mark.parametrize(
    ("request_text", "script"),
    [
        ("Write a stage play about a door.", "Scene 1\n\nANNA: Hello?\nBEN: Hi.\nANNA: Who?\nBEN: Me."),
        (
            "Write a screenplay about a door.",
            "INT. HOUSE - NIGHT\n\nANNA\nHello?\n\nBEN\nHi.\n\nANNA\nWho?\n\nBEN\nMe.",
        ),
        ("写一个关于门的剧本。", "第一幕\n\n小安：谁？\n小本：我。\n小安：进来。\n小本：好。"),
        ("制作一个短视频脚本。", "镜头1：门\n旁白：门开了。\n镜头2：河"),
    ],
)
def test_a_script_shows_by_its_lines(request_text: str, script: str) -> None:
    ((kind, verdict),) = kinds(request_text, script)
    assert verdict == "met"
    assert kinds(request_text, f"{FILL[language_of(request_text)]}\n\n" * 3) == [(f"{kind}_missing", "broken")]


@pytest.mark.parametrize(
    ("request_text", "kind", "clean", "breach"),
    [
        ("Do not use Markdown.", "no_markdown", "Plain words.", "**bold**"),
        ("不要使用Markdown。", "no_markdown", "平常的话。", "## 标题"),
        ("Answer in plain text.", "no_markdown", "Plain - words.", "## Head"),
        ("No bullet points.", "no_lists", "One. Two.", "- One"),
        ("Write without headings.", "no_headings", "One. Two.", "# One"),
        ("请勿使用表情符号。", "no_emoji", "好的 ①★", "🎉"),
        ("no tables, please", "no_tables", "a | b", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ],
)
def test_each_breach_of_what_is_forbidden_has_its_passage(
    request_text: str, kind: str, clean: str, breach: str
) -> None:
    assert kinds(request_text, clean) == [(f"{kind}_met", "met")]
    found = ask(request_text, f"{clean}\n\n{breach}\n\n{clean}")
    assert found and all(finding.kind == kind and finding.verdict == "broken" for finding in found)
    assert all(breach in f"{clean}\n\n{breach}\n\n{clean}"[slice(*one.span)] or kind == "no_markdown" for one in found)


def test_more_breaches_than_can_be_shown_are_still_counted() -> None:
    found = ask("No emojis.", "🎉" * 50)
    assert len(found) == 20
    assert {finding.counted for finding in found} == {50}


def test_several_things_forbidden_at_once_are_each_a_demand() -> None:
    assert read("Do not use bullet points, headings, or emojis.") == ["no_lists", "no_headings", "no_emoji"]


def test_lists_headings_verse_and_markdown_are_met_or_broken() -> None:
    prose = f"{FILL['en']}\n\n{FILL['en']}"
    assert kinds("Use a numbered list.", "1. a\n2. b") == [("numbered", "met")]
    assert kinds("Use a numbered list.", prose) == [("numbered_missing", "broken")]
    assert kinds("请分点列出。", "- 一\n- 二") == [("list", "met")]
    assert kinds("请分点列出。", FILL["zh"]) == [("list_missing", "broken")]
    assert kinds("Use clear subheadings.", f"## A\n\n{prose}\n\n## B\n\n{prose}") == [("headings", "met")]
    assert kinds("Use clear subheadings.", prose) == [("headings_missing", "broken")]
    assert kinds("Write it in Markdown.", "**a**") == [("markdown", "met")]
    assert kinds("Write it in Markdown.", prose) == [("markdown_missing", "broken")]
    assert kinds("写一首五言绝句。", "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。") == [("verse", "met")]
    assert kinds("写一首七言绝句。", "白日依山尽，黄河入海流。") == [("verse_missing", "broken")]


def test_an_empty_response_and_a_request_without_demands_give_nothing() -> None:
    assert kinds(EN, "") == kinds(EN, " \n\t") == kinds("Write a story.", "# A\n\ntext") == []


HOSTILE = [
    " ", "1", "a.", "1,", "(", "\n", "第", "#", "|", "```\n", "“", "**", "[",
    "- a\n", "1. a\n", "一、", "a:", "A: b\n", "| a |\n",
    "a\n",    "{", '{"a":', "\ud800", "\0", "\u202e", "🎉", "以下部分：", "include the following sections: ",
    "two sections: ",
    "写", "write a ",    "分为a、", "不要使用", "no ", "：\n", "'a - b - ",
]  # fmt: skip


@pytest.mark.parametrize("sign", HOSTILE)
def test_a_hundred_kilobytes_of_anything_come_to_an_end(sign: str) -> None:
    text = (sign * 100_000)[:100_000]
    everything = (
        EN + "\nAnswer in JSON format. Use clear subheadings. Present it in a table. Use a numbered list.\n"
        "Write a letter. Write a screenplay. Do not use bullet points, headings, tables, emojis or markdown."
    )
    assert len({form.kind for form in demanded(everything)}) > 8
    for finding in ask(everything, text):
        assert finding.kind
    assert isinstance(demanded(text), tuple)
    assert ask(text, "A response.") is not None


def test_random_signs_break_nothing() -> None:
    random = Random(0)
    for _ in range(50):
        text = "".join(random.choice("#*|-`“”（）()[]{}:：.。,，1a第一分为部 \n\t🎉") for _ in range(2000))
        for finding in ask(EN + " No emojis. Use a numbered list. Write a letter.", text):
            assert finding.kind


def test_every_kind_of_demand_has_a_judge_and_every_finding_a_sentence() -> None:
    from writingbench.checks.say import _sentences

    assert set(read(JSON)) <= set(_JUDGES)
    assert all({"en", "zh"} <= set(said) for said in _sentences("structure").values())


@pytest.mark.skipif(not OFFICIAL.is_file(), reason=f"the official queries are not at {OFFICIAL}")
def test_in_the_official_queries_of_the_shared_data_some_demand_sections_and_hardly_any_demand_json() -> None:
    requests = [json.loads(line)["query"] for line in OFFICIAL.read_text("utf-8").splitlines()]
    forms = [form for request in requests[:300] for form in demanded(request)]
    assert all(form.kind in _JUDGES for form in forms)
    assert sum(form.kind == "sections" for form in forms) > 20
    assert sum(form.kind == "json" for form in forms) < 3
