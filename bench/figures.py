"""Measure the check of figures: plant facts that nothing supports into faithful texts, and see which findings come.

    python bench/figures.py              precision and recall, what docs/checks/figures.md shows; about a minute
    python bench/figures.py --show       every wrong finding and every planted item that was missed, with its sentence
    python bench/figures.py --texts 100  more texts of each language

The texts (30 English, 30 Chinese) are made from the material of official queries, with a seed. Sentences with figures
are taken over, and some figures change their form: 39218元 to 3.92万元, 1,200,000 to 1.2 million, 12.5% to
百分之十二点五. Sentences are added that give the sum, the difference or the ratio of two numbers of the material, and
sentences that quote it. All that is faithful, and a finding on it is wrong. Then come items that nothing supports:
numbers changed in sentences of the material, new amounts, percentages and dates, organisations, citations, and
sentences quoted that stand in the material of another query.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import process_time

from writingbench.benchmark import load
from writingbench.checks.figures import _given, _trivial, check, rate
from writingbench.checks.figures.dates import dates
from writingbench.checks.figures.derived import words_of
from writingbench.checks.figures.quantities import Quantity, plain, read
from writingbench.checks.figures.sources import squeezed
from writingbench.checks.material import split
from writingbench.checks.passages import HAN, Span, sentences
from writingbench.records import Answer, Query

DATA = Path(__file__).parents[2] / "shared/data/official/benchmark_all.jsonl"
NO_SENTENCE = re.compile(
    r"^[\d.(（一二三四五六七八九十]+[)）、.\s]|\||\[[JMDC]\]|\d\s?[(（]\d+[)）]\s?[:：]|(?:[\d.,%\-—]+\s+){3}"
)  # items, rows, entries of a bibliography
KINDS = ("number", "amount", "percentage", "date", "organisation", "quotation", "citation")

FIGURES = {"number", "amount", "percentage", "date"}  # one taken for another is found all the same
NAMES = {
    "en": "University of Northbridge|Kestrel Analytics Inc.|Halvorsen Institute|Lakeside Savings Bank|Duke University|"
    "Brookings Institution|University of Melbourne|Ministry of Finance of Estonia|Zurich Insurance Group|"
    "Rockefeller Foundation|Asian Development Bank|Fraunhofer Institute|National Bureau of Economic Research|"
    "European Chemicals Agency|Royal Society of Chemistry|Meridian Holdings Ltd|Bank of Norway|Cornell University|"
    "Carnegie Endowment Foundation|McKinsey|Pew Research Center|Deloitte|Gartner|Statista|World Bank|Toyota Motor "
    "Corporation|"
    "American Psychological Association|Tanaka Pharmaceuticals|Cleveland Clinic|RAND Corporation",
    "zh": "浙江工商大学|中国社会科学院|北辰数据研究院|江苏省统计局|中南财经政法大学|招商银行|广东省教育厅|"
    "国家信息中心|艾瑞咨询|麦肯锡|"
    "世界银行|上海交通大学|中国消费者协会|恒远智联科技有限公司|"
    "湖南省市场监督管理局|德勤|北京师范大学|华夏出版社|国家统计局|四川大学华西医院|"
    "中国人口学会|南方日报|杭州云杉信息技术有限公司|上海证券交易所|中国人民银行|重庆市高级人民法院|星海传媒集团|世界卫生组织|河海大学|中国银行业协会",
}  # fmt: skip
SAYS = {
    "en": {
        "organisation": (
            "A survey by {} came to the same result.",
            "{} has published similar findings.",
            "The project was carried out together with {}.",
            "According to {}, the trend will continue.",
        ),
        "percentage": (
            "Some {} of those involved agreed.",
            "This corresponds to a share of {}.",
            "The rate has risen by {} since then.",
            "In the end {} of all cases were settled.",
        ),
        "amount": ("The total cost came to {}.", "An additional {} was set aside for this.", "Losses amounted to {}."),
        "number": (
            "In all, {} people took part.",
            "The data cover {} cases.",
            "A further {} locations were added.",
        ),
        "date": ("This was decided on {}.", "It has been in force since {}.", "The next review took place on {}."),
        "quotation": (
            'As the director put it, "{}"',
            'One participant said: "{}"',
            'The report states that "{}"',
            '"{}," said Margaret Hollis.',
        ),
        "citation": (
            "Earlier work points the same way ({}).",
            "This has been shown before (see {}).",
            "The legal basis is {}.",
            "Details are found at {}.",
        ),
    },
    "zh": {
        "organisation": (
            "据{}的调查，情况大致相同。",
            "{}也得出了类似结论。",
            "该项目由{}共同完成。",
            "{}发布的报告印证了这一点。",
        ),
        "percentage": (
            "其中{}的受访者表示认同。",
            "占比达到{}。",
            "此后这一比例又上升了{}。",
            "满意度为{}。",
        ),
        "amount": ("总投入为{}。", "另外安排资金{}。", "由此造成损失{}。"),
        "number": ("共有{}人参加。", "数据覆盖{}个案例。", "新增网点{}处。"),
        "date": ("该决定于{}作出。", "{}起正式实施。", "{}召开了专题会议。"),
        "quotation": ("负责人指出：“{}”", "一位参与者说：“{}”", "报告强调，“{}”", "“{}”该负责人表示。"),
        "citation": ("已有研究也证明了这一点（{}）。", "依据{}处理。", "参见{}。", "详见{}。"),
    },
}  # fmt: skip
SURNAMES = {
    "en": "Hargreaves Okafor Lindqvist Marchetti Villanueva Abernathy Kowalczyk Pemberton Nakagawa Thorsen".split(),
    "zh": "欧阳文博 司马静 钟离岳 闻人杰 上官雪 端木青 皇甫嵩 尉迟明".split(),
}
LAWS = {
    "en": ("Retail Conduct Act", "Coastal Waters Act", "Data Stewardship Regulation", "Seeds Protection Act"),
    "zh": ("海岛保护法", "种子法", "畜牧法", "军人保险法", "气象法", "测绘法"),
}


@dataclass(slots=True)
class Made:
    """A text, and where in it stands what nothing supports."""

    query: Query
    text: str = ""
    planted: list[tuple[str, Span]] = field(default_factory=list)

    def add(self, sentence: str, kind: str = "", item: str = "") -> None:
        start = len(self.text)
        self.text += sentence + (" " if sentence[-1].isascii() or sentence[-1] in "”" else "")
        if kind:
            at = start + sentence.index(item)
            self.planted.append((kind, (at, at + len(item))))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--texts", type=int, default=30)
    options.add_argument("--show", action="store_true")
    chosen = options.parse_args()
    if not chosen.data.is_file():
        print(f"needs the official queries, {chosen.data.name}")
        return
    draw = random.Random(chosen.seed)
    queries = [query for query in load(chosen.data, criteria=None).queries if split(query.text).has_material]
    texts: list[Made] = []
    for language in ("en", "zh"):
        able = [query for query in queries if query.language == language and len(usable(query)) >= 8]
        draw.shuffle(able)
        texts += [make(query, draw.choice(able), draw) for query in able[: chosen.texts]]
    show(texts, chosen.show)
    by_chance(texts, draw)
    speed(texts, chosen.data)


def usable(query: Query) -> list[str]:
    """The sentences of a query's material that name figures and read as sentences."""
    text = query.text
    found = []
    for start, end in split(text).material:
        for a, b in sentences(text[start:end]):
            one = text[start + a : start + b]
            ends = one.endswith((".", "。", "！", "!"))
            if ends and 25 <= len(one) <= 320 and "\n" not in one and not NO_SENTENCE.search(one) and figures(one):
                found.append(one)
    return list(dict.fromkeys(found))


