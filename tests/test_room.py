"""The reading room: what it says of a query, what no text in it can do, and that one finds what one seeks."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from writingbench.records import Answer, Criterion, Failure, Judgement, Query, Response, UserError, Verdict
from writingbench.reports.found import Made
from writingbench.reports.listing import index
from writingbench.reports.page import INLINE, Pages, query_page
from writingbench.reports.room import FEW, Figures, Row, entry, key, names
from writingbench.reports.shell import shell, source
from writingbench.scores import Gathering, Label
from writingbench.scores.board import rank
from writingbench.scores.table import asked, take

CHROMIUM = shutil.which("chromium")
BROWSER = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine; `make browser` installs one")

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "</template></details></main></script><!-- <svg onload=document.title='owned'> [go](javascript:alert(1))"
    " “</a><b onclick=x>quoted words of nobody at all</b>”"
)


def criterion(name, requirement=None):
    bands = tuple(f"{name}, band {n}" for n in range(1, 6))
    return Criterion(name=name, description=f"How good is the {name}?", bands=bands, requirement=requirement)


def query(index=1, *, text="Write a poem about the first snow of the year.", domain2="Poetry", **more):
    usual = {
        "domain1": "Literature & Arts",
        "language": "en",
        "criteria": (criterion("rhythm"), criterion("length", "length")),
        "requirements": ("length",),
    }
    return Query(index=index, text=text, domain2=domain2, **{**usual, **more})


def run(number):
    return f"{number:032x}"


def made(asked_for, text="The snow fell softly on the roofs of the old town.", marks=((7,), (8,)), *, number=0, **more):
    """A writer's work: one response, and for each criterion its marks, each of which may be (mark, reason)."""
    writer, judge = more.get("writer", f"vendor/writer-{number}"), more.get("judge", "judges/strict")
    outcome = Answer(text=text) if isinstance(text, str) else text
    judgements = [
        Judgement(
            query=asked_for.index,
            writer=writer,
            response=0,
            criterion=one.name,
            judge=judge,
            repeat=repeat,
            outcome=verdict(mark),
        )
        for one, given in zip(asked_for.criteria, marks, strict=False)
        for repeat, mark in enumerate(given)
    ]
    responses = [Response(query=asked_for.index, writer=writer, draw=0, outcome=outcome)] if outcome else []
    return Made(run=run(number), writer=writer, judge=judge, responses=responses, judgements=judgements)


def verdict(mark):
    if isinstance(mark, Failure):
        return mark
    score, reason = mark if isinstance(mark, tuple) else (mark, "It keeps to what was asked for.")
    return Verdict(score=score, reason=reason)


def board(work):
    """The board of what was made of queries, pairs of a query and the works on it."""
    gathering = Gathering()
    runs = {one.run: one for _, works in work for one in works}
    for about, works in work:
        gathering.query(asked(about))
        for one in works:
            count = max(len(about.criteria), len(one.judgements))
            gathering.take(list(runs).index(one.run), take(about, one.responses, one.judgements, count))
    labels = [
        Label(
            writer=one.writer,
            judge=one.judge,
            protocol="standard",
            benchmark="small",
            prompt="standard",
            fingerprint=one.run,
            judge_fingerprint="j" * 32,
            protocol_fingerprint="p" * 32,
            benchmark_fingerprint="b" * 32,
        )
        for one in runs.values()
    ]
    return rank(gathering.table(labels))


def report(work, out, tongue="en"):
    """The report on pairs of a query and the works on it, written into `out`."""
    with Pages(out, tongue) as pages:
        for about, works in work:
            pages.take(about, works)
        pages.write([board(work)])
    return out / "report.html"


