"""Lists of requests of every kind: how they are read, what is left out, what is refused, and what is masked first."""

import contextlib
import csv
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writingbench.benchmark import Defects
from writingbench.construct import bring
from writingbench.construct.item import key
from writingbench.construct.lists import MOST, Source
from writingbench.construct.lists.foreign import foreign
from writingbench.construct.lists.request import LONGEST, plain
from writingbench.construct.project import Project
from writingbench.records import UserError

TOAST = "Write a toast for my sister's wedding."
SPRING = "请写一篇关于春天的散文，不超过八百字。"
CHAT = [
    {"role": "system", "content": "You are helpful."},
    {"role": "user", "content": TOAST},
    {"role": "assistant", "content": "Dear all, ..."},
    {"role": "user", "content": "Shorter."},
]
SHARED = [{"from": "gpt", "value": "Hello!"}, {"from": "human", "value": SPRING}]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def lines(path, *rows):
    return write(path, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))


def texts(path, **options):
    return [one.text for one in Source(path, **options)]


def defects(path, **options):
    with pytest.raises(Defects) as told:
        list(Source(path, **options))
    return [(one.line, one.field, one.problem) for one in told.value.defects]


# the forms of files


@pytest.mark.parametrize(
    "row",
    [
        TOAST,
        {"query": TOAST},
        {"request": TOAST, "id": 7},
        {"prompt": TOAST, "text": "Dear all, ..."},
        {"Instruction": f"  {TOAST}\r\n", "output": "Dear all, ..."},
        {"instruction": TOAST, "input": ""},
        {"提示词": TOAST},
        {"text": TOAST},
        {"text": "<|user|>Write ...", "messages": CHAT},
        {"prompt": CHAT},
        {"messages": CHAT},
        {"conversation": CHAT[1:]},
        {"conversations": [{"from": "human", "value": TOAST}]},
        {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": TOAST}]}]},
        {"query": TOAST, "prompt": "another"},
    ],
)
def test_a_request_is_found_under_every_usual_name_and_in_chats_in_the_users_first_turn(tmp_path, row):
    assert texts(lines(tmp_path / "a.jsonl", row)) == [TOAST]
    assert texts(lines(tmp_path / "a.json", [row])) == [TOAST]


def test_what_an_instruction_is_about_goes_with_it(tmp_path):
    path = lines(tmp_path / "a.jsonl", {"instruction": "Shorten this.", "input": "A long text.", "output": "Text."})
    assert texts(path) == ["Shorten this.\n\nA long text."]


def test_requests_keep_the_lines_on_which_they_begin(tmp_path):
    path = write(tmp_path / "a.json", f'\n[\n {{"query":\n "{TOAST}"}},\n\n "{SPRING}" , "Write a haiku."\n]\n')
    assert [(one.line, one.language) for one in Source(path)] == [(3, "en"), (6, "zh"), (6, "en")]
    path = write(tmp_path / "a.csv", f'id,query\n1,"Write a poem\nabout rain."\n2,{SPRING}\n')
    assert [one.line for one in Source(path)] == [2, 4]
    path = write(tmp_path / "a.txt", f"\n\n{TOAST}\nTwo minutes.\n\n\n{SPRING}\n")
    assert [(one.line, one.text) for one in Source(path)] == [(3, f"{TOAST}\nTwo minutes."), (7, SPRING)]


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_tables_are_read_with_whatever_stands_between_their_columns(tmp_path, suffix, delimiter):
    hard = f'He said "write; now, please",\tand so\non.\n{SPRING}'
    with (tmp_path / f"a.{suffix}").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t" if suffix == "tsv" else delimiter)
        out.writerows([["date", "Prompt"], ["2026-05-01", hard], [], ["2026-05-02", TOAST]])
    assert texts(tmp_path / f"a.{suffix}") == [hard, TOAST]


def test_plain_text_is_a_request_a_line_and_with_blank_lines_a_request_a_paragraph(tmp_path):
    source = Source(write(tmp_path / "a.txt", f"{TOAST}\r\n{SPRING}\r\n\r\n\r\n"))
    assert [one.text for one in source] == [TOAST, SPRING]
    assert source.form == "lines"
    source = Source(write(tmp_path / "b", f"\n{TOAST}\n{SPRING}\n \t\nWrite a haiku."))
    assert [one.text for one in source] == [f"{TOAST}\n{SPRING}", "Write a haiku."]
    assert source.form == "paragraphs"


def test_another_field_is_read_where_one_is_named(tmp_path):
    row = {"query": "no", "Task ": TOAST}
    assert texts(lines(tmp_path / "a.jsonl", row), field="task") == [TOAST]
    assert texts(write(tmp_path / "a.csv", f"query,题目\nno,{SPRING}"), field="题目") == [SPRING]
    assert defects(lines(tmp_path / "b.jsonl", row), field="tasks")[0][2].startswith("no field 'tasks'; there are")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encodings_in_which_people_save_lists_are_told_apart(tmp_path, encoding):
    path = write(tmp_path / "a.csv", f"prompt\n{SPRING}\n“引号”——㐀𠮷与镕\n{TOAST}\n", encoding)
    assert texts(path) == [SPRING, "“引号”——㐀𠮷与镕", TOAST]


@pytest.mark.parametrize(
    "content",
    [
        b"Un caf\xe9 cr\xe8me, s'il vous pla\xeet\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xff\xff\xff",
        b"W\0r\0i\0t\0e\0",
    ],
)
def test_what_is_text_in_no_known_encoding_is_refused_with_its_line(tmp_path, content):
    path = tmp_path / "a.txt"
    path.write_bytes(b"Write a poem.\n" + content)
    with pytest.raises(Defects, match=r"a\.txt:2: neither UTF-8"):
        Source(path)
    path.write_bytes(b"\xff\xfe\x00\xd8")  # said to be UTF-16, and half a character
    with pytest.raises(Defects, match=r"a\.txt:1: neither UTF-8"):
        Source(path)


def test_what_cannot_be_read_or_looks_like_something_else_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        Source(tmp_path / "none.txt")
    with pytest.raises(UserError, match="cannot be read"):
        Source(tmp_path)
    with pytest.raises(UserError, match=r"name it \.jsonl"):
        Source(lines(tmp_path / "a.txt", {"query": TOAST}))


# what is left out


def test_empty_rows_and_exact_duplicates_are_counted_and_left_out(tmp_path):
    rows = [
        TOAST,
        "",
        {"query": None},
        {"query": " \u3000\n"},
        {"messages": []},
        {"messages": CHAT[:1]},
        f" {TOAST}\n",
        SPRING,
    ]
    source = Source(lines(tmp_path / "a.jsonl", *rows))
    assert [one.text for one in source] == [TOAST, SPRING]
    assert source.tally == {"empty": 5, "duplicate": 1}
    assert [one.text for one in source] == [TOAST, SPRING]  # as often as it is gone through
    assert source.tally == {"empty": 5, "duplicate": 1}


@pytest.mark.parametrize(
    "text",
    [
        "友人の結婚式のスピーチを書いてください。三分くらいで。",
        "친구의 결혼식 축사를 써 주세요.",
        "Напиши тост на свадьбу моей сестры.",
        "اكتب خطابًا قصيرًا لحفل زفاف أختي",
        "Γράψε μια πρόποση για τον γάμο της αδερφής μου.",
        "Escribe un brindis para la boda de mi hermana con humor, sin que sea muy largo, y que termine con los novios.",
        "Schreibe mir bitte eine Rede für die Hochzeit von meiner Schwester, und sie soll nicht zu lang sein.",
        "Hãy viết lời chúc mừng đám cưới của chị gái tôi.",
        "12345 !!! 😀",
    ],
)
def test_requests_in_other_languages_are_left_out_and_counted(tmp_path, text):
    assert foreign(text)
    source = Source(lines(tmp_path / "a.jsonl", text, TOAST))
    assert [one.text for one in source] == [TOAST]
    assert source.tally == {"foreign": 1}


@pytest.mark.parametrize(
    "text",
    [
        TOAST,
        SPRING,
        "haiku",
        "诗",
        "Write about the café in «Les Misérables» and the naïve Zoë who runs it.",
        "把这段话译成中文：The quick brown fox jumps over the lazy dog while the sun goes down in the west.",
        "写一份 KPI、OKR 与 SLA 的说明 PPT outline",
        "请介绍俳句「古池や蛙飛びこむ水の音」的意境，并仿写三首中文俳句，分别写春、夏、秋。",
        "Write a blog post about the Russian word тоска and what it means.",
        "Review the Japanese restaurant KUROGI (くろぎ) for my blog, in 800 words, and say what it costs.",
    ],
)
def test_english_and_chinese_requests_that_quote_other_languages_stay(text):
    assert not foreign(text)


def test_the_first_so_many_are_taken_and_the_rest_is_not_looked_at(tmp_path):
    path = lines(tmp_path / "a.jsonl", TOAST, TOAST, SPRING, "Write a haiku.", 7)
    assert texts(path, limit=2) == [TOAST, SPRING]
    assert defects(path) == [(5, "", "must be an object or a text")]


# what is refused


def test_every_defect_is_told_at_once_with_its_line_field_value_and_what_to_do(tmp_path):
    rows = [
        {"answer": "Yes", "score": 5},
        {"prompt": 5},
        {"messages": [{"role": "prompter", "content": "x"}]},
        {"query": "长" * (LONGEST + 1)},
        5,
        {"messages": [{"role": "user", "content": 5}]},
        {"conversations": ["Hi"]},
    ]
    path = lines(tmp_path / "a.jsonl", *rows)
    with path.open("ab") as file:
        file.write(b'\n{"query": "half\n')
    with pytest.raises(Defects) as told:
        list(Source(path))
    found = told.value.defects
    assert [one.line for one in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [one.field for one in found] == ["", "prompt", "messages", "query", "", "messages", "conversations", ""]
    shown = str(told.value).splitlines()
    assert "--field; there are: 'answer', 'score'" in shown[0]
    assert "prompt: must be text (is 5)" in shown[1]
    assert "no turn of human or user (roles: prompter)" in shown[2]
    assert "200,001 characters, 200,000 at most; shorten it" in shown[3]
    assert len(shown[3]) < 400
    assert "not JSON" in shown[7]


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("a.csv", "id,text_en\n1,x\n", 1, "no field of a known name"),
        ("a.csv", f"{TOAST}\nWrite a haiku.\n", 1, "--field"),
        ("a.csv", "id,query\n1,Write a poem, please\n", 2, "3 fields, the header has 2"),
        ("a.csv", 'id,query\n1,x\n2,"Write a poem\n3,y\n', 3, "close every quote"),
        ("a.csv", 'id,query\n1,"Write" a poem\n', 2, "not CSV"),
        ("a.csv", "", 1, "no field of a known name"),
        ("a.json", '["a",\n "b"', 2, "no comma"),
        ("a.json", '["a"\n "b"]', 1, "no comma"),
        ("a.json", '["Write a poem", {"query": nul}]', 1, "not JSON"),
        ("a.json", '["Write a poem"]\n["b"]', 1, "more follows"),
        ("a.json", "[" * 100_000, 1, "not JSON"),
        ("a.json", '{\n"query": "Write a poem"\n}', 1, "not JSON"),
        ("a.jsonl", '{"a":' * 100_000, 1, "not JSON"),
        ("a.jsonl", "\n\n", 1, "the file holds no request"),
        ("a.json", "[]", 1, "the file holds no request"),
        ("a.txt", "", 1, "the file holds no request"),
    ],
)
def test_a_file_that_is_broken_says_where_and_how(tmp_path, name, text, line, problem):
    found = defects(write(tmp_path / name, text))
    assert found[0][0] == line
    assert problem in found[0][2]


