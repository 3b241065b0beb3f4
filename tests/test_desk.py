"""The desk over HTTP: who is let in, what each may do, what is refused, and that nothing is lost or runs."""

import json
import re
import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

from writingbench.benchmark.size import tokens
from writingbench.construct import moves
from writingbench.construct.extract import MOST
from writingbench.construct.item import STAGES, Item, Material
from writingbench.construct.project import Project
from writingbench.people import People
from writingbench.records import REQUIREMENTS
from writingbench.web.app import app
from writingbench.web.desk import moves as over_http
from writingbench.web.desk.diff import differences
from writingbench.web.desk.frame import SCRIPTS, words
from writingbench.web.live import Live

HERE = "http://127.0.0.1:8800"
HOSTILE = (
    "<script>document.title='owned'</script></textarea></script><img src=x onerror=\"document.title='owned'\">"
    "</template><!-- \u202e\u2066 \u2028 {{ 7*7 }} {name} ' \" &lt; \x0b"
)
PEOPLE = {"Li": ("annotator",), "Wu": ("expert",), "Zhao": ("expert",), "孙": ("annotator", "expert")}


def shown(answer):
    """What a page shows, without its scripts and their words."""
    return answer.text.split("<main")[1].split("</main>")[0]


class Browser(TestClient):
    """Somebody's browser: what it sends comes from the desk's own pages."""

    def __init__(self, served, **headers):
        super().__init__(served, base_url=HERE, follow_redirects=False)
        self.headers.update({"origin": HERE, **headers})

    def move(self, what, id="i0000", **body):
        return self.post(f"/desk/item/{id}/{what}", json=body)

    def now(self, id="i0000"):
        return self.get(f"/desk/item/{id}/state").json()

    def save(self, id="i0000", **fields):
        typed = {name.replace("__", "/"): value for name, value in fields.items()}
        return self.move("save", id, revision=self.now(id)["revision"], fields=typed)


class Office:
    """A folder with requests and people, and the server over it."""

    def __init__(self, out, *, token=None):
        self.out = out
        self.project, self.people = Project(out / "construct.db"), People(out / "people.db")
        self.tokens = {name: self.people.add(name, roles)[1] for name, roles in PEOPLE.items()}
        self.served = app(Live(path=out / "store.db", tongue="en"), token)

    def add(self, count=1, **fields):
        first = len(self.project.items())
        base = {"stage": "collect", "domain1": "Education", "domain2": "Lesson Plan", "language": "en"}
        made = [
            Item(**{**base, "id": f"i{n:04}", "request": f"Plan lesson {n}.", **fields})
            for n in range(first, first + count)
        ]
        self.project.add(made, by="vendor/m", what="draft")
        return made[0].id

    def screening(self, text="One.\n\nTwo.\n\nThree.", **fields):
        size = {"characters": len(text), "tokens": tokens(text)}
        one = Material(id="m1", title="T", source="S", licence="CC0", text=self.project.keep(text), **size)
        return self.add(stage="screen", materials=(one,), **fields)

    def item(self, id="i0000"):
        return self.project.item(id).item

    def browser(self, name=None, **headers):
        browser = Browser(self.served, **headers)
        if name:
            assert browser.get("/desk/in", params={"token": self.tokens[name]}).status_code == 200
        return browser


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


# signing in


def test_a_personal_link_lets_in_and_leaves_no_token_in_the_address(office):
    browser = office.browser()
    answer = browser.get("/desk/in", params={"token": office.tokens["Li"]})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/desk">' in answer.text
    assert office.tokens["Li"] not in answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/desk"))
    page = browser.get("/desk")
    assert page.status_code == 200
    assert ">Li<" in page.text
    assert office.tokens["Li"] not in page.text


@pytest.mark.parametrize("path", ["/desk", "/desk/item/i0000", "/desk/trail", "/desk/in", "/desk/in?token=wrong"])
def test_without_a_link_nobody_sees_anything_and_is_told_in_both_languages(office, path):
    office.add()
    answer = office.browser().get(path)
    assert answer.status_code == 401
    assert "personal link" in answer.text and "专属链接" in answer.text
    assert "Plan lesson" not in answer.text