class Page(HTMLParser):
    """What a browser would make of a page: tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.within = [], "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.within = tag

    def handle_endtag(self, tag):
        self.within = "" if tag == self.within else self.within

    def handle_data(self, data):
        if not self.within:
            self.text += data

    def all(self, tag, name):
        return [attrs[name] for found, attrs in self.tags if found == tag and name in attrs]


def seen(about, works, tongue="en"):
    return entry(about, works, tongue, key=key(about))


def figures(number=0, **more):
    return Figures(writer=f"vendor/writer-{number}", judge="judges/strict", **more)


def text_of(html):
    return re.sub(r"\s+", " ", Page(html).text)


# what is said of a query


def test_a_run_is_called_by_its_writer_and_only_where_that_is_not_enough_by_more():
    assert names({"a1": ("w", "j"), "b2": ("v", "j")}) == {"a1": "w", "b2": "v"}
    assert names({"a1": ("w", "j"), "b2": ("w", "k")}) == {"a1": "w · j", "b2": "w · k"}
    assert names({"aaaaaaaa": ("w", "j"), "bbbbbbbb": ("w", "j")}) == {
        "aaaaaaaa": "w · j · aaaaaa",
        "bbbbbbbb": "w · j · bbbbbb",
    }


def test_figures_are_the_mean_the_lowest_mark_and_how_far_repeats_lie_apart():
    about = query()
    row = seen(about, [made(about, marks=((7, 4), (8, 9)))], "en").row
    assert row.figures == {run(0): figures(mean=7.0, lowest=4, spread=3, findings={})}


def test_one_mark_on_each_criterion_disagrees_with_nobody():
    about = query()
    assert seen(about, [made(about, marks=((1,), (10,)))], "en").row.figures[run(0)].spread is None


def test_judges_disagree_where_they_marked_the_same_response_and_it_is_shown_once():
    about = query()
    works = [
        made(about, marks=((7,), (8,)), number=1, writer="w"),
        made(about, marks=((2,), (8,)), number=2, writer="w", judge="judges/mild"),
    ]
    found = seen(about, works, "en")
    assert [one.spread for one in found.row.figures.values()] == [5, 5]
    assert [one.mean for one in found.row.figures.values()] == [7.5, 5.0]
    assert found.html.count("The snow fell softly") == 2  # rendered, and as it was written
    assert {f"q-1-{run(1)}", f"q-1-{run(2)}"} <= {attrs.get("id") for _, attrs in Page(found.html).tags}
    assert "judged by judges/mild 5.00" in text_of(found.html)


def test_judges_of_different_responses_do_not_disagree():
    about = query()
    works = [
        made(about, text="One text.", marks=((7,), (8,)), number=1, writer="w"),
        made(about, text="Another text.", marks=((2,), (8,)), number=2, writer="w", judge="judges/mild"),
    ]
    assert [one.spread for one in seen(about, works, "en").row.figures.values()] == [None, None]


def test_what_deserves_an_eye_is_found():
    about = query()
    unread = Failure(kind="unreadable", note="no JSON in it")
    reasons = ((5, "It says “the silver hedgehog crossed seven bridges at dawn”."),)
    work = replace(made(about, marks=(reasons, (unread,))), responses=[answer(about, complete=False)])
    assert seen(about, [work], "en").row.figures[run(0)].findings == {
        "room_cut": 1,
        "room_unmarked": 1,
        "room_untraced": 1,
    }
    assert "Findings: cut off: 1 · marks missing: 1 · quotes found nowhere: 1" in text_of(
        seen(about, [work], "en").html
    )


def answer(about, text="The snow fell softly on the roofs of the old town.", draw=0, **more):
    return Response(query=about.index, writer="vendor/writer-0", draw=draw, outcome=Answer(text=text, **more))


def test_a_criterion_that_was_not_judged_is_a_missing_mark():
    about = query()
    found = seen(about, [made(about, marks=((7,),))], "en")
    assert found.row.figures[run(0)].findings == {"room_unmarked": 1}
    assert "No mark yet." in text_of(found.html)


def test_a_response_that_failed_is_one_finding_and_its_words_are_said_once():
    about = query()
    refused = Failure(kind="refused", note="content <filter>")
    found = seen(about, [made(about, text=refused, marks=((refused,), (refused,)))], "en")
    assert found.row.figures[run(0)] == figures(mean=None, lowest=None, spread=None, findings={"room_failed": 1})
    assert text_of(found.html).count("There is no answer: refused (content <filter>).") == 1
    assert "Marks and reasons" not in found.html


def test_a_response_that_was_not_imported_is_said_to_be_not_there_and_no_quote_to_be_lost():
    about = query()
    reason = (5, "As in “the silver hedgehog crossed seven bridges at dawn” it drags.")
    found = seen(about, [made(about, text=None, marks=((reason,), (6,)))], "en")
    assert "The text of this response is not there" in text_of(found.html)
    assert found.row.figures[run(0)].findings == {}
    assert "found nowhere" not in found.html
    assert "it drags" in found.html


def test_nothing_yet_is_said_to_be_nothing_yet():
    about = query()
    found = seen(about, [made(about, text=None, marks=())], "en")
    assert "There is no response yet." in text_of(found.html)
    assert found.row.figures[run(0)] == figures(mean=None, lowest=None, spread=None, findings={})


def test_an_empty_response_is_said_to_be_empty_and_one_cut_off_to_be_cut_off():
    about = query()
    work = replace(made(about), responses=[answer(about, "  \n", complete=False)])
    said = text_of(seen(about, [work], "en").html)
    assert "The response is empty." in said
    assert "Cut off: the limit on output tokens ended this text." in said


def test_every_response_to_a_query_is_shown_with_its_own_marks_and_reasoning():
    about = query()
    first = made(about, marks=((3,), (4,)))
    second = [replace(one, response=1, outcome=Verdict(score=9, reason="Better now.")) for one in first.judgements]
    work = replace(
        first,
        responses=[
            answer(about, "First attempt."),
            answer(about, "Second attempt.", draw=1, reasoning="Let me think."),
        ],
        judgements=[*first.judgements, *second],
    )
    said = text_of(seen(about, [work], "en").html)
    assert said.index("Response 1") < said.index("First attempt.") < said.index("Response 2")
    assert said.index("Response 2") < said.index("Second attempt.") < said.index("Better now.")
    assert "Reasoning before it (about 2 tokens)" in said
    assert "Let me think." in said


def test_a_quote_leads_to_its_passage_and_what_is_from_the_request_is_said_to_be():
    about = query(text="Write about the lighthouse keeper who collects broken clocks.")
    reason = (
        "“The snow fell softly on the roofs” is lovely, “the lighthouse keeper who collects” is the request's, "
        "“rhythm, band 4” fits; but “the silver hedgehog crossed seven bridges” it never says."
    )
    html = seen(about, [made(about, marks=(((7, reason),), (8,)))], "en").html
    page = Page(html)
    (passage, *_) = [link for link in page.all("a", "href") if link.endswith("-0.0")]
    assert passage[1:] in page.all("mark", "id")
    assert "#q-1-request" in page.all("a", "href")
    assert "q-1-request" in page.all("div", "id")
    said = text_of(html)
    assert "“the lighthouse keeper who collects” (from the request) is" in said
    assert "“rhythm, band 4” (from the criterion) fits" in said
    assert "“the silver hedgehog crossed seven bridges” (found nowhere) it" in said
    assert len(set(page.all("mark", "id"))) == len(page.all("mark", "id"))


def test_the_best_comes_first_and_of_many_writers_only_the_first_is_open():
    about = query()
    for count in (FEW, FEW + 1):
        works = [made(about, marks=((n + 1,), (n + 1,)), number=n) for n in range(count)]
        parts = [attrs for tag, attrs in Page(seen(about, works, "en").html).tags if attrs.get("class") == "part"]
        assert [one["data-runs"] for one in parts] == [run(n) for n in reversed(range(count))]
        assert [("open" in one, "name" in one) for one in parts] == [
            (n == 0 or count <= FEW, count > FEW) for n in range(count)
        ]


def test_the_table_of_marks_is_there_when_there_is_something_to_compare():
    about = query()
    alone = seen(about, [made(about)], "en").html
    both = seen(about, [made(about), made(about, number=1, marks=((2, 3), ()))], "en").html
    assert "marks-table" not in alone
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', both, re.DOTALL)
    assert [re.findall(r"<td[^>]*>(?:<b>)?([^<]*)", row) for row in rows] == [["7.50", "7", "8"], ["2.50", "2.50", "–"]]
    assert f"#q-1-{run(1)}" in rows[1]


def test_the_lists_columns_tell_judges_apart_where_the_writer_is_the_same():
    about = query()
    works = [
        made(about, writer="vendor/w", judge="some/strict"),
        made(about, "Other.", writer="vendor/w", judge="other/mild", number=1),
    ]
    html = index([seen(about, works).row], "en", order=[run(1), run(0)])
    heads = re.findall(r'<span class="figure mean" title="([^"]*)">([^<]*)<', html)
    assert heads == [("vendor/w · other/mild", "w · mild"), ("vendor/w · some/strict", "w · strict")]


def test_both_tongues_say_the_same_things():
    about = query()
    english, chinese = (text_of(seen(about, [made(about)], tongue).html) for tongue in ("en", "zh"))
    assert "What it is judged by (2 criteria)" in english
    assert "评分标准（2 项）" in chinese
    assert "Request" not in chinese


def test_nothing_that_anybody_wrote_becomes_part_of_the_page():
    hostile = Criterion(name=HOSTILE, description=HOSTILE, bands=(HOSTILE,) * 5)
    about = query(text=HOSTILE, domain1=HOSTILE, domain2=HOSTILE, criteria=(hostile,))
    work = made(about, text=HOSTILE, marks=(((3, HOSTILE),),), writer=HOSTILE, judge=HOSTILE)
    work = replace(work, responses=[answer(about, HOSTILE, reasoning=HOSTILE)])
    lost = made(about, text=Failure(kind="refused", note=HOSTILE), marks=(), number=1, writer=HOSTILE)
    works = [work, lost]
    found = seen(about, works, "en")
    pages = [
        found.html,
        index([found.row], "en", inline=[found.html]),
        query_page(about, works, "zh"),
    ]
    for html in pages:
        page = Page(html)
        assert not {"img", "svg", "template", "iframe", "object"} & {tag for tag, _ in page.tags}
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
        assert all(re.match(r"#|\.\./report\.html#|data:,$", link) for link in page.all("a", "href"))
        assert "<script>document.title" in page.text
    assert [attrs for tag, attrs in Page(pages[1]).tags if tag == "script"] == [
        {"type": "application/json", "id": "room-data"}
    ]
    assert Page(pages[0]).tags.count(("script", {})) == 0


def test_signs_that_turn_the_direction_of_the_text_do_not_get_onto_the_page():
    about = query(text="safe\u202egnp.exe and \ud800 half a sign")
    html = query_page(about, [made(about)], "en")
    assert "\u202e" not in html.split("<main")[1]
    assert html.encode()


# files


def many(count=25, size=150_000):
    """So much text that one page does not hold it."""
    work = []
    for n in range(1, count + 1):
        about = query(n)
        work.append((about, [made(about, text="Snow falls on the town. " * (size // 24))]))
    assert count * size * 2 > INLINE
    return work


def test_little_text_stands_in_the_report_and_an_old_folder_of_pages_is_gone(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report/q-7.html").write_text("old")
    html = report([(query(3), [made(query(3))])], tmp_path).read_text("utf-8")
    assert 'id="q-3"' in html
    assert "The snow fell softly" in html
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_much_text_stands_in_pages_of_its_own_that_replace_the_old_ones(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report/q-77.html").write_text("old")
    work = many()
    html = report(work, tmp_path).read_text("utf-8")
    assert len(html) < 1_000_000
    assert "The texts stand in the folder report/ beside this file" in html
    assert {path.name for path in (tmp_path / "report").iterdir()} == {f"q-{n}.html" for n in range(1, 26)}
    assert {f"report/q-{n}.html" for n in range(1, 26)} <= set(Page(html).all("a", "href"))
    page = (tmp_path / "report/q-2.html").read_text("utf-8")
    assert {"../report.html#queries", "q-1.html", "q-3.html"} <= set(Page(page).all("a", "href"))
    assert "<h1>Query 2</h1>" in page
    assert {path.name for path in tmp_path.iterdir()} == {"report", "report.html"}
    report(work[:1], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.html"}


def test_a_folder_that_is_not_ours_is_neither_replaced_nor_removed(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report/thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds what is not of a report"):
        report(many(), tmp_path)
    report([(query(), [made(query())])], tmp_path)
    assert (tmp_path / "report/thesis.txt").read_text() == "mine"


def test_a_process_that_dies_among_the_pages_leaves_the_old_ones_whole(tmp_path):
    report(many(), tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()}
    dying = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_room as t
from writingbench.reports import page
whole, pages = page._page, []
def dies(*given):
    pages.append(1)
    if len(pages) == 9:
        os._exit(9)
    return whole(*given)
page._page = dies
t.report(t.many(30), Path({str(tmp_path)!r}))
"""
    ended = subprocess.run([sys.executable, "-c", dying], check=False, timeout=120)
    assert ended.returncode == 9
    assert {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()} == before
    report(many(26), tmp_path)
    assert len(os.listdir(tmp_path / "report")) == 26
    assert {path.name for path in tmp_path.iterdir()} == {"report", "report.html"}


