"""The report as a whole: from the figures of its front to the queries behind them, and what no name on it can do."""

import re
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import product

import pytest

from test_room import BROWSER, CHROMIUM, Page, board, made, query, report, run, visible
from writingbench.reports.page import document
from writingbench.reports.shell import shell
from writingbench.scores.board import rank

PLACES = (  # domain, subdomain, language
    ("Literature & Arts", "Poetry", "en"),
    ("Literature & Arts", "Novel Outline", "zh"),
    ("Education", "Questions & answers / 50%?", "en"),
)
HOSTILE = (
    '<script>document.title="owned"</script>',
    '"><img src=x onerror=document.title="owned">',
    "很长的名字" * 40 + "x" * 200,
)


def library(*writers, each=4):
    """`each` queries of every place. The first writer is the worst."""
    writers = writers or ("vendor/low", "vendor/middle", "vendor/high")
    work = []
    for n, (place, (domain1, domain2, language)) in enumerate(product(range(each), PLACES), start=1):
        about = query(n, domain1=domain1, domain2=domain2, language=language)
        bases = [2 + w * 5 // max(1, len(writers) - 1) + (domain2 == "Poetry") - n % 2 for w in range(len(writers))]
        works = [
            made(about, marks=((base + place % 2,), (base + 1,)), number=w, writer=writers[w])
            for w, base in enumerate(bases)
        ]
        work.append((about, works))
    return work


def section(html, id):
    return html.split(f'<section id="{id}"')[1].split("</section>")[0]


# what it says


def test_several_tables_each_rank_their_own_writers_and_nobody_ranks_across():
    others = [(about, [replace(one, run=f"f{one.run[1:]}") for one in works]) for about, works in library("c", "d")]
    boards = [board(library("a", "b")), board(others)]
    for tongue in ("en", "zh"):
        html = document(boards, "", tongue)
        assert html.count('<h2 class="which">') == 2
        for end, best, other in (("-1", "b", "a"), ("-2", "d", "c")):
            for part in ("leaderboard", "pairs"):
                found = re.findall(r'<th scope="row">([a-d])</th>', section(html, f"{part}{end}"))
                assert found == [best, other]
            (first, _) = re.findall(r'<tr><td class="n" data-value="(\d)"', section(html, f"leaderboard{end}"))
            assert first == "1"
        assert not re.search(r'id="(leaderboard|pairs|heatmap)"', html)


def test_one_writer_has_a_result_and_nothing_calls_it_a_leaderboard():
    html = document([board(library("vendor/alone"))], "", "en")
    assert '<a href="#leaderboard">Result</a>' in html
    assert ">Leaderboard<" not in html


def test_thinking_is_said_of_the_two_writers_that_it_is_measured_on_whatever_their_places():
    table = board(library("first", "plain", "thoughtful", "last")).table
    assert "plain minus thoughtful" in section(document([rank(table, ("plain", "thoughtful"))], "", "en"), "thinking")


def test_the_policy_names_the_hash_of_each_script_and_nothing_else():
    ours = ["console.log('1 < 2 && 3')", "\nlet two;\n"]
    for html in (document([board(library())], "", "en"), shell("t", "", "zh", ours)):
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
        hashes = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts]
        assert rules["script-src"].split() == hashes
        assert len(hashes) == 2
        assert rules["default-src"] == "'none'"
        assert "connect-src" not in rules
        assert not Page(html).all("script", "src")


# in a browser


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def browsing(chromium, address, **more):
    """A page of a real browser; what it complains of fails the test."""
    page = chromium.new_page(**{"viewport": {"width": 1400, "height": 900}, **more})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(address)
    yield page
    page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    """A report of three writers with a reading room."""
    return report(library(), tmp_path_factory.mktemp("ranked")).as_uri()