def test_without_a_link_nothing_can_be_asked_for_or_changed(office):
    office.add()
    browser = office.browser()
    for path in ("/desk/item/i0000/state", "/desk/item/i0000/query"):
        assert browser.get(path).status_code == 401
    for what in over_http.MOVES:
        assert browser.move(what).status_code == 401
    assert browser.post("/desk/next", json={}).status_code == 401
    assert browser.post("/desk/item/i0000/upload", content=b"x").status_code == 401
    assert office.project.item("i0000").revision == 1


def test_whoever_is_removed_or_has_a_new_link_is_out_at_once(office):
    office.add()
    li, wu = office.browser("Li"), office.browser("Wu")
    office.people.remove("Li")
    office.people.renew("Wu")
    for browser in (li, wu):
        assert browser.get("/desk").status_code == 401
        assert browser.move("hold").status_code == 401


def test_signing_out_forgets_the_link(office):
    browser = office.browser("Li")
    assert browser.post("/desk/out", json={}).status_code == 204
    assert browser.get("/desk").status_code == 401


def test_the_reports_token_opens_no_desk_and_a_personal_link_no_report(tmp_path):
    office = Office(tmp_path, token="open-sesame")
    report = office.browser()
    assert report.get("/?token=open-sesame").status_code == 303
    assert report.get("/").status_code == 200
    assert report.get("/desk").status_code == 401
    assert report.get("/desk?token=open-sesame").status_code == 401
    desk = office.browser("Li")
    assert desk.get("/desk").status_code == 200
    desk.cookies.set("writingbench", office.tokens["Li"])
    desk.cookies.set("writingbench-desk", office.tokens["Li"])
    for path in ("/", "/state", "/report/q-1.html", "/desk/../", "/desk/nothing"):
        assert desk.get(path).status_code == 401, path


def test_a_name_that_is_not_this_machines_is_turned_away_at_the_desk_as_well(office):
    assert office.browser("Li").get("/desk", headers={"host": "evil.example"}).status_code == 400


def test_a_page_from_elsewhere_can_write_nothing(office):
    office.add()
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ):
        answer = office.browser("Li", **headers).move("hold")
        assert (answer.status_code, answer.json()["error"]) == (403, "elsewhere"), headers
    silent = office.browser("Li")
    del silent.headers["origin"]
    assert silent.move("hold").status_code == 403
    assert office.project.item("i0000").holder == ""
    assert office.browser("Li", **{"sec-fetch-site": "same-origin"}).move("hold").status_code == 200


def test_a_link_from_another_site_leads_on_by_itself_since_the_cookie_does_not_come_with_it(office):
    answer = office.browser(**{"sec-fetch-site": "cross-site"}).get("/desk/item/i0000")
    assert answer.status_code == 401
    assert '<meta http-equiv="refresh" content="0;url=/desk/item/i0000">' in answer.text


def test_a_page_made_for_one_person_saves_nothing_for_another_who_signed_in_since(office):
    office.add()
    other = office.people.all()[1]
    answer = office.browser("Li").post("/desk/item/i0000/hold", json={}, headers={"desk-person": other.id})
    assert answer.status_code == 401


def test_pages_may_load_nothing_and_run_only_their_own_scripts(office):
    office.add()
    browser = office.browser("Li")
    for path in ("/desk", "/desk/item/i0000", "/desk/trail", "/desk/item/none"):
        answer = browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert policy.count("'sha256-") == 1 + len(SCRIPTS)
        assert (answer.headers["x-frame-options"], answer.headers["cache-control"]) == ("DENY", "no-store")
        assert not re.search(r"<[^>]+\s(on\w+|style)=", answer.text.split("<script>")[0])