def test_two_queries_of_the_same_index_have_two_anchors(tmp_path):
    one, other = query(5), query(5, text="Another benchmark's fifth query.")
    with Pages(tmp_path) as pages:
        pages.take(one, [made(one)])
        pages.take(other, [made(other, number=1)])
        pages.write([board([(one, [made(one)])]), board([(other, [made(other, number=1)])])])
    ids = [attrs["id"] for _, attrs in Page((tmp_path / "report.html").read_text("utf-8")).tags if "id" in attrs]
    assert {"q-5", "q-5-2"} <= set(ids)
    assert len(set(ids)) == len(ids)


def test_a_report_without_texts_has_no_room(tmp_path):
    with Pages(tmp_path) as pages:
        pages.write([board([(query(), [made(query())])])])
    assert 'id="queries"' not in (tmp_path / "report.html").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_said_to_be_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"), Pages(tmp_path / "file/out"):
        pass


# in a browser


@contextmanager
def browsing(**more):
    """A page of a real browser; what it complains of fails the test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(**{"viewport": {"width": 1400, "height": 900}, **more})
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        yield page
        browser.close()
    assert complaints == []


def library():
    """Six queries of three subdomains in two languages, by two writers."""
    kinds = [
        ("Poetry", "en"),
        ("Novel Outline", "zh"),
        ("Poetry", "en"),
        ("Lesson Plan", "zh"),
        ("Novel Outline", "en"),
        ("Poetry", "en"),
    ]
    work = []
    for n, (domain2, language) in enumerate(kinds, start=1):
        domain1 = "Education" if domain2 == "Lesson Plan" else "Literature & Arts"
        text = "请写一篇关于初雪的短文。" if language == "zh" else f"Write about the first snow, number {n}."
        more = {"requirements": ()} if n % 2 else {}
        about = query(n, text=text, domain1=domain1, domain2=domain2, language=language, **more)
        said = (
            "雪轻轻地落在老城的屋顶上。" if language == "zh" else "The snow fell softly on the roofs of the old town."
        )
        reason = "“雪轻轻地落在老城” 很美。" if language == "zh" else "“The snow fell softly on the roofs” is lovely."
        low = {3: 2, 5: 1}.get(n, 6)
        first = made(about, said + "\n\n" + "More. " * 400, marks=(((low, reason),), (7,)))
        second = made(about, said, marks=((9 - n,), (8,) if n != 4 else ()), number=1)
        work.append((about, [first, second]))
    return work


@pytest.fixture(scope="module")
def inline(tmp_path_factory):
    return report(library(), tmp_path_factory.mktemp("inline")).as_uri()


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    work = [(about, [*works, made(about, "Much. " * 90_000, number=2)]) for about, works in library()]
    return report(work, tmp_path_factory.mktemp("split")).as_uri()


def visible(page):
    """The numbers of the queries that the list shows, in its order."""
    rows = page.locator(".rows > li:not([hidden]) .row .number")
    return [int(number) for number in rows.all_text_contents()]


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


@BROWSER
def test_filters_and_sorting_work_by_keyboard_and_what_they_leave_is_counted(inline):
    with browsing() as page:
        page.goto(inline)
        assert visible(page) == [1, 2, 3, 4, 5, 6]
        page.locator("#queries-title").focus()
        page.keyboard.press("Tab")
        page.keyboard.type("snow number 3")
        assert visible(page) == [3]
        assert page.locator("[role=status]").inner_text() == "1 of 6 queries"
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        for expected in ("domain", "subdomain", "language", "requirement", "writer", "sort", "findings"):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.name") == expected
            if expected == "sort":
                page.keyboard.type("Lowest mark")
                assert visible(page)[:2] == [5, 3]
            if expected == "findings":
                page.keyboard.press("Space")
                assert visible(page) == [4]
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert visible(page) == [1, 2, 3, 4, 5, 6]
        assert page.evaluate("location.hash") == "#queries"
        page.locator(".query > summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("#q-1 .request").is_visible()


@BROWSER
def test_a_link_with_filters_leads_to_its_queries_and_back_leads_back(inline):
    with browsing() as page:
        page.goto(f"{inline}#queries?subdomain=Poetry&requirement=length")
        assert visible(page) == [6]
        assert focused(page) == "queries-title"
        page.goto("about:blank")
        page.goto(f"{inline}#queries?domain=Literature%20%26%20Arts&language=en")
        assert visible(page) == [1, 3, 5, 6]
        page.select_option("[name=subdomain]", "Poetry")
        page.select_option("[name=sort]", "mean")
        assert visible(page) == [3, 6, 1]  # means of 4.5, 5.5 and 6.5
        assert "sort=mean" in page.evaluate("location.hash")
        page.go_back()
        assert visible(page) == [1, 3, 6]
        page.go_back()
        assert visible(page) == [1, 3, 5, 6]
        page.evaluate("location.hash = '#queries?subdomain=No+such'")
        page.locator(".rows > li:not([hidden])").nth(5).wait_for()


@BROWSER
def test_a_chosen_writer_shows_its_own_figures_and_its_part(split, inline):
    for address in (inline, split):
        with browsing() as page:
            page.goto(f"{address}#queries?writer={run(1)}&sort=lowest")
            assert visible(page) == [6, 5, 4, 3, 2, 1]  # no mark of the other writer counts
            first = page.locator(".rows > li").first
            assert first.locator(".own b").inner_text() == "5.50"
            assert first.locator(".lowest b").inner_text() == "3"
            assert not first.locator(".mean").first.is_visible()
            if address == split:
                first.locator("a").click()
                page.wait_for_load_state()
                assert page.url.endswith(f"report/q-6.html#q-6-{run(1)}")
                assert "writer-1" in focused(page)
                page.go_back()
                page.wait_for_load_state()
                assert visible(page) == [6, 5, 4, 3, 2, 1]
                assert focused(page) == "Poetry"


@BROWSER
def test_an_address_opens_a_query_and_one_writers_part(inline, split):
    with browsing() as page:
        page.goto(f"{inline}#q-4")
        assert page.locator("#q-4").get_attribute("open") is not None
        page.evaluate(f"location.hash = '#q-2-{run(1)}'")
        page.locator("#q-2[open]").wait_for()
        page.goto(split.replace("report.html", f"report/q-2.html#{run(1)}"))
        assert "writer-1" in focused(page)
        assert "雪轻轻地落在老城的屋顶上。" in page.locator(f"#q-2-{run(1)} .prose").inner_text()


@BROWSER
def test_a_quote_leads_to_its_passage_also_when_the_text_is_shown_as_written(inline):
    for width in (1400, 390):
        with browsing(viewport={"width": width, "height": 700}) as page:
            page.goto(f"{inline}#q-2")
            part = page.locator(f"#q-2-{run(0)}")
            part.locator(".as-written input").check()
            assert part.locator(".written").is_visible()
            assert not part.locator(".prose").is_visible()
            part.locator("a.quote").click()
            page.wait_for_selector("mark.here")
            mark = part.locator("mark.here")
            assert mark.inner_text() == "雪轻轻地落在老城"
            assert mark.evaluate("one => one === document.activeElement")
            box = mark.bounding_box()
            assert 0 <= box["y"] < 700
            assert "underline" in mark.evaluate("one => getComputedStyle(one).textDecorationLine")
            page.go_back()
            assert page.evaluate("location.hash") == "#q-2"


@BROWSER
def test_hostile_texts_do_nothing_and_are_shown(tmp_path):
    hostile = Criterion(name=HOSTILE, description=HOSTILE, bands=(HOSTILE,) * 5)
    about = query(text=HOSTILE, domain1=HOSTILE, domain2=HOSTILE, criteria=(hostile,))
    works = [made(about, HOSTILE, marks=(((3, HOSTILE),),), number=n, writer=f"{n}{HOSTILE}") for n in range(2)]
    works = [replace(one, responses=[answer(about, HOSTILE, reasoning=HOSTILE)]) for one in works]
    address = report([(about, works)], tmp_path).as_uri()
    with browsing(viewport={"width": 390, "height": 800}) as page:
        page.goto(f"{address}#queries?writer={run(1)}")
        title = page.title()
        page.locator(".query > summary").click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        page.wait_for_timeout(200)
        assert page.locator(".request").inner_text().startswith("<script>document.title='owned'</script><img src=x")
        for place in (".prose", ".reason", ".reasoning .text", ".criteria dd", ".part h3"):
            assert "<img src=x onerror=" in page.locator(place).first.inner_text()
        assert page.title() == title
        assert (
            page.evaluate("document.querySelectorAll('.room img, .room b[onclick], .room script:not([type])').length")
            == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@BROWSER
def test_no_serious_fault_of_accessibility_in_both_tongues(inline, split, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    chinese = report(library(), tmp_path, "zh").as_uri()
    single = split.replace("report.html", "report/q-2.html")
    for address in (inline, chinese, split, single):
        for scheme in ("light", "dark"):
            with browsing(color_scheme=scheme) as page:
                page.goto(address)
                page.evaluate("document.querySelectorAll('.rows > li:nth-child(n+3)').forEach((one) => one.remove())")
                page.evaluate("document.querySelectorAll('details:not([name])').forEach((one) => { one.open = true })")
                found = Axe().run(page, context="#queries" if "/q-" not in address else None).response["violations"]
                assert [
                    (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
                ] == []


@BROWSER
def test_the_page_is_in_the_readers_tongue_and_texts_stay_in_theirs(tmp_path):
    address = report(library(), tmp_path, "zh").as_uri()
    with browsing(viewport={"width": 390, "height": 800}) as page:
        page.goto(f"{address}#queries?language=zh")
        assert page.locator("[role=status]").inner_text() == "显示 2 道，共 6 道"
        assert page.locator(".rows > li:not([hidden]) .title").all_inner_texts() == ["小说大纲", "教案"]
        page.locator("#q-2 > summary").click()
        assert page.locator("#q-2 .request").get_attribute("lang") == "zh-Hans"
        assert page.locator("#q-1 .request").get_attribute("lang") == "en"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@BROWSER
def test_without_script_everything_can_be_read(inline):
    with browsing(java_script_enabled=False) as page:
        page.goto(inline)
        assert not page.locator("form.controls").is_visible()
        page.locator("#q-1 > summary").click()
        assert page.locator("#q-1 .reason").first.is_visible()
        page.locator("#q-1 .as-written input").first.check()
        assert page.locator("#q-1 .written").first.is_visible()


@BROWSER
def test_an_open_query_prints_whole_and_the_screen_is_as_before(split):
    with browsing() as page:
        page.goto(split.replace("report.html", "report/q-1.html"))
        was = page.evaluate("[...document.querySelectorAll('details')].map((one) => one.open)")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("[...document.querySelectorAll('details')].every((one) => one.open)")
        assert page.locator(".request").evaluate("one => getComputedStyle(one).maxHeight") == "none"
        assert page.locator(".verdicts").first.evaluate("one => getComputedStyle(one).position") == "static"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("[...document.querySelectorAll('details')].map((one) => one.open)") == was


@BROWSER
def test_of_many_writers_one_part_is_open_at_a_time(tmp_path):
    about = query()
    works = [made(about, f"Text {n}.", marks=((n % 10 + 1,), (5,)), number=n) for n in range(50)]
    (tmp_path / "page.html").write_text(query_page(about, works, "en"), "utf-8")
    with browsing() as page:
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator(".part[open]").count() == 1
        page.locator(".marks-table a").nth(30).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#.{9,}$"))
        assert page.locator(".part[open]").count() == 1
        assert page.locator(".part[open]").get_attribute("id") == page.evaluate("location.hash.slice(1)")


@BROWSER
def test_a_list_of_a_thousand_queries_by_fifty_writers_is_narrowed_and_sorted(tmp_path):
    rows = [
        Row(
            key=f"q-{q}",
            index=q,
            domain1=f"Domain {q % 6}",
            domain2=f"Subdomain {q % 100}",
            language="zh" if q % 2 else "en",
            requirements=(),
            tokens=q,
            opening=f"Write text number {q}",
            figures={
                run(n): figures(n, mean=(q * 7 + n) % 90 / 10 + 1, lowest=(q + n) % 10 + 1, spread=None, findings={})
                for n in range(50)
            },
        )
        for q in range(1, 1001)
    ]
    html = shell("List", index(rows, "en"), "en", scripts=[source("room.js")], styles=[source("room.css")])
    (tmp_path / "list.html").write_text(html, "utf-8")
    with browsing() as page:
        page.goto((tmp_path / "list.html").as_uri() + f"#queries?subdomain=Subdomain+7&writer={run(49)}&sort=mean")
        assert len(visible(page)) == 10
        means = [float(mean) for mean in page.locator(".rows > li:not([hidden]) .own b").all_inner_texts()]
        assert means == sorted(means)
        page.get_by_role("button").click()
        assert visible(page)[-1] == 1000
