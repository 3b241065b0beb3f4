"""The check of language: which one is wanted, whether the text is in it, and what in it is not."""

from __future__ import annotations

import random
import time

import pytest

from writingbench.checks import language
from writingbench.checks.language.asked import asked
from writingbench.checks.language.tongues import NAMES, tongue
from writingbench.checks.say import note
from writingbench.records import Answer, Finding, Language, Query

CHINESE = (
    "雨下了一整夜，天快亮的时候才停。他推开窗，看见院子里的积水映着灰白的天光。\n\n"
    "母亲已经起来了，在厨房里忙着煮粥，锅盖轻轻地响。他想说点什么，又觉得什么都不必说。\n\n"
    "这样的早晨并不多，他把它记在心里，像记住一句很久以前听过的话。"
)
ENGLISH = (
    "The rain had fallen all night and stopped only at dawn. He opened the window and saw the yard.\n\n"
    "His mother was already up, busy in the kitchen, and the lid of the pot was rattling. He wanted to speak.\n\n"
    "There were not many mornings like this one, and he kept it in his mind like a sentence heard long ago."
)
SPANISH = (
    "La lluvia había caído mucho y se detuvo cuando el cielo empezaba a aclarar. Abrió la ventana y vio el patio"
    " de la casa. Su madre ya estaba en la cocina y no había muchas mañanas como esta para él."
)


def found(request: str, response: str, of: Language | None = None) -> list[Finding]:
    of = of or ("zh" if any("一" <= char <= "鿿" for char in request) else "en")
    query = Query(index=1, domain1="a", domain2="b", language=of, text=request, criteria=())
    return language.check(query, Answer(text=response))


def kinds(request: str, response: str, of: Language | None = None) -> list[tuple[str, str]]:
    return [(finding.kind, finding.verdict) for finding in found(request, response, of)]


@pytest.mark.parametrize(
    ("request_text", "codes"),
    [
        ("帮我用英文写一篇关于郭沫若生平的文章，不少于4000字。", ("en",)),
        ("请以“茶文化”为题写一篇300词的英语作文", ("en",)),
        ("把下面这段话翻译成法语。", ("fr",)),
        ("语言：英文。写一封信。", ("en",)),
        ("请使用简洁、朴实的中文，让所有亲友都能感同身受。", ("zh",)),
        ("写一份青春校园剧本，共五幕（10000字中文）", ("zh",)),
        ("Write a letter to my landlord in Spanish.", ("es",)),
        ("Please write an abstract in both Chinese and English based on the paper.", ("zh", "en")),
        ("Please help me write the Chinese abstract for this paper, 300 words.", ("zh",)),
        ("Translate the following poem into German.", ("de",)),
        ("请写一份中英双语的活动介绍。", ("zh", "en")),
    ],
)
def test_the_language_that_a_request_asks_for_is_read(request_text: str, codes: tuple[str, ...]) -> None:
    assert asked(request_text).demanded == codes


@pytest.mark.parametrize(
    "request_text",
    [
        "设计一份针对高三学生的英语阅读理解课教案。",
        "请帮我生成一套批改高中英语作文的综合评分标准，涵盖语法正确性，以及是否符合书面英语表达规范。",
        "作为一名大学中文系的学生，写一篇演讲稿。",
        "不要用英文写，要口语化。",
        "写一篇论文，并附英文摘要。",
        "Please help me design a middle school English speaking lesson.",
        "Write an essay about the artistic conception of Chinese landscape painting.",
        "Here's the English translation:\n\nPlease write a podcast script.",
        "Do not write in Chinese.",
        "Write a report on the English and Spanish markets.",
        "",
    ],
)
def test_a_language_that_is_only_spoken_of_is_not_asked_for(request_text: str) -> None:
    assert asked(request_text).demanded == ()


def test_a_demand_is_met_or_broken_in_the_words_of_the_request() -> None:
    (met,) = found("请用英文写一篇关于雨天的文章。", ENGLISH)
    assert (met.kind, met.verdict, met.demand, met.span) == ("asked", "met", "用英文写", (0, len(ENGLISH)))
    (broken,) = found("请用英文写一篇关于雨天的文章。", CHINESE)
    assert (broken.kind, broken.verdict) == ("other_than_asked", "broken")
    assert note(broken) == "written in Chinese; the request asks for English: “用英文写”"
    assert note(broken, "zh") == "用中文写成，而要求用英文：“用英文写”"