def test_a_file_of_nothing_but_defects_is_given_up_after_a_thousand(tmp_path):
    path = lines(tmp_path / "a.jsonl", *range(MOST + 500))
    found = defects(path)
    assert len(found) == MOST + 1
    assert found[-1][0] == MOST + 1


def test_half_characters_and_control_characters_do_not_get_in(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"query": "Write \\ud83d a\\u0000 po\\u001bem."}\n{"\\ud83d": 1}\n')
    assert texts(path, limit=1) == ["Write ? a poem."]
    assert "\\ud83d" in defects(path)[0][2]


@given(st.text(), st.sampled_from(["jsonl", "json", "csv", "tsv", "txt"]))
def test_any_text_is_requests_or_a_clear_no(tmp_path_factory, text, suffix):
    path = tmp_path_factory.mktemp("any") / f"a.{suffix}"
    path.write_text(text, "utf-8", errors="replace", newline="")
    found = []
    with contextlib.suppress(UserError):
        found = texts(path)
    assert all(one == plain(one) and one for one in found)


# bringing in


@pytest.fixture
def project(tmp_path):
    with Project(tmp_path / "construct.db") as made:
        yield made


def test_requests_become_drafts_without_domains_whose_history_says_where_they_came_from(tmp_path, project):
    brought = bring.bring(Source(lines(tmp_path / "mine.jsonl", TOAST, "", SPRING)), project)
    assert (brought.added, brought.tally["empty"], brought.masked) == (2, 1, {})
    one, other = (kept.item for kept in project.items("draft"))
    assert brought.ids == {one.id, other.id}
    assert (one.request, one.language, one.domain1, one.domain2) == (TOAST, "en", "", "")
    assert (other.request, other.language, other.id) == (SPRING, "zh", key("", "zh", SPRING))
    assert [(step.what, step.note) for step in other.history] == [
        ("import", "mine.jsonl, line 3"),
        ("mask", "nothing found"),
    ]
    assert [change.what for change in project.trail()] == ["import", "import"]


