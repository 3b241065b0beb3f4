"""The front of the report: its figures are the ranking's, it says how sure they are, and no name can do anything."""

import json
import re
import shutil
import tomllib
from contextlib import contextmanager
from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from writingbench import reports
from writingbench.benchmark import taxonomy
from writingbench.checks import NAMES
from writingbench.records import Usage
from writingbench.reports.evidence import MATRIX
from writingbench.reports.front import front, nav, title
from writingbench.reports.heatmap import NARROWEST, STEPS, heatmap, step
from writingbench.reports.leaderboard import SHOWN, alike, letter, number
from writingbench.reports.shell import data, shell, source, words
from writingbench.scores import Label, Paid
from writingbench.scores.board import Versus, rank
from writingbench.scores.table import STATES, Answers, Asked, Marks, Table

CHROMIUM = shutil.which("chromium")
BROWSER = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine; `make browser` installs one")
FOLDER = Path(reports.__file__).parent
ROOM = '<section id="queries" aria-label="Queries"><h2 tabindex="-1">The room</h2></section>'
TONGUES = ("en", "zh")
EDUCATION = next(domain for domain in taxonomy.builtin().domains if domain.name == "Education")
HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "' onmouseover='document.title=1' {{ 7 * 7 }} </title></style></script>",
    "模型／" + "很长的名字" * 60,
)


def table(writers=4, *, per=2, places=None, names=None, repeats=1, seed=0, gap=1.5, lost=0.05, **label):
    """Made-up marks on `per` queries a subdomain: the first writer is the best, some answers were cut or refused."""
    chance = np.random.default_rng(seed)
    places = places or [(domain.name, sub.name) for domain in taxonomy.builtin().domains for sub in domain.subdomains]
    kinds = ("style", "format", "length", None, None)
    queries = tuple(
        Asked(
            index=number + 1,
            domain1=domain,
            domain2=subdomain,
            language=TONGUES[number % 2],
            tokens=int(chance.integers(50, 6000)),
            criteria=("a", "b", "c"),
            kinds=tuple(kinds[int(chance.integers(len(kinds)))] for _ in range(3)),
        )
        for number, (domain, subdomain) in enumerate(place for place in places for _ in range(per))
    )
    marks, answers = [], []
    refused, unread = (np.zeros((writers, len(queries)), np.int32) for _ in range(2))
    for writer in range(writers):
        skill = 7.5 - gap * writer
        for place in range(len(queries)):
            fate = "refused" if chance.random() < lost else "cut" if chance.random() < 0.1 else "complete"
            answers.append((writer, place, 0, int(chance.integers(50, 9000)), STATES.index(fate)))
            if fate == "refused":
                refused[writer, place] = 3 * repeats
                continue
            for criterion in range(3):
                for repeat in range(repeats):
                    if chance.random() < lost:
                        unread[writer, place] += 1
                    else:
                        score = int(np.clip(round(skill + chance.normal(0, 1.2)), 1, 10))
                        marks.append((writer, place, criterion, 0, repeat, score))
    usual = {
        "judge": "judges/strict",
        "protocol": "standard",
        "benchmark": "official",
        "prompt": "ours",
        "judge_fingerprint": "a" * 32,
        "protocol_fingerprint": "b" * 32,
        "benchmark_fingerprint": "c" * 32,
    }
    labels = tuple(
        Label(
            writer=names[number] if names else f"vendor/writer-{number}",
            fingerprint=f"{number:032x}",
            paid=Paid(replies=9, usage=Usage(input_tokens=1_234_567, output_tokens=999), cost=1.5, unpriced=number % 2),
            **{**usual, **label},
        )
        for number in range(writers)
    )
    return Table(
        labels=labels,
        queries=queries,
        marks=Marks(**columns(Marks, marks)),
        asked=np.full((writers, len(queries)), 3 * repeats, np.int32),
        failures={"refused": refused, "unreadable": unread},
        answers=Answers(**columns(Answers, answers)),
    )


def columns(kind, rows):
    found = np.array(rows, np.int32).reshape(len(rows), len(fields(kind))).T
    return dict(zip([field.name for field in fields(kind)], found, strict=True))


