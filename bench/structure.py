"""Say how far the structure check can be trusted: reads demands of form, plants breaches, takes the time.

    python bench/structure.py           what docs/checks/structure.md shows, about a minute

Demands are read from the official queries (`--data`). 60 of those that it reads were drawn and looked at, and 40
queries of v1 with a criterion for format were searched for demands that it misses; both verdicts stand below by index.
Then a response is made for each official request that names sections or asks for another form, right at first and then
broken in one way, and the check is asked about all of them.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import perf_counter

from writingbench.benchmark.language import language_of
from writingbench.checks.structure import check
from writingbench.checks.structure.forms import Form, demanded
from writingbench.checks.structure.outline import CLOSES, OPENS
from writingbench.records import Answer, Finding, Query

DATA = Path(__file__).parents[2] / "shared/data/official"

# what was drawn of the demands read, and looked at: (index in v2, kind); all others of the draw were right
WRONG = {(556, "sections"), (173, "sections"), (240, "play")}
RIGHT = {
    "sections": "117 288 303 314 322 369 379 404 437 475 512 514 518 535 547 568 570 580 582 620 630 662 680 715 756"
    " 760 768 786 808 810 813 887 890 896 915 940 954 966 979",
    "letter": "118 252 313 319 468 470 730 916",
    "video": "198 637 697 932",
    "list": "312 631 966",
    "headings": "606 817",
    "verse": "381",
}
# what a reader found in 40 queries of v1 with a criterion for format, drawn with seed 11: index -> kinds
TO_READ = {
    143: ["sections"], 239: ["play"], 243: ["video"], 340: ["sections"], 363: ["sections"], 401: ["sections"],
    402: ["sections"], 468: ["verse"], 623: ["sections"], 751: ["sections"], 810: ["sections", "video"],
    841: ["sections"], 856: ["sections"], 862: ["sections"], 881: ["sections"], 965: ["sections"], 972: ["sections"],
    1013: ["sections"], 1111: ["list", "sections"], 1113: ["sections"], 1124: ["headings", "sections"],
    1139: ["sections"], 1142: ["sections"], 1164: ["sections"], 1197: ["sections"],
}  # fmt: skip
# of these it missed nine when they were looked at; what was repaired afterwards
# and those of the 40 that had been looked at while the patterns were written
SEEN = {363, 1197, 239, 143, 751, 881, 243, 468, 1113, 862}
REPAIRED = {(881, "sections"), (1111, "list"), (1111, "sections"), (1124, "headings"), (1142, "sections")}

FILLER = {
    "en": "We looked at this from several sides and kept what could be shown, with sources where there were any and"
    " with plain words where there were none. The rest was left out.",
    "zh": "我们从多个角度做了核对，凡是有依据的都保留下来，没有依据的用平实的话说清楚，其余的一概不写，以免读者误会。",
}


def load(path: Path) -> dict[int, str]:
    """The requests by index."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {row["index"]: row["query"] for row in rows}


def ask(request: str, response: str) -> list[Finding]:
    """What the check finds."""
    query = Query(index=0, domain1="", domain2="", language=language_of(request), text=request, criteria=())
    return check(query, Answer(text=response))


# ---- made responses


def hashed(names: list[str], filler: str) -> str:
    return "\n\n".join(f"## {name}\n\n{filler}" for name in names)


def counted(names: list[str], filler: str) -> str:
    """一、… or 1. …, each on a line of its own."""
    signs = "一二三四五六七八九十" if language_of(filler) == "zh" and len(names) <= 10 else ""
    heads = [f"{signs[place]}、{name}" if signs else f"{place + 1}. {name}" for place, name in enumerate(names)]
    return "\n\n".join(f"{head}\n{filler}" for head in heads)


def bold(names: list[str], filler: str) -> str:
    """A bold lead-in before each paragraph."""
    return "\n\n".join(f"**{name}:** {filler}" for name in names)


def longer(names: list[str], filler: str) -> str:
    """Headings that say a little more than the request."""
    more = "：几点观察" if language_of(filler) == "zh" else ": some observations"
    return "\n\n".join(f"### {place + 1}. {name}{more}\n\n{filler}" for place, name in enumerate(names))


