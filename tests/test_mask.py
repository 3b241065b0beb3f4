"""Personal data in texts of real users: what is found in which writing, what is left alone, and what comes out."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from writingbench.construct import bring
from writingbench.construct.lists import Source
from writingbench.construct.mask import mask, spans
from writingbench.construct.mask.cards import luhn, mod97
from writingbench.construct.mask.ids import hong_kong, resident, taiwan
from writingbench.construct.project import Project

LONG = 100_000  # characters
LIMIT = 20  # seconds: what is meant is 2 on a quiet machine, and a search that runs wild takes hours
RESIDENT = "11010519491231002X"  # the example of GB 11643-1999
CARD = "4111111111111111"  # as shops test with
IBAN = "GB29NWBK60161331926819"  # the example of the registry
PLACEHOLDER = re.compile(r"\[[^\[\]]{2,20}[0-9]\]")


def kinds(text):
    return dict(mask(text).found)


def wide(text):
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


# what is found


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to anna@example.com or call 212-555-0123.", "Write to [e-mail 1] or call [phone 1]."),
        ("请联系王老师，电话13800138000。", "请联系王老师，电话[电话1]。"),
        ("My number is +44 7700 900123, fax (020) 7946 0958.", "My number is [phone 1], fax [phone 2]."),
        ("座机010-62781234转802，传真0571-8765432。", "座机[电话1]，传真[电话2]。"),
        ("手机号13800138000邮箱li.na@163.com微信号lina2020。", "手机号[电话1]邮箱[邮箱1]微信号[社交账号1]。"),
        (f"本人身份证号{RESIDENT}，护照号E12345678。", "本人身份证号[证件号1]，护照号[证件号2]。"),
        ("My SSN is 123-45-6789, passport no. 925665416.", "My SSN is [ID number 1], passport no. [ID number 2]."),
        ("学号：2021012345，病历号7654321", "学号：[证件号1]，病历号[证件号2]"),
        (f"Charge {CARD}, CVV 123.", "Charge [card number 1], CVV [card number 2]."),
        ("卡号6222 0202 0011 2233 445，户名李伟", "卡号[银行卡号1]，户名李伟"),
        (f"Pay into {IBAN} by May.", "Pay into [bank account 1] by May."),
        ("开户行：建设银行，账号：1234567890123456。", "开户行：建设银行，账号：[银行账号1]。"),
        ("日志里来自203.0.113.7的请求", "日志里来自[网络地址1]的请求"),
        ("It came from 2001:db8::8a2e:370:7334.", "It came from [network address 1]."),
        ("他驾驶京A·12345离开。", "他驾驶[车牌号1]离开。"),
        ("加我QQ：123456789，或微信zhang_2020。", "加我QQ：[社交账号1]，或微信[社交账号2]。"),
        ("登录密码是Qwer1234，别忘了。", "登录密码是[密钥1]，别忘了。"),
        ("The key is sk-abcdefghijklmnopqrst123456.", "The key is [secret 1]."),
        ("Mail jane dot doe at gmail dot com, please.", "Mail [e-mail 1], please."),
        ("发到zhang艾特qq点com", "发到[邮箱1]"),
    ],
)
def test_personal_data_is_masked_and_the_sentence_around_it_stays(text, masked):
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "number",
    ["13800138000", "138 0013 8000", "138-0013-8000", "138.0013.8000", "+86 13800138000", "0086-138-0013-8000",
     "(+86)13800138000", "1 3 8 0 0 1 3 8 0 0 0", "１３８００１３８０００", "１３８－００１３－８０００", "①③⑧⓪⓪①③⑧⓪⓪⓪",
     "138\u200b0013\u200b8000", "138\u00a00013\u00a08000", "138—0013—8000", "一三八零零一三八零零零",
     "幺三八〇〇幺三八〇〇〇",
     "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e3"
     "0\ufe0f\u20e30\ufe0f\u20e30\ufe0f\u20e3"],
)  # fmt: skip
def test_a_number_is_the_same_however_it_is_written(number):
    assert mask(f"手机号{number}，家里电话13800138000，不是13900139000。").text == (
        "手机号[电话1]，家里电话[电话1]，不是[电话2]。"
    )


@pytest.mark.parametrize(
    "lead", ["手机号", "手机号码为", "联系电话（微信同号）：", "致电", "王芳", "**电话：** ", "電話："]
)
@pytest.mark.parametrize("tail", ["", "。", "邮箱", "找我", "（王）", "/王芳", "，尽快"])
def test_a_chinese_number_needs_no_space_around_it(lead, tail):
    assert mask(f"{lead}13800138000{tail}").text == f"{lead}[电话1]{tail}"


@pytest.mark.parametrize("number", [RESIDENT, RESIDENT.lower(), wide(RESIDENT), "110105 19491231 002X"])
def test_a_resident_id_needs_no_word_before_it_and_a_wrong_one_does(number):
    assert kinds(f"申请人李伟，{number}，男。") == {"id": 1}
    wrong = number.replace("X", "1").replace("x", "1").replace("Ｘ", "1")
    assert kinds(f"申请人李伟，{wrong}，男。") == {}
    assert kinds(f"申请人李伟，身份证{wrong}，男。") == {"id": 1}
    assert kinds("申请人李伟，110105194913310021，男。") == {}  # the 33rd of a 13th month


@pytest.mark.parametrize("number", [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", wide(CARD), "378282246310005"])
def test_a_card_needs_no_word_before_it_and_a_wrong_one_does(number):
    assert kinds(f"I paid with {number}.") == {"card": 1}
    wrong = number[:-1] + "2"
    assert kinds(f"I paid with {wrong}.") == {}
    assert kinds(f"My card number is {wrong}.") == {"card": 1}


@pytest.mark.parametrize("number", [IBAN, "GB29 NWBK 6016 1331 9268 19", IBAN.lower(), "DE89370400440532013000"])
def test_an_account_abroad_has_its_check_digits_right(number):
    assert kinds(f"Send it to {number} today.") == {"account": 1}
    assert kinds(f"Send it to {number[:3]}0{number[4:]} today.") == {}


@given(st.text("0123456789", min_size=11, max_size=18))
def test_one_digit_of_ten_completes_a_card(body):
    assert sum(luhn(f"{body}{digit}") for digit in range(10)) == 1


@given(st.text("0123456789", min_size=3, max_size=3), st.dates())
def test_one_sign_of_eleven_completes_a_resident_id(last, born):
    body = f"110105{born.year:04}{born.month:02}{born.day:02}{last}"
    assert sum(resident(f"{body}{sign}") for sign in "0123456789X") == 1


@given(st.sampled_from(["GB", "DE", "FR"]), st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=11, max_size=30))
def test_one_pair_of_digits_makes_an_account_abroad(country, body):
    assert sum(mod97(f"{country}{pair:02}{body}") == 1 for pair in range(2, 99)) == 1


def test_identity_cards_of_hong_kong_and_taiwan_have_their_check_digits_right():
    assert (hong_kong("A", "123456"), hong_kong("AB", "987654")) == ("3", "3")
    assert (taiwan("A", "123456789"), taiwan("A", "123456788")) == (True, False)
    assert kinds("申請人李偉，A123456(3)。") == kinds("申請人李偉，A123456789。") == {"id": 1}
    assert kinds("申請人李偉，A123456(4)。") == kinds("申請人李偉，A123456788。") == {}


# what is left alone


@pytest.mark.parametrize(
    "text",
    [
        "ISBN 978-7-111-54742-6，定价59.00元，2017年第3版",
        "ISBN-13: 978-0-306-40615-7, ISSN 1000-1234, PMID: 32939066",
        "《中华人民共和国刑法》第264条、第287条之一；（2020）京0105民初12345号",
        "42 U.S.C. § 1983; 28 CFR 35.104; 10.1016/j.cell.2020.01.001; arXiv:2305.14314v2",
        "营业收入13800138000元，人民币13,800,138,000，共销售13900139000件",
        "Revenue was $4,155,552,671; we sold 4155552671 units to 12345678 users.",
        "2023-2024学年，2020.01.01-2021.12.31，2023-08-15 12:34:56，二〇二三年十二月三十一日",
        "phone 2023-08-15, call 2024 a year of phones, account 2023, passport 2024 renewals",
        "订单号 20230815123456789，发票号码：12345678，邮编100080，合同编号：HT-2023-0012345",
        "Invoice No. 2023-000123, part number 123-45-6789, ZIP 94105-1234, tracking number 1Z999AA10123456784",
        "统一社会信用代码：91110108551385082Q，证券代码：600519，京ICP备12345678号，国药准字Z20123456",
        "version 1.2.3.4, Chrome/114.0.5735.198, section 10.20.30.40, 127.0.0.1, 8.8.8.8, 255.255.255.0",
        "| 2015 | 2016 | 2017 |\n| 13.8 | 0.0138 | 138000 |\n| 1380 1381 1382 1383 1384 | 12 34 56 78 |",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 and 100 200 300 400 500 600",
        "3.14159265358979, +1.4142135, 116.407396,39.904200, 21:19:21, 10:20:30:40:50:60, 1:2:3:4:5:6:7:8",
        "客服热线400-810-8888、95588、12306、110，call 1-800-555-1234",
        "微信8.0.30版本，QQ 2023年度榜单，WeChat Pay, a Discord server, 微信文案：春天来了，小红书爆款文案",
        "密码至少6位，忘记密码怎么办；The password is required. max_tokens=4096, API key management",
        "nDCG@10. Further, look at gmail.com; @types/node@18.0.0; @media screen; git@github.com",
        "身份证号是18位数字，电话号码共11位，手机销量12345678台，手机2000-3000元价位，账户余额123456元",
        "新B2股、阿里云A10服务器、飞机CA1234次航班、G1234次列车、型号KFR-35GW/12345",
    ],
)
def test_amounts_years_books_statutes_and_tables_stay(text):
    assert mask(text).found == {}
    assert mask(text).text == text


# what comes out


def test_equal_values_get_equal_placeholders_and_others_another():
    said = mask("Call 212-555-0123 or (212) 555-0199. Again: 212.555.0123, Ann@Example.com and ann@example.com.")
    assert said.text == "Call [phone 1] or [phone 2]. Again: [phone 1], [e-mail 1] and [e-mail 1]."
    assert said.found == {"phone": 3, "email": 2}


def test_placeholders_are_in_the_language_of_the_text_whatever_stands_in_it():
    assert mask("把这句译成中文：please call 212-555-0123").text.endswith("please call [电话1]")
    assert mask("Please put this one line into plain English for me: 电话13800138000").text.endswith("电话[phone 1]")


def test_placeholders_of_a_text_are_not_given_to_other_values():
    assert mask("Call [phone 1] or 212-555-0123.").text == "Call [phone 1] or [phone 2]."
    assert mask("[phone 1]@example.com [电话1] [phone 7]").found == {}


def test_a_row_of_numbers_is_masked_to_its_end():
    row = [f"138{n:08}" for n in range(60)]
    assert mask("-".join(row)).text == "-".join(f"[phone {n}]" for n in range(1, 61))
    assert mask("号码：" + "、".join(row)).text == "号码：" + "、".join(f"[电话{n}]" for n in range(1, 61))
    table = "\n".join(f"| 张三 | {number} | a{number}@qq.com |" for number in row)
    assert kinds(table) == {"phone": 60, "email": 60}


def test_an_empty_text_stays_empty_and_a_huge_one_comes_through_whole():
    assert (mask("").text, mask("").found) == ("", {})
    one = "请写一份通知，联系电话13800138000。\nWrite a note to anna@example.com about the lift, in 200 words.\n"
    said = mask(one * 500)
    assert said.found == {"phone": 500, "email": 500}
    assert said.text == one.replace("13800138000", "[电话1]").replace("anna@example.com", "[邮箱1]") * 500


PIECES = st.sampled_from(
    ["13800138000", "138-0013-8000", "anna@example.com", " at ", "@", "qq.com", RESIDENT, CARD, IBAN, "203.0.113.7",
     "2001:db8::1:2", "京A12345", "微信号", "QQ", "wxid_", "电话", "call ", "密码", "password is ", "sk-" + "a1" * 12,
     "[phone 1]", "[电话1]", "[e-mail 1]", "[phone ", "-", " ", "/", ".", "，", "\n", "(", ")", "+", "1", "a", "我",
     "x", "\u200b", "\x00", "\x1f", "\ud800", "１", "：", ":", "#", "号"]
)  # fmt: skip
TEXTS = st.text() | st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS)
@example("[phone 1]-13800138000-13900139000")
@example("a@b.com@c.com@d.com")
def test_a_masked_text_stays_as_it_is_when_it_is_masked_again(text):
    once = mask(text).text
    assert spans(once) == []
    assert mask(once).text == once


@given(TEXTS)
def test_nothing_is_changed_but_what_placeholders_stand_for(text):
    said = mask(text)
    at = 0
    for piece in PLACEHOLDER.split(said.text):
        assert piece in text[at:]
        at = text.index(piece, at) + len(piece)
    assert (said.text == text) == (not said.found)


HOSTILE = [
    "1", "1 ", "1-", "(1", "+86", "13800138000-", "13800138000/5678", "a@", "a@b.", "a.a", "a at b dot ", "(at)(dot)",
    "#qq.com", "a点", "微信：a", "wxid_", "eyJabcdefgh.", "sk-a", "-----BEGIN PRIVATE KEY-----\n", "://a:a@", "&key=",
    "密码是", "AB12", "GB29 NWBK", "1:", "fe80::", "12:34:56:", "1.1.1.", "京A1", "一三", "one two ", "电话（同号）：",
    "call me on ", "[phone 1]-", "\u200b1", "１", "é@", " ", "\n", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hundred_kilobytes_of_anything_do_not_stall_it(unit):
    text = (unit * (LONG // len(unit) + 1))[:LONG]
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < LIMIT


# on the way in


def test_no_personal_data_of_a_file_or_of_its_name_reaches_the_project(tmp_path):
    path = tmp_path / "王芳 13800138000 wang.fang@qq.com.txt"
    path.write_text(f"请写一封信给李伟，身份证{RESIDENT}，电话13900139000。\n", "utf-8")
    with Project(tmp_path / "construct.db") as project:
        brought = bring.bring(Source(path), project)
        (kept,) = project.items()
        trail = project.trail()
    assert kept.item.request == "请写一封信给李伟，身份证[证件号1]，电话[电话1]。"
    assert [step.note for step in kept.item.history] == ["王芳 [电话1] [邮箱1].txt, line 1", "id 1, phone 1"]
    assert brought.masked == {"id": 1, "phone": 1}
    assert len(trail) == 1
    written = b"".join(file.read_bytes() for file in tmp_path.glob("construct.db*"))
    for value in (RESIDENT, "13900139000", "13800138000", "wang.fang"):
        assert value.encode() not in written
