"""Requests that are alike: how alike two are, which of many go, and what of a project is put aside."""

import sys
import threading
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from writingbench.benchmark import Defects, load
from writingbench.benchmark.language import language_of
from writingbench.construct import alike, moves
from writingbench.construct.alike import ALIKE, RUN, Pair, duplicates, put_aside, similarity
from writingbench.construct.item import Item, Material, key, noted
from writingbench.construct.known import Known, known
from writingbench.construct.project import Project
from writingbench.records import UserError

ROOT = Path(__file__).parents[1]

SAME = {
    "en": (
        "Write a toast for my sister's wedding in June; she met her husband on a night train to Vienna.",
        "Please write a toast for my sister's wedding in May. She met her husband on a night train to Vienna!",
    ),
    "zh": (
        "请为我妹妹六月的婚礼写一段祝酒词，她和新郎是在开往昆明的夜车上认识的。",
        "帮忙为我妹妹五月的婚礼写一段祝酒词。她和新郎是在开往昆明的夜车上认识的！",
    ),
}
OTHER = {
    "en": "Write a toast for the retirement of our postman, who knows every dog in the village by name.",
    "zh": "请为我们村退休的邮递员写一段祝酒词，村里每条狗的名字他都叫得出来。",
}
WORDS = {
    "en": "river lantern harvest ledger winter bridge teacher violin orchard signal market harbour".split(),
    "zh": "河流 灯笼 收成 账本 冬天 桥梁 老师 提琴 果园 信号 集市 港口".split(),
}
texts = st.one_of(*(
    st.lists(st.sampled_from(words), min_size=1, max_size=12).map((" " if language == "en" else "").join)
    for language, words in WORDS.items()
))  # fmt: skip


# how alike


@given(st.text(), st.text())
def test_any_two_texts_are_as_alike_as_each_other_and_each_is_wholly_alike_with_itself(one, other):
    share = similarity(one, other)
    assert 0 <= share <= 1
    assert share == similarity(other, one)
    assert similarity(one, one) == 1


@given(texts)
def test_case_width_spaces_and_punctuation_part_no_two_texts(text):
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)
    for changed in (text.upper(), wide, f"  {text} !", text.replace(" ", ",\n"), f"《{text}》。"):
        assume(language_of(changed) == language_of(text))  # full-width letters are no Latin words to it
        assert similarity(text, changed) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_request_in_slightly_other_words_is_the_same_and_one_on_another_occasion_is_not(language):
    one, again = SAME[language]
    assert similarity(one, again) >= ALIKE
    assert similarity(one, OTHER[language]) < ALIKE / 2


def test_what_is_said_in_another_language_is_not_alike():
    assert similarity(SAME["en"][0], SAME["zh"][0]) == 0


def test_a_text_shorter_than_a_run_is_alike_with_itself_alone():
    assert similarity("Ode", "ode!") == 1
    assert similarity("Ode", "Odes") == 0
    assert similarity("", "…") == 1


# which of many go


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_later_of_two_that_are_alike_goes_and_is_named_with_the_one_that_stays(language):
    one, again = SAME[language]
    found = duplicates([OTHER[language], one, "?", again, one])
    assert found == [
        Pair(earlier=1, later=3, share=similarity(one, again)),
        Pair(earlier=1, later=4, share=1.0),
    ]


def test_of_several_it_is_alike_with_the_nearest_is_named_and_of_equals_the_first():
    one, again = SAME["en"]
    assert similarity(one, again) < similarity(one, f"{one} Thanks")
    assert [pair.earlier for pair in duplicates([again, one, f"{one} Thanks"], stay=2)] == [1]
    assert [pair.earlier for pair in duplicates([one, one, one], stay=2)] == [0]


def test_one_that_goes_takes_no_other_with_it():
    a, b, c = (
        "one two three four five six seven",
        "three four five six seven eight",
        "four five six seven eight nine ten",
    )
    assert similarity(a, b) >= ALIKE > similarity(a, c)
    assert similarity(b, c) >= ALIKE
    assert [(pair.earlier, pair.later) for pair in duplicates([a, b, c])] == [(0, 1)]


