"""Numbers, amounts, percentages and dates, as texts write them."""

import random

import pytest

from writingbench.checks.figures.dates import Date, dates
from writingbench.checks.figures.quantities import Quantity, plain, read
from writingbench.checks.spelled import number_of


def one(text: str) -> Quantity:
    shown = plain(text)
    found = read(shown, skip=[date.span for date in dates(shown)])
    assert len(found) == 1, found
    return found[0]


def nothing(text: str) -> bool:
    shown = plain(text)
    return not read(shown, skip=[date.span for date in dates(shown)])


def day(text: str) -> tuple[int | None, int | None, int | None]:
    found = dates(plain(text))
    assert len(found) == 1, found
    return found[0].year, found[0].month, found[0].day


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("grew by 12.5 percent", "percentage", 12.5),
        ("grew by 12.5 per cent", "percentage", 12.5),
        ("增长12.5％", "percentage", 12.5),
        ("增长１２.５%", "percentage", 12.5),
        ("百分之十二点五", "percentage", 12.5),
        ("百分之30", "percentage", 30),
        ("上升3.2个百分点", "percentage", 3.2),
        ("出生率为6.39‰", "percentage", 0.639),
        ("近三成的客户", "percentage", 30),
        ("八成五的学生", "percentage", 85),
        ("三成半", "percentage", 35),
        ("9.5成", "percentage", 95),
        ("三分之二", "percentage", 200 / 3),
        ("a quarter of the sample", "percentage", 25),
        ("two-thirds of them", "percentage", 200 / 3),
        ("1/3 of them", "percentage", 100 / 3),
        ("half of them", "percentage", 50),
        ("revenue doubled", "times", 2),
        ("产值翻了一番", "times", 2),
        ("产值翻两番", "times", 4),
        ("增长两倍", "times", 2),
        ("1.5倍", "times", 1.5),
        ("3.5 times higher", "times", 3.5),
        ("a threefold rise", "times", 3),
        ("$1.25 million", "amount", 1_250_000),
        ("€5m", "amount", 5e6),
        ("RMB 30 billion", "amount", 30e9),
        ("1,234,567.89元", "amount", 1_234_567.89),
        ("三百二十万元", "amount", 3_200_000),
        ("1亿2000万元", "amount", 120_000_000),
        ("3.5万亿美元", "amount", 3.5e12),
        ("500 yuan", "amount", 500),
        ("10k users", "number", 10_000),
        ("2,300 people", "number", 2300),
        ("one hundred and twenty-five cases", "number", 125),
        ("thirty-two", "number", 32),
        ("three million", "number", 3e6),
        ("三万五千人", "number", 35_000),
        ("编号二〇二三", "number", 2023),
        ("30kg", "number", 30),
        ("1500克", "number", 1500),
        ("5千克", "number", 5),
    ],
)
def test_a_quantity_is_read_in_digits_and_words_of_both_languages(text: str, kind: str, value: float) -> None:
    found = one(text)
    assert (found.kind, found.value) == (kind, pytest.approx(value))


@pytest.mark.parametrize(
    "text",
    [
        "at 14:30",
        "上午9：00",
        "in 16:9",
        "open 24/7",
        "GPT-4 and COVID-19",
        "H1N1",
        "see Figure 3.2 and Table 15",
        "Weeks 13-16",
        "pages 120–125",
        "第十五条",
        "第15章",
        "场景13",
        "1.2.3 Heading",
        "13. The item",
        "（14）其次",
        "(15) and then",
        "十四、附则",
        "as shown [22]",
        "as shown [3, 14]",
        "20世纪30年代",
        "一位90后",
        "the 21st century",
        "https://example.org/123456",
        "write to me123456@example.org",
        "全文约1500字",
        "about 800 words",
        "千万不要，百姓，十分",
        "几十个，三四个，数百",
        "党的十九大",
        "民国十九年",
        "一成不变，成立",
        "$x_{12} + y^{34}$",
    ],
)
def test_what_numbers_something_or_only_looks_like_a_number_is_none(text: str) -> None:
    assert nothing(text)