def tile(page, line, writer):
    """The cell of the heatmap in the row `line` and the column of `writer`."""
    headings = page.locator(".heat thead th")
    column = headings.evaluate_all("(all, name) => all.findIndex((one) => one.title === name)", writer)
    row = page.locator(".heat tbody tr").filter(has=page.locator("th", has_text=re.compile(f"^{re.escape(line)}$")))
    return row.locator("td a").nth(column)


@BROWSER
def test_a_cell_a_domain_and_a_requirement_lead_to_just_their_queries(chromium, ranked):
    with browsing(chromium, ranked) as page:
        link = tile(page, "Questions & answers / 50%?", "vendor/middle")
        address = f"#queries?subdomain=Questions%20%26%20answers%20%2F%2050%25%3F&writer={run(1)}"
        assert link.get_attribute("href") == address
        link.focus()
        page.keyboard.press("Enter")
        page.locator("#queries-title:focus").wait_for()
        assert visible(page) == [3, 6, 9, 12]
        assert page.locator("[name=writer]").input_value() == run(1)
        page.goto("about:blank")
        page.goto(ranked)
        page.locator("#domains").get_by_role("link", name="Literature & Arts").click()
        page.locator("#queries-title:focus").wait_for()
        assert visible(page) == [1, 2, 4, 5, 7, 8, 10, 11]
        page.locator("#languages").get_by_role("link", name="Chinese").click()
        page.wait_for_url(re.compile("language=zh$"))
        assert visible(page) == [2, 5, 8, 11]
        page.locator("#requirements").get_by_role("link", name="Length R").click()
        page.wait_for_url(re.compile("requirement=length$"))
        assert len(visible(page)) == 12


@BROWSER
def test_the_switch_shows_every_mean_as_measured_and_back(chromium, ranked):
    found = board(library())
    with browsing(chromium, ranked) as page:

        def shown():
            return {
                (name, label.writer): float(tile(page, name, label.writer).inner_text())
                for _, name, _ in PLACES
                for label in found.table.labels
            }

        def real(mean):
            return {
                (name, label.writer): pytest.approx(mean(scores.subdomains[name]), abs=0.051)
                for _, name, _ in PLACES
                for label, scores in zip(found.table.labels, found.scores, strict=True)
            }

        before = shown()
        assert before == real(lambda one: one.shrunk)
        page.get_by_role("button", name="Means as measured").click()
        assert shown() == real(lambda one: one.mean)
        assert shown() != before
        page.get_by_role("button", name="Shrunk means").focus()
        page.keyboard.press("Enter")
        assert shown() == before


@BROWSER
def test_heatmaps_of_several_tables_do_not_meddle(chromium, tmp_path):
    boards = [board(library("a", "b")), board(library("c", "d"))]
    (tmp_path / "page.html").write_text(document(boards, "", "en"), "utf-8")
    with browsing(chromium, (tmp_path / "page.html").as_uri()) as page:
        first, second = page.locator("#heatmap-1"), page.locator("#heatmap-2")
        second.get_by_role("button", name="Means as measured").click()
        second.locator("td a").first.focus()
        assert " · d · " in second.locator(".readout").inner_text()
        assert "Point at a cell" in first.locator(".readout").inner_text()
        assert first.locator("[aria-pressed=true]").inner_text() == "Shrunk means"


@BROWSER
def test_hostile_names_of_few_writers_are_shown_on_a_phone_and_nothing_sticks_out(chromium, tmp_path):
    for tongue in ("en", "zh"):
        address = report(library(*HOSTILE, each=1), tmp_path / tongue, tongue).as_uri()
        with browsing(chromium, address, viewport={"width": 390, "height": 800}) as page:
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            page.locator("table.heat td a").first.focus()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert HOSTILE[2] in page.locator(".readout").inner_text()
            page.keyboard.press("ArrowRight")
            assert HOSTILE[1] in page.locator(".readout").inner_text()
            assert page.title() == {"en": ", ", "zh": "，"}[tongue].join(reversed(HOSTILE))
            assert page.locator("#leaderboard tbody th").all_inner_texts() == list(reversed(HOSTILE))
            assert page.locator("img, main script:not([type])").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