def html(*boards, tongue="en", room=ROOM):
    return shell(
        title(boards, tongue),
        front(boards, tongue, room),
        tongue,
        [source("front.js")],
        nav(boards, tongue, bool(room)),
    )


@pytest.fixture(scope="module")
def four():
    return rank(table(4))


@pytest.fixture(scope="module")
def one():
    return rank(table(1, repeats=2))


class Page(HTMLParser):
    """The tables of each section as rows of cell texts, all ids, all links, all elements' names."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.ids, self.links, self.tags, self.titles = {}, [], [], set(), []
        self.section, self.row, self.cell = "", None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.add(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        if tag == "section":
            self.section = values["id"]
        elif tag == "table":
            self.tables.setdefault(self.section, []).append([])
        elif tag == "tr":
            self.row = []
            self.tables[self.section][-1].append(self.row)
        elif tag in ("td", "th"):
            self.row.append("")
            self.cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, text):
        if self.cell:
            self.row[-1] += text

    def line(self, section, name, place=0):
        (found,) = (row for row in self.tables[section][place] if any(cell.strip() == name for cell in row[:2]))
        return found


def keys():
    return {key for file in (FOLDER / "words").glob("*.toml") for key in tomllib.loads(file.read_text("utf-8"))}


# words


def test_every_text_of_the_interface_is_there_in_both_tongues():
    for file in (FOLDER / "words").glob("*.toml"):
        for key, said in tomllib.loads(file.read_text("utf-8")).items():
            assert said.keys() == {"en", "zh"}, key
            assert said["en"], key
            assert said["zh"], key
            assert set(re.findall(r"{(\w*)", said["en"])) == set(re.findall(r"{(\w*)", said["zh"])), key


def test_every_text_of_the_front_is_used():
    code = "\n".join(
        file.read_text("utf-8")
        for file in [*FOLDER.glob("*.py"), *(FOLDER / "templates").glob("*.html"), *(FOLDER / "templates").glob("*.js")]
    )
    # keys that are put together: the start as it stands in the code, and what may follow
    made = [
        *(f"{part}_lead" for part in ("domains", "requirements", "languages")),
        *(
            f"about_{part}{end}"
            for part in ("score", "missing", "interval", "pairs", "shrunk", "official")
            for end in ("", "_text")
        ),
        *(f"about_{part}" for part in ("json", "xlsx", "parquet", "store")),
        *(f"in_{tongue}" for tongue in TONGUES),
        *(f"queries_{tongue}" for tongue in TONGUES),
        *(f"length_{part}" for part in ("output", "input")),
        *(f"thinking_{part}" for part in ("overall", "creative", "efficiency", "contrast")),
        *(f"noise_{part}_note" for part in ("judge", "same", "query", "writer", "error")),
        *(f"checks_{part}{end}" for part in (*NAMES, "contradictions", "length_score") for end in ("", "_note")),
        *(f"course_{part}" for part in ("repetition", "variety")),
        *("style", "format", "refused", "truncated", "unreadable", "overlong", "unreachable"),
    ]
    said = tomllib.loads((FOLDER / "words/front.toml").read_text("utf-8"))
    unused = [key for key in said if key not in made and not re.search(rf"\b{key}\b", code)]
    assert unused == []


def test_words_do_not_hide_behind_what_every_mapping_can_do():
    assert not keys() & set(dir(dict))


# figures


def test_the_leaderboard_holds_the_boards_figures(four):
    page = Page(html(four))
    for place, (label, scores, ranked) in enumerate(zip(four.table.labels, four.scores, four.ranks, strict=True)):
        row = page.line("leaderboard", label.writer)
        assert row[0].startswith(str(ranked.place))
        assert row[2] == f"{scores.overall.mean:.2f} {scores.overall.low:.2f}–{scores.overall.high:.2f}"
        assert row[4:10] == [number(scores.domains[domain.name].mean) for domain in taxonomy.builtin().domains]
        parts = [scores.requirements[kind][part] for kind in scores.requirements for part in "RC"]
        assert row[10:16] == [number(cell.mean) for cell in parts]
        assert row[16:18] == [number(scores.languages[tongue].mean) for tongue in TONGUES]
        assert row[18].startswith(f"{scores.coverage.judged:,} / {scores.coverage.asked:,}")
        for kind, count in scores.coverage.failures.items():
            assert f"{count} {kind}" in row[19]
        assert row[20] == "{:.2f}–{:.2f}".format(*scores.coverage.bounds)
        cost = "≥ $1.50 without 1 of unknown price" if label.paid.unpriced else "$1.50"
        assert row[21] == cost
        assert "1.2M" in row
        assert "999" in row
        assert page.tables["leaderboard"][0][place + 2] == row


@pytest.mark.parametrize("section", ["domains", "requirements", "languages"])
def test_the_parts_have_their_intervals(four, section):
    page = Page(html(four))
    for label, scores in zip(four.table.labels, four.scores, strict=True):
        cells = {
            "domains": [scores.domains[domain.name] for domain in taxonomy.builtin().domains],
            "requirements": [one for both in scores.requirements.values() for one in both.values()],
            "languages": [scores.languages[tongue] for tongue in TONGUES],
        }[section]
        row = page.line(section, label.writer)
        assert row[1:] == [f"{cell.mean:.2f} {cell.low:.2f}–{cell.high:.2f}" for cell in cells]


def test_the_heatmap_holds_the_boards_figures_and_each_cell_what_it_rests_on(four):
    text = html(four)
    lines = Page(text).tables["heatmap"][0]
    assert len(lines) == 1 + 6 + 100
    for name, sub in four.scores[0].subdomains.items():
        row = next(line for line in lines if line[0] == name)
        shown = [cell.split()[0][:3] for cell in row[1:]]
        assert shown == [f"{one.subdomains[name].shrunk:.1f}" for one in four.scores]
        ends = f"{sub.low:.2f}–{sub.high:.2f}"
        said = f"{sub.shrunk:.2f}, as measured {sub.mean:.2f}; 95% interval {ends}; {sub.n} queries"
        assert said in text
    tiles = [tile for lines in heatmap(four, "en").domains for line in lines for tile in line.tiles]
    assert {tile.step for tile in tiles} <= set(range(STEPS))


def test_colours_span_no_less_than_two_points_and_values_outside_get_the_last_colour():
    flat = rank(table(2, gap=0.0))
    found = heatmap(flat, "en")
    assert found.high - found.low >= NARROWEST
    assert step(0.0, 5.0, 7.0) == 0
    assert step(9.9, 5.0, 7.0) == STEPS - 1
    assert step(6.0, 5.0, 7.0) == STEPS // 2


def test_within_a_domain_the_best_subdomains_come_first(four):
    for _, *lines in heatmap(four, "en").domains:
        means = [round(fmean(tile.value for tile in line.tiles), 9) for line in lines]
        assert means == sorted(means, reverse=True)


def test_pairs_say_how_far_apart_two_writers_are_and_whether_that_is_sure(four):
    page = Page(html(four))
    lines = page.tables["pairs"][1][1:]
    assert len(lines) == len(four.pairs) == 6
    for pair, line in zip(four.pairs, lines, strict=True):
        assert line[0] == four.table.labels[pair.first].writer
        assert line[1] == four.table.labels[pair.second].writer
        assert line[2].replace("−", "-") == f"{pair.difference:+.2f} [{pair.low:+.2f}, {pair.high:+.2f}]"
        assert line[4:] == [f"{pair.shared}", "yes" if pair.apart else "no"]
    matrix = page.tables["pairs"][0]
    assert [row[0] for row in matrix[1:]] == [label.writer for label in four.table.labels]
    assert all(matrix[n + 1][n + 1] == "–" for n in range(4))


def test_the_length_table_holds_every_bin_and_calls_thin_ones_thin(four):
    page = Page(html(four))
    for place, curves in enumerate((four.lengths.output, four.lengths.input)):
        for label, curve in zip(four.table.labels, curves, strict=True):
            row = " | ".join(page.line("length", label.writer, place))
            for one in (*curve.complete, *curve.cut):
                if one.mean is not None:
                    ends = f"{one.low:.2f}–{one.high:.2f} " if one.low is not None else ""
                    assert f"{one.mean:.2f} {ends}n {one.n}{', thin' if one.n < 5 else ''}" in row


def test_the_judges_noise_is_shown_where_marks_were_repeated(one, four):
    text = html(one)
    assert f"<b>{one.noise.judge:.2f}</b>" in text
    assert 'id="noise"' in text
    assert 'id="noise"' not in html(four)


def test_what_thinking_changes_is_shown_for_the_two_writers_that_differ_in_it():
    board = rank(table(2, gap=0.5), ("vendor/writer-0", "vendor/writer-1"))
    page = Page(text := html(board))
    assert "vendor/writer-0 minus vendor/writer-1" in text
    shown = [row[1] for row in page.tables["thinking"][0] if len(row) > 1][-len(board.thinking) :]
    assert [value.split()[0].replace("−", "-") for value in shown] == [
        f"{one.difference:+.2f}" for one in board.thinking
    ]
    assert 'id="thinking"' not in html(rank(table(2)))


# who can be told apart


def versus(size, close):
    return tuple(
        Versus(first=i, second=j, difference=0.1, low=0.0, high=0.2, p=0.5, shared=9, apart=(i, j) not in close)
        for i in range(size)
        for j in range(i + 1, size)
    )


def test_neighbours_who_cannot_be_told_apart_share_a_letter(four):
    found = alike(replace(four, pairs=versus(4, {(0, 1), (1, 2)})))
    assert [one.letters for one in found] == ["a", "a b", "b", ""]
    assert [one.others for one in found] == [1, 2, 1, 0]


def test_a_writer_in_between_that_stands_out_breaks_a_letter_but_not_the_number(four):
    found = alike(replace(four, pairs=versus(4, {(0, 2), (2, 3)})))
    assert [one.letters for one in found] == ["", "", "a", "a"]
    assert [one.others for one in found] == [1, 0, 2, 1]


def test_pairs_that_share_no_query_are_not_called_alike(four):
    nothing = tuple(replace(pair, difference=None, apart=False) for pair in versus(4, set()))
    assert [one.others for one in alike(replace(four, pairs=nothing))] == [0, 0, 0, 0]


def test_letters_go_on_behind_z():
    assert [letter(place) for place in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


def test_who_cannot_be_told_apart_is_said_in_words(four):
    same = replace(four, pairs=versus(4, {(0, 1), (0, 2), (1, 2)}))
    row = Page(html(same)).line("leaderboard", "vendor/writer-0")
    assert row[3] == "a from 2 others"
    assert "cannot be told apart from vendor/writer-1 and vendor/writer-2" in html(same)


# sizes and shapes


def test_a_single_writer_is_not_ranked(one):
    page = Page(html(one))
    assert "pairs" not in page.tables
    assert len(page.tables["leaderboard"][0]) < 20
    assert page.line("leaderboard", "Overall")[1].startswith(number(one.scores[0].overall.mean))
    assert not any(link == "#pairs" for link in page.links)


@pytest.mark.parametrize("tongue", TONGUES)
def test_of_many_writers_the_page_shows_the_first_and_says_so(tongue):
    board = rank(
        table(
            SHOWN + 10,
            places=[("Education", EDUCATION.subdomains[0].name), ("Education", EDUCATION.subdomains[1].name)],
            gap=0.02,
        )
    )
    page = Page(text := html(board, tongue=tongue))
    assert len(page.tables["leaderboard"][0]) == SHOWN + 2
    assert len(page.tables["heatmap"][0][0]) == 1 + 50
    assert len(page.tables["length"][0]) == 50 + 2
    assert f"{SHOWN} " in words(tongue)["part"].format(n=SHOWN, all=SHOWN + 10)
    assert words(tongue)["part"].format(n=SHOWN, all=SHOWN + 10) in text
    assert words(tongue)["heatmap_part"].format(n=50, all=SHOWN + 10) in text
    assert "scores.parquet" in page.links


def test_beyond_a_dozen_writers_neighbours_are_listed_before_all_pairs():
    board = rank(table(MATRIX + 1, places=[("Education", EDUCATION.subdomains[0].name)], per=8, gap=0.3))
    neighbours, every = Page(html(board)).tables["pairs"]
    assert len(neighbours) == MATRIX + 1
    assert len(every) == 1 + len(board.pairs)


def test_nothing_judged_is_no_mark_and_no_error():
    empty = table(2, lost=1.1)
    page = Page(text := html(rank(empty)))
    assert page.line("leaderboard", "vendor/writer-0")[2] == "–"
    assert "Nothing has been judged yet." in text
    assert not re.search(r"\bnan\b", text, re.I)
    assert "Nothing has been judged yet." in html()


def test_a_query_alone_has_no_interval_and_still_a_page():
    page = Page(html(rank(table(2, places=[("Education", EDUCATION.subdomains[0].name)], per=1, lost=0.0))))
    assert page.line("leaderboard", "vendor/writer-0")[2].strip() == number(
        rank(table(2, places=[("Education", EDUCATION.subdomains[0].name)], per=1, lost=0.0)).scores[0].overall.mean
    )


def test_names_of_ones_own_taxonomy_stay_and_its_domains_come_behind(four):
    board = rank(table(2, places=[("Küche", "Rezept & <b>Brot</b>"), ("Education", EDUCATION.subdomains[0].name)]))
    rows = [row[0] for row in Page(html(board, tongue="zh")).tables["heatmap"][0][1:]]
    assert rows == ["教育", EDUCATION.subdomains[0].zh, "Küche", "Rezept & <b>Brot</b>"]


def test_several_tables_stand_apart_with_ids_of_their_own(four, one):
    page = Page(text := html(four, one))
    assert "never between tables" in text
    assert len(page.ids) == len(set(page.ids))
    assert {"leaderboard-1", "leaderboard-2", "heatmap-1", "heatmap-2", "about"} <= set(page.ids)
    assert all(link[1:] in page.ids for link in page.links if link.startswith("#") and "?" not in link)


def test_the_page_leads_only_to_what_is_there(four, one):
    for board in (four, one):
        page = Page(html(board))
        assert all(link[1:] in page.ids for link in page.links if link.startswith("#") and "?" not in link)
        assert len(page.ids) == len(set(page.ids))


def test_without_texts_nothing_leads_to_a_reading_room(four):
    page = Page(html(four, room=""))
    assert not [link for link in page.links if "queries" in link]


# what the reader is told


def test_marks_of_the_embedded_model_and_marks_made_elsewhere_are_called_so():
    for tongue in TONGUES:
        small = html(rank(table(1, judge="local/smollm2")), tongue=tongue)
        assert words(tongue)["warn_small"] in small
        brought = html(rank(table(1, imported=True)), tongue=tongue)
        assert words(tongue)["warn_imported"].format(names="vendor/writer-0") in brought
        assert words(tongue)["warn_small"] not in brought


def test_the_rules_stand_on_the_page_with_all_their_digits(four):
    text = html(rank(table(2, left_out="top_k of the writer")))
    for digits in ("a" * 32, "b" * 32, "c" * 32, f"{1:032x}"):
        assert digits in text
    assert "top_k of the writer" in text


def test_the_chinese_page_names_domains_in_chinese_and_links_by_the_names_in_the_data(four):
    text = html(four, tongue="zh")
    assert "学术与工程" in text
    assert "开题报告" in text
    assert "#queries?domain=Academic%20%26%20Engineering" in text
    assert 'lang="zh-Hans"' in text


# safety


@pytest.mark.parametrize("tongue", TONGUES)
def test_hostile_names_are_text(tongue):
    board = rank(table(4, names=HOSTILE, judge=HOSTILE[0], benchmark=HOSTILE[1], prompt=HOSTILE[2]))
    text = html(board, tongue=tongue)
    page = Page(text)
    assert "img" not in page.tags
    assert text.count("<script") == 2  # the words for the script, and the script
    assert "{{ 7 * 7 }}" in text
    assert page.line("leaderboard", HOSTILE[0])
    assert page.line("leaderboard", HOSTILE[3])


def test_the_policy_lets_only_our_own_scripts_run(four):
    text = html(four)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 1
    assert "connect-src" not in policy
    assert "connect-src 'self'" in shell("t", "", "en", live=True)
    assert "script-src 'none'" in shell("t", "", "en")
    assert not re.search(r"(src|href)=\"?(https?:)?//", text)


def test_data_for_scripts_can_end_no_script():
    value = {"a": "</script><!--\u2028\u2029&", "n": 1}
    made = str(data(value))
    assert not re.search("[<>&\u2028\u2029]", made)
    assert json.loads(made) == value
    with pytest.raises(ValueError, match="JSON"):
        data(float("nan"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_is_readable_on_every_colour_of_the_heatmap(scheme):
    style = source("style.css")
    start = style.index("prefers-color-scheme: dark") if scheme == "dark" else 0
    colours = dict(re.findall(r"--(ink|h\d+): (#[0-9a-f]{6})", style[start:])) if scheme == "dark" else {}
    colours = colours or dict(re.findall(r"--(ink|h\d+): (#[0-9a-f]{6})", style[: style.index("@media")]))
    assert len(colours) == STEPS + 1
    for name, colour in colours.items():
        if name != "ink":
            light, dark = sorted((luminance(colour), luminance(colours["ink"])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# in a browser


@contextmanager
def opened(folder, text, **options):
    from playwright.sync_api import sync_playwright

    (folder / "report.html").write_text(text, "utf-8")
    messages = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(**{"viewport": {"width": 1400, "height": 900}, **options})
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto((folder / "report.html").as_uri())
        yield page
        browser.close()
    assert messages == []


def order(page):
    return page.locator("#leaderboard tbody th").all_inner_texts()


@BROWSER
def test_the_leaderboard_sorts_by_keyboard_and_says_how_it_is_sorted(four, tmp_path):
    with opened(tmp_path, html(four)) as page:
        ranked = [label.writer for label in four.table.labels]
        assert order(page) == ranked
        page.get_by_role("button", name="Sort by Overall", exact=True).focus()
        page.keyboard.press("Enter")
        heading = page.locator('#leaderboard th[data-name="Overall"]')
        assert heading.get_attribute("aria-sort") == "descending"
        assert page.locator("#leaderboard [aria-sort]").count() == 1
        assert order(page) == ranked
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        assert order(page) == ranked[::-1]
        page.locator("#leaderboard").get_by_role("button", name="Sort by Education").focus()
        page.keyboard.press("Space")
        by_education = sorted(range(4), key=lambda row: -four.scores[row].domains["Education"].mean)
        assert order(page) == [ranked[row] for row in by_education]
        page.locator("#leaderboard").get_by_role("button", name="Sort by Writer").click()
        assert order(page) == sorted(ranked)


@BROWSER
def test_writers_without_marks_stay_last_whichever_way_one_sorts(tmp_path):
    made = table(3, places=[("Education", EDUCATION.subdomains[0].name)], per=6, lost=0.0)
    marked = made.marks.writer != 1
    marks = Marks(**{field.name: getattr(made.marks, field.name)[marked] for field in fields(Marks)})
    with opened(tmp_path, html(rank(replace(made, marks=marks)))) as page:
        button = page.get_by_role("button", name="Sort by Overall", exact=True)
        for _ in range(2):
            button.click()
            assert order(page)[-1] == "vendor/writer-1"


@BROWSER
def test_the_heatmap_is_one_tab_stop_with_arrow_keys_and_says_what_a_cell_rests_on(four, tmp_path):
    with opened(tmp_path, html(four)) as page:
        assert page.locator("#heatmap .heat a[tabindex='0']").count() == 1
        page.locator("#heatmap .heat a[tabindex='0']").focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"):
            page.keyboard.press(key)
        _, line, *_ = heatmap(four, "en").domains[0]
        readout = page.locator("#heatmap .readout")
        assert readout.get_attribute("aria-live") == "polite"
        assert readout.inner_text() == f"{line.name} · vendor/writer-1 · {line.tiles[1].title}"
        assert page.locator("#heatmap .heat a[tabindex='0']").count() == 1
        page.keyboard.press("Enter")
        address = f"#queries?subdomain={line.name.replace(' ', '%20')}&writer={four.table.labels[1].fingerprint}"
        assert page.evaluate("location.hash") == address
        page.locator("#heatmap .heat a[tabindex='0']").focus()
        page.keyboard.press("Home")
        assert page.evaluate("document.activeElement.closest('th') !== null")
        page.keyboard.press("Control+End")
        assert page.evaluate("document.activeElement.closest('td').cellIndex") == 4
        page.keyboard.press("ArrowDown")  # there is nothing below: it stays
        assert page.evaluate("document.activeElement.closest('tr').matches('tbody:last-child tr:last-child')")
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.closest('.heat')")


@BROWSER
def test_hovering_reads_a_cell_and_the_switch_shows_means_as_measured(four, tmp_path):
    with opened(tmp_path, html(four)) as page:
        found = heatmap(four, "en").domains[0][2]
        cell = page.locator("#heatmap .heat tbody tr").nth(2).locator("td").nth(0)
        cell.hover()
        assert found.tiles[0].title in page.locator("#heatmap .readout").inner_text()
        measured = page.get_by_role("button", name="Means as measured")
        measured.click()
        assert measured.get_attribute("aria-pressed") == "true"
        assert cell.locator("a").inner_text() == f"{found.tiles[0].raw:.1f}"
        chosen = heatmap(four, "en")
        assert cell.get_attribute("class") == f"h{step(round(found.tiles[0].raw, 2), chosen.low, chosen.high)}"
        page.get_by_role("button", name="Shrunk means").click()
        assert cell.locator("a").inner_text() == found.tiles[0].text
        assert cell.get_attribute("class") == f"h{found.tiles[0].step}"


@BROWSER
@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(four, one, tmp_path, tongue, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with opened(tmp_path, html(four, one, tongue=tongue), color_scheme=scheme) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page).response["violations"]
        worse = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert worse == []


@BROWSER
@pytest.mark.parametrize("tongue", TONGUES)
def test_nothing_sticks_out_on_a_phone_and_hostile_names_do_nothing(tmp_path, tongue):
    board = rank(table(4, names=HOSTILE, judge=HOSTILE[2]))
    with opened(tmp_path, html(board, tongue=tongue), viewport={"width": 360, "height": 700}) as page:
        page.locator("#heatmap .heat td a").first.hover()
        page.locator("#leaderboard .sort").first.click()
        assert "owned" not in page.title().replace("document.title='owned'", "")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert HOSTILE[0] in "".join(order(page))


@BROWSER
def test_fifty_writers_on_a_hundred_subdomains_open_and_each_cell_leads_to_its_queries(tmp_path):
    board = rank(table(50, per=1, gap=0.08))
    with opened(tmp_path, html(board)) as page:
        assert page.locator("#heatmap .heat tbody td a[href]").count() == 50 * 106
        assert page.locator("#heatmap .heat a[tabindex='0']").count() == 1
        assert page.locator("#leaderboard tbody tr").count() == 50


@BROWSER
def test_the_page_can_be_read_without_scripts(four, tmp_path):
    with opened(tmp_path, html(four), java_script_enabled=False) as page:
        assert order(page) == [label.writer for label in four.table.labels]
        assert page.locator("#heatmap .switch").is_hidden()
        assert page.locator("#heatmap .heat td").first.is_visible()
        assert page.locator(".sort").count() == 0


@BROWSER
def test_the_tables_fit_on_paper(tmp_path):
    board = rank(table(50, per=1, gap=0.08))
    with opened(tmp_path, html(board), viewport={"width": 1047, "height": 760}) as page:  # A4 across, less its margins
        page.emulate_media(media="print")
        for section in ("leaderboard", "domains", "requirements", "heatmap"):
            wide = page.locator(f"#{section} table").first.evaluate("table => table.getBoundingClientRect().width")
            assert wide <= 1047, section
