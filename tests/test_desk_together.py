"""Two annotators and two experts at the desk at the same time, each in a browser of their own, from the first material
to the last confirmation. On the way the server is killed while all four are typing, and two close their tabs.
"""

import asyncio
import re
import signal
from contextlib import suppress
from itertools import groupby, pairwise

import pytest

from test_desk_browser import CHROMIUM, Office
from writingbench.construct.finish import queries
from writingbench.construct.item import Item, left
from writingbench.web.desk.frame import words

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here; `make browser` installs one")

TEAM = {"Li": ("annotator",), "孙": ("annotator",), "Wu": ("expert",), "Zhao": ("expert",)}
SPEAK = {"Li": "en", "孙": "zh", "Wu": "en", "Zhao": "zh"}
LONG = 60  # seconds that one step may take
ADVERTISEMENT = {"en": "Advertisement: buy our calendars.", "zh": "广告：欢迎购买日历。"}
MORE = {"en": " Use 300 words at most.", "zh": "不超过三百字。"}
BACK_TO_COLLECT, BACK_TO_SCREEN, REJECTED = "i0004", "i0005", "i0006"  # what does not go through at once


def source(id):
    """What somebody finds for a request: three paragraphs, of which the second is good for nothing."""
    number = int(id[1:])
    if tongue(id) == "en":
        return (
            f"In 19{number:02} the river froze.\n\n{ADVERTISEMENT['en']}\n\nCarts went over the ice of 19{number:02}."
        )
    return f"19{number:02}年河水封冻。\n\n{ADVERTISEMENT['zh']}\n\n人们赶车走过19{number:02}年的冰面。"


def tongue(id):
    return "zh" if int(id[1:]) % 2 else "en"


def adapted(office, id):
    """What an expert makes of a request."""
    return office.project.trail(id)[0].after.request + MORE[tongue(id)]


def halves(text):
    return text[: len(text) // 2], text[len(text) // 2 :]


class Night:
    """When all four are in the middle of something the server is killed; when all have had enough it is back."""

    def __init__(self, office):
        self.office, self.all = office, asyncio.Barrier(len(TEAM))

    async def falls(self):
        if await self.all.wait() == 0:
            await asyncio.to_thread(self.office.stop, signal.SIGKILL)
        await self.all.wait()

    async def ends(self):
        if await self.all.wait() == 0:
            await asyncio.to_thread(self.office.start)
        await self.all.wait()


class Somebody:
    """One of the team, with a browser of their own."""

    def __init__(self, office, name, context, complaints):
        self.office, self.name, self.context, self.complaints = office, name, context, complaints
        self.w = words(SPEAK[name])

    async def tab(self, path):
        self.page = await self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complain(said.text))
        await self.page.goto(f"{self.office.url}desk{path}")

    def complain(self, text):
        if "status of" not in text and "ERR_" not in text:  # which the browser says of answers that are refusals
            self.complaints.append(text)

    def at(self, selector, **more):
        return self.page.locator(selector, **more)

    async def press(self, *keys):
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text):
        await self.page.keyboard.type(text, delay=5)

    async def hears(self, word):
        """Wait until the page says so."""
        await self.at("#said, #saved", has_text=self.w[word].partition("{")[0]).first.wait_for()

    def item(self, id):
        return self.office.item(id)

    async def until(self, found):
        """Wait for something to be in the project."""
        async with asyncio.timeout(LONG):
            while not found():  # noqa: ASYNC110 - it is another process that changes it
                await asyncio.sleep(0.05)

    async def following(self):
        """The next request in hand, by its id; None where there is none just now."""
        await self.page.evaluate("document.getElementById('said').textContent = ''")
        here, text = self.page.url, ""
        await self.press("n")
        end = asyncio.get_running_loop().time() + LONG
        while self.page.url == here:
            with suppress(Exception):  # on the way to another page there is none to be asked
                text = await self.at("#said").text_content(timeout=1000)
                if text in {self.w["nothing_next"], self.w["no_answer"]}:  # a busy machine may not answer in time
                    return None
            assert asyncio.get_running_loop().time() < end, f"{self.name} pressed n at {here}, and heard {text!r}"
            await asyncio.sleep(0.02)
        await self.at("#work #next").wait_for()
        await self.page.wait_for_load_state()  # the end of the page is what listens to keys
        return re.search(r"/item/(\w+)", self.page.url)[1]

    async def passes(self, id, stage):
        """Hand on with the key for it, and see it gone."""
        await self.press("Escape", "a")
        await self.at(f"#work.{stage}").wait_for()
        assert self.item(id).stage == stage

    async def gives_a_reason(self, key, reason, stage):
        await self.press(key)
        await self.at("#ask[open]").wait_for()
        await self.type(reason)
        await self.press("Enter")
        await self.at(f"#work.{stage}").wait_for()