def test_where_nothing_is_there_nothing_is_made_and_nobody_let_in(tmp_path):
    browser = Browser(app(Live(path=tmp_path / "store.db", tongue="en"), None))
    assert browser.get("/desk").status_code == 401
    assert browser.get("/desk/in?token=x").status_code == 401
    assert not list(tmp_path.glob("people*")) + list(tmp_path.glob("construct*"))
    with People(tmp_path / "people.db") as people:
        _, token = people.add("Li", ("annotator",))
    browser.get("/desk/in", params={"token": token})
    assert "Nothing is under construction" in shown(browser.get("/desk"))
    assert '<a href="/desk">To the desk' in browser.get("/").text  # where there is no run to be shown
    assert not (tmp_path / "construct.db").exists()


def test_another_programs_file_is_said_and_not_a_crash(tmp_path):
    (tmp_path / "construct.db").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with People(tmp_path / "people.db") as people:
        _, token = people.add("Li", ("annotator",))
    browser = Browser(app(Live(path=tmp_path / "store.db", tongue="en"), None))
    browser.get("/desk/in", params={"token": token})
    assert browser.get("/desk").status_code == 503
    assert browser.get("/desk/item/i0000/state").json()["error"] == "busy"


# languages


def test_the_language_is_the_browsers_until_somebody_chooses(office):
    browser = office.browser("Li", **{"accept-language": "fr,zh-CN;q=0.9,en;q=0.8"})
    assert '<html lang="zh-Hans">' in browser.get("/desk").text
    answer = browser.get("/desk?stage=screen&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?stage=screen")
    assert '<html lang="en">' in browser.get("/desk").text
    assert browser.get("/desk?lang=xx").status_code == 200


def test_both_languages_say_everything_and_nothing_is_said_for_nobody():
    read = {
        file.name: tomllib.loads(file.read_text("utf-8"))
        for file in (files("writingbench.web.desk") / "words").iterdir()
    }
    said = {name: one for words in read.values() for name, one in words.items()}
    assert len(said) == sum(map(len, read.values()))  # no word stands in two files
    assert all(set(one) == {"en", "zh"} and one["en"] and one["zh"] for one in said.values())
    for one in said.values():
        assert sorted(re.findall(r"{\w+}", one["en"])) == sorted(re.findall(r"{\w+}", one["zh"])), one
    made = "".join(
        file.read_text("utf-8")
        for folder in ("", "templates")
        for file in (files("writingbench.web.desk") / folder).iterdir()
        if file.name.endswith((".py", ".js", ".html"))
    )
    used = set(re.findall(r"""\b(?:w|words)\.(\w+)|\bw(?:ords)?\[["'](\w+)["']\]|["'](licence_\w+)["']""", made))
    used = {name for names in used for name in names if name}
    used |= {f"stage_{one}" for one in STAGES} | {f"requirement_{one}" for one in REQUIREMENTS}
    used |= {"why_collect", "why_screen", "why_rejected", "en", "zh", "ask_back", "ask_reject", "blank"}
    used |= {f"field_{one}" for one in ("title", "source", "licence", "request", "requirements", "cuts")}
    used |= {f"done_{one}" for one in ("collect", "approve", "confirm", "reject", "back")}
    used |= {"described", "stage", "gone", "empty", "same", "reason"}  # words of Unfit
    missing = {name for name in used if name not in said} - {"get", "status"}
    assert missing == set()
    unused = {name for name in read["desk.toml"] if name not in used and not name.startswith(("what_", "extract_"))}
    assert unused == set()


# what there is to do


def test_the_work_of_an_annotator_is_collecting_and_of_an_expert_screening(office):
    office.add(request="Collect this.")
    office.add(stage="screen", request="Screen this.")
    office.add(stage="confirm", request="Confirm this.", passed="Wu")
    seen = {name: shown(office.browser(name).get("/desk")) for name in PEOPLE}
    work = ("Collect", "Screen", "Confirm")
    found = {name: [word for word in work if f"{word} this." in text] for name, text in seen.items()}
    assert found == {"Li": ["Collect"], "Wu": ["Screen", "Confirm"], "Zhao": ["Screen", "Confirm"], "孙": [*work]}
    assert "you approved it" in seen["Wu"] and "you approved it" not in seen["Zhao"]