def figures(sentence: str) -> list[Quantity]:
    shown = plain(sentence)
    skip = [one.span for one in dates(shown)]
    return [
        one for one in read(shown, skip=skip) if not _trivial(one, shown) and not one.spelled and one.kind != "times"
    ]


# ---- faithful ----


def make(query: Query, other: Query, draw: random.Random) -> Made:
    made = Made(query)
    able = usable(query)
    picked = draw.sample(able, min(len(able), 14))
    changed, kept = picked[:3], picked[3:]
    parts: list[Callable[[], None]] = []
    for one in kept:
        parts.append(lambda one=one: made.add(rewritten(one, query.language, draw)))  # type: ignore[misc]
        for sentence in follows(one, query.language, draw):
            parts.append(lambda sentence=sentence: made.add(sentence))  # type: ignore[misc]
    parts.append(lambda: made.add(quoting(draw.choice(kept), query.language)))
    for one in changed:
        parts.append(lambda one=one: misreport(made, one, draw))  # type: ignore[misc]
    for kind in KINDS:
        parts.append(lambda kind=kind: plant(made, kind, other, draw))  # type: ignore[misc]
    draw.shuffle(parts)
    for part in parts:
        part()
    return made


def rewritten(sentence: str, language: str, draw: random.Random) -> str:
    """The sentence with some of its figures in another form."""
    for one in reversed(figures(sentence)):
        if draw.random() < 0.5:
            written = sentence[slice(*one.span)]
            sentence = sentence[: one.span[0]] + another_form(one, written, language, draw) + sentence[one.span[1] :]
    return sentence


