"""The facts of a response that its request and material do not bear out."""

from pathlib import Path

import pytest

from writingbench.benchmark import load
from writingbench.checks.figures import asked_for, check, rate
from writingbench.checks.figures.derived import Given
from writingbench.checks.figures.quantities import read
from writingbench.checks.material import split
from writingbench.checks.say import note
from writingbench.records import Answer, Finding, Language, Query

OFFICIAL = Path(__file__).parents[2] / "shared/data/official/benchmark_all.jsonl"
LONG = 100_000

ENGLISH = (
    "Please write a report for the board on the following material. Reference materials:\n"
    "The company sold 1,200 units in 2022 and 1,500 units in 2023. Revenue rose from 1.2 billion yuan to 1.56 billion "
    "yuan. Of 400 respondents, 128 preferred tea and 212 preferred coffee. The University of Leeds surveyed 2,345 "
    "shops "
    "from May 3, 2021. Costs fell by 12.5%. The new law came into force in March 2020. As Ms Weller told the meeting, "
    '"we have never sold so many bottles of anything in a single winter".\n'
    "Region | 2022 | 2023\nNorth | 310 | 420\nSouth | 270 | 355\nEast | 415 | 505\n"
    "Earlier studies agree (Barker and Lunn, 2018). The shops are small, and most of them are run by families. " * 1
)
CHINESE = (
    "请根据以下材料写一份总结报告。参考资料：\n"
    "2023年，全市实现营业收入39218万元，同比增长6.3%；接待游客1234567人次，其中境外游客三成左右。河南省统计局发布的数据显示，"
    "截至2023年6月30日，全市共有民宿876家，比2021年的438家增加了一倍。局长王明指出：“乡村旅游已经成为农民增收的重要渠道，必须抓紧抓实。”"
    "根据《旅游法》第三十二条和豫政〔2022〕15号文件，各县应当落实补助资金，每户补助2万元，共补助350户。"
    "游客满意度达到92%，投诉率下降4.1个百分点。景区道路改造已经完成，停车场也已扩建，沿线村庄的环境明显改善，村民普遍认为生活比过去更加方便。"
)


def found(answer: str, text: str = "", language: Language = "en") -> list[Finding]:
    query = Query(index=1, domain1="", domain2="", language=language, text=text or ENGLISH, criteria=())
    return check(query, Answer(text=answer))


def items(answer: str, text: str = "") -> list[tuple[str, object]]:
    language: Language = "zh" if text == CHINESE else "en"
    return [(one.kind, one.facts["item"]) for one in found(answer, text, language)]


def test_the_texts_of_these_tests_have_material() -> None:
    assert split(ENGLISH).has_material
    assert split(CHINESE).has_material


def test_a_request_without_material_has_no_findings() -> None:
    assert not found("In 2031 sales rose by 62.4% to $17 million.", "Write a short report about tea.")


def test_what_the_material_says_is_no_finding() -> None:
    assert not items("In 2022 the company sold 1,200 units. Costs fell by 12.5%, the University of Leeds says.")
    assert not items("2023年营业收入39218万元，增长6.3%，共有民宿876家。河南省统计局数据显示满意度为92%。", CHINESE)