def test_the_list_is_narrowed_by_the_address_and_says_who_has_what_in_hand(office):
    office.add(60)
    office.add(request="写一份教案。", language="zh", domain1="Finance & Business")
    browser = office.browser("Li")
    office.project.hold("i0000", "孙")
    assert ">孙</bdi>, last active" in shown(browser.get("/desk"))
    assert "Plan lesson 55." not in shown(browser.get("/desk"))
    assert "Plan lesson 55." in shown(browser.get("/desk?page=2"))
    chinese = shown(browser.get("/desk?language=zh"))
    assert "写一份教案。" in chinese and "Plan lesson" not in chinese
    assert "写一份教案。" in shown(browser.get("/desk?domain=Finance+%26+Business"))
    assert "Nothing here" in shown(browser.get("/desk?stage=rejected"))
    for odd in ("page=0", "page=-1", "page=x", "page=99999999999", "stage=%3Cscript%3E", "domain=%00"):
        assert browser.get(f"/desk?{odd}").status_code == 200


def test_next_is_what_one_has_in_hand_then_what_nobody_has_and_never_what_one_approved(office):
    office.add(3)
    li, sun = office.browser("Li"), office.browser("孙")
    assert li.post("/desk/next", json={}).json() == {"id": "i0000"}
    assert sun.post("/desk/next", json={}).json() == {"id": "i0001"}
    assert li.post("/desk/next", json={}).json() == {"id": "i0000"}
    assert li.post("/desk/next", json={"after": "i0000"}).json() == {"id": "i0002"}
    assert sun.post("/desk/next", json={"after": "i0001"}).json() == {"id": None}
    office.add(stage="confirm", passed="Wu", language="zh")
    assert office.browser("Wu").post("/desk/next", json={}).json() == {"id": None}
    zhao = office.browser("Zhao")
    assert zhao.post("/desk/next", json={"language": "en"}).json() == {"id": None}
    assert zhao.post("/desk/next", json={"language": "zh"}).json() == {"id": "i0003"}


# moves


def test_a_file_is_read_and_what_cannot_be_read_is_said_in_both_languages(office):
    office.add()
    for tongue, text in (("en", "empty"), ("zh", "空")):
        li = office.browser("Li", **{"accept-language": tongue})
        answer = li.post("/desk/item/i0000/upload?name=a.txt", content=b"")
        assert (answer.status_code, answer.json()["error"]) == (422, "extract_empty")
        assert text in answer.json()["text"]
    content = "第一段。\n\n第二段。".encode()
    answer = li.post("/desk/item/i0000/upload", params={"name": "../\x00<b>报告.txt"}, content=content)
    assert answer.status_code == 200
    (material,) = office.item().materials
    assert (material.kind, material.file) == ("text", "../ <b>报告.txt")
    assert office.project.text(material.text) == "第一段。\n\n第二段。"
    assert material.characters == 10
    assert office.browser("Wu").post("/desk/item/i0000/upload?name=a.txt", content=b"x").status_code == 403


def test_material_is_pasted_described_removed_brought_back_and_handed_on(office):
    office.add()
    li = office.browser("Li")
    answer = li.move("attach", text="Line one.\r\nLine two.\0", title="Chronicle")
    assert answer.status_code == 200
    (material,) = office.item().materials
    assert office.project.text(material.text) == "Line one.\nLine two."
    assert (material.characters, material.tokens) == (19, tokens("Line one.\nLine two."))
    refused = li.move("collect", revision=li.now()["revision"])
    assert (refused.status_code, refused.json()["error"]) == (422, "described")
    assert refused.json()["text"] == "Still missing: Source."
    assert li.save(**{f"{material.id}__source": "Archive", f"{material.id}__licence": "CC0"}).status_code == 200
    assert li.move("detach", material=material.id).json()["fields"].keys() == {"request", "requirements"}
    assert li.move("undo").status_code == 200
    done = li.move("collect", revision=li.now()["revision"]).json()
    assert (done["stage"], done["holder"]) == ("screen", "")
    assert office.item().materials[0].source == "Archive"
    done = [one.what for one in office.project.trail("i0000")]
    assert done == ["draft", "attach", "describe", "detach", "undo", "collect"]