def another_form(one: Quantity, written: str, language: str, draw: random.Random) -> str:
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", written)
    if not digits:
        return written
    value, number = one.value, digits.group()
    if one.kind == "percentage":
        if "%" not in written or "points" in written:
            return written
        if language == "zh":
            forms = [f"百分之{spelled(number)}", f"约{round(value)}%" if value >= 5 else written]
            if value % 10 > 5 and value < 90:
                forms.append(f"近{'一二三四五六七八九'[int(value // 10)]}成")
            return draw.choice(forms)
        return draw.choice([f"{number} percent", f"about {round(value)}%" if value >= 5 else written])
    if value < 1000 or (
        written != number and not re.fullmatch(r"[\d,.]+\s?(?:元|万元|亿元|yuan|million|billion)?", written)
    ):
        return written
    tail = re.search(r"(元|yuan)$", written)
    end = (tail.group(1) if language == "zh" else " " + tail.group(1)) if tail else ""
    if language == "zh":
        if value >= 1e8:
            exact = f"{value / 1e8:.2f}".rstrip("0").rstrip(".") + f"亿{end}"
            return draw.choice([exact, f"约{value / 1e8:.2g}亿{end}" if value < 1e10 else exact])
        if value >= 1e4:
            return draw.choice(
                [
                    f"{value / 1e4:.3f}".rstrip("0").rstrip(".") + f"万{end}",
                    f"约{value / 1e4:.2g}万{end}" if value < 1e6 else f"{value:.0f}{end}",
                ]
            )
        return written
    if value >= 1e9:
        return f"{value / 1e9:,.1f} billion{end}"
    if value >= 1e6:
        return draw.choice([f"{value / 1e6:.3g} million{end}", f"{value:,.0f}{end}"])
    return draw.choice([f"{value:,.0f}{end}" if one.step >= 1 else written, f"{value / 1e3:.3g} thousand{end}"])


def spelled(number: str) -> str:
    """A number below 100 as a Chinese numeral."""
    whole, _, after = number.partition(".")
    if not whole.isdigit() or int(whole) >= 100:
        return number
    tens, ones = divmod(int(whole), 10)
    signs = "零一二三四五六七八九"
    made = ("" if not tens else ("十" if tens == 1 else signs[tens] + "十")) + (signs[ones] if ones or not tens else "")
    return made + ("点" + "".join(signs[int(one)] for one in after) if after else "")