@pytest.mark.parametrize(
    ("answer", "kind", "item"),
    [
        ("In all 7,421 units were sold.", "number", "7,421"),
        ("In all seventy-three shops closed.", "number", "seventy-three"),
        ("This cost 3.7 billion yuan.", "amount", "3.7 billion yuan"),
        ("This cost $88,000.", "amount", "$88,000"),
        ("About 64.2% agreed.", "percentage", "64.2%"),
        ("Some 91.7 percent agreed.", "percentage", "91.7 percent"),
        ("It began on May 4, 2021.", "date", "May 4, 2021"),
        ("It began in 2011.", "date", "2011"),
        ("It began in April 2020.", "date", "April 2020"),
        ("The Halvorsen Institute agrees.", "organisation", "Halvorsen Institute"),
        ("Kestrel Analytics Inc. agrees.", "organisation", "Kestrel Analytics Inc"),
        ("The Bank of Norway agrees.", "organisation", "Bank of Norway"),
        ("Deloitte agrees.", "organisation", "Deloitte"),
        (
            'Ms Weller said, "this is the best year that we have ever had in this town."',
            "quotation",
            "this is the best year that we have ever had in this town.",
        ),
        ("Others agree (Okafor et al., 2019).", "citation", "Okafor et al., 2019"),
        ("Okafor and Lind (2019) agree.", "citation", "Okafor and Lind (2019)"),
        ("This follows from Article 12 of the Trade Act.", "citation", "Article 12 of the Trade Act"),
        ("In Weller v. Jones it was decided.", "citation", "Weller v. Jones"),
        ("See https://tea.example.net/a for this.", "citation", "https://tea.example.net/a"),
        ("See doi:10.1234/abc.5 for this.", "citation", "10.1234/abc.5"),
    ],
)
def test_each_kind_is_found_in_english(answer: str, kind: str, item: str) -> None:
    assert items(answer) == [(kind, item)]


@pytest.mark.parametrize(
    ("answer", "kind", "item"),
    [
        ("共培训村民7421人。", "number", "7421"),
        ("共培训村民三千五百二十人。", "number", "三千五百二十"),
        ("总投资8.8亿元。", "amount", "8.8亿元"),
        ("回头客占64.2%。", "percentage", "64.2%"),
        ("回头客占百分之六十四点二。", "percentage", "百分之六十四点二"),
        ("近八成游客愿意再来。", "percentage", "八成"),
        ("该工程2023年7月1日开工。", "date", "2023年7月1日"),
        ("该工程于二〇一一年开工。", "date", "二〇一一年"),
        ("据湖北省农业农村厅介绍，情况良好。", "organisation", "湖北省农业农村厅"),
        ("恒远智联科技有限公司承建了平台。", "organisation", "恒远智联科技有限公司"),
        ("华为技术有限公司承建了平台。", "organisation", "华为技术有限公司"),
        ("德勤也得出类似结论。", "organisation", "德勤"),
        ("王明表示：“今年的目标是让每个村庄都通上自来水。”", "quotation", "今年的目标是让每个村庄都通上自来水。"),
        ("依据《旅游法》第四十一条处理。", "citation", "《旅游法》第四十一条"),
        ("依据《种子法》第三十二条处理。", "citation", "《种子法》第三十二条"),
        ("《中国乡村旅游白皮书》显示，前景良好。", "citation", "《中国乡村旅游白皮书》"),
        ("参见（2021）京01民终123号。", "citation", "（2021）京01民终123号"),
        ("依据国发〔2021〕9号执行。", "citation", "国发〔2021〕9号"),
    ],
)
def test_each_kind_is_found_in_chinese(answer: str, kind: str, item: str) -> None:
    found_items = items(answer, CHINESE)
    assert [one_kind for one_kind, _ in found_items] == [kind]
    assert item in str(found_items[0][1])


@pytest.mark.parametrize(
    "answer",
    [
        "The company sold 25% more.",  # 1,200 to 1,500 units
        "The company sold 300 units more than the year before.",
        "In both years together the company sold 2,700 units.",
        "Revenue rose by 30%.",
        "Revenue rose by 360 million yuan.",
        "Of the respondents, 32% preferred tea and 53% preferred coffee.",
        "Nearly a third of respondents preferred tea.",
        "About 2,300 shops were surveyed.",
        "Revenue reached 1,560,000,000 yuan, or 15.6亿元.",
        "The regions North, South and East sold 1,280 in 2023.",
        "| Region | 2022 |\n|---|---|\n| North | 310 |\n| South | 270 |\n| East | 415 |\n| All | 995 |",
        "In the two years from 2021 to 2023 a lot happened.",
        "Costs fell by one eighth: 12.5 percent.",
    ],
)
def test_what_follows_from_the_material_is_no_finding_in_english(answer: str) -> None:
    assert not items(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "营业收入约3.92亿元。",
        "接待游客123.5万人次，约123万人次。",
        "境外游客约占30%，近三成。",
        "全市民宿从438家增加到876家，翻了一番，净增438家。",
        "每户补助2万元，350户共补助700万元。",
        "游客满意度92%，不满意的占8%。",
        "投诉率下降百分之四点一。",
        "从2021年到2023年的两年间，民宿数量增长100%。",
        "依据《中华人民共和国旅游法》第32条和豫政〔2022〕15号执行。",
        "局长王明指出，“乡村旅游已经成为农民增收的重要渠道,必须抓紧抓实”。",
    ],
)
def test_what_follows_from_the_material_is_no_finding_in_chinese(answer: str) -> None:
    assert not items(answer, CHINESE)


