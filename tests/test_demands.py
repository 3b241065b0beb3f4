"""What a request demands of the length of its answer."""

import json
from pathlib import Path

import pytest

from writingbench.checks.length.demands import demands
from writingbench.checks.length.numerals import number

DATA = Path(__file__).parents[2] / "shared/data"


def read(text):
    return [(one.unit, one.min, one.max, one.part) for one in demands(text)]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,500", 1500),
        ("1.5k", 1500),
        ("two hundred and fifty", 250),
        ("a dozen", 12),
        ("one hundred twenty", 120),
        ("三千五百", 3500),
        ("三千五", 3500),
        ("两万", 20_000),
        ("1.5万", 15_000),
        ("3千", 3000),
        ("万", 10_000),
        ("一百零五", 105),
        ("十五", 15),
        ("２００", 200),
    ],
)
def test_a_number_is_read_in_digits_and_in_words_of_both_languages(written, value):
    assert number(written) == (value, value)


@pytest.mark.parametrize(
    ("written", "ends"), [("两三千", (2000, 3000)), ("三五百", (300, 500)), ("七八", (7, 8)), ("一两", (1, 2))]
)
def test_two_neighbouring_figures_are_a_range(written, ends):
    assert number(written) == ends


@pytest.mark.parametrize("written", ["", "hello", "几", "十几", "abc百", "and", "k"])
def test_what_is_no_number_is_none(written):
    assert number(written) is None


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Write a 1,000-word essay on owls", (1000, 1000)),
        ("Write an essay of three hundred words.", (300, 300)),
        ("Write 1000 words or so on owls", (1000, 1000)),
        ("Write an article of 1,500–2,000 words", (1500, 2000)),
        ("Keep it between 100 and 150 words", (100, 150)),
        ("Write between five hundred and seven hundred words", (500, 700)),
        ("Explain in under 300 words", (None, 300)),
        ("Limit your answer to 250 words.", (None, 250)),
        ("Write a letter with a minimum of 500 words", (500, None)),
        ("Your story must be at least 1,000 words long.", (1000, None)),
        ("Write a product description (150 words max)", (None, 150)),
        ("Write a 1k words story", (1000, 1000)),
        ("Write 500+ words on tea", (500, None)),
        ("Please write no fewer than 1500 but no more than 2000 words", (1500, 2000)),
        ("Word count: 800-1000", (800, 1000)),
        ("word limit: 300", (None, 300)),
        ("用英文写一篇不少于200词的短文", (200, None)),
    ],
)
def test_a_demand_in_words_has_its_two_ends(request_, expected):
    assert read(request_) == [("words", *expected, None)]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("写一篇三千五百字的文章", (3500, 3500)),
        ("写一部两万字的小说", (20_000, 20_000)),
        ("写一篇1.5万字的报告", (15_000, 15_000)),
        ("写一篇万字长文", (10_000, 10_000)),
        ("请创作一部3-5万字的小说", (30_000, 50_000)),
        ("写一篇作文，800字左右", (800, 800)),
        ("写一篇作文，800字以上", (800, None)),
        ("写一篇作文，800字以内", (None, 800)),
        ("写一篇作文，不少于800字", (800, None)),
        ("写一篇作文，不得超过800字", (None, 800)),
        ("写一篇作文，字数控制在800到1000字之间", (800, 1000)),
        ("写一篇作文，不少于1500字，不超过2000字", (1500, 2000)),
        ("字数要求：2000-3000字", (2000, 3000)),
        ("写一篇书评，字数1400左右", (1400, 1400)),
        ("写一篇书评，字数上限500", (None, 500)),
        ("对于雷锋精神的推文，２００字以内", (None, 200)),
        ("帮我用英文写一篇文章，不少于4000字", (4000, None)),
        ("Write a tweet, max 280 characters", (None, 280)),
    ],
)
def test_a_demand_in_characters_has_its_two_ends(request_, expected):
    assert read(request_) == [("characters", *expected, None)]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Give me a dozen tips for better sleep.", ("items", 12, 12, None)),
        ("Make 7 slides about owls", ("items", 7, 7, None)),
        ("5 to 7 bullet points on tea", ("items", 5, 7, None)),
        ("Answer in 3–5 paragraphs", ("paragraphs", 3, 5, None)),
        ("Write a 5-paragraph essay", ("paragraphs", 5, 5, None)),
        ("No more than two sentences.", ("sentences", None, 2, None)),
        ("In one sentence, summarise the plot", ("sentences", 1, 1, None)),
        ("用一句话总结", ("sentences", 1, 1, None)),
        ("Write a poem of 16 lines", ("sentences", 16, 16, None)),
        ("Write a two-page memo to staff.", ("pages", 2, 2, None)),
        ("half a page on dogs", ("pages", 0.5, 0.5, None)),
        ("Write a 10-minute speech", ("minutes", 10, 10, None)),
        ("写一篇5分钟演讲", ("minutes", 5, 5, None)),
        ("写一段口播，60秒以内", ("minutes", None, 1, None)),
        ("列出五个优点", ("items", 5, 5, None)),
        ("给我写20个成语", ("items", 20, 20, None)),
    ],
)
def test_other_units_are_read_as_well(request_, expected):
    assert read(request_) == [expected]


