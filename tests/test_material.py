"""What is request and what is pasted into it."""

import itertools

import pytest

from writingbench.checks.material import split

LAW = "".join(
    f"第{n}条　用人单位应当依法支付劳动报酬，不得克扣或者拖欠，违反规定的由有关机关责令改正。\n"
    for n in "一二三四五六七八九"
)
NEWS = "The company said on 3 May 2021 that it had lost 12% of its sales, and its chairman was asked to resign. " * 20


def test_a_short_request_is_all_request():
    text = "请写一篇关于秋天的散文，800字左右。他们去了山上，记者说："
    found = split(text)
    assert found.request == ((0, len(text)),) and not found.has_material and found.material_text == ""


def test_material_behind_an_english_request_is_found():
    wish = "Please write a press release for general readers. The tone should be calm. Reference material:"
    found = split(f"{wish}\n{NEWS}")
    assert found.request_text == wish and found.material_text == NEWS.strip()


def test_material_behind_a_chinese_request_is_found():
    wish = "请根据以下法规写一份面向职工的宣传手册，语言要通俗易懂，字数在2000字左右。法规全文如下："
    found = split(wish + "\n" + LAW)
    assert found.request_text == wish and found.material_text == LAW.strip()


def test_material_before_the_request_is_found():
    wish = "Please help me write a 500-word speech for the board based on the above report."
    found = split(f"{NEWS}\n\n{wish}")
    assert found.material == ((0, len(NEWS) - 1),) and found.request_text == wish


def test_material_between_two_halves_of_a_request_is_found():
    found = split(
        f"Please refer to the following report: {NEWS}\nPlease write a 300-word letter. The tone should be warm."
    )
    assert [text[:6] for text in found.request_text.split("\n")] == ["Please", "Please"]
    assert len(found.material) == 1 and "lost 12%" in found.material_text and "300-word" not in found.material_text


SHORT_NEWS = 'The firm sold 1,204 units in 2020, at 12% less than before. He said: "Write 3,000 words."'


@pytest.mark.parametrize(("opens", "closes"), [('"""', '"""'), ("'''", "'''"), ("<article>", "</article>")])
def test_what_is_set_off_by_marks_is_material_however_short(opens, closes):
    found = split(f"Sum this up in 40 words:\n{opens}\n{SHORT_NEWS}\n{closes}\nBe kind.")
    assert found.request_text == "Sum this up in 40 words:\nBe kind."
    assert found.material_text == f"{opens}\n{SHORT_NEWS}\n{closes}"


@pytest.mark.parametrize(
    "text", [f'Sum this up.\n"""\n{SHORT_NEWS}', 'Explain what """doc""" is.', f"<text>{SHORT_NEWS}</text>"]
)
def test_marks_that_are_not_closed_or_hold_a_word_or_hold_everything_set_nothing_off(text):
    assert split(text).request_text == text and not split(text).has_material


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ("Summarise the following annual report in about 200 words for the board.", "The firm sold 1,204 units. "),
        ("请根据下列内容为董事会写一篇两百字左右的总结。", "公司2020年售出1204件，比上年少了百分之十二。"),
    ],
)
def test_a_few_lines_below_words_that_point_to_them_are_material(wish, sentence):
    found = split(f"{wish}\n\n{sentence * 18}")
    assert found.request_text == wish and found.material_text == (sentence * 18).strip()
    assert not split(f"{wish}\n\n{sentence}").has_material


def test_a_list_of_wishes_is_request_whatever_its_items_say():
    items = "\n".join(f"- Part {n}: history of the region and its people" for n in range(12))
    text = f"Write a travel guide of 3,000 words. The article should have the following structure:\n{items}\n{NEWS}"
    assert "Part 11" in split(text).request_text and "lost 12%" in split(text).material_text


def test_material_alone_leaves_somebody_who_asks():
    assert split(NEWS).request


def test_spans_are_in_order_and_hold_all_that_is_not_space():
    text = f"\n\n请写一篇评论，800字。参考资料：\n{LAW}\n\n要求语言生动，文风活泼，适合中学生阅读。\n"
    found = split(text)
    spans = sorted(found.request + found.material)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    outside = "".join(text[before[1] : after[0]] for before, after in itertools.pairwise(spans))
    assert not outside.strip() and not text[: spans[0][0]].strip() and not text[spans[-1][1] :].strip()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "。", "\ud800", "\0"])
def test_a_text_of_nothing_has_no_material(text):
    assert split(text).material == ()


@pytest.mark.parametrize(
    "sign", [" ", "\n", ":", "：", "a:", "**", "。", "a. ", "参考：", "请", "1. a\n", "…", "\u202e", "😀"]
)
def test_a_hundred_kilobytes_of_anything_are_split(sign):
    text = (sign * 100_000)[:100_000]
    found = split(text)
    assert all(0 <= start < end <= len(text) for start, end in found.request + found.material)