def test_material_that_is_sent_again_because_no_answer_came_is_added_once(office):
    office.add()
    li = office.browser("Li")

    def attach(id):
        return li.post("/desk/item/i0000/attach", json={"text": "A text.", "id": id})

    for _ in range(2):
        assert attach("0123abcd").status_code == 200
        upload = li.post("/desk/item/i0000/upload?name=a.txt&id=89abcdef", content=b"Another.")
        assert upload.status_code == 200
    assert [one.id for one in office.item().materials] == ["0123abcd", "89abcdef"]
    assert len(office.project.trail("i0000")) == 3
    for id in ("", "0123ABCD", "0123abcd0", "../../../x", "<script>"):
        assert attach(id).status_code == 400
        assert li.post("/desk/item/i0000/upload", params={"name": "a.txt", "id": id}, content=b"x").status_code == 400


def test_a_request_that_needs_no_material_is_handed_on_without(office):
    office.add()
    li = office.browser("Li")
    assert li.move("collect", revision=1).status_code == 200
    assert office.item().stage == "screen"
    assert li.move("undo").json()["holder"] == "Li"  # back in hand
    assert office.item().stage == "collect"


def test_screening_adapts_labels_cuts_and_passes_on_to_another_expert(office):
    office.screening()
    wu, zhao = office.browser("Wu"), office.browser("Zhao")
    answer = wu.save(request="Plan a short lesson 0.").json()
    assert answer["diff"] == [["=", "Plan "], ["+", "a short "], ["=", "lesson 0."]]
    wu.save(requirements=["length", "style"])
    answer = wu.save(m1__cuts=[[6, 10], [0, 4], [3, 5]]).json()
    assert answer["fields"]["m1/cuts"] == [[0, 5], [6, 10]]
    assert answer["fields"]["requirements"] == ["style", "length"]
    assert wu.get("/desk/item/i0000/query").json()["text"].endswith("Material 1: T\n\nThree.")
    assert wu.move("approve", revision=wu.now()["revision"]).json()["stage"] == "confirm"
    own = wu.move("confirm", revision=wu.now()["revision"])
    assert (own.status_code, own.json()["error"]) == (422, "same")
    assert zhao.move("confirm", revision=zhao.now()["revision"]).json()["stage"] == "approved"
    assert zhao.move("undo").json()["stage"] == "confirm"


def test_sending_back_and_rejecting_want_a_reason_which_the_next_one_sees(office):
    office.screening()
    wu = office.browser("Wu")
    blank = wu.move("back", revision=1, reason=" \n")
    assert (blank.status_code, blank.json()["text"]) == (422, "Give a reason.")
    assert wu.move("back", revision=1, reason="The wrong winter.").json()["stage"] == "collect"
    assert "The wrong winter." in shown(office.browser("Li").get("/desk/item/i0000"))
    office.screening()
    assert wu.move("reject", id="i0001", revision=1, reason="Nobody would ask this.").json()["stage"] == "rejected"
    assert "Nobody would ask this." in shown(wu.get("/desk/item/i0001"))