def test_four_people_collect_and_screen_at_once_through_a_killed_server_and_closed_tabs(tmp_path):
    office = Office(tmp_path, TEAM)
    for number in range(8):
        id = f"i{number:04}"
        request = f"第{number}课讲冰，写一份教案。" if tongue(id) == "zh" else f"Plan lesson {number}, about ice."
        place = {"domain1": "Education", "domain2": ("Lesson Plan", "Course Design")[number % 2]}
        item = Item(id=id, stage="collect", language=tongue(id), request=request, wanted=("A chronicle",), **place)
        office.project.add([item], by="vendor/m", what="draft")
    office.start()
    try:
        asyncio.run(asyncio.wait_for(everybody(office), 600))
    finally:
        office.stop()

    assert office.project.counts() == {**dict.fromkeys(office.project.counts(), 0), "approved": 7, "rejected": 1}
    for kept in office.project.items("approved"):
        item = kept.item
        assert item.request == adapted(office, item.id)
        assert item.requirements == ("length",)
        assert len(item.materials) == (2 if item.id == BACK_TO_COLLECT else 1)
        for one in item.materials:
            assert (one.title, one.source, one.licence) == ("Chronicle", "Town archive", "CC0 1.0")
        text = left(office.project.text(item.materials[0].text), item.materials[0].cuts)
        assert text == "\n\n".join(source(item.id).split("\n\n")[::2])
        assert item.passed != item.history[-1].by
    made = [query.text for query in queries(office.project)]
    assert len(made) == 7 and not [text for text in made if any(one in text for one in ADVERTISEMENT.values())]

    for kept in office.project.items():  # nothing is missing in the trail, and nobody came into another's work
        trail = office.project.trail(kept.item.id)
        assert all(then.before == one.after for one, then in pairwise(trail)) and trail[-1].after == kept.item
        rounds = [
            (stage, {one.by for one in changes}) for stage, changes in groupby(trail[1:], lambda one: one.before.stage)
        ]
        for stage, people in rounds:
            assert len(people) == 1
            assert TEAM[people.pop()] == (("annotator",) if stage == "collect" else ("expert",))
    log = office.log.read_text("utf-8")
    assert not [token for token in office.tokens.values() if token in log]


async def everybody(office):
    """All four at work; at the end one of them looks at the trail."""
    from playwright.async_api import async_playwright

    complaints = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        team = {}
        for name in TEAM:
            locale = {"en": "en-GB", "zh": "zh-CN"}[SPEAK[name]]
            context = await browser.new_context(locale=locale, viewport={"width": 1100, "height": 800})
            context.set_default_timeout(LONG * 1000)
            team[name] = Somebody(office, name, context, complaints)
            await team[name].tab(f"/in?token={office.tokens[name]}")
            await team[name].page.wait_for_url("**/desk")
        night = Night(office)

        def over():
            counts = office.project.counts()
            return counts["approved"] + counts["rejected"] == sum(counts.values())

        async with asyncio.TaskGroup() as group:
            for name, roles in TEAM.items():
                group.create_task((annotate if roles == ("annotator",) else screen)(team[name], night, over))
        page = team["Wu"].page
        for kept in office.project.items():
            await page.goto(f"{office.url}desk/trail?item={kept.item.id}")
            seen = await page.locator(".trail .line > bdi").all_inner_texts()
            assert seen == [one.by for one in office.project.trail(kept.item.id)[::-1]]
        await browser.close()
    assert complaints == []


# collecting


async def annotate(one, night, over):
    """Attach material to whatever asks for some until everything is through; the second in the night."""
    turn = 0
    while not over():
        if (id := await one.following()) is None:
            await asyncio.sleep(0.2)
            continue
        turn += 1
        if turn == 2:
            await (paste_in_the_dark if one.name == "Li" else describe_in_the_dark)(one, id, night)
        elif one.item(id).materials:  # it was sent back for more
            await paste(one, "More of it.")
        elif turn % 2:
            await paste(one, source(id))
        else:
            await choose_a_file(one, id)
        await describe(one)
        await one.passes(id, "screen")


async def paste(one, text):
    there = await one.at(".material").count()
    await one.press("m")
    await one.page.keyboard.insert_text(text)
    await one.press("Control+Enter")
    await one.at(".material").nth(there).wait_for()