@pytest.mark.parametrize(
    ("request_", "low"),
    [
        ("Write me a speech. I have 6 minutes.", 6),
        ("The headmistress has about 6 minutes, after the brass band. Write her speech.", 6),
        ("She'll get no more than 6 minutes at the podium. Draft her toast.", None),
        ("I've got only 6 minutes to speak. Write my eulogy.", 6),
        ("村小学建校五十周年，写篇讲话稿。校长讲6分钟。", 6),
        ("她有6分钟，请写一篇致辞。", 6),
        ("主持人给我6分钟左右，帮我写一段发言。", 6),
    ],
)
def test_minutes_that_a_speaker_has_are_those_of_the_speech(request_, low):
    assert ("minutes", low, 6, None) in read(request_)


@pytest.mark.parametrize(
    "request_",
    [
        "Write a screenplay about a man who has 6 minutes to live.",
        "The audience has 6 minutes for questions. Write my speech.",
        "The child has 6 minutes. Write a story about her.",
        "Draft a speech for the minister, whose train leaves 6 minutes after it.",
        "他有6分钟拆除炸弹。写一个剧本。",
        "她只有6分钟。写一篇小说。",
    ],
)
def test_minutes_that_somebody_has_otherwise_are_no_demand(request_):
    assert not [one for one in read(request_) if one[0] == "minutes"]


@pytest.mark.parametrize(
    "request_",
    [
        "In 2019, three brothers aged 25 bought 300 acres. Write their story.",
        "Solve this word problem, in other words explain it.",
        "写一篇关于三兄弟的故事",
        "根据第三百条和第12条，写一份起诉状",
        "请写一份45分钟的教案",
        "请为12款新茶写一句广告",
        "Please reply within 24 hours with two documents.",
        "Make it 20% shorter",
        "The story has 2 main characters.",
        "She types 60 words per minute. Describe her day.",
        "大概几百字就行",
        "16字方针是什么？",
        "",
        " ",
        "。",
    ],
)
def test_what_is_no_length_is_no_demand(request_):
    assert read(request_) == []


@pytest.mark.parametrize(
    "request_",
    [
        "Summarise this 5,000-word article in 200 words.",
        "My essay has 1200 words. Cut it to 200 words.",
        "The original text is 5,000 words long; tell it in 200 words.",
    ],
)
def test_the_length_of_the_material_is_no_demand(request_):
    assert read(request_) == [("words", 200, 200, None)]


def test_the_length_of_chinese_material_is_no_demand():
    assert read("请把这篇5000字的文章缩写成300字") == [("characters", 300, 300, None)]


