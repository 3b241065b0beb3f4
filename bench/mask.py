"""Measure the masking of personal data: plant made-up values into real requests, and count what is found unplanted.

    python bench/mask.py               what docs/construct/mask.md shows; some two minutes
    python bench/mask.py --missed      every planted value that did not come out as it should
    python bench/mask.py --show        what is found in the texts as they are, with its surroundings (real contacts!)

bench/mask.tsv has a sentence a line: in which set, the kind of value in it ("-" for a number that is to stay), its
language, and the sentence with a value in braces: a maker of VALUES or a pattern (# a digit, ? a letter or digit, ^ a
capital), and after strokes how it is written: in groups (3-4-4), `wide`, `upper`, `lower`, in `han` digits, a=b for
signs. Set 1 was there before the rules, set 2 was written when they stood, set 3 by somebody else later.
Values are made with a seed and put, with their sentence, between two sentences of an official request.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from writingbench.benchmark.language import language_of
from writingbench.construct.mask import mask, spans

DATA = Path(__file__).parents[2] / "shared/data"
SENTENCES = Path(__file__).with_suffix(".tsv")
TEXTS = (  # those that something is looked for in as they are
    ("official queries", "official/benchmark_all.jsonl", "query"),
    ("human-scores responses", "human-scores/responses.jsonl", "response"),
    ("judge-scores responses", "judge-scores/judgements.jsonl", "response"),
)
SHORT = 5000  # characters of a request that values are planted in
EACH = 12  # values for a sentence
RUN = 5  # letters or digits of a value in a row that must not be left
NONE = "-"
LANGUAGES = ("en", "zh")

Rng = random.Random


# values


def digits(rng: Rng, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def mobile(rng: Rng) -> str:
    return rng.choice("130 135 138 139 150 158 159 166 176 177 186 188 189 191 199".split()) + digits(rng, 8)


def american(rng: Rng) -> str:
    return f"{rng.randint(2, 7)}{rng.randint(1, 9)}{rng.randint(2, 9)}{rng.randint(2, 9)}{digits(rng, 6)}"


def local(rng: Rng) -> str:
    first = rng.choice("anna wei john maria li.na zhangwei oliver sofia liuyang priya wangfang yuki".split())
    last = rng.choice("smith zhang li brown garcia wu tanaka chen okafor huang novak silva".split())
    return rng.choice((f"{first}.{last}", f"{first}{digits(rng, 3)}", f"{first}_{last}", f"{last}{digits(rng, 4)}"))


def email(rng: Rng) -> str:
    hosts = "gmail.com qq.com 163.com outlook.com 126.com example.org yahoo.co.uk pku.edu.cn foxmail.com".split()
    return f"{local(rng)}@{rng.choice(hosts)}"


def resident(rng: Rng) -> str:
    """With the check digit of GB 11643-1999."""
    place = rng.choice("110105 310101 440305 510104 330106 420106 230103 610113".split())
    body = f"{place}{rng.randint(1950, 2010)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{digits(rng, 3)}"
    return body + "10X98765432"[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(body)) % 11]


def hong_kong(rng: Rng) -> str:
    letter, body = rng.choice("ABCDEGHKPRVYZ"), digits(rng, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(d) * w for d, w in zip(body, range(7, 1, -1), strict=True))
    return f"{letter}{body}({'0123456789A'[-total % 11]})"


def taiwan(rng: Rng) -> str:
    letter, body = rng.choice("ABCDEFGH"), rng.choice("12") + digits(rng, 7)
    number = 10 + "ABCDEFGH".index(letter)
    total = number // 10 + number % 10 * 9 + sum(int(d) * w for d, w in zip(body, range(8, 0, -1), strict=True))
    return f"{letter}{body}{-total % 10}"


def social(rng: Rng) -> str:
    return f"{rng.randint(100, 665)}{rng.randint(10, 99)}{rng.randint(1000, 9999)}"


def insurance(rng: Rng) -> str:
    return f"{rng.choice('AB CE HJ JK LM PR ST WX YZ'.split())}{digits(rng, 6)}{rng.choice('ABCD')}"


def card(start: str, size: int) -> Callable[[Rng], str]:
    def write(rng: Rng) -> str:
        body = (chosen := rng.choice(start.split())) + digits(rng, size - 1 - len(chosen))
        total = sum(int(d) if at % 2 else sum(divmod(2 * int(d), 10)) for at, d in enumerate(reversed(body)))
        return body + str(-total % 10)

    return write


def iban(rng: Rng) -> str:
    country, body = rng.choice((("DE", digits(rng, 18)), ("GB", f"NWBK{digits(rng, 14)}"), ("FR", digits(rng, 23))))
    return f"{country}{98 - int(''.join(str(int(c, 36)) for c in f'{body}{country}00')) % 97:02}{body}"


def four(rng: Rng) -> str:
    return f"{rng.randint(20, 126)}.{rng.randint(30, 254)}.{rng.randint(0, 254)}.{rng.randint(1, 254)}"


def six(rng: Rng) -> str:
    return "2001:db8:" + ":".join(f"{rng.randrange(1 << 12, 1 << 16):x}" for _ in range(6))


def mac(rng: Rng) -> str:
    return ":".join("".join(rng.choices("0123456789ABCDEF", k=2)) for _ in range(5)) + ":AB"


def plate(rng: Rng) -> str:
    tail = [rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ"), *digits(rng, 4)]
    rng.shuffle(tail)
    return f"{rng.choice('京沪粤苏浙川鄂鲁')}{rng.choice('ABCDEF')}{''.join(tail)}"


VALUES: dict[str, Callable[[Rng], str]] = {
    "mobile": mobile, "american": american, "local": local, "email": email, "resident": resident, "iban": iban,
    "hong kong": hong_kong, "taiwan": taiwan, "social": social, "insurance": insurance, "ip": four, "ipv6": six,
    "mac": mac, "plate": plate, "card": card("4 51 55 62", 16), "card19": card("62", 19), "card15": card("37", 15),
}  # fmt: skip
SIGNS = {
    "#": "0123456789",
    "?": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "^": "ABCDEFGHJKLMNPQRSTUVWXYZ",
}
HAN = str.maketrans("0123456789", "零一二三四五六七八九")


def written(what: str, rng: Rng) -> str:
    """A value as bench/mask.tsv says it is written."""
    maker, *ways = what.split("|")
    value = VALUES[maker](rng) if maker in VALUES else "".join(rng.choice(SIGNS.get(sign, sign)) for sign in maker)
    for way in ways:
        old, equals, new = way.partition("=")
        if equals:
            value = value.replace(old, new)
        elif way == "wide":
            value = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in value)
        elif way in {"upper", "lower"}:
            value = getattr(value, way)()
        elif way == "han":
            value = value.translate(HAN)
        else:
            value = grouped(value, way)
    return value


def grouped(value: str, way: str) -> str:
    """In groups of such sizes; the last size goes for what is left, too."""
    sizes, by = [int(size) for size in re.findall(r"\d+", way)], re.findall(r"\D+", way)[0]
    parts = []
    while value:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        parts.append(value[:size])
        value = value[size:]
    return by.join(parts)


# planting


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A line of bench/mask.tsv."""

    set: str
    kind: str
    language: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What came of one planted value."""

    form: Form
    sentence: str
    after: str  # the sentence as it came out
    hidden: bool  # not RUN letters or digits of it are left in a row
    exact: bool  # placeholders of its kind stand in its place, and all around it is as it was
    found: tuple[str, ...]  # the kinds that were found


def plant(form: Form, request: str, rng: Rng) -> Planted:
    """Put a value into a request, and see what is left of it."""
    stops = [match.end() for match in re.finditer(r"[.!?。！？]\s|[。！？]|\n", request)] or [len(request)]
    at = rng.choice(stops)
    left, what, right = re.split(r"[{}]", form.sentence.replace(r"\n", "\n"))
    value = written(what, rng)
    before, after = f"{request[:at]} {left}", f"{right} {request[at:]}"
    came = mask(before + value + after)
    size = min(RUN, len(letters(value)))
    rest = {run for piece in re.split(r"\[[^\[\]]{1,30}\d\]", came.text) for run in runs(piece, size)}
    name = came.text[len(before) : len(came.text) - len(after)]
    around = came.text.startswith(before) and came.text.endswith(after)
    return Planted(
        form=form,
        sentence=left + value + right,
        after=came.text[at + 1 : len(came.text) - len(request[at:]) - 1],
        hidden=not runs(value, size) & (rest - runs(before + after, size)),
        exact=around and form.kind in came.found and bool(re.fullmatch(r"(?:\[[^\[\]]+\d\]\W?)+", name)),
        found=tuple(came.found),
    )


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def runs(text: str, size: int) -> set[str]:
    plain = letters(text)
    return {plain[at : at + size] for at in range(len(plain) - size + 1)}


def measure(seed: int) -> list[Planted]:
    """Plant every form EACH times, in official requests without anything that is masked in them."""
    rng, requests = random.Random(seed), {"en": list[str](), "zh": list[str]()}
    for text in texts("official/benchmark_all.jsonl", "query"):
        if len(text) <= SHORT and not mask(text).found:
            requests[language_of(text)].append(text)
    lines = SENTENCES.read_text("utf-8").splitlines()
    forms = [
        Form(**dict(zip(("set", "kind", "language", "sentence"), line.split("\t"), strict=True))) for line in lines
    ]
    return [plant(form, rng.choice(requests[form.language]), rng) for form in forms for _ in range(EACH)]


def texts(path: str, field: str) -> Iterator[str]:
    with (DATA / path).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)[field] or ""


# what is printed


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(row)} |")


def share(of: Sequence[bool]) -> str:
    return f"{sum(of) / len(of):.1%}" if of else "–"


def show(planted: Sequence[Planted], missed: bool) -> None:
    """What became of planted values, by set and by kind, and of the numbers that are to stay."""
    sets = [one.form.set for one in planted if one.form.kind != NONE]
    rows = []
    for name in dict.fromkeys(sets):
        some = [one for one in planted if one.form.set == name and one.form.kind != NONE]
        rows.append([name, f"{len(some):,}", share([one.hidden for one in some]), share([one.exact for one in some])])
    print()
    table(("set", "values", "hidden", "exact"), rows)
    rows = []
    for kind in dict.fromkeys(one.form.kind for one in planted):
        row = [kind]
        for language in LANGUAGES:
            inside = [one for one in planted if one.form.language == language]
            some = [one for one in inside if one.form.kind == kind]
            found = [one for one in inside if kind in one.found]
            right = share([one.form.kind == kind for one in found])
            hidden = share([bool(one.found) if kind == NONE else one.hidden for one in some])
            row += [f"{len(some):,}", hidden, right]
        rows.append(row)
    print()
    table(("kind", *(f"{what}{language}" for language in LANGUAGES for what in ("", "hidden ", "right "))), rows)
    print("\nSentences whose values are not always hidden, or whose numbers do not always stay:\n")
    bad = Counter((one.form.kind, one.form.sentence) for one in planted if not good(one))
    for (kind, sentence), count in bad.items():
        print(f"{kind}\t{count} of {EACH}\t{sentence}")
    for one in planted if missed else ():
        if not (good(one) and (one.exact or one.form.kind == NONE)):
            print(f"{one.form.kind}: {one.sentence} -> {one.after}")


def good(one: Planted) -> bool:
    return not one.found if one.form.kind == NONE else one.hidden


def look(listed: bool) -> None:
    """What is found without planting."""
    print()
    rows, size, began = [], 0, process_time()
    for name, path, field in TEXTS:
        kinds: Counter[str] = Counter()
        number = 0
        for number, text in enumerate(texts(path, field), start=1):
            size += len(text)
            for kind, span in spans(text):
                kinds[kind] += 1
                if listed:
                    around = text[max(0, span.start - 40) : span.end + 25].replace("\n", "⏎")
                    print(f"{name}\t{number}\t{kind}\t{around}")
        rows.append((name, f"{number:,}", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())))
    table(("texts", "", "found"), rows)
    took = process_time() - began
    print(f"\n{size / 1e6:.1f} million characters, {size / took / 1e6:.2f} million a second")


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not DATA.is_dir():
        parser.error(f"{DATA}: the shared data is not here, and without it nothing can be measured")
    show(measure(options.seed), options.missed)
    look(options.show)


if __name__ == "__main__":
    main()
