"""Comparing responses in a browser: with the keyboard alone, nothing lost, several people, hostile texts."""

import signal

import pytest

from test_desk_browser import CHROMIUM, LONG, Office, chromium, come  # noqa: F401 - fixtures
from test_study import WORDS, answered, query
from writingbench.agreement.draw import Answered, checks, draw
from writingbench.agreement.study import Study

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here; `make browser` installs one")

MARKDOWN = (
    "## A notice\n\n**The lift** is closed.\n\n1. Use the stairs.\n2. Ask Mr Wu.\n\n<script>window.ran = 1</script>"
)


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    study = Study(tmp_path / "agree.db")
    found = [answered(1), answered(2, "Politics & Law", "zh"), answered(3)]
    texts = {"vendor/north": MARKDOWN, "vendor/south": WORDS["en"] * 60}
    found.append(Answered(query=query(4), answers=texts, marks={}))
    pairs = draw(found, 4, seed=2)
    study.add([*pairs, *checks(pairs, found, 1)], overlap=2)
    office.study = study
    office.start()
    yield office
    office.stop()


def said(office, by):
    return {one.pair.id: one.label for one in office.study.said() if one.by == by}


def pair_of(page):
    return page.url.rpartition("/")[2]


def test_somebody_compares_everything_with_the_keyboard_alone(office, come):  # noqa: F811
    page = come(office, "Li", "/pairs")
    chosen = {}
    for key, meant in zip("12345", ("first2", "first1", "tie", "second1", "second2"), strict=True):
        page.wait_for_selector("#pair")
        id = pair_of(page)
        page.keyboard.press(key)
        assert page.locator(f'input[value="{meant}"]').is_checked()
        chosen[id] = meant
        with page.expect_navigation(timeout=LONG):
            page.keyboard.press("Enter")
    page.wait_for_selector("text=You have compared everything")
    labels = {id: f"{one.choice}{one.strength or ''}" for id, one in said(office, "Li").items()}
    assert labels == chosen
    assert len(chosen) == 5  # four pairs and an attention check
    assert all(one.seconds is not None for one in said(office, "Li").values())


def test_who_wrote_them_and_the_criteria_are_nowhere_on_the_page(office, come):  # noqa: F811
    pair = next(one for one in office.study.pairs() if one.query.index == 4 and not one.check)
    page = come(office, "Li", f"/pairs/{pair.id}")
    assert "The lift is closed." in page.inner_text("main")
    assert "vendor/" not in page.content()
    assert "criteria" not in page.inner_text("main").lower()


def test_a_reload_a_closed_tab_and_a_killed_server_lose_nothing(office, come):  # noqa: F811
    page = come(office, "Li", "/pairs")
    page.wait_for_selector("#pair")
    id = pair_of(page)
    page.keyboard.press("2")
    page.locator("#remark").fill("第二段重复 twice")
    office.until(lambda: office.study.label("Li", id).comment == "第二段重复 twice")
    page.reload()
    assert page.locator('input[value="first1"]').is_checked()
    assert page.locator("#remark").input_value() == "第二段重复 twice"
    office.stop(signal.SIGKILL)
    page.keyboard.press("Escape")
    page.locator('input[value="second2"]').check()
    page.wait_for_selector("#saved.grave")
    context = page.context
    page.close()
    office.start()
    again = come(office, "Li", f"/pairs/{id}", context=context)
    assert again.locator('input[value="second2"]').is_checked()
    office.until(lambda: office.study.label("Li", id).choice == "second")
    assert office.study.label("Li", id).strength == 2
    assert not office.study.label("Li", id).done


def test_going_back_changes_what_was_said_and_leaves_it_finished(office, come):  # noqa: F811
    page = come(office, "Li", "/pairs")
    page.wait_for_selector("#pair")
    first = pair_of(page)
    page.keyboard.press("1")
    with page.expect_navigation(timeout=LONG):
        page.keyboard.press("Enter")
    page.wait_for_selector("#pair")
    with page.expect_navigation(timeout=LONG):
        page.keyboard.press("b")
    assert pair_of(page) == first
    page.keyboard.press("3")
    office.until(lambda: said(office, "Li")[first].choice == "tie")
    assert said(office, "Li")[first].done


def test_nobody_goes_on_without_a_choice(office, come):  # noqa: F811
    page = come(office, "Li", "/pairs")
    page.wait_for_selector("#pair")
    id = pair_of(page)
    page.locator("#pair-next").click()
    page.wait_for_selector("#said:has-text('Choose one')")
    assert pair_of(page) == id
    assert said(office, "Li") == {}


def test_a_response_is_shown_as_markdown_and_runs_nothing(office, come):  # noqa: F811
    id = next(one.id for one in office.study.pairs() if one.query.index == 4 and not one.check)
    page = come(office, "Li", f"/pairs/{id}")
    assert page.locator(".prose ol li").count() == 2
    assert "<script>window.ran = 1</script>" in page.locator(".sides").inner_text()
    assert page.evaluate("window.ran") is None


def test_two_people_compare_at_the_same_time_in_either_language(office, come):  # noqa: F811
    li, wu = come(office, "Li", "/pairs"), come(office, "Wu", "/pairs", locale="zh-CN")
    for page in (li, wu):
        page.wait_for_selector("#pair")
    assert "您更愿意收到哪一篇" in wu.inner_text("main")
    for page in (li, wu):
        for _ in range(5):
            page.wait_for_selector("#pair")
            page.keyboard.press("3")
            with page.expect_navigation(timeout=LONG):
                page.keyboard.press("Enter")
    assert "都已完成" in wu.inner_text("main")
    assert len(said(office, "Li")) == len(said(office, "Wu")) == 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_has_no_serious_fault_of_accessibility(office, come, scheme, width):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    page = come(office, "Li", "/pairs", color_scheme=scheme, viewport={"width": width, "height": 900})
    page.wait_for_selector("#pair")
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert grave == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