def test_the_words_of_a_long_demand_begin_with_a_whole_word() -> None:
    (broken,) = found("Write a speech about a day of rain in no more than four paragraphs, in French.", ENGLISH)
    assert broken.demand == "than four paragraphs, in French"


def test_spanish_is_told_from_english() -> None:
    assert kinds("Write a story in Spanish.", SPANISH) == [("asked", "met")]
    assert kinds("Write a story in Spanish.", ENGLISH) == [("other_than_asked", "broken")]
    assert kinds("Write a story about rain.", SPANISH) == [("other_than_request", "broken")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (CHINESE, "zh"),
        (SPANISH, "es"),
        ("La pluie est tombée toute la nuit et elle s'est arrêtée quand le ciel est devenu clair dans la cour.", "fr"),
        (
            "Der Regen ist die ganze Nacht gefallen und er hat erst am Morgen aufgehört, als ich nicht mehr da war.",
            "de",
        ),
        ("A chuva caiu durante a noite e não parou mais, mas ele não sabia o que dizer para a mãe dele.", "pt"),
        ("La pioggia è caduta tutta la notte e non si è più fermata, ma il cielo della città è anche così.", "it"),
        ("Дождь шёл всю ночь и прекратился только под утро, когда небо стало светлеть.", "ru"),
        ("雨は一晩中降り続き、空が白み始める頃にようやく止んだ。彼は窓を開けた。", "ja"),
        ("비는 밤새 내렸고 하늘이 밝아올 무렵에야 그쳤다. 그는 창문을 열었다.", "ko"),
        ("ฝนตกตลอดทั้งคืนและหยุดลงเมื่อท้องฟ้าเริ่มสว่าง เขาเปิดหน้าต่าง", "th"),
        ("هطل المطر طوال الليل ولم يتوقف إلا عندما بدأت السماء تضيء", "ar"),
        ("", None),
        ("OK", None),
        ("1234 5678 !!! ???", None),
    ],
)
def test_languages_are_told_apart(text: str, code: str | None) -> None:
    assert tongue(text) == code


def test_a_text_in_another_language_than_its_request_breaks_what_nobody_says() -> None:
    (finding,) = found("写一篇关于雨天的文章。", ENGLISH)
    assert (finding.kind, finding.verdict, finding.demand) == ("other_than_request", "broken", None)
    assert note(finding, "zh") == "用英文写成，而题目是中文"
    assert kinds("Write about a rainy day.", CHINESE) == [("other_than_request", "broken")]
    assert kinds("写一篇关于雨天的文章。", CHINESE) == []
    assert kinds("Write about a rainy day.", ENGLISH) == []


def test_a_request_without_words_has_no_language() -> None:
    assert kinds("/", CHINESE, "en") == []


def test_a_request_that_speaks_of_a_language_accepts_it() -> None:
    assert kinds("Write a classical five-character Chinese poem about home.", CHINESE) == []
    assert kinds("为小学英语课写一段情境对话。", ENGLISH) == []


def test_of_two_languages_both_have_to_be_there() -> None:
    both = "请写一份中英双语的雨天短文。"
    assert kinds(both, f"{CHINESE}\n\n{ENGLISH}") == [("asked_two", "met")]
    (broken,) = found(both, CHINESE)
    assert (broken.kind, broken.verdict) == ("one_of_two", "broken")
    assert "English" in note(broken)


def test_a_sentence_in_the_other_language_is_a_switch() -> None:
    text = CHINESE.replace("锅盖", "The lid of the pot was rattling and he wanted to say something about it. 锅盖")
    (switch,) = found("写一篇关于雨天的文章。", text)
    assert (switch.kind, switch.verdict, switch.unit, switch.counted) == ("switch", "found", "words", 15)
    assert text[slice(*switch.span)].startswith("The lid") and text[slice(*switch.span)].endswith("it.")
    text = ENGLISH.replace("He wanted", "他想说点什么，又觉得什么都不必说。 He wanted")
    (switch,) = found("Write about a rainy day.", text)
    assert switch.kind == "switch" and "他想说点什么" in text[slice(*switch.span)]


def test_a_spanish_paragraph_in_an_english_text_is_a_switch() -> None:
    assert kinds("Write about a rainy day.", f"{ENGLISH}\n\n{SPANISH}\n\n{ENGLISH}") == [("switch", "found")]