def test_in_a_range_the_first_number_is_what_the_second_one_is() -> None:
    assert [(q.kind, q.value) for q in read("20-30%")] == [("percentage", 20), ("percentage", 30)]
    assert [(q.kind, q.value) for q in read("3至5万元")] == [("amount", 30_000), ("amount", 50_000)]


def test_nearly_and_more_than_are_kept() -> None:
    assert one("近三成").about == "under"
    assert one("nearly 300 shops").about == "under"
    assert one("超过300家").about == "over"
    assert one("300多家").about == "over"
    assert one("约300家").about == "about"
    assert one("300家左右").about == "about"
    assert one("covers 300 shops").about == ""
    assert one("discover 300 shops").about == ""


def test_the_step_is_that_of_the_last_digit_written() -> None:
    assert one("12.50%").step == pytest.approx(0.01)
    assert one("3.2亿").step == pytest.approx(1e7)
    assert one("三百二十").step == 10


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一千零五", 1005),
        ("三千五", 3500),
        ("一亿二千万", 120_000_000),
        ("十万", 100_000),
        ("二十", 20),
        ("三点一四", 3.14),
        ("一万亿", 1e12),
        ("一百零二万三千", 1_023_000),
        ("百万", None),
        ("三四", None),
        ("万", None),
        ("十四五", None),
    ],
)
def test_a_chinese_numeral_has_a_value_or_is_none(text: str, value: float | None) -> None:
    found = number_of(text)
    assert (found[0] if found else None) == (pytest.approx(value) if value else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On March 5, 2024 we met", (2024, 3, 5)),
        ("on 5 March 2024", (2024, 3, 5)),
        ("on the 5th of March", (None, 3, 5)),
        ("in Sept. 2023", (2023, 9, None)),
        ("Up.\nNovember 2022: down", (2022, 11, None)),
        ("2024年3月5日", (2024, 3, 5)),
        ("二〇二四年五月一日", (2024, 5, 1)),
        ("3月5日", (None, 3, 5)),
        ("2024-03-05", (2024, 3, 5)),
        ("2024/3/5", (2024, 3, 5)),
        ("2024.3.5", (2024, 3, 5)),
        ("（2022.5）", (2022, 5, None)),
        ("in 1998", (1998, None, None)),
        ("in the 1990s", (1990, None, None)),
        ("FY2023", (2023, None, None)),
        ("大中五年（851年）", (851, None, None)),
    ],
)
def test_a_date_is_read_in_either_language(text: str, expected: tuple[int | None, int | None, int | None]) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2000 people", "1800元", "1,998 shops", "$2024", "300年历史", "2024级", "version 2.2024", "13月45日", "ISO-2008"],
)
def test_a_number_of_four_digits_is_not_always_a_year(text: str) -> None:
    assert not dates(plain(text))


def test_the_ends_of_a_range_of_years_are_two_dates() -> None:
    assert [date.year for date in dates("2019-2023")] == [2019, 2023]


def test_spans_are_those_of_the_text_itself() -> None:
    text = "增长１２.５％，即2024年3月的$1.25 million"
    shown = plain(text)
    found = read(shown, skip=[date.span for date in dates(shown)])
    assert [text[slice(*q.span)] for q in found] == ["１２.５％", "$1.25 million"]
    assert [text[slice(*date.span)] for date in dates(shown)] == ["2024年3月"]


def test_any_text_can_be_read() -> None:
    draw = random.Random(7)
    signs = "0123456789.,%$万亿年月日第一二三百千分之成倍番 \n-–/()（）[]twenty hundred March\ud800\0مر😀"
    for _ in range(300):
        text = plain("".join(draw.choices(signs, k=60)))
        for found in [*read(text, spaced=True), *dates(text)]:
            assert isinstance(found, Quantity | Date)
            assert 0 <= found.span[0] < found.span[1] <= len(text)
