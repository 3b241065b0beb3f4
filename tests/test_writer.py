"""A writer's whole story at toy size: runs/writer.sh on the embedded model, from requests to what training changed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = ("plain", "thought", "random")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Of a copy of the project's runs, so that what it makes stays out of the project."""
    folder = tmp_path_factory.mktemp("writer")
    shutil.copytree(ROOT / "runs", folder / "runs")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    ended = subprocess.run(
        [folder / "runs/writer.sh"], cwd=folder, capture_output=True, text=True, check=False, timeout=3600,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return folder / "writingbench-out/writer", ended.stdout


def data(told):
    return json.loads((told[0] / "data/data.json").read_text("utf-8"))


def test_candidates_are_several_to_a_request_and_the_best_are_kept_beside_as_many_by_lot(told):
    made = data(told)
    assert made["pool"]["candidates"] > made["pool"]["queries"] > 0
    sets = made["sets"]
    assert sets["top"]["candidates"] == sets["random"]["candidates"] < sets["all"]["candidates"]
    assert sets["top"]["mean_mark"] >= sets["random"]["mean_mark"]
    assert made["benchmarks"] and not made["leaks"]


def test_with_and_without_reasoning_the_same_candidates_are_learned(told):
    plain, thought = (
        [json.loads(line) for line in (told[0] / f"data/{folder}/top.jsonl").read_text("utf-8").splitlines()]
        for folder in ("plain", "thought")
    )
    assert [one["query"] for one in plain] == [one["query"] for one in thought]
    for one, other in zip(plain, thought, strict=True):
        answer, whole = (row["messages"][-1]["content"] for row in (one, other))
        assert "<think>" not in answer and whole.startswith("<think>\n") and whole.endswith(answer)


def test_three_writers_are_trained_and_each_learns_what_it_was_given(told):
    cards = [json.loads((told[0] / f"trained/{name}/card.json").read_text("utf-8")) for name in NAMES]
    assert all(card["kind"] == "writer" and card["loss"][1] < card["loss"][0] for card in cards)
    assert len({card["data"] for card in cards}) == 3


def test_base_and_trained_writers_answer_the_same_queries_and_what_changed_has_intervals(told):
    said = told[1]
    assert "Marks over those of local/smollm2, with 95% intervals:" in said
    table = said[said.index("Marks over those of") :]
    for row in ("all", "creative", "efficiency", "creative minus efficiency"):
        assert any(line.startswith(f"{row} ") for line in table.splitlines()), table
    assert all(f"served/{name}" in table for name in NAMES)
    assert (told[0] / "measured/report.html").is_file()