def follows(sentence: str, language: str, draw: random.Random) -> list[str]:
    """Up to one sentence with what follows from two figures of the sentence."""
    found = [one for one in figures(sentence) if one.step <= one.value / 10 and not one.about]
    pairs = [
        (a, b)
        for a in found
        for b in found
        if a.span < b.span and a.kind == b.kind and a.unit == b.unit and a.value != b.value
    ]
    if not pairs:
        return []
    a, b = draw.choice(pairs)
    first, second = sentence[slice(*a.span)], sentence[slice(*b.span)]
    named = draw.random() < 0.5
    topic = sentence[: 24 if language == "zh" else 60]
    topic = re.sub(r"(?:US)?[$¥]?\d[\d.,]*\s?\w{0,7}$|[A-Za-z]+$", "", topic)  # no number that is cut off
    topic = topic.strip("，,。. “\"'(（|-")
    if a.kind == "percentage":
        gap = f"{abs(a.value - b.value):.2f}".rstrip("0").rstrip(".")
        if language == "zh":
            return [f"{first}与{second}相差{gap}个百分点。" if named else f"就“{topic}”而言，两者相差{gap}个百分点。"]
        return [
            f"{first} and {second} lie {gap} percentage points apart."
            if named
            else f"As to {topic}, the two lie {gap} percentage points apart."
        ]
    low, high = min(a.value, b.value), max(a.value, b.value)
    share, gap, total = 100 * low / high, high - low, low + high
    end = "元" if a.kind == "amount" and language == "zh" else " in money" if a.kind == "amount" else ""
    decimals = 0 if min(a.step, b.step) >= 1 else 2
    what = draw.choice(["share", "gap", "total"])
    value = {"share": f"{share:.1f}%", "gap": f"{gap:.{decimals}f}{end}", "total": f"{total:.{decimals}f}{end}"}[what]
    zh = {"share": "较小者相当于较大者的", "gap": "两者相差", "total": "两者合计"}[what]
    en = {
        "share": "the smaller is this much of the larger:",
        "gap": "the difference is",
        "total": "together they make",
    }[what]
    if language == "zh":
        return [f"{first}与{second}，{zh}{value}。" if named else f"就“{topic}”而言，{zh}{value}。"]
    return [f"Of {first} and {second}, {en} {value}." if named else f"As to {topic}, {en} {value}."]


def quoting(sentence: str, language: str) -> str:
    """The material's own words in quotation marks, with other punctuation and case."""
    inside = re.sub(r"[“”\"「」]", "", sentence).rstrip("。.")
    return f"材料指出：“{inside}。”" if language == "zh" else f'The source says: "{inside[0].lower()}{inside[1:]}."'


# ---- what nothing supports ----


def fresh(value: str, query: Query) -> bool:
    """Whether the query does not have it in these words or digits."""
    return squeezed(value) not in _given(query.text).source.squeezed


def misreport(made: Made, sentence: str, draw: random.Random) -> None:
    """A sentence of the material with one of its figures changed."""
    one = draw.choice(figures(sentence))
    written = sentence[slice(*one.span)]
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", written)
    if not digits:
        return
    decimals = len(digits.group().partition(".")[2])
    value = float(digits.group().replace(",", ""))
    for _ in range(50):
        new = (
            f"{value * draw.uniform(1.13, 1.9):,.{decimals}f}"
            if draw.random() < 0.7
            else f"{value * draw.uniform(0.5, 0.9):,.{decimals}f}"
        )
        new = new if "," in digits.group() or value < 1e4 else new.replace(",", "")
        if fresh(new, made.query) and float(new.replace(",", "")) > 12:
            item = written.replace(digits.group(), new, 1)
            made.add(sentence[: one.span[0]] + item + sentence[one.span[1] :], one.kind, item)
            return


def plant(made: Made, kind: str, other: Query, draw: random.Random) -> None:
    language = made.query.language
    sentence = draw.choice(SAYS[language][kind])
    for _ in range(50):
        item = invented(kind, language, sentence, other, draw)
        if item and fresh(item, made.query):
            made.add(sentence.format(item), kind, item)
            return