STYLES = (hashed, counted, bold, longer)


def inner(names: tuple[str, ...]) -> list[int]:
    """The places of names that are neither opening nor closing: those may be there without a heading."""
    return [place for place, name in enumerate(names) if not OPENS.match(name) and not CLOSES.match(name)]


def removed(names: list[str], places: list[int], random: Random) -> list[str]:
    gone = random.choice(places)
    return [name for place, name in enumerate(names) if place != gone]


def swapped(names: list[str], places: list[int], random: Random) -> list[str]:
    one, other = sorted(random.sample(places, 2))
    made = list(names)
    made[one], made[other] = made[other], made[one]
    return made


Case = tuple[str, str, str, set[str]]  # what was done, request, response, the kinds that are broken


def of_sections(requests: dict[int, str], random: Random) -> Iterator[Case]:
    """Right, one section removed, two swapped: for each request that names four or more."""
    for index, request in sorted(requests.items()):
        forms = [form for form in demanded(request) if form.kind == "sections"]
        if (
            len(forms) != 1
            or len(inner(forms[0].names)) < 4
            or any(form.kind != "sections" for form in demanded(request))
        ):
            continue
        form: Form = forms[0]
        filler = FILLER[language_of(" ".join(form.names))]
        write: Callable[[list[str], str], str] = STYLES[index % len(STYLES)]
        names, places = list(form.names), inner(form.names)
        yield "sections, all there", request, write(names, filler), set()
        yield "sections, one removed", request, write(removed(names, places, random), filler), {"sections_missing"}
        if form.ordered:
            yield "sections, two swapped", request, write(swapped(names, places, random), filler), {"sections_order"}


LETTER = {
    "en": "Dear {name},\n\n{filler}\n\n{filler}\n\nSincerely,\nAlex Smith",
    "zh": "尊敬的{name}：\n\n{filler}\n\n{filler}\n\n此致\n敬礼\n\n张明\n2025年3月1日",
}
PLAY = {
    "en": "Scene 1: a kitchen\n\nANNA: Did you hear that?\nBEN: (turning) Hear what?\nANNA: The door.\nBEN: No.",
    "zh": "第一幕 厨房，清晨\n\n小安：你听见了吗？\n小本：（转身）听见什么？\n小安：门。\n小本：没有。",
}
VIDEO = {
    "en": "Visual: the river at dawn\nNarrator: It begins here.\nVisual: a bridge\nNarrator: It crosses the town.",
    "zh": "画面：清晨的河\n旁白：它从这里开始。\n画面：一座桥\n旁白：它穿过小城。",
}


def of_letters(requests: dict[int, str]) -> Iterator[Case]:
    """Letters whole, without salutation, without the end; scripts whole and as plain prose."""
    for _, request in sorted(requests.items()):
        kinds = [form.kind for form in demanded(request)]
        language = language_of(request)
        filler = FILLER[language]
        if kinds == ["letter"]:
            whole = LETTER[language].format(name="李老师" if language == "zh" else "Ms. Lee", filler=filler)
            yield "letter, whole", request, whole, set()
            yield "letter, no salutation", request, whole.split("\n\n", 1)[1], {"letter_salutation"}
            cut = whole.split(filler)[0] + filler + "\n\n" + filler
            yield "letter, no end", request, cut, {"letter_closing", "letter_signature"}
        elif kinds in (["play"], ["video"]):
            whole = (PLAY if kinds == ["play"] else VIDEO)[language]
            yield f"{kinds[0]}, whole", request, whole, set()
            yield f"{kinds[0]}, as prose", request, "\n\n".join([filler] * 4), {f"{kinds[0]}_missing"}


ROWS = {
    "en": "| Item | Cost |\n| --- | --- |\n| Rent | 10 |\n| Light | 5 |",
    "zh": "| 项目 | 费用 |\n| --- | --- |\n| 房租 | 10 |\n| 电费 | 5 |",
}