@pytest.mark.parametrize(
    "answer",
    [
        "There are three reasons, seven steps and 12 chapters.",
        "We are open 24/7, 365 days a year, and give 100%.",
        "# 2. Results\n\n1. First\n2. Second\n13. Third\n\nSee Figure 14, Step 15 and Week 16.",
        "(Word count: 812 words)",
        "Meet at 14:30 in Room 25.",
        "The Committee and our Marketing Department met the Board of Directors.",
        'We call this "the long winter of the small shops in the north of the country".',
        "It was as if a thousand flowers had opened.",
        "It took 1/30 of a second.",
        "Version 2.0 runs on GPT-4.",
    ],
)
def test_what_everybody_writes_is_no_finding(answer: str) -> None:
    assert not items(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "一、总体情况\n（二十八）其他\n第十五章 附则\n场景18：车站",
        "各级人民法院、该公司、相关银行、大学生和公安部门。",
        "我们要做到“绿水青山就是金山银山，保护环境人人有责”。",
        "全文共1500字。",
        "一千个人有一千个想法，付出了十倍的努力。",
        "90后和00后，20世纪30年代。",
        "教师提问：“同学们，你们知道今天是什么特别的日子吗？”",
    ],
)
def test_what_everybody_writes_is_no_finding_in_chinese_either(answer: str) -> None:
    assert not items(answer, CHINESE)


def test_a_value_that_many_neighbours_could_be_too_does_not_count_as_derived() -> None:
    sentence = "The shares were " + ", ".join(f"{value}%" for value in range(3, 60, 5)) + " of all replies."
    said = read("The shares of replies came to 37% together")[0]
    dense, thin = Given(sentence), Given("The shares were 12% and 25% of all replies.")
    words = frozenset({"the", "shares", "replies"})
    assert thin.follows(said, words, [])
    assert not dense.follows(said, words, [])


def test_a_number_is_one_finding_however_often_it_comes() -> None:
    (one,) = found("Some 64.2% agreed. Of men, 64.2% agreed, too.")
    assert one.facts["times"] == 2
    assert one.span == (5, 10)


def test_what_stands_inside_a_citation_or_a_quotation_is_not_counted_again() -> None:
    assert [kind for kind, _ in items("Others agree (Okafor et al., 2019).")] == ["citation"]
    answer = 'Ms Weller said, "in 2031 some 77.7% of all the shops in the town will be closed."'
    assert [kind for kind, _ in items(answer)] == ["quotation"]


def test_a_bibliography_that_nobody_gave_is_found_entry_by_entry() -> None:
    answer = (
        "Text.\n\n## References\n\n[1] Okafor, J. (2019). Tea and Winter. Tea Press.\n"
        "[2] Lind, A. (2011). Coffee houses. Norton.\n"
    )
    assert [kind for kind, _ in items(answer)] == ["citation", "citation"]
    assert not items("As shown before (Barker & Lunn, 2018; Barker and Lunn, 2018).")


def test_a_text_in_another_language_is_not_held_to_names_and_words() -> None:
    answer = "According to the Henan Statistics Bureau Institute, revenue grew by 6.3% and by 55.5%. " * 3
    assert {kind for kind, _ in items(answer, CHINESE)} == {"percentage"}