def test_everybody_does_only_what_is_their_work_whatever_their_page_shows(office):
    office.add()
    office.screening()
    li, wu, sun = (office.browser(name) for name in ("Li", "Wu", "孙"))
    for what, body in (("hold", {}), ("attach", {"text": "x"}), ("collect", {"revision": 1})):
        assert wu.move(what, **body).status_code == 403, what
    for what, body in (
        ("hold", {}),
        ("save", {"revision": 1, "fields": {"request": "x"}}),
        ("approve", {"revision": 1}),
        ("reject", {"revision": 1, "reason": "x"}),
        ("back", {"revision": 1, "reason": "x"}),
    ):
        assert li.move(what, id="i0001", **body).status_code == 403, what
    assert {kept.revision for kept in office.project.items()} == {1}
    assert sun.move("hold").status_code == sun.move("hold", id="i0001").status_code == 200
    assert 'data-move="approve"' not in shown(li.get("/desk/item/i0001"))
    assert 'data-move="approve"' in shown(sun.get("/desk/item/i0001"))


def test_a_move_at_the_wrong_stage_says_where_the_item_is(office):
    office.add()
    sun = office.browser("孙", **{"accept-language": "zh"})
    answer = sun.move("approve", revision=1)
    assert (answer.status_code, answer.json()["error"]) == (422, "stage")
    assert "收集材料" in answer.json()["text"]
    assert sun.save(request="Other words.").status_code == 422


def test_an_older_revision_is_refused_with_what_is_there_now_and_who_made_it(office):
    office.screening()
    wu = office.browser("Wu")
    assert wu.move("save", revision=1, fields={"request": "First."}).status_code == 200
    late = wu.move("save", revision=1, fields={"request": "Second."})
    assert (late.status_code, late.json()["error"]) == (409, "outdated")
    assert {key: late.json()[key] for key in ("revision", "by", "what")} == {"revision": 2, "by": "Wu", "what": "adapt"}
    assert late.json()["fields"]["request"] == office.item().request == "First."
    assert wu.move("approve", revision=1).status_code == 409


def test_what_another_has_in_hand_is_read_only_until_it_is_taken_over_and_the_first_one_sees_that(office):
    office.screening()
    wu, zhao = office.browser("Wu"), office.browser("Zhao")
    wu.move("hold")
    held = zhao.move("save", revision=1, fields={"request": "Mine."})
    assert (held.status_code, held.json()["holder"], held.json()["text"]) == (423, "Wu", "Wu has it in hand.")
    for what in ("approve", "attach", "detach", "undo"):
        assert zhao.move(what, revision=1, text="x", material="m1").status_code in (400, 422, 423, 409)
    assert zhao.post("/desk/item/i0000/upload?name=a.txt", content=b"x").status_code == 423
    page = shown(zhao.get("/desk/item/i0000"))
    assert "has it in hand" in page and 'data-move="over"' in page and '<textarea id="request"' not in page
    assert zhao.move("hold").status_code == 423
    assert zhao.move("hold", over=True).json()["holder"] == "Zhao"
    assert wu.now()["holder"] == "Zhao"
    assert wu.move("save", revision=1, fields={"request": "Mine."}).status_code == 423
    assert zhao.move("save", revision=1, fields={"request": "Zhao’s."}).status_code == 200
    lost = wu.move("save", revision=1, fields={"request": "Mine."})
    assert (lost.status_code, lost.json()["fields"]["request"]) == (423, "Zhao’s.")


def test_put_back_it_is_anybodys_and_a_page_that_only_looks_holds_nothing(office):
    office.add()
    li = office.browser("Li")
    li.get("/desk/item/i0000")
    li.now()
    assert office.project.item("i0000").holder == ""
    li.move("hold")
    office.browser("孙").move("release")
    assert office.project.item("i0000").holder == "Li"
    assert li.move("release").json()["holder"] == ""


def test_only_what_one_did_oneself_can_be_taken_back(office):
    office.screening()
    wu, zhao, li = (office.browser(name) for name in ("Wu", "Zhao", "Li"))
    assert wu.move("undo").json()["error"] == "nothing"
    wu.save(m1__cuts=[[0, 4]])
    wu.save(m1__cuts=[[0, 4], [6, 10]])
    assert wu.move("undo").json()["fields"]["m1/cuts"] == [[0, 4]]  # cut by cut
    wu.move("approve", revision=wu.now()["revision"])
    assert zhao.move("undo").json()["error"] == "nothing"
    assert li.move("undo").status_code == 403
    assert wu.move("undo").json()["stage"] == "screen"


