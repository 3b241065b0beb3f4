"""What training changed: `train gain` over marks that are there."""

import json

import pytest

from test_cli import call
from test_length import LETTER, STORY, table
from writingbench.scores import columns


@pytest.fixture
def marks(tmp_path):
    """Training for stories: two marks more on them, none on letters; the control has no effect but once."""
    scores = {"base": (4, 5), "top": (6, 5), "random": (4, 5)}
    rows = [(w, q, 0, 0, both[q >= 20]) for w, both in enumerate(scores.values()) for q in range(40)]
    rows[80] = (2, 0, 0, 0, 5)
    columns.write([table([*scores], [STORY] * 20 + [LETTER] * 20, rows)], tmp_path / "scores.parquet")
    return tmp_path


def gain(folder, *more):
    return call("train", "gain", "--marks", "scores.parquet", *more, cwd=folder, COLUMNS="120")


def test_each_trained_writer_stands_beside_the_one_it_began_as_by_domain_and_by_genre(marks):
    done = gain(marks, "--base", "base", "--writer", "top", "--writer", "random", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["base"] == "base"
    top = {(one["sort"], one["name"]): (one["difference"], one["n"]) for one in found["writers"]["top"]}
    assert top == {
        ("overall", ""): (1, 40),
        ("domain", "Literature & Arts"): (2, 20),
        ("domain", "Finance & Business"): (0, 20),
        ("genre", "creative"): (2, 20),
        ("genre", "efficiency"): (0, 20),
        ("contrast", ""): (2, 40),
    }
    control = found["writers"]["random"][0]
    assert control["difference"] == pytest.approx(1 / 40) and control["low"] <= 0 < control["high"]


def test_the_table_reads_by_itself(marks):
    done = gain(marks, "--base", "base", "--writer", "top", "--writer", "random")
    first, *rows = done.stdout.splitlines()
    assert first == "Marks over those of base, with 95% intervals:"
    assert rows[0].split() == ["queries", "top", "random"]
    creative, contrast = (row for row in rows if row.startswith("creative "))
    assert "+2.00 (+2.00 to +2.00)" in creative and contrast.startswith("creative minus efficiency")


@pytest.mark.parametrize(
    ("base", "writer", "says"),
    [
        ("base", "nobody", "no writer 'nobody' in the table; there are base, random, top"),
        ("nobody", "top", "no writer 'nobody'"),
        ("base", "base", "has nothing over itself"),
    ],
)
def test_who_is_not_in_the_table_is_named_with_who_is(marks, base, writer, says):
    done = gain(marks, "--base", base, "--writer", writer)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr
