"""Model output on the page: what is shown, what can never get through, and where quoted passages are found."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from writingbench.reports.prose import DEEPEST, LONGEST, render
from writingbench.reports.quotes import MOST, PLACES, Quote, highlight, quoted, reason_html, trace

DATA = Path(__file__).parents[2] / "shared/data"
BARE = set("p h4 h5 h6 strong em s code pre blockquote ul li table thead tbody tr th td br hr".split())
VOID = {"br", "hr"}


class Reader(HTMLParser):
    """Reads a page as a strict browser would and stops at whatever a model has no business to put there."""

    def __init__(self, marks=False):
        super().__init__()
        self.open, self.text, self.marks = [], [], marks

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert len(given) == len(attrs), attrs
        if tag == "a":
            assert set(given) == {"href", "rel"} and given["rel"] == "noopener noreferrer nofollow"
            assert re.match("https?://|mailto:", given["href"], re.IGNORECASE), given
        elif tag == "div":
            assert set(given) == {"class", "tabindex", "role", "aria-label"} and given["class"] == "scroll"
        elif tag == "ol":
            assert set(given) <= {"start"} and given.get("start", "1").isdecimal()
        elif tag == "mark":
            assert self.marks and self.open[-1] not in ("table", "tr", "ul", "ol", "thead", "tbody", "div")
        else:
            assert tag in BARE and not given, (tag, given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.text.append(data)

    def refuse(self, *what):
        raise AssertionError(what)

    handle_comment = handle_decl = handle_pi = unknown_decl = refuse


def read(html, marks=False):
    """The text that a browser shows, after everything in the HTML was found to be allowed and well nested."""
    html.encode()
    reader = Reader(marks)
    reader.feed(html)
    reader.close()
    assert not reader.open
    return "".join(reader.text)


def stripped(html):
    return re.sub("</?mark[^>]*>", "", html)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea></template></script></pre></code>",
    "<!-- ",
    "-->",
    "<![CDATA[",
    "<?php",
    "<!doctype html>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](%6aavascript:alert(1))",
    "<javascript:alert(1)>",
    "[x](data:text/html,<script>)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](//example.com)",
    "[x](/local)",
    "[x](#mark)",
    "[x]()",
    "[](http://a.b)",
    "[x]: javascript:alert(1)\n[x]",
    "![x](data:image/svg+xml,<svg>)",
    "![x](http://a.b/c.png)",
    '[x](http://a.b "onclick=alert(1)")',
    '[x](http://a.b/"onclick="x)',
    "http://a.b",
    "<http://a.b>",
    '```py" onload="x\ncode\n```',
    "# h {#id .class onclick=x}",
    "|a|b|\n|:-|-:|\n|c|<td onclick=x>|\n",
    "3. x\n",
    "0. x\n",
    "\x00",
    "\x0b",
    "\x1c",
    "\x7f",
    "\ud800",
    "\udfff",
    "\u202e",
    "&#x202e;",
    "&#0;",
    "&#xd800;",
    "\ufeff",
    "\uffff",
    "\u2028",
]
MARKS = [
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "|",
    "|-|-|\n",
    "|a|b|\n",
    "# ",
    "---\n",
    "===",
    "[",
    "](",
    ")",
    "![",
    "\\",
    "&",
    "&amp;",
    "<",
    ">",
    '"',
    "'",
    "<br>",
    "\t",
    "    ",
    "\u3000",
    "\r",
    " ",
    "春",
    "风",
    "，",
    "“",
    "”",
    "word",
    "a b c",
]
PAGES = st.lists(st.sampled_from(HOSTILE + MARKS) | st.text(max_size=8), max_size=40).map("".join)


@settings(max_examples=600, deadline=None)
@given(PAGES)
def test_whatever_a_model_writes_only_allowed_tags_and_attributes_come_out(text):
    read(render(text, table='"><script>'))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "around", ["{}", "# {}", "> - {}", "|a|\n|-|\n|{}|", "**{}**", "```\n{}\n```", "`{}`", "[{}](http://a.b)"]
)
def test_hostile_texts_come_out_harmless_wherever_they_stand(text, around):
    html = render(around.replace("{}", text))
    shown = read(html)
    assert "javascript:" not in re.sub(r"\s", "", "".join(re.findall(r"<[^>]*>", html)).lower())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)


def test_markdown_is_shown_as_it_was_meant():
    html = render("# One\n## Two\n### Three\n#### Four\n\n**b** *i* ~~s~~ `c`\n\n> q\n\n- a\n  1. b\n\n---\n\n3. c")
    assert re.findall(r"<h\d>.*?</h\d>", html) == ["<h4>One</h4>", "<h5>Two</h5>", "<h6>Three</h6>", "<h6>Four</h6>"]
    assert "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>" in html
    assert "<blockquote>\n<p>q</p>\n</blockquote>" in html and '<hr>\n<ol start="3">' in html
    read(html)


def test_a_single_newline_is_a_new_line_and_an_indent_of_full_width_spaces_stays():
    assert render("此致\n敬礼") == "<p>此致<br>\n敬礼</p>\n"
    assert render("　　一\n　　二\n\n　　三") == "<p>　　一<br>\n　　二</p>\n<p>　　三</p>\n"


def test_stars_beside_han_characters_are_emphasis():
    assert render("**注意：**请看**“春风”**一句，**江南**好") == (
        "<p><strong>注意：</strong>请看<strong>“春风”</strong>一句，<strong>江南</strong>好</p>\n"
    )
    assert (
        render("2 * 3 * 4 and **Note: ** x, snake_case_name") == "<p>2 * 3 * 4 and **Note: ** x, snake_case_name</p>\n"
    )
    assert render("账号：6222 **** **** ****") == "<p>账号：6222 **** **** ****</p>\n"


def test_text_that_a_compiler_of_markdown_would_swallow_stays_on_the_page():
    shown = read(render("[Title]: The Rain\n\nA line\n---\nanother\n\n[b]() [](http://c.d) <think>x</think>"))
    for words in ("[Title]: The Rain", "A line", "another", "[b]()", "[](http://c.d)", "<think>x</think>"):
        assert words in shown
    assert "<h" not in render("实际产率：\n====").replace("<hr", "")


def test_an_image_becomes_its_description_and_its_address():
    assert render("![春 *天*](https://a.b/c.png 't')") == "<p>春 *天* (https://a.b/c.png)</p>\n"


def test_links_lead_out_over_http_and_mail_alone():
    html = render("[x](https://a.b/c?d=e&f 'title') <me@a.b> [y](ftp://a.b) HTTP://a.b")
    assert html == (
        '<p><a href="https://a.b/c?d=e&amp;f" rel="noopener noreferrer nofollow">x</a> '
        '<a href="mailto:me@a.b" rel="noopener noreferrer nofollow">me@a.b</a> [y](ftp://a.b) HTTP://a.b</p>\n'
    )


def test_each_table_scrolls_by_itself_under_a_name_of_its_own():
    html = render("|甲|乙|\n|:-|-:|\n|一<br>二|三|\n\n|a|\n|-|\n", table="表格 <1>")
    assert re.findall('<div class="scroll" tabindex="0" role="region" aria-label="(.*?)">\n<table>', html) == [
        "表格 &lt;1&gt; 1",
        "表格 &lt;1&gt; 2",
    ]
    assert "<td>一<br>\n二</td>" in html
    read(html)


def test_what_is_too_long_or_too_deep_for_the_parser_is_shown_as_it_stands():
    for text in (
        "**a** <b>\n" * (LONGEST // 10 + 1),
        "> " * (DEEPEST + 1) + "*deep*",
        "- " * DEEPEST + "*deep*",
        "*a " * 99 + "a* " * 99,
    ):
        html = render(text)
        assert html.startswith("<pre>") and html.count("<") == 2
        assert read(html).rstrip("\n") == text.rstrip("\n")
    assert "<strong>" in render("**a** 春\n" * (LONGEST // 8))


@pytest.mark.parametrize(
    "bit",
    [
        ">",
        "[",
        "![",
        "[a](",
        "*a_ ",
        "a**b",
        "`",
        "<",
        "- ",
        "|",
        "|a",
        "&",
        "\\",
        "~~a~",
        "_*",
        "a\n",
        "> a\n",
        "“",
        "\x00",
    ],
)
def test_ten_thousand_of_anything_lose_no_letter(bit):
    text = bit * 10_000 + "\n\n末 end"
    shown = read(render(text))
    assert "末 end" in shown
    assert shown.count("a") == text.count("a")


def test_two_megabytes_are_shown_and_empty_text_is_nothing():
    assert len(read(render("春风又绿江南岸，明月何时照我还？\n" * 130_000))) > 2_000_000
    assert render("") == render("\n \n") == ""


def test_five_hundred_real_responses_keep_their_letters_if_the_shared_data_is_there():
    path = DATA / "human-scores/responses.jsonl"
    if not path.exists():
        pytest.skip("needs shared/data/human-scores/responses.jsonl beside the checkout")
    with path.open() as lines:
        texts = [json.loads(line)["response"] for line, _ in zip(lines, range(500), strict=False)]
    for text in texts:
        shown = read(render(text))
        for word in re.findall(r"[一-鿿]+", re.sub(r"```.*|\]\([^)]*\)", "", text)):
            assert word in shown


# --- what a judge quotes


@pytest.mark.parametrize(
    ("reason", "passages"),
    [
        ("It says “the leaves danced away” and stops.", ["the leaves danced away"]),
        ('It says "the leaves danced away" and stops.', ["the leaves danced away"]),
        ("It says 'the leaves danced away' and stops.", ["the leaves danced away"]),
        ("It says ‘the leaves didn’t dance away’ and stops.", ["the leaves didn’t dance away"]),
        ("The writer's 'I don't know what's wrong' isn't bad", ["I don't know what's wrong"]),
        (
            "Joyce's 'The parents' genuine hopes, the winds' roar' won't do",
            ["The parents' genuine hopes, the winds' roar"],
        ),
        (
            "lists ('Start early and plan ahead', 'Visit every single school')",
            ["Start early and plan ahead", "Visit every single school"],
        ),
        ("In the '90s the writers' room and the readers' letters didn't agree", []),
        ("the heroes' deeds, don't they, rock 'n roll isn't dead", []),
        ('5" by 10" paper and the word "paper"', []),
        (
            "opens with 'On a crisp autumn morning... she stepped through the gates'",
            ["On a crisp autumn morning", "she stepped through the gates"],
        ),
        ("“床前明月光，疑是地上霜”一句点题", ["床前明月光，疑是地上霜"]),
        ("「床前明月光」和『疑是地上霜』写景", ["床前明月光", "疑是地上霜"]),
        ("开头'床前明月光'点题，结尾\"低头思故乡\"收束", ["床前明月光", "低头思故乡"]),
        ("‘床前明月光’与‘低头思故乡’呼应", ["床前明月光", "低头思故乡"]),
        ("“床前明月光……低头思故乡”首尾呼应", ["床前明月光", "低头思故乡"]),
        ("他说“她答‘床前明月光’，再无话”", ["她答‘床前明月光’，再无话"]),
        ("《静夜思》全文与“思乡”主题、“意象”运用", []),
        ("uses 'AI', 'Machine Learning', and “明喻”", []),
        ("a lone “ mark, a lone 「 mark and a lone ' mark", []),
        ("", []),
    ],
)
def test_passages_are_what_stands_between_quotation_marks(reason, passages):
    assert quoted(reason) == passages


RESPONSE = (
    "# 春日\n\n**春风**又绿江南岸，\n明月何时照我还？他说：“我不走了。”价格是１００元（含税）。\n\n"
    "- The leaves *danced* to the wind’s whispers,\n- and [nobody](https://a.b/c) came — not even A&B's <dog>.\n\n"
    "1. First thing to do\n2. Second thing to do\n\n|甲|乙|\n|-|-|\n|东风|夜放花千树|\n"
)


@pytest.mark.parametrize(
    "passage",
    [
        "春风又绿江南岸,明月何时照我还?",
        "春日春风又绿",
        "价格是100元(含税)",
        "他说“我不走了”",
        "甲 乙 东风 夜放花千树",
        "the leaves danced to the wind's whispers, and nobody came",
        "Nobody came - not even A&B’s <dog>",
        "2. Second thing to do.",
        "First thing to do 2. Second thing to do",
    ],
)
def test_a_passage_is_found_however_loosely_it_was_copied_and_marked_where_it_stands(passage):
    reason = f"「{passage}」很好"
    (quote,) = trace(reason, RESPONSE, "", "")
    assert quote == Quote(text=passage, where="response", start=1, end=1 + len(passage))
    page = render(RESPONSE)
    marked = highlight(page, [("k", quote.text)], prefix="q-")
    assert stripped(marked) == page
    shown = unescape("".join(re.findall("<mark[^>]*>(.*?)</mark>", marked, re.DOTALL)))
    letters = [re.sub(r"[\W_]|\d[.]", "", one).lower().replace("１００", "100") for one in (shown, passage)]
    assert letters[0] == letters[1]
    assert marked.count('id="q-k"') == 1
    read(marked, marks=True)


def test_a_passage_is_looked_for_in_response_request_and_criterion_in_that_order():
    reason = (
        "“one two three four five” “six seven eight nine ten” “a b c d e” “人生若只如初见” “whatever else there may be”"
    )
    traced = trace(
        reason, "One two three: four five", "six seven eight nine ten; one two three four five", "A, B, C, D, E"
    )
    assert [quote.where for quote in traced] == ["response", "request", "criterion", None, None]
    assert [reason[quote.start : quote.end] for quote in traced] == quoted(reason)


def test_a_short_passage_that_stands_nowhere_is_taken_for_a_term():
    reason = "‘show do not’ “起承转合” “show, don't just tell them”"
    assert [quote.text for quote in trace(reason, "", "", "")] == ["show, don't just tell them"]
    assert [quote.where for quote in trace(reason, "Show: do not", "", "论起承转合")] == ["response", "criterion", None]


def test_a_passage_of_another_response_is_not_found():
    assert trace("“明月何时照我归”太俗", RESPONSE, "", "")[0].where is None
    assert trace("“the leaves danced to the wind's whisper of old”", RESPONSE, "", "")[0].where is None


def test_overlapping_and_equal_passages_have_marks_with_all_their_keys_and_an_id_each():
    page = render("one two **three four** five six")
    marked = highlight(page, [("a", "two three four"), ("b", "Three, four five"), ("c", "two three")], prefix="p")
    assert marked == (
        '<p>one <mark id="pa" data-q="a c"><mark id="pc">two </mark></mark>'
        '<strong><mark id="pb" data-q="a c b">three</mark><mark data-q="a b"> four</mark></strong>'
        '<mark data-q="b"> five</mark> six</p>\n'
    )
    assert stripped(marked) == page


def test_a_passage_that_comes_again_is_marked_again_with_one_id_and_not_without_end():
    marked = highlight(render("so it goes on. " * 100), [("k", "so it goes on")])
    assert marked.count("<mark") == PLACES and marked.count('id="k"') == 1


def test_a_mark_covers_whole_entities_and_never_the_tags_of_a_table():
    page = render("A&B <c> “d”\n\n|e|f|\n|-|-|\n|g|h|\n")
    marked = highlight(page, [("k", "b c d e f g h")])
    assert stripped(marked) == page
    read(marked, marks=True)
    assert "A&amp;<mark" in marked and marked.count("<mark") == 5
    assert highlight(page, [("k", "nothing of it"), ("l", "“…”")]) == page
    with pytest.raises(ValueError, match="key"):
        highlight(page, [("a b", "c d e")])


WORDS = st.lists(
    st.sampled_from(
        ["春风", "又绿", "one", "two", "İ", "ß", "&", "<", "*", "**", "`", "\n", "\n\n", "- ", "，", "1. ", "|", " "]
    )
)


@settings(max_examples=400, deadline=None)
@given(
    WORDS,
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.lists(st.sampled_from(["春风", "又绿", "one", "two", "İ", "&"]), max_size=4)
        )
    ),
)
@example(["one", "&", "two"], [("a", ["one", "&", "two"])])
def test_marks_change_nothing_of_the_page_and_nest_validly(words, quotes):
    page = render("".join(words))
    marked = highlight(page, [(key, " ".join(text)) for key, text in quotes], prefix="q-")
    assert stripped(marked) == page
    assert read(marked, marks=True) == read(page)
    ids = re.findall(' id="(.*?)"', marked)
    assert len(ids) == len(set(ids))
    assert set(ids) == {f"q-{key}" for keys in re.findall('data-q="(.*?)"', marked) for key in keys.split()}


def test_a_reason_leads_to_what_was_found_and_says_in_words_what_was_not():
    reason = "<b>It</b> says “春风又绿江南岸” & “nobody ever said so.” Yes; “the task of today”."
    traced = trace(reason, RESPONSE, "The task of today is", "")
    assert reason_html(reason, traced, links=["#q-1", None, None], said={None: "⚠ 回答中没有"}, title='"?') == (
        '&lt;b&gt;It&lt;/b&gt; says “<a class="quote" href="#q-1">春风又绿江南岸</a>” &amp; '
        '“<span class="lost" title="&quot;?">nobody ever said so.</span>” <span class="sign">⚠ 回答中没有</span> Yes; '
        '“<span class="quote">the task of today</span>”.'
    )
    assert reason_html("a\u202eb\r\n<", [], links=[], said={}) == "a\ufffdb\n&lt;"


@pytest.mark.parametrize(
    "bit", ["'a ", "'as' ", "“", "“a", '"', '"a b c d e" ', "‘a", "'a'a", "“a b c d e”", "\ud800", "“" + "." * 999]
)
def test_a_hostile_reason_is_read_to_its_end_and_yields_a_bounded_number_of_passages(bit):
    reason = (bit * 100_000)[:300_000]
    traced = trace(reason, RESPONSE * 100, "", "")
    assert len(traced) <= MOST
    html = reason_html(reason, traced, links=[None] * len(traced), said={None: "?"})
    assert unescape(re.sub('<span class="sign">.*?</span>|<[^>]*>', "", html)).replace(" ", "") == reason.replace(
        " ", ""
    ).replace("\ud800", "\ufffd")


def test_real_quotations_are_all_found_and_marked_if_the_shared_data_is_there():
    path = DATA / "judge-scores"
    if not path.exists():
        pytest.skip("needs shared/data/judge-scores beside the checkout")
    queries = {one["id"]: one for one in map(json.loads, (path / "queries.jsonl").read_text().splitlines())}
    found = {"response": 0, "request": 0, "criterion": 0, None: 0}
    for row in map(json.loads, (path / "judgements.jsonl").read_text().splitlines()):
        for mark in row["marks"]:
            query = queries[row["id"]]
            for quote in trace(mark["reason"], row["response"], query["query"], query["checklist"][mark["checklist"]]):
                found[quote.where] += 1
                if quote.where == "response":
                    assert 'id="k"' in highlight(render(row["response"]), [("k", quote.text)])
    assert found == {"response": 13, "request": 5, "criterion": 1, None: 0}
