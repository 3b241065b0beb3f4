"""The desk in a browser: nothing typed is lost, two at once, without a mouse, hostile texts and large ones."""

import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from test_desk import HOSTILE, PEOPLE
from writingbench.benchmark.size import tokens
from writingbench.construct import moves
from writingbench.construct.item import Item, Material, left
from writingbench.construct.project import Project
from writingbench.people import People

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here; `make browser` installs one")

LONG = 20_000  # milliseconds that something may take here


class Office:
    """A folder with requests and people, and the server over it in a process of its own."""

    def __init__(self, out, people=PEOPLE):
        self.out, self.port, self.process, self.log = out, 0, None, out / "log"
        self.project, self.people = Project(out / "construct.db"), People(out / "people.db")
        self.tokens = {name: self.people.add(name, roles)[1] for name, roles in people.items()}

    def start(self):
        command = [sys.executable, "-m", "writingbench", "serve", "--out", str(self.out), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(20)
        self.process.stdout.close()

    def add(self, text=None, **fields):
        id = f"i{len(self.project.items()):04}"
        usual = {"stage": "collect" if text is None else "screen", "domain1": "Education", "domain2": "Lesson Plan"}
        if text is not None:
            hash = self.project.keep(text)
            size = {"characters": len(text), "tokens": tokens(text)}
            usual["materials"] = (Material(id="m1", title="Chronicle", source="S", licence="CC0", text=hash, **size),)
        item = Item(**{**usual, "id": id, "language": "en", "request": "Plan a lesson.", **fields})
        self.project.add([item], by="vendor/m", what="draft")
        return id

    def item(self, id):
        return self.project.item(id).item

    def until(self, found):
        """Wait for something to be in the project."""
        end = time.monotonic() + LONG / 1000
        while time.monotonic() < end:
            if found():
                return
            time.sleep(0.05)
        assert found()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("desk"))
    office.start()
    yield office
    office.stop()


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    office.start()
    yield office
    office.stop()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def come(chromium):
    """Somebody at a page of the desk, in a browser of their own; scripts that complain fail the test."""
    complaints, contexts = [], []

    def complain(text):
        if "status of" not in text and "ERR_" not in text:  # which the browser says of every answer that is a refusal
            complaints.append(text)

    def come(office, name, path="", *, context=None, **more):
        if context is None:
            context = chromium.new_context(**{"locale": "en-GB", "viewport": {"width": 1100, "height": 800}, **more})
            context.set_default_timeout(LONG)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complain(said.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        if len(context.pages) == 1:
            page.goto(f"{office.url}desk/in?token={office.tokens[name]}")
            page.wait_for_url("**/desk")
        if path:
            page.goto(f"{office.url}desk{path}")
        return page

    yield come
    for context in contexts:
        context.close()
    assert complaints == []


def says(page, text):
    page.locator("#saved", has_text=re.compile(f"^{text}")).wait_for()


# saving as one types


def test_what_is_typed_is_saved_without_a_word_said(shared, come):
    id = shared.add("One.\n\nTwo.")
    page = come(shared, "Wu", f"/item/{id}")
    page.locator("#request").fill("Plan a short lesson.")
    says(page, "Saved")
    assert shared.item(id).request == "Plan a short lesson."
    assert page.locator("#diff ins").inner_text() == "short "
    assert page.locator("#in-hand").is_visible()
    page.locator("#requires-style").check()
    shared.until(lambda: shared.item(id).requirements == ("style",))
    page.locator("#trail-title").scroll_into_view_if_needed()
    page.locator(".trail ins", has_text="short").wait_for()


def test_while_somebody_types_on_it_is_saved_in_between(shared, come):
    id = shared.add("One.")
    page = come(shared, "Wu", f"/item/{id}")
    page.locator("#request").focus()
    page.keyboard.press("Control+A")
    seen = set()
    for n in range(40):
        page.keyboard.type(f"{n} ", delay=40)
        seen.add(shared.item(id).request)
    says(page, "Saved")
    assert len(seen) > 2  # it never paused for long enough to be saved by the pause alone
    shared.until(lambda: shared.item(id).request.endswith("38 39 "))
    assert len(shared.project.trail(id)) == 2  # draft, and one line for all the typing


def test_what_is_typed_while_the_server_is_dead_is_there_when_it_is_back(office, come):
    id = office.add("One.")
    page = come(office, "Wu", f"/item/{id}")
    page.locator("#request").fill("Before it died.")
    says(page, "Saved")
    office.stop(signal.SIGKILL)
    page.locator("#request").fill("Before it died. And after.")
    says(page, "Not saved: the server does not answer; your words are kept here")
    assert "Before it died." in office.item(id).request
    office.start()
    says(page, "Saved")
    assert office.item(id).request == "Before it died. And after."


def test_typed_in_the_moment_of_the_servers_death_nothing_is_lost_and_no_conflict_is_made_of_it(office, come):
    id = office.add("One.")
    page = come(office, "Wu", f"/item/{id}")
    page.locator("#request").focus()
    page.keyboard.press("Control+End")
    for n in range(30):
        page.keyboard.type(f" {n}", delay=25)
        if n == 15:
            office.stop(signal.SIGKILL)
    office.start()
    says(page, "Saved")
    assert office.item(id).request == "Plan a lesson. " + " ".join(map(str, range(30)))
    assert page.locator(".conflict").count() == 0


def test_a_tab_that_is_closed_half_a_second_after_typing_has_saved_it(shared, come):
    id = shared.add("One.")
    page = come(shared, "Wu", f"/item/{id}")
    page.locator("#request").fill("Closed soon.")
    page.wait_for_timeout(500)
    page.close()
    shared.until(lambda: shared.item(id).request == "Closed soon.")


def test_a_page_that_is_left_at_once_has_saved_it(shared, come):
    id = shared.add("One.")
    page = come(shared, "Wu", f"/item/{id}")
    page.locator("#request").fill("Left at once.")
    page.goto(f"{shared.url}desk/trail")
    shared.until(lambda: shared.item(id).request == "Left at once.")


def test_a_tab_that_was_closed_while_the_server_was_dead_gives_its_words_to_the_next_one(office, come):
    id = office.add("One.")
    page = come(office, "Wu", f"/item/{id}")
    context = page.context
    come(office, "Wu", context=context)  # so that the browser stays open
    office.stop(signal.SIGKILL)
    page.locator("#request").fill("Typed into the dark.")
    says(page, "Not saved")
    page.close()
    office.start()
    assert office.item(id).request == "Plan a lesson."
    home = come(office, "Wu", "", context=context)
    home.goto(f"{office.url}desk")
    home.get_by_text("were never saved").click()
    says(home, "Saved")
    assert home.locator("#request").input_value() == "Typed into the dark."
    assert office.item(id).request == "Typed into the dark."
    home.goto(f"{office.url}desk")
    assert home.get_by_text("were never saved").count() == 0


def test_what_was_never_saved_is_shown_beside_what_another_wrote_since(office, come):
    id = office.add("One.")
    page = come(office, "Wu", f"/item/{id}")
    context = page.context
    come(office, "Wu", context=context)
    office.stop(signal.SIGKILL)
    page.locator("#request").fill("Wu’s words.")
    says(page, "Not saved")
    page.close()
    kept = office.project.hold(id, "Zhao", over=True)
    kept = office.project.change(kept, moves.adapted(kept.item, "Zhao", "Zhao’s words."), by="Zhao", what="adapt")
    office.project.release(id, "Zhao")
    office.start()
    page = come(office, "Wu", f"/item/{id}", context=context)
    assert page.locator("#request").input_value() == "Wu’s words."
    assert "Zhao changed the request meanwhile" in page.locator(".conflict h2").inner_text()
    assert page.locator(".conflict .mine").inner_text() == "Wu’s words."
    assert page.locator(".conflict .theirs").inner_text() == "Zhao’s words."
    page.wait_for_timeout(600)
    assert office.item(id).request == "Zhao’s words."
    page.get_by_role("button", name="Use mine").click()
    says(page, "Saved")
    assert office.item(id).request == "Wu’s words."


# two at once


def test_two_tabs_on_one_request_ask_which_words_are_meant(shared, come):
    id = shared.add("One.")
    first = come(shared, "Wu", f"/item/{id}")
    second = come(shared, "Wu", f"/item/{id}", context=first.context)
    second.route(
        "**/state", lambda route: route.abort()
    )  # else, on a slow machine, it has seen the other's words by then
    first.locator("#request").fill("First tab.")
    says(first, "Saved")
    second.locator("#request").fill("Second tab.")
    second.locator(".conflict").wait_for()
    assert "Wu changed the request meanwhile" in second.locator(".conflict h2").inner_text()
    assert second.locator(".conflict .theirs").inner_text() == "First tab."
    assert second.locator("#request").input_value() == "Second tab."
    assert shared.item(id).request == "First tab."
    second.keyboard.press("Escape")
    second.locator("#pass").click()
    second.locator("#said", has_text="choose between the two versions first").wait_for()
    assert shared.item(id).stage == "screen"
    second.get_by_role("button", name="Take theirs").click()
    assert second.locator("#request").input_value() == "First tab."
    assert second.locator("#diff ins").first.inner_text().startswith("First")
    second.locator("#request").fill("Second tab after all.")
    says(second, "Saved")
    first.bring_to_front()
    first.locator("#diff", has_text="after all").wait_for()  # by itself
    assert first.locator("#request").input_value() == "Second tab after all."


def test_different_fields_in_two_tabs_do_not_disturb_each_other(shared, come):
    id = shared.add("One.\n\nTwo.")
    first = come(shared, "Wu", f"/item/{id}")
    second = come(shared, "Wu", f"/item/{id}", context=first.context)
    first.locator("#request").fill("First tab.")
    says(first, "Saved")
    second.locator(".strike").nth(1).click()
    says(second, "Saved")
    assert (shared.item(id).request, shared.item(id).materials[0].cuts) == ("First tab.", ((6, 10),))
    assert second.locator("#request").input_value() == "First tab."
    assert second.locator(".conflict").count() == 0


def test_what_another_has_in_hand_is_read_only_and_can_be_taken_over_and_the_first_one_sees_it(shared, come):
    id = shared.add("One.")
    wu = come(shared, "Wu", f"/item/{id}")
    wu.locator("#request").fill("Wu at work.")
    says(wu, "Saved")
    zhao = come(shared, "Zhao", f"/item/{id}")
    assert "Wu has it in hand" in zhao.locator("#holder").inner_text().replace("\u2068", "").replace("\u2069", "")
    assert zhao.locator("textarea#request").count() == 0
    zhao.get_by_role("button", name="Take over").click()
    zhao.locator("#request").fill("Zhao at work.")
    says(zhao, "Saved")
    wu.locator("#holder", has_text="Zhao").wait_for()  # by itself, within some seconds
    assert wu.locator("textarea#request").count() == 0
    assert shared.item(id).request == "Zhao at work."


def test_words_typed_after_a_take_over_are_shown_and_not_lost(shared, come):
    id = shared.add("One.")
    wu = come(shared, "Wu", f"/item/{id}")
    wu.locator("#request").fill("Wu at work.")
    says(wu, "Saved")
    shared.project.hold(id, "Zhao", over=True)
    wu.locator("#request").fill("Wu at work, and then some.")
    wu.locator(".conflict", has_text="was not saved").wait_for()
    assert wu.locator(".conflict .mine").inner_text() == "Wu at work, and then some."
    assert wu.locator("#holder").is_visible()
    assert not wu.get_by_role("button", name="Use mine").is_visible()
    assert shared.item(id).request == "Wu at work."
    wu.get_by_role("button", name="Take over").click()
    says(wu, "Saved")
    assert shared.item(id).request == "Wu at work, and then some."


# without a mouse


def test_a_request_is_collected_with_the_keyboard_alone(office, come):
    office.add(wanted=("The chronicle of 1963",))
    page = come(office, "Li")
    page.keyboard.press("n")
    page.wait_for_url("**/item/i0000")
    page.keyboard.press("m")
    page.keyboard.insert_text("In 1963 the river froze.\nCarts went over it.")
    page.keyboard.press("Control+Enter")
    title = page.locator(".material input").first
    title.wait_for()
    page.locator(".material input:focus").wait_for()
    page.keyboard.type("Chronicle")
    page.keyboard.press("Tab")
    page.keyboard.type("Town archive")
    page.keyboard.press("Escape")
    page.keyboard.press("a")  # the licence is still missing: the focus goes there
    page.locator("[data-field$='/licence']:focus[aria-invalid=true]").wait_for()
    page.keyboard.type("CC0 1.0")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.get_by_text("Handed to the experts").wait_for()
    item = office.item("i0000")
    assert (item.stage, item.materials[0].source, item.materials[0].licence) == ("screen", "Town archive", "CC0 1.0")
    page.keyboard.press("u")
    page.locator("#said", has_text="Taken back").wait_for()
    assert office.item("i0000").stage == "collect"


def test_a_request_is_screened_and_confirmed_with_the_keyboard_alone(office, come):
    id = office.add("First paragraph. It has two sentences.\n\nSecond paragraph.\n\nThird paragraph.\n\nFourth.")
    page = come(office, "Wu")
    page.keyboard.press("n")
    page.wait_for_url(f"**/item/{id}")
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Short.")
    page.keyboard.press("Escape")
    for key in ("j", "j", "x"):  # the second paragraph
        page.keyboard.press(key)
    office.until(lambda: office.item(id).materials[0].cuts)
    assert remaining(office, id).count("paragraph") == 2
    page.keyboard.press("k")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")  # the second sentence of the first paragraph
    page.keyboard.press("Delete")
    office.until(lambda: len(office.item(id).materials[0].cuts) == 2)
    text = remaining(office, id)
    assert text == "First paragraph. \n\nThird paragraph.\n\nFourth."
    assert page.locator(".para del").all_inner_texts() == ["It has two sentences.", "Second paragraph."]
    assert "cut 38 of 84 characters" in page.locator(".cut-size").inner_text()
    page.keyboard.press("Control+z")
    office.until(lambda: len(office.item(id).materials[0].cuts) == 1)
    page.locator(".strike:focus").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("x")
    office.until(lambda: remaining(office, id) == "First paragraph. It has two sentences.")
    page.keyboard.press("a")
    page.get_by_text("Approved.").first.wait_for()
    assert office.item(id).stage == "confirm"

    other = come(office, "Zhao")
    other.keyboard.press("n")
    other.wait_for_url(f"**/item/{id}")
    assert other.locator("#diff ins").inner_text() == " Short."
    assert other.locator("textarea#request").count() == 0
    other.keyboard.press("b")
    other.locator("#ask[open]").wait_for()
    other.keyboard.press("Enter")  # nothing happens without a reason
    other.locator("#ask-reason[aria-invalid=true]").wait_for()
    other.keyboard.type("Cut less.")
    other.keyboard.press("Enter")
    other.get_by_text("Sent back.").first.wait_for()
    assert (office.item(id).stage, office.item(id).reason) == ("screen", "Cut less.")


def remaining(office, id):
    (material,) = office.item(id).materials
    return left(office.project.text(material.text), material.cuts)


def test_letters_are_letters_while_one_types_and_keys_can_be_switched_off(shared, come):
    id = shared.add("One.")
    page = come(shared, "Wu", f"/item/{id}")
    page.locator("#request").focus()
    page.keyboard.type("abrunjkx?")
    says(page, "Saved")
    assert shared.item(id).stage == "screen"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert shared.item(id).stage == "screen"


# material


def test_a_selection_is_cut_and_restored_also_where_signs_are_two_halves(shared, come):
    text = "😀 one 𠮷 two.\n\n第二段：😀😀 结束。"
    id = shared.add(text, language="zh")
    page = come(shared, "Wu", f"/item/{id}")
    page.evaluate(
        "() => { const [a, b] = [...document.querySelectorAll('.para p')].map((p) => p.firstChild);"
        "getSelection().setBaseAndExtent(a, a.data.indexOf('two'), b, b.data.indexOf(' 结束')); }"
    )
    page.keyboard.press("x")
    shared.until(lambda: shared.item(id).materials[0].cuts)
    (cut,) = shared.item(id).materials[0].cuts
    assert text[slice(*cut)] == "two.\n\n第二段：😀😀"
    page.reload()
    assert page.locator(".para del").all_inner_texts() == ["two.", "第二段：😀😀"]
    page.locator(".strike").first.click()
    shared.until(lambda: shared.item(id).materials[0].cuts[0][0] == 0)
    page.locator(".strike").first.click()
    shared.until(lambda: text[slice(*shared.item(id).materials[0].cuts[0])].strip() == "第二段：😀😀")
    page.get_by_text("Hide what is cut").click()
    assert page.locator(".para del").first.is_hidden()


def test_a_text_of_300000_characters_stays_usable(shared, come):
    text = "\n".join(f"Paragraph {n} of a long report about rivers, ice and carts." for n in range(6000))
    assert len(text) > 300_000
    id = shared.add(text)
    page = come(shared, "Wu", f"/item/{id}")
    for key in ("j", "j", "j", "x", "j", "x"):
        page.keyboard.press(key)
    says(page, "Saved")
    assert [text[slice(*cut)][:11] for cut in shared.item(id).materials[0].cuts] == ["Paragraph 2", "Paragraph 3"]
    page.keyboard.press("u")
    shared.until(lambda: not shared.item(id).materials[0].cuts or len(shared.item(id).materials[0].cuts) == 1)
    page.locator("#preview summary").click()
    page.locator("#preview-text", has_text="Paragraph 5999").wait_for()


def test_pasted_text_that_was_not_added_yet_survives_a_reload(shared, come):
    id = shared.add()
    page = come(shared, "Li", f"/item/{id}")
    page.locator("#paste-text").fill("Half a thought")
    page.reload()
    assert page.locator("#paste-text").input_value() == "Half a thought"
    page.locator("#pass").click()
    page.get_by_text("is not added yet").wait_for()
    assert shared.item(id).stage == "collect"


def test_a_removed_source_comes_back_by_undo(shared, come):
    id = shared.add()
    page = come(shared, "Li", f"/item/{id}")
    page.locator("#paste-text").fill("A text.")
    page.get_by_role("button", name="Add").click()
    page.locator(".material").wait_for()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("undo brings it back").wait_for()
    assert shared.item(id).materials == ()
    page.keyboard.press("u")
    page.locator(".material").wait_for()
    assert len(shared.item(id).materials) == 1


def test_a_file_is_uploaded_and_its_name_is_only_shown(shared, come, tmp_path):
    id = shared.add()
    file = tmp_path / "<img src=x onerror=alert(1)>..note.txt"
    file.write_text("In 1963 the river froze.\n\nCarts went over it.", "utf-8")
    page = come(shared, "Li", f"/item/{id}")
    page.locator("#file").set_input_files(file)
    page.locator(".material").wait_for()
    (material,) = shared.item(id).materials
    assert "Carts went over it." in shared.project.text(material.text)
    assert material.file == file.name
    assert page.locator(".material img").count() == 0
    page.locator(".reports", has_text="Added").wait_for()


def test_a_file_that_is_chosen_while_the_server_is_dead_is_sent_when_it_is_back_and_added_once(office, come, tmp_path):
    id = office.add()
    file = tmp_path / "note.txt"
    file.write_text("In 1963 the river froze.", "utf-8")
    page = come(office, "Li", f"/item/{id}")
    office.stop(signal.SIGKILL)
    page.locator("#file").set_input_files(file)
    page.locator("#uploads", has_text="the file is sent again").wait_for()
    office.start()
    page.locator(".material").wait_for()
    assert [one.file for one in office.item(id).materials] == ["note.txt"]


def test_a_text_whose_addition_was_never_answered_is_added_once(shared, come):
    id = shared.add()
    page = come(shared, "Li", f"/item/{id}")

    def swallow(route):  # it reaches the server, and what the server answers is lost
        route.fetch()
        route.abort()

    page.route("**/attach", swallow, times=1)
    page.locator("#paste-text").fill("Only once.")
    page.get_by_role("button", name="Add").click()
    page.get_by_text("The server does not answer").wait_for()
    shared.until(lambda: shared.item(id).materials)
    page.get_by_role("button", name="Add").click()
    page.locator("#said", has_text="Added").wait_for()
    assert len(shared.item(id).materials) == 1
    page.locator("#paste-text").fill("Another text.")
    page.get_by_role("button", name="Add").click()
    shared.until(lambda: len(shared.item(id).materials) == 2)


# everybody


def test_hostile_texts_do_nothing_in_the_browser_and_are_shown(shared, come):
    fields = {"request": HOSTILE, "reason": HOSTILE, "wanted": (HOSTILE,), "domain2": HOSTILE}
    ids = [shared.add(HOSTILE + "\0" + HOSTILE * 3, **fields) for _ in range(2)]
    kept = shared.project.item(ids[1])
    shared.project.change(kept, moves.sent_back(kept.item, "Wu", HOSTILE), by="Wu", what=HOSTILE)
    page = come(shared, "孙")
    for path in ("?stage=all", f"/item/{ids[0]}", f"/item/{ids[1]}", "/trail"):
        page.goto(f"{shared.url}desk{path}")
        page.wait_for_timeout(200)
        assert "owned" not in page.title().replace(HOSTILE, "")
        assert page.locator("main img").count() == 0
    page.goto(f"{shared.url}desk/item/{ids[0]}")
    assert HOSTILE.split("\u2028")[0] in page.locator("#request").input_value()
    page.locator("#request").fill(HOSTILE + "!")
    says(page, "Saved")
    page.locator("#preview summary").click()
    page.locator("#preview-text", has_text="onerror").wait_for()
    assert page.locator("main img").count() == 0


def test_the_pages_speak_chinese_to_whoever_reads_it(shared, come):
    id = shared.add("第一段。\n\n第二段。", language="zh", request="写一份教案。")
    page = come(shared, "孙", f"/item/{id}", locale="zh-CN")
    page.locator("#request").fill("写一份简短的教案。")
    says(page, "已保存")
    assert page.locator("#diff ins").inner_text() == "简短的"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_text("已删 4 / 10 字符").wait_for()
    page.locator("#tongue").click()
    page.get_by_role("button", name="Approve").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_no_fault_of_accessibility(shared, come, scheme, locale):
    from axe_playwright_python.sync_playwright import Axe

    ids = [shared.add("One.\n\nTwo.\n\nThree."), shared.add(wanted=("A chronicle",))]
    for name in ("Wu", "孙"):
        kept = shared.project.item(ids[0])
        made = moves.cut(moves.adapted(kept.item, name, f"By {name}."), name, "m1", ((0, 4),))
        shared.project.change(kept, made, by=name, what="adapt", hold=False)
    ids += [shared.add("One.", stage="confirm", passed="Wu", reason="Late."), shared.add()]
    shared.project.hold(ids[3], "Li")
    page = come(shared, "孙", color_scheme=scheme, locale=locale)

    def sound(where, **context):
        found = Axe().run(page, **context).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], where

    for path in ("", *(f"/item/{id}" for id in ids), "/item/none", "/trail"):
        page.goto(f"{shared.url}desk{path}")
        if ids[0] in path:
            page.locator("#preview summary").click()
            page.locator(".strike").nth(1).click()
            says(page, "Saved|已保存")
        sound(path)
        page.keyboard.press("?")
        sound(f"the keys of {path}", context="dialog[open]")
    page.goto(f"{shared.url}desk/item/{ids[0]}")
    page.keyboard.press("b")
    sound("a reason", context="dialog[open]")
    page.keyboard.press("Escape")
    kept = shared.project.item(ids[0])
    shared.project.change(kept, moves.adapted(kept.item, "孙", "Otherwise."), by="孙", what="adapt")
    page.locator("#request").fill("Words.")
    page.locator(".conflict").wait_for()
    sound("two versions")
    page.context.clear_cookies()
    page.goto(f"{shared.url}desk")
    page.get_by_role("link").first.wait_for()
    sound("nobody signed in")


def test_nothing_runs_over_the_edge_of_a_narrow_page(shared, come):
    id = shared.add("x" * 5000 + "\n\n" + "第二段。" * 400, request="y" * 3000, domain2="z" * 200)
    page = come(shared, "孙", viewport={"width": 390, "height": 800})
    for path in ("", "?stage=all", f"/item/{id}", "/trail"):
        page.goto(f"{shared.url}desk{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_signing_out_leads_to_the_page_that_asks_for_a_link(shared, come):
    page = come(shared, "Li")
    page.locator("#leave").click()
    page.get_by_text("personal link; ask").wait_for()