def of_others(requests: dict[int, str]) -> Iterator[Case]:
    """JSON, tables, lists, headings and what is forbidden: the official queries hardly ask for these, so a wish is
    added to one that asks for no form."""
    plain = [request for _, request in sorted(requests.items()) if not demanded(request) and len(request) < 600]
    for language in ("en", "zh"):
        bare = [request for request in plain if language_of(request) == language][:4]
        filler = FILLER[language]
        wishes = {
            "en": {
                "json": " Answer in JSON format with the keys title, body.",
                "table": " Present the costs in a table with columns Item, Cost.",
                "list": " Write it in bullet points.",
                "numbered": " Use a numbered list.",
                "no_markdown": " Do not use Markdown.",
                "no_lists": " Do not use bullet points.",
                "no_emoji": " No emojis.",
                "no_headings": " Write without headings.",
            },
            "zh": {
                "json": "请以JSON格式输出，字段为：title、body。",
                "table": "费用请以表格形式列出，表头为：项目、费用。",
                "list": "请分点列出。",
                "numbered": "请用编号列出。",
                "no_markdown": "不要使用Markdown。",
                "no_lists": "不要使用列表。",
                "no_emoji": "请勿使用表情符号。",
                "no_headings": "不要使用小标题。",
            },
        }[language]
        bulleted = "\n".join(f"- {filler}" for _ in range(3))
        ordered = "\n".join(f"{place}. {filler}" for place in (1, 2, 3))
        headed = f"## {filler[:8]}\n\n{filler}\n\n## {filler[9:17]}\n\n{filler}"
        good = json.dumps({"title": "A", "body": [filler]}, ensure_ascii=False)
        prose = f"{filler}\n\n{filler}"
        pairs: dict[str, tuple[str, list[tuple[str, set[str]]]]] = {
            "json": (
                good,
                [
                    (good[:-3], {"json_broken"}),
                    (prose, {"json_missing"}),
                    (good.replace("title", "name"), {"json_keys"}),
                ],
            ),
            "table": (
                ROWS[language],
                [
                    (ROWS[language].replace("|", " ").replace("---", ""), {"table_missing"}),
                    (ROWS[language].replace("Cost", "Sum").replace("费用", "总额"), {"table_columns"}),
                ],
            ),
            "list": (bulleted, [(prose, {"list_missing"})]),
            "numbered": (ordered, [(prose, {"numbered_missing"})]),
            "no_markdown": (prose, [(headed, {"no_markdown"}), (f"**{filler}**", {"no_markdown"})]),
            "no_lists": (prose, [(bulleted, {"no_lists"})]),
            "no_emoji": (prose, [(f"{filler} 🎉", {"no_emoji"})]),
            "no_headings": (prose, [(headed, {"no_headings"})]),
        }
        for request in bare:
            for kind, (right, wrong) in pairs.items():
                yield f"{kind}, right", request + wishes[kind], right, set()
                for response, expected in wrong:
                    yield f"{kind}, broken", request + wishes[kind], response, expected


def planted(cases: list[Case]) -> None:
    """Precision and recall of what is called broken, by what was done."""
    hits, missed, false = Counter[str](), Counter[str](), Counter[str]()
    number = Counter[str](done for done, *_ in cases)
    languages = Counter(language_of(response) for _, _, response, _ in cases)
    for done, request, response, expected in cases:
        said = {finding.kind for finding in ask(request, response) if finding.verdict == "broken"}
        hits[done] += len(said & expected)
        missed[done] += len(expected - said)
        false[done] += len(said - expected)
    print(
        f"\n| made responses: {languages['en']} English, {languages['zh']} Chinese | cases | found | missed | wrongly |"
    )
    print("|---|--:|--:|--:|--:|")
    for done in sorted(number):
        print(f"| {done} | {number[done]} | {hits[done]} | {missed[done]} | {false[done]} |")
    found, wrongly, lost = sum(hits.values()), sum(false.values()), sum(missed.values())
    print(f"| all | {len(cases)} | {found} | {lost} | {wrongly} |")
    print(f"\nprecision {found / (found + wrongly):.3f}, recall {found / (found + lost):.3f}")