def invented(kind: str, language: str, sentence: str, other: Query, draw: random.Random) -> str:
    zh = language == "zh"
    if kind == "percentage":
        value = draw.choice([f"{draw.randint(13, 97)}", f"{draw.uniform(1, 99):.1f}", f"{draw.uniform(1, 99):.2f}"])
        return draw.choice([f"{value}%", f"百分之{spelled(value)}" if zh else f"{value} percent"])
    if kind == "amount":
        value = draw.choice(
            [f"{draw.uniform(1.2, 98):.2f}", f"{draw.uniform(1.2, 98):.1f}", str(draw.randint(103, 9870))]
        )
        return (
            value + draw.choice(["万元", "亿元"]) if zh else draw.choice([f"${value} million", f"{value} million yuan"])
        )
    if kind == "number":
        value = draw.randint(13, 99) if draw.random() < 0.2 else draw.randint(100, 99_999)
        return str(value) if zh else f"{value:,}"
    if kind == "date":
        year, month, day = draw.randint(1985, 2030), draw.randint(1, 12), draw.randint(1, 28)
        if zh:
            return draw.choice([f"{year}年{month}月{day}日", f"{year}年{month}月", f"{month}月{day}日", f"{year}年"])
        name = "January February March April May June July August September October November December".split()[
            month - 1
        ]
        return draw.choice(
            [f"{name} {day}, {year}", f"{day} {name} {year}", f"{name} {year}", f"{name} {day}", f"{year}"]
        )
    if kind == "organisation":
        return draw.choice(NAMES[language].split("|"))
    if kind == "quotation":
        one = draw.choice(usable(other))
        said = re.sub(r"[“”\"「」]", "", one).rstrip("。.")
        enough = len(HAN.findall(said)) >= 14 if zh else len(said.split()) >= 9
        return said if enough else ""
    year, number = draw.randint(1998, 2024), draw.randint(13, 89)
    law, name = draw.choice(LAWS[language]), draw.choice(SURNAMES[language])
    if "（" in sentence or "(see" in sentence or "({" in sentence:
        other_name = draw.choice(SURNAMES[language])
        return (
            f"{name}等，{year}"
            if zh
            else draw.choice([f"{name}, {year}", f"{name} et al., {year}", f"{name} & {other_name}, {year}"])
        )
    if zh:
        forms = [
            f"《{law}》第{number}条",
            f"《{law}》第{spelled(str(number))}条",
            f"（{year}）沪02民终{number}7号",
            f"国发〔{year}〕{number}号",
        ]
        return draw.choice(
            forms if "依据" in sentence else [*forms, f"https://www.example{number}.cn/{year}", f"《{law}白皮书》"]
        )
    if "legal" in sentence:
        return draw.choice(
            [
                f"Article {number} of the {law}",
                f"Section {number} of the {law}",
                f"{name} v. {draw.choice(SURNAMES['en'][:5])}on",
            ]
        )
    return draw.choice([f"https://www.site{number}.org/{year}", f"doi:10.{number}47/j.{year}.{number}"])


# ---- what came of it ----


def show(texts: Sequence[Made], details: bool) -> None:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for made in texts:
        findings = check(made.query, Answer(text=made.text))
        language = made.query.language
        hit: set[int] = set()
        for one in findings:
            over = [
                n
                for n, (kind, span) in enumerate(made.planted)
                if span[0] < one.span[1] and one.span[0] < span[1] and (kind == one.kind or {kind, one.kind} <= FIGURES)
            ]
            for key in (one.kind, language, "all"):
                rows[key]["said"] += 1
                rows[key]["right"] += bool(over)
            hit.update(over)
            if details and not over:
                print("wrong", made.query.index, one.kind, repr(one.facts["item"]), "|", around(made.text, one.span))
        seen = {(one.kind, one.facts["item"]) for one in findings}
        for n, (kind, span) in enumerate(made.planted):
            # the same item twice is one finding
            got = n in hit or any(made.text[slice(*span)] == item for _, item in seen)
            for key in (kind, language, "all"):
                rows[key]["planted"] += 1
                rows[key]["got"] += got
            if details and not got:
                print("missed", made.query.index, kind, repr(made.text[slice(*span)]), "|", around(made.text, span))
        rows[language]["texts"] += 1
        rows[language]["rate"] += round(1000 * (rate(findings, made.text) or 0))
    print(f"{len(texts)} texts, {sum(len(made.text) for made in texts):,} characters")
    print(f"{'':14}{'findings':>9}{'precision':>11}{'planted':>9}{'recall':>8}")
    for key in ("all", "en", "zh", *KINDS):
        row = rows[key]
        print(
            f"{key:14}{row['said']:>9}{row['right'] / max(row['said'], 1):>11.3f}{row['planted']:>9}"
            f"{row['got'] / max(row['planted'], 1):>8.3f}"
        )
    for language, unit in (("en", "words"), ("zh", "characters")):
        if rows[language]["texts"]:
            print(
                f"{language}: {rows[language]['rate'] / rows[language]['texts'] / 1000:.1f} findings for 1,000 {unit}"
            )