async def choose_a_file(one, id):
    html = "".join(f"<p>{part}</p>" for part in source(id).split("\n\n"))
    page = f"<meta charset=utf-8><title></title><script>alert(1)</script><body>{html}"
    await one.at("#file").set_input_files({"name": "../r.html", "mimeType": "text/html", "buffer": page.encode()})
    await one.at(".material").wait_for()


async def describe(one):
    for name, text in (("title", "Chronicle"), ("source", "Town archive"), ("licence", "CC0 1.0")):
        for field in await one.at(f"[data-field$='/{name}']").all():
            if not await field.input_value() or name == "title":
                await field.fill(text)


async def paste_in_the_dark(one, id, night):
    """Half a text is pasted when the server dies, and the tab is closed before anything was added."""
    first, second = halves(source(id))
    await one.press("m")
    await one.page.keyboard.insert_text(first)
    await night.falls()
    await one.page.keyboard.insert_text(second)
    await one.press("Control+Enter")
    await one.hears("no_answer")
    await one.page.close()
    await night.ends()
    assert one.item(id).materials == ()
    await one.tab(f"/item/{id}")
    assert await one.at("#paste-text").input_value() == source(id)
    await one.at("#paste-text").press("Control+Enter")
    await one.at(".material").wait_for()


async def describe_in_the_dark(one, id, night):
    """Half a title is typed when the server dies; the page stays open and saves it when it can."""
    await choose_a_file(one, id)
    await one.at("[data-field$='/title']").fill("")
    await one.type("Chro")
    await night.falls()
    await one.type("nicle")
    await one.hears("not_saved")
    await night.ends()
    await one.until(lambda: one.item(id).materials[0].title == "Chronicle")


# screening


async def screen(one, night, over):
    """Screen and confirm whatever there is until everything is through; the first in the night."""
    turn = 0
    while not over():
        if (id := await one.following()) is None:
            await asyncio.sleep(0.2)
            continue
        turn += 1
        before = [change.what for change in one.office.project.trail(id)]
        if one.item(id).stage == "confirm":
            await confirm(one, id, before)
        elif id == BACK_TO_COLLECT and "send back" not in before:
            await one.gives_a_reason("b", "One more source, please.", "collect")
        elif id == REJECTED:
            await one.gives_a_reason("r", "Nobody would ask this.", "rejected")
        else:
            if turn == 1:
                await (screen_and_close_in_the_dark if one.name == "Wu" else screen_in_the_dark)(one, id, night)
            elif "adapt" not in before:
                await adapt(one, id)
                await cut(one)
            await one.at("#requires-length").check()
            await one.until(lambda: one.item(id).request == adapted(one.office, id))
            await one.passes(id, "confirm")


async def adapt(one, id, *, within=None):
    """Type what is new behind the request; what is to happen `within` happens half-way."""
    first, second = halves(adapted(one.office, id).removeprefix(one.item(id).request))
    await one.press("e", "Control+End")
    await one.type(first)
    if within:
        await within()
    await one.type(second)
    await one.press("Escape")


async def cut(one):
    """The second paragraph of the first source."""
    await one.press("j", "j", "x")
    await one.at(".para.cut").wait_for()


async def confirm(one, id, before):
    assert one.item(id).passed != one.name
    assert await one.at("textarea#request").count() == 0
    assert await one.at("#diff ins").inner_text() == MORE[tongue(id)]
    await one.at(".para.cut", has_text=ADVERTISEMENT[tongue(id)]).wait_for()
    if id == BACK_TO_SCREEN and "send back" not in before:
        await one.gives_a_reason("b", "Look at it once more.", "screen")
    else:
        await one.passes(id, "approved")


async def screen_in_the_dark(one, id, night):
    """The server dies in the middle of a sentence: nothing can be decided, and all is saved when it is back."""
    await adapt(one, id, within=night.falls)
    await cut(one)
    await one.press("a")
    await one.hears("not_saved")
    await night.ends()
    await one.until(lambda: one.item(id).request == adapted(one.office, id) and one.item(id).materials[0].cuts)


async def screen_and_close_in_the_dark(one, id, night):
    """The same, and the tab is closed before the server is back: the next one has it."""
    await adapt(one, id, within=night.falls)
    await cut(one)
    await one.hears("not_saved")
    await one.page.close()
    await night.ends()
    assert one.item(id).request != adapted(one.office, id)
    await one.tab("")
    await one.page.get_by_text(one.w["left_here"]).click()
    await one.until(lambda: one.item(id).request == adapted(one.office, id) and one.item(id).materials[0].cuts)