def test_a_look_costs_little_where_nothing_has_changed(office):
    office.screening(request="x" * 100_000)
    wu = office.browser("Wu")
    assert len(wu.get("/desk/item/i0000/state?revision=1").content) < 300
    assert len(wu.get("/desk/item/i0000/state?revision=0").content) > 100_000


# limits and hostile input


def test_bodies_that_are_too_large_are_refused_before_they_are_read(office):
    office.add()
    office.screening()
    li, wu = office.browser("Li"), office.browser("Wu")
    assert wu.move("save", id="i0001", revision=1, fields={"request": "x" * over_http.BODY}).status_code == 413
    assert li.move("attach", text="x" * over_http.PASTE).status_code == 413
    assert li.move("attach", text="春" * 1_000_000).status_code == 200
    most = MOST

    def endless():
        for _ in range(most // 1_000_000 + 2):
            yield b"x" * 1_000_000

    upload = "/desk/item/i0000/upload?name=a.txt"
    assert li.post(upload, content=endless()).status_code == 413
    assert li.post(upload, content=b"x" * (most + 1)).status_code == 413
    assert len(office.item().materials) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b"\xff\xfe",
        b'{"revision": "1", "fields": {}}', b'{"revision": 1}', b'{"revision": 1, "fields": []}',
        b'{"revision": 1, "fields": {"request": 5}}', b'{"revision": 1, "fields": {"stage": "approved"}}',
        b'{"revision": 1, "fields": {"m1/cuts": [["a", 1]]}}', b'{"revision": 1, "fields": {"m1/cuts": [[1, 2, 3]]}}',
        b'{"revision": 1, "fields": {"m1/text": "x"}}', b'{"revision": 1, "fields": {"requirements": ["tone"]}}',
        b'{"revision": 1, "fields": {"request": "\\ud800"}}', b'{"revision": 1, "fields": {}, "by": "Zhao"}',
        b'{"revision": 1, "fields": {"/": 1}}', b'{"revision": 1e999, "fields": {}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_it_should_be_is_refused_in_words(office, body):
    office.screening()
    answer = office.browser("Wu").post("/desk/item/i0000/save", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "unreadable")
    assert office.project.item("i0000").revision == 1


def test_cuts_outside_the_text_or_of_a_source_that_is_gone_do_no_harm(office):
    office.screening()
    wu = office.browser("Wu")
    answer = wu.save(m1__cuts=[[-5, 3], [15, 10**9], [9, 9], [12, 8]])
    assert answer.json()["fields"]["m1/cuts"] == [[0, 3], [15, 18]]
    assert wu.save(nobody__cuts=[[0, 1]]).json()["error"] == "gone"
    assert wu.save(nobody__title="x").json()["error"] in ("gone", "stage")


def test_items_that_are_not_there_are_said_to_be_so(office):
    li = office.browser("Li")
    for id in ("none", "..%2f..%2fetc", "%00", "x" * 3000, "'; DROP TABLE items; --"):
        assert li.get(f"/desk/item/{id}").status_code == 404
        assert li.get(f"/desk/item/{id}/state").status_code in (404,)
        assert li.post(f"/desk/item/{id}/undo", json={}).status_code == 404


def test_hostile_texts_stay_texts_on_every_page(office):
    material = Material(
        id="m1", title=HOSTILE, source=HOSTILE, licence=HOSTILE, text=office.project.keep(HOSTILE + "\0"),
        file=HOSTILE, kind=HOSTILE, characters=9, tokens=1,
    )  # fmt: skip
    item = Item(
        id="h", stage="screen", domain1=HOSTILE, domain2=HOSTILE, language="en", request=HOSTILE, wanted=(HOSTILE,),
        reason=HOSTILE, materials=(material,),
    )  # fmt: skip
    more = [replace(item, id=stage, stage=stage) for stage in ("collect", "approved")]
    office.project.add([item, *more], by=HOSTILE, what=HOSTILE)
    kept = office.project.item("h")
    made = moves.adapted(kept.item, "Wu", HOSTILE + HOSTILE)
    office.project.change(kept, made, by="Wu", what="adapt")
    for name in ("Li", "Wu"):
        browser = office.browser(name)
        for path in ("", "?stage=all", "/item/h", "/item/collect", "/item/approved", "/trail", "/trail?item=h"):
            text = browser.get(f"/desk{path}").text
            assert "<script>document" not in text, path
            assert "<img" not in text, path
            assert text.count("<script>") == len(SCRIPTS), path
            assert "{{ 7*7 }}" in text


def test_a_hostile_address_is_escaped(office):
    office.add()
    li = office.browser("Li")
    for path in ("/desk", "/desk/item/i0000", "/desk/trail"):
        for name in ("stage", "domain", "language", "item", "page", "x"):
            text = li.get(path, params={name: "\"><script>alert(1)</script>'"}).text
            assert "<script>alert" not in text


def test_a_text_of_300000_characters_is_shown_and_cut(office):
    text = "\n".join(f"Paragraph {n} of a long report. 第{n}段，很长。😀" for n in range(8000))
    assert len(text) > 300_000
    office.screening(text)
    wu = office.browser("Wu")
    page = wu.get("/desk/item/i0000").text
    state = json.loads(re.search(r'id="state">(.*?)</script>', page, re.DOTALL)[1])
    assert state["texts"]["m1"] == text
    start = text.index("Paragraph 7000 ")
    wu.save(m1__cuts=[[0, start]])
    assert wu.get("/desk/item/i0000/query").json()["text"].split("Material 1: T\n\n")[1].startswith("Paragraph 7000 ")


# words that changed


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", []),
        ("a", "a", [("=", "a")]),
        ("", "new", [("+", "new")]),
        ("A poem.", "A short poem!", [("=", "A "), ("+", "short "), ("=", "poem"), ("-", "."), ("+", "!")]),
        ("one two three", "one 2 3", [("=", "one "), ("-", "two three"), ("+", "2 3")]),
        ("写一首诗。", "写一首短诗。", [("=", "写一首"), ("+", "短"), ("=", "诗。")]),
    ],
)  # fmt: skip
def test_differences_are_words_in_english_and_characters_in_chinese(old, new, pieces):
    assert differences(old, new) == pieces