def reading(v2: dict[int, str], v1: dict[int, str]) -> None:
    """What is read, and how often that is right."""
    read = {(index, form.kind) for index, text in v2.items() for form in demanded(text)}
    kinds = Counter(kind for _, kind in read)
    print(f"{len(read)} demands in {len({index for index, _ in read})} of {len(v2):,} official queries:")
    print(", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    right = {(int(index), kind) for kind, indices in RIGHT.items() for index in indices.split()}
    print(
        f"\nof {len(right | WRONG)} drawn and looked at {len(right)} were right"
        f" ({len(right) / len(right | WRONG):.0%});",
        end=" ",
    )
    now = (right | WRONG) & read
    print(f"{len(now)} are still read, {len(now & right)} of them right ({len(now & right) / len(now):.0%})")
    there = {(index, kind) for index, wanted in TO_READ.items() for kind in wanted}
    seen = {(index, form.kind) for index in TO_READ for form in demanded(v1[index])} & there
    before = seen - REPAIRED
    print(f"of {len(there)} demands in 40 queries of v1 {len(before)} were read when first looked at", end=" ")
    print(f"({len(before) / len(there):.0%}), {len(seen)} are now")
    fresh, found = ({one for one in some if one[0] not in SEEN} for some in (there, before))
    print(
        f"of the {len(fresh)} in queries that nobody had looked at before, {len(found)} ({len(found) / len(fresh):.0%})"
    )


def real(folder: Path) -> None:
    """What is found in real responses, Chinese and English."""
    verdicts, broken, number = Counter[str](), Counter[str](), 0
    for name, rows in (("human-scores", "responses"), ("judge-scores", "judgements")):
        asked = (folder / name / "queries.jsonl", folder / name / f"{rows}.jsonl")
        if not all(path.is_file() for path in asked):
            print(f"\nno {name} in {folder}")
            continue
        requests = {row["id"]: row["query"] for row in map(json.loads, asked[0].open(encoding="utf-8"))}
        for row in map(json.loads, asked[1].open(encoding="utf-8")):
            found = ask(requests[row["id"]], row["response"])
            number += bool(found)
            verdicts.update(finding.verdict for finding in found)
            broken.update(finding.kind for finding in found if finding.verdict == "broken")
    print(
        f"\n{number:,} real responses with a demand: {verdicts['met']} met, {verdicts['broken']} broken {dict(broken)}"
    )


def speed(random: Random) -> None:
    """Milliseconds for a response of 3,000 tokens, the request read before and not read before."""
    for language, name, size in (
        ("en", "12,000 English characters", 12_000),
        ("zh", "4,500 Chinese characters", 4_500),
    ):
        request = {
            "en": "Write a report with the following sections: 1. Background 2. Methods 3. Costs 4. Advice",
            "zh": "请写一份报告，分为背景、方法、结果、建议四个部分，以表格形式列出费用。",
        }[language]
        names = list(demanded(request)[0].names) * 8
        random.shuffle(names)
        text = hashed(names, FILLER[language] * 3)
        text = (text * (size // len(text) + 1))[:size]
        demanded.cache_clear()
        start = perf_counter()
        ask(request, text)
        first = perf_counter() - start
        times = []
        for _ in range(20):
            start = perf_counter()
            ask(request, text)
            times.append(perf_counter() - start)
        print(f"{name}: {1000 * min(times):.1f} ms, with reading the request {1000 * first:.1f} ms")


def main() -> None:
    """Print it all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    whole, subset = chosen.data / "benchmark_all.jsonl", chosen.data / "v1/format_subset.jsonl"
    if not whole.is_file() or not subset.is_file():
        options.error(f"needs the published files in {chosen.data}")
    v2, v1 = load(whole), load(subset)
    reading(v2, v1)
    random = Random(chosen.seed)
    planted([*of_sections(v2, random), *of_letters(v2), *of_others(v2)])
    real(chosen.data.parent)
    print()
    speed(random)


if __name__ == "__main__":
    main()