def test_bringing_in_again_adds_only_what_is_new(tmp_path, project):
    bring.bring(Source(lines(tmp_path / "a.jsonl", TOAST, SPRING)), project)
    brought = bring.bring(Source(lines(tmp_path / "b.jsonl", "Write a haiku.", SPRING, TOAST)), project)
    assert (brought.added, len(brought.ids)) == (1, 3)
    assert len(project.items()) == 3


def test_nothing_of_a_file_with_a_defect_is_stored(tmp_path, project):
    with pytest.raises(Defects):
        bring.bring(Source(lines(tmp_path / "a.jsonl", *(f"Write poem {n}." for n in range(1200)), 5)), project)
    assert project.items() == []


def test_requests_that_differ_in_what_is_masked_alone_are_one(tmp_path, project):
    rows = [f"Write a note to {name}@example.com about the lift." for name in ("anna.li", "wei.wu")]
    brought = bring.bring(Source(lines(tmp_path / "a.jsonl", *rows)), project)
    (kept,) = project.items()
    assert "@example.com" not in kept.item.request
    assert (brought.added, brought.tally["duplicate"]) == (1, 1)
    assert sum(brought.masked.values()) == 1
    assert kept.item.history[1].what == "mask"
    assert kept.item.history[1].note.endswith(" 1")


def test_a_large_file_comes_in_whole_and_once(tmp_path, project):
    rng = random.Random(1)
    rows = [f"Write poem {n} in {rng.randrange(10**9)} words." for n in range(2300)]
    brought = bring.bring(Source(lines(tmp_path / "a.jsonl", *rows, *rows[:100])), project)
    assert (brought.added, brought.tally["duplicate"]) == (2300, 100)
    assert {kept.item.request for kept in project.items()} == set(rows)