@given(st.lists(texts, max_size=25), st.integers(0, 5))
def test_nothing_goes_but_for_one_that_stays_and_no_two_that_are_clearly_alike_both_stay(several, stay):
    found = duplicates(several, stay=stay)
    gone = {pair.later: pair for pair in found}
    left = [place for place in range(len(several)) if place not in gone]
    assert len(gone) == len(found)
    assert set(range(min(stay, len(several)))) <= set(left)
    for pair in found:
        assert pair.earlier < pair.later
        assert pair.earlier in left
        assert pair.share == similarity(several[pair.earlier], several[pair.later]) >= ALIKE
    for later in left:
        if later >= stay:
            # what MinHash may overlook is near the threshold
            assert all(similarity(several[one], several[later]) < ALIKE + 0.15 for one in left if one < later)


def test_long_many_and_hostile_texts_are_compared_too():
    endless = "word " * 60_000
    strange = ["\ud83d half", "\x00" * 1000, "\u202e" + SAME["en"][0], "a" * 100_000, "写" * 100_000]
    several = [endless, *strange, endless, *(SAME["en"][0] + "!" * n for n in range(2000)), *(SAME["zh"][0],) * 2000]
    assert len(duplicates(several)) == len(several) - len(strange) - 2


def test_without_its_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(UserError, match=r"pip install 'writingbench\[construct\]'"):
        duplicates(["a"])


def test_the_bench_finds_its_thresholds_good_and_the_page_names_them(official):
    spec = spec_from_file_location("bench_alike", ROOT / "bench/alike.py")
    bench = module_from_spec(spec)
    spec.loader.exec_module(bench)
    queries = load(official / "benchmark_all.jsonl", criteria=None).queries[::5]
    page = (ROOT / "docs/construct/draft.md").read_text("utf-8")
    for language in ("en", "zh"):
        measured = bench.Measured(queries, language, 1)
        measured.compare(RUN[language])
        assert (measured.same >= ALIKE).mean() > 0.95
        assert measured.different.max() < ALIKE
    assert f"{RUN['en']} characters in English, {RUN['zh']} in Chinese" in page
    assert f"from {ALIKE} on" in page


# what is known


def lines(path, *requests):
    path.write_text("\n".join(requests) + "\n", "utf-8")
    return str(path)


def test_known_requests_come_from_benchmarks_by_name_and_from_files(tmp_path):
    file = lines(tmp_path / "ours.txt", SAME["en"][0], "", SAME["zh"][0])
    found = known(["starter", file], Path)
    assert found[0].where == "starter 1"
    ours = [one for one in found if one.where.startswith("ours.txt")]
    assert {(one.where, one.text) for one in ours} == {
        ("ours.txt, line 1", SAME["en"][0]),
        ("ours.txt, line 3", SAME["zh"][0]),
    }


def test_the_official_benchmark_is_fetched_only_when_it_is_named(tmp_path, official):
    fetched = []

    def fetch():
        fetched.append(official)
        with (official / "benchmark_all.jsonl").open(encoding="utf-8") as file:
            lines(tmp_path / "benchmark_all.jsonl", *islice(map(str.rstrip, file), 20))
        return tmp_path

    known(["starter"], fetch)
    assert not fetched
    assert {one.where for one in known(["official"], fetch)} == {f"official {n}" for n in range(1, 21)}


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Please base it on the following report:"), ("zh", "请参考以下报道：")]
)
def test_a_known_request_with_material_is_known_by_its_own_words_as_well(tmp_path, language, said):
    report = {
        "en": "The company said on 3 May 2021 that it had lost 12% of its sales, and its chairman resigned. " * 20,
        "zh": "据记者报道，该公司表示，2021年5月3日销售额下降了12%，董事长已经辞职，他说这是因为市场的变化。" * 20,
    }[language]
    file = lines(tmp_path / "ours.txt", f"{SAME[language][0]} {said} {report}")
    found = known([file], Path)
    assert len(found) == 2
    assert max(similarity(one.text, SAME[language][1]) for one in found) >= ALIKE


def test_what_is_no_benchmark_is_told_in_one_line(tmp_path):
    with pytest.raises(
        UserError, match="no benchmark 'offical': it is neither starter nor builtin nor official nor a file"
    ):
        known(["offical"], Path)
    with pytest.raises(Defects, match=r"x\.jsonl:1: not JSON"):
        known([lines(tmp_path / "x.jsonl", "{")], Path)


# what of a project is put aside


def item(request, language="en", domain2="Speech", **fields):
    made = Item(
        id=key(domain2, language, request), domain1="Politics & Law", domain2=domain2, language=language,
        request=request, **fields,
    )  # fmt: skip
    return noted(made, "draft", "vendor/m", prompt="1f")


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "construct.db") as made:
        yield made