@pytest.mark.parametrize(
    ("old", "new"),
    [("x " * 3000, "x y " * 1500), ("的" * 5000, "的了" * 2500), ("a\n" * 9000, "b\n" * 9000), ("x" * 200, "xy" * 200)],
)
def test_differences_of_hostile_texts_are_whole_and_both_texts_can_be_read_off_them(old, new):
    pieces = differences(old, new)
    assert "".join(text for how, text in pieces if how != "+") == old
    assert "".join(text for how, text in pieces if how != "-") == new


# the trail


def test_the_trail_says_who_changed_which_words_and_what_was_cut(office):
    office.screening()
    wu = office.browser("Wu")
    wu.save(request="Plan a lesson 0.")
    wu.save(m1__cuts=[[6, 10]])
    wu.move("reject", revision=wu.now()["revision"], reason="No sense.")
    text = shown(office.browser("Zhao").get("/desk/item/i0000"))
    assert "<ins>a </ins>" in text
    assert "4 of 18 characters cut (before: 0)" in text and "<del>Two.</del>" in text
    assert "No sense." in text and "Screen → Rejected" in text
    whole = shown(office.browser("Li").get("/desk/trail"))
    assert whole.index("Rejected") < whole.index("Request adapted") < whole.index("Drafted")


def test_the_words_of_both_languages_are_asked_for_by_tongue():
    assert (words("en")["approve"], words("zh")["approve"]) == ("Approve", "通过")