def test_a_demand_inside_pasted_material_is_none():
    rules = "The entrants were told to hand in their work by post, and the winner was announced in May 1998. "
    material = f"{rules * 12}Essays had to be no more than 900 words. {rules * 12}"
    assert read(f"Please summarise the report below in 150 words. Report:\n{material}") == [("words", 150, 150, None)]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            "Write 5 slogans, each 10–15 words",
            [("items", 5, 5, None), ("words", 10, 15, "each slogan")],
        ),
        ("写10条标语，每条不超过20字", [("items", 10, 10, None), ("characters", None, 20, "每条")]),
        ("Each paragraph should have at least 50 words.", [("words", 50, None, "each paragraph")]),
        ("Abstract 200 words, body 2,000 words", [("words", 200, 200, "Abstract"), ("words", 2000, 2000, "body")]),
        ("摘要200字，正文2000字", [("characters", 200, 200, "摘要"), ("characters", 2000, 2000, "正文")]),
        (
            "Write a report of 2,000 words with a 200-word abstract.",
            [("words", 2000, 2000, None), ("words", 200, 200, "abstract")],
        ),
        (
            "写一份白皮书，总字数不少于2万字：\n一、前言（1000字左右）\n二、各地经验（8000字左右）",
            [
                ("characters", 20_000, None, None),
                ("characters", 1000, 1000, "前言"),
                ("characters", 8000, 8000, "各地经验"),
            ],
        ),
        (
            "写一篇帖文：\n- 标题：简洁有力，20字以内\n- 字数：800字左右",
            [("characters", None, 20, "标题"), ("characters", 800, 800, None)],
        ),
        (
            "全文1000字，其中引言200字，结论150字",
            [
                ("characters", 1000, 1000, None),
                ("characters", 200, 200, "引言"),
                ("characters", 150, 150, "结论"),
            ],
        ),
        (
            "结构：引言（300字）、主要事迹（2000字）",
            [("characters", 300, 300, "引言"), ("characters", 2000, 2000, "主要事迹")],
        ),
        (
            "Write a headline of up to 60 characters and a description of up to 160 characters.",
            [("characters", None, 60, "headline"), ("characters", None, 160, "description")],
        ),
    ],
)
def test_a_part_has_its_own_demand_and_the_whole_keeps_its(request_, expected):
    assert read(request_) == expected


def test_a_part_that_is_all_the_request_wants_is_the_whole():
    assert read("Write an abstract of 200 words.") == [("words", 200, 200, None)]
    assert read("撰写论文的摘要，200字左右") == [("characters", 200, 200, None)]


def test_equal_parts_that_are_counted_out_make_up_the_whole():
    whole = demands("创作五篇日记，每篇400字左右。")[-1]
    assert (whole.part, whole.min, whole.max, whole.implied) == (None, 2000, 2000, True)
    assert not any(one.implied for one in demands("Write 5 slogans, each 10–15 words"))
    assert not any(one.implied for one in demands("一共1500字，写三篇，每篇500字"))


def test_a_bare_number_is_approximate_and_a_bound_is_not():
    assert [one.about for one in demands("Write 500 words")] == [True]
    assert [one.about for one in demands("Write around 400-500 words")] == [True]
    assert [one.about for one in demands("Write at least 500 words")] == [False]
    assert [one.about for one in demands("Write 400-500 words")] == [False]


def test_a_demand_quotes_the_request_where_it_stands():
    text = "请写一篇书评，字数控制在８００字以内，语言生动。"
    (found,) = demands(text, "zh")
    assert found.quote == "８００字以内" and text[slice(*found.span)] == found.quote


def test_the_same_demand_said_twice_comes_once():
    assert read("Write 500 words. Remember: 500 words.") == [("words", 500, 500, None)]


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
        "\0",
        "\u202e",
        "😀",
        "一",
        "每",
        ":",
        "：",
    ),
    *(
        "1字",
        "300 words ",
        "each a ",
        "one ",
        "1 to ",
        "between 1 and ",
        "12 tips ",
        "参考：",
        "- ",
        "1.\n",
        "**",
        "请",
    ),
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_hundred_kilobytes_of_anything_are_read(sign):
    text = (sign * 100_000)[:100_000]
    assert all(one.span[1] <= len(text) for one in demands(text))


def test_required_lengths_of_longbench_write_in_shared_data_are_read():
    path = DATA / "longbench-write/longbench_write.jsonl"
    if not path.is_file():
        pytest.skip("shared/data/longbench-write is not here")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    right = 0
    for row in rows:
        whole = [one for one in demands(row["prompt"]) if one.part is None and one.unit in {"words", "characters"}]
        right += len(whole) == 1 and row["length"] in {whole[0].min, whole[0].max}
    assert right >= 116  # the other four do not say it


def test_the_length_subset_in_shared_data_has_demands():
    path = DATA / "official/length_subset.jsonl"
    if not path.is_file():
        pytest.skip("shared/data/official is not here")
    queries = [json.loads(line)["query"] for line in path.read_text("utf-8").splitlines()]
    assert sum(1 for query in queries if demands(query)) >= 0.9 * len(queries)