@pytest.mark.parametrize(
    "inside",
    [
        "他说：“The lid of the pot was rattling and he wanted to say something.”",
        "（The lid of the pot was rattling and he wanted to say something.）",
        "```\nthe lid of the pot was rattling and he wanted to say it\n```",
        "> The lid of the pot was rattling and he wanted to say something.",
        "Abstract: The lid of the pot was rattling and he wanted to say something about it.",
        "[1] Smith J. The lid of the pot and what it says of the weather in the north. Rain, 2019.",
        "他喜欢喝coffee，也用WiFi和App。",
        "https://example.com/the/lid/of/the/pot/was/rattling/and/he/wanted",
    ],
)
def test_quotations_terms_code_and_references_are_no_switch(inside: str) -> None:
    assert kinds("写一篇关于雨天的文章。", f"{CHINESE}\n\n{inside}\n\n{CHINESE}") == []


def test_a_switch_that_the_request_wants_is_none() -> None:
    text = f"{CHINESE}\n\nThe lid of the pot was rattling and he wanted to say something about it.\n\n{CHINESE}"
    assert kinds("写一首雨天的说唱歌词。", text) == []
    assert kinds("写一篇关于雨天的文章，带一点英语。", text) == []


def test_a_stray_word_is_found_where_it_stands() -> None:
    text = ENGLISH.replace("the yard", "the 院子 again")
    (stray,) = found("Write about a rainy day.", text)
    assert (stray.kind, text[slice(*stray.span)]) == ("stray", "院子")
    assert note(stray) == "“院子” in a text in English"
    text = CHINESE.replace("轻轻地响", "suddenly 响了一下，однако 没有人听见")
    assert [text[slice(*finding.span)] for finding in found("写一篇关于雨天的文章。", text)] == ["suddenly", "однако"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The teahouse was called Yuming (雨明) by everyone in the town.",
        "The character 道 means the way, and the Chinese word has a long history.",
        'She wrote "雨" on the glass.',
    ],
)
def test_a_term_that_is_explained_is_no_stray_word(sentence: str) -> None:
    assert kinds("Write about a rainy day.", f"{ENGLISH} {sentence}") == []


def test_material_left_in_its_language_is_found_and_a_quotation_of_it_is_not() -> None:
    material = " ".join(
        f"In the year {1900 + at} the company sold {at * 17} engines to the railways of the north and built a works."
        for at in range(30)
    )
    request = f"请根据以下材料写一篇文章。参考资料：\n{material}"
    copied = "In the year 1907 the company sold 119 engines to the railways of the north and built a works."
    (finding,) = found(request, f"{CHINESE}\n\n{copied}\n\n{CHINESE}")
    assert (finding.kind, finding.verdict) == ("untranslated", "found")
    assert note(finding, "zh").endswith("照抄材料，没有翻译")
    assert kinds(request, f"{CHINESE}\n\n原文说：“{copied}”\n\n{CHINESE}") == []


def test_an_empty_text_and_a_short_one_have_no_language() -> None:
    assert kinds("请用英文写。", "") == []
    assert kinds("请用英文写。", "OK") == []


def test_languages_have_names_that_sentences_can_use() -> None:
    assert all(english.isascii() and not chinese.isascii() for english, chinese in NAMES.values())


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
        "words": "the of ",
        "mixed": "的the ",
        "cyrillic": "при ",
        "tags": "<a",
        "dollars": "$a",
        "addresses": "http://",
        "stars": "*a ",
        "braces": "{word}",
        "emphasis": "*_ ",
    }.items()
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_of_a_hundred_thousand_characters_is_gone_through(name: str) -> None:
    begun = time.perf_counter()
    for request in ("写一篇文章。", "Write an essay in Chinese about rain."):
        for finding in found(request, HOSTILE[name]):
            assert 0 <= finding.span[0] < finding.span[1] <= 100_000
            assert note(finding, "en") and note(finding, "zh")
    assert isinstance(asked(HOSTILE[name]).demanded, tuple)
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("seed", range(5))
def test_random_signs_on_one_line_are_gone_through(seed: int) -> None:
    chance = random.Random(seed)
    signs = "".join(chance.choice(' .,，。a1(（【["“#*`|第一二、:：-_的the<>{}%$☆Пaสواあ한') for _ in range(100_000))
    for finding in found("Write an essay.", signs):
        assert signs[slice(*finding.span)] and note(finding, "zh")