def stages(project):
    return [kept.item.stage for kept in project.items()]


def test_what_is_alike_is_put_aside_within_and_across_subdomains_and_says_with_what(project):
    one, again = SAME["en"]
    first = item(one)
    project.add([first, item(OTHER["en"]), item(again), item(again, domain2="Toast"), item(OTHER["zh"], "zh")], by="m")
    gone = put_aside(project)
    assert stages(project) == ["draft", "draft", "duplicate", "duplicate", "draft"]
    assert [(one.request, one.where, one.text, one.known) for one in gone] == [(again, first.id, one, False)] * 2
    kept = project.items("duplicate")[0].item
    assert kept.reason == f"{similarity(one, again):.2f} alike with {first.id}"
    assert (kept.history[-1].what, kept.history[-1].by, kept.history[-1].note) == (
        "duplicate",
        "writingbench",
        kept.reason,
    )
    assert project.trail(kept.id)[-1].before.stage == "draft"
    assert put_aside(project) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_known_is_put_aside_and_the_known_one_is_named(project, language):
    project.add([item(SAME[language][1], language), item(OTHER[language], language)], by="m")
    (gone,) = put_aside(project, [Known(where="official 17", text=SAME[language][0])])
    assert (gone.where, gone.text, gone.known) == ("official 17", SAME[language][0], True)
    assert stages(project) == ["duplicate", "draft"]
    assert "alike with official 17" in project.items("duplicate")[0].item.reason


def touched(project, kept, how):
    material = Material(id="1", title="T", text=project.keep("text"), characters=4, tokens=1)
    if how == "held":
        project.hold(kept.item.id, "Li")
    elif how == "material":
        project.change(kept, replace(kept.item, stage="collect", materials=(material,)), by="Li", what="attach")
    elif how == "adapted":
        screened = project.change(kept, replace(kept.item, stage="screen"), by="m", what="refine", hold=False)
        project.change(screened, moves.adapted(screened.item, "Li", kept.item.request), by="Li", what="adapt")
        project.release(kept.item.id, "Li")
    else:
        project.change(kept, replace(kept.item, stage=how), by="Li", what="move")


@pytest.mark.parametrize("how", ["held", "material", "adapted", "confirm", "approved", "rejected"])
def test_what_people_have_touched_is_never_put_aside_and_goes_before_what_was_there_earlier(project, how):
    one, again = SAME["en"]
    project.add([item(one), item(again)], by="m")
    touched(project, project.items()[1], how)
    stage = project.items()[1].item.stage
    gone = put_aside(project, [Known(where="official 17", text=f"{one} Now")])
    assert [kept.item.stage for kept in project.items()] == ["duplicate", stage]
    assert [each.request for each in gone] == [one]
    assert project.items()[1].item.request == again


def test_what_models_have_refined_and_nobody_has_seen_may_still_be_put_aside(project):
    one, again = SAME["en"]
    project.add([item(one), item(OTHER["en"])], by="m")
    kept = project.items()[1]
    refined = noted(replace(kept.item, stage="screen", request=again), "refine", "vendor/m")
    project.change(kept, refined, by="vendor/m", what="refine", hold=False)
    assert [each.id for each in put_aside(project)] == [refined.id]


def test_what_was_put_aside_is_compared_with_nothing_more(project):
    one, again = SAME["en"]
    project.add([item(OTHER["en"]), item(one, stage="duplicate"), item(again)], by="m")
    assert put_aside(project) == []


def test_two_at_once_put_each_aside_once_and_leave_one_of_those_that_are_alike(project, tmp_path):
    project.add([item(f"{SAME['en'][0]} {'!' * n}", domain2=f"S{n}") for n in range(40)], by="m")
    gone = []

    def run():
        with Project(tmp_path / "construct.db") as own:
            gone.extend(put_aside(own))

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert stages(project) == ["draft", *["duplicate"] * 39]
    assert len({one.id for one in gone}) == len(gone) == 39


def test_an_item_that_changes_meanwhile_stays(project, monkeypatch):
    """Between looking and putting aside somebody takes it in hand: the comparison itself is where time goes."""
    project.add([item(SAME["en"][0]), item(SAME["en"][1])], by="m")

    def slowly(*arguments, **more):
        project.hold(project.items()[1].item.id, "Li")
        return duplicates(*arguments, **more)

    monkeypatch.setattr(alike, "duplicates", slowly)
    assert put_aside(project) == []
    assert stages(project) == ["draft", "draft"]