def test_in_fiction_people_may_say_what_they_like() -> None:
    story = ENGLISH.replace("a report for the board", "a short story")
    said = 'Ms Weller said, "this is the best year that we have ever had in this town."'
    assert items(said)
    assert not found(said, story)


def test_a_finding_names_what_was_asked_for() -> None:
    plan = ENGLISH.replace("a report for the board", "a project plan")
    assert {one.facts["asked"] for one in found("It ends on June 30, 2027.", plan)} == {"plan"}
    assert asked_for("请写一份活动策划方案") == "plan"
    assert asked_for("写一篇短篇小说") == "fiction"
    assert not asked_for("请写一份总结")


def test_the_year_before_and_the_year_after_are_given_where_the_request_speaks_of_them() -> None:
    assert items("The goals of 2024 are clear.")
    assert not found("The goals of 2024 are clear.", ENGLISH.replace("for the board", "and goals for next year"))


def test_findings_are_passages_in_order_with_a_sentence_in_both_languages() -> None:
    answer = (
        "In 2011 the Halvorsen Institute counted 7,421 shops and 64.2% of them lost $88,000 (Okafor, 2019). "
        'Ms Weller said, "this is the best year that we have ever had in this town."'
    )
    findings = found(answer)
    assert {one.kind for one in findings} == {
        "date", "organisation", "number", "percentage", "amount", "citation", "quotation"
    }  # fmt: skip
    assert [one.span for one in findings] == sorted(one.span for one in findings)
    for one in findings:
        assert one.verdict == "found"
        assert answer[slice(*one.span)] == one.facts["item"]
        for language in ("en", "zh"):
            assert str(one.facts["item"]) in note(one, language)


def test_the_rate_is_for_a_thousand_words_or_chinese_characters() -> None:
    findings = found("It cost $88,000 then. " + "word " * 496)
    assert len(findings) == 1
    assert rate(findings, "It cost $88,000 then. " + "word " * 496) == pytest.approx(2.0)
    assert rate(findings, "字" * 250) == pytest.approx(4.0)
    assert rate([], "word") == 0
    assert rate([], " \n") is None


@pytest.mark.parametrize("answer", ["", " ", "1", "。", "\n\n", "%", "《》", '""', "“”", "($"])
def test_an_answer_of_next_to_nothing_has_no_findings(answer: str) -> None:
    assert not items(answer)


@pytest.mark.parametrize(
    "unit",
    [
        " ", "7", "a.", "1,", "1.", "(", "[", "\n", "第", "#", "|", "```", "“", '"', "《", "三", "成", "十万", "三成",
        "三分之二", "$1", "$\\", "a@", "http://", "www.", "A ", "Aa ", "Aa v. ", "University of ", "大学公司",
        "1/", "1-", "Smith (2020) ", "(Smith, 2020) ", "2020 ",
        "pages 1-2-", "[1,", "References\n", "one hundred and ", "a third of ", 'said "', "Article 5 of the ",
        "| 1 | 2 |\n", "12.5% ",
        "〔2020〕", "《某某书》第三条", "May 2020 ", "\ud800", "\0", "مرحبا 12 ", "😀", "据12元，",
    ],
)  # fmt: skip
def test_a_hostile_text_comes_to_an_end(unit: str) -> None:
    text = (unit * LONG)[:LONG]
    for one in found(text):
        assert 0 <= one.span[0] < one.span[1] <= LONG
    assert isinstance(found("It cost $88,000 then.", ENGLISH + text), list)


@pytest.mark.skipif(not OFFICIAL.is_file(), reason="shared/data with the official queries is not here")
def test_with_the_official_queries_a_material_supports_its_own_text() -> None:
    wrong = said = 0
    for query in load(OFFICIAL, criteria=None).queries[::25]:
        for start, end in split(query.text).material:
            wrong += len(check(query, Answer(text=query.text[start:end])))
            said += len(query.text[start:end])
    assert said > 10_000
    assert wrong <= said / 20_000, "a text is supported by itself, but for a few names"