def around(text: str, span: Span) -> str:
    return repr(text[max(0, span[0] - 60) : span[1] + 30])


def by_chance(texts: Sequence[Made], draw: random.Random) -> None:
    """How often a number drawn at random passes: because it stands in the query, or because it seems to follow."""
    print("\nnumbers at random in the stead of a given one, accepted because")
    print(f"{'':26}{'tried':>7}{'it is given':>13}{'it follows':>12}")
    forms: dict[str, Callable[[], float]] = {
        "percentage, whole": lambda: draw.randint(1, 99),
        "percentage, one decimal": lambda: round(draw.uniform(1, 99), 1),
        "percentage, two decimals": lambda: round(draw.uniform(1, 99), 2),
        "number, 2 digits": lambda: draw.randint(13, 99),
        "number, 3 digits": lambda: draw.randint(100, 999),
        "number, 4 to 5 digits": lambda: draw.randint(1000, 99_999),
        "amount, 3 digits": lambda: round(draw.uniform(1, 9.99), 2) * 10 ** draw.randint(4, 9),
    }
    for name, value_of in forms.items():
        tried = stands = derived = 0
        for made in texts:
            given = _given(made.query.text).numbers
            for sentence in draw.sample(usable(made.query), 8):
                found = [one for one in read(plain(sentence)) if given.holds(one)]
                value = float(value_of())
                step = 1.0 if "whole" in name or "number" in name else 0.01 if "two" in name else 0.1
                if name.startswith("amount"):
                    step = 10 ** (len(str(int(value))) - 3)
                one = Quantity(kind=name.split(",")[0], value=value, step=step, span=(0, 1), digits=3)  # type: ignore[arg-type]
                tried += 1
                if given.holds(one):
                    stands += 1
                elif given.follows(one, words_of(sentence), [found[1:6]]):
                    derived += 1
        print(f"{name:26}{tried:>7}{stands / tried:>13.1%}{derived / tried:>12.1%}")


def speed(texts: Sequence[Made], data: Path) -> None:
    """Milliseconds of one core for 3,000 tokens of these texts, and of models' prose against the same queries."""
    print()
    for language, size, file in (("en", 12_000, "judge-scores/judgements"), ("zh", 4_500, "human-scores/responses")):
        mine = [made for made in texts if made.query.language == language]
        timed("the texts above", language, [(made.query, (made.text * 20)[:size]) for made in mine])
        if (prose := data.parents[1] / f"{file}.jsonl").is_file():
            with prose.open(encoding="utf-8") as lines:
                said = [json.loads(line)["response"] for line in islice(lines, 300)]
            timed("models' prose", language, [(mine[0].query, (one * 10)[:size]) for one in said])


def timed(name: str, language: str, pairs: Sequence[tuple[Query, str]]) -> None:
    for query in {query.index: query for query, _ in pairs}.values():
        check(query, Answer(text=""))  # what depends on the query alone is worked out once
    took = []
    for query, text in pairs:
        start = process_time()
        check(query, Answer(text=text))
        took.append(1000 * (process_time() - start))
    took.sort()
    print(f"3,000 tokens, {language}, {name}: {took[len(took) // 2]:.1f} ms, at most {took[-1]:.1f} ms")


if __name__ == "__main__":
    main()
