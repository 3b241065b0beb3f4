"""A judge as a reward function: marks in one batch, kept, and None where there is none."""

import json
import math
import random
import subprocess
import sys
from pathlib import Path

import pytest

from server import Answer as Said
from server import Server, said
from writingbench.benchmark import named
from writingbench.records import UserError
from writingbench.training.reward import LOWEST, Reward, Slope

ROOT = Path(__file__).parents[1]
ASK = "Write a notice about the lift."


def score(text):
    return 9 if "goods lift" in text else 4


def marks(seen):
    return said(json.dumps({"reason": "It says so in so many words, here.", "score": score(seen.text)}))


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "store.db"


def test_a_completion_is_worth_the_mean_of_its_marks(kept):
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept)
        assert reward([ASK, ASK], ["Take the goods lift.", "Walk."]) == [9, 4]
        assert len(server.seen) == 10  # five criteria each


def test_what_was_marked_before_is_not_asked_again(kept):
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept)
        assert reward([ASK] * 3, ["Walk.", "Walk.", "Take the goods lift."]) == [4, 4, 9]
        assert len(server.seen) == 10
        assert Reward("openai/m", base_url=server.url, store=kept)([ASK], ["Walk."]) == [4]
        assert len(server.seen) == 10


def test_conversations_and_texts_are_read_alike_and_reasoning_is_not_marked(kept):
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept)
        prompt = [{"role": "system", "content": "Be short."}, {"role": "user", "content": ASK}]
        thought = "<think>\nthe goods lift?\n</think>\n\nWalk."
        assert reward([prompt, ASK], [[{"role": "assistant", "content": thought}], "Walk."]) == [4, 4]
        assert len(server.seen) == 5
        assert "the goods lift?" not in server.seen[0].text


def test_a_completion_whose_marks_are_not_all_there_has_no_reward(kept):
    def some(seen):
        if "Walk." in seen.text:
            return said("no verdict here")
        return marks(seen)

    with Server(some) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept)
        assert reward([ASK, ASK], ["Walk.", "Take the goods lift."]) == [None, 9]


def test_an_empty_completion_is_the_worst_answer_and_nobody_is_asked_about_it(kept):
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept)
        assert reward([ASK, ASK], ["", "<think>and so on\n"]) == [LOWEST, LOWEST]
        assert not server.seen


def test_a_known_request_is_marked_by_its_own_criteria_in_its_language(kept):
    (query,) = [query for query in named("starter", lambda: None).queries if query.index == 8]
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept, queries=[query])
        reward([query.text], ["末班车，慢慢开。"])
        asked = "".join(seen.text for seen in server.seen)
        assert all(criterion.name in asked for criterion in query.criteria)


def test_criteria_of_a_domain_are_those_of_the_column(kept):
    with Server(marks) as server:
        reward = Reward("openai/m", base_url=server.url, store=kept, criteria="domain")
        assert reward([ASK], ["Walk."], domain1=["Education"], other=[1]) == [4]
        with pytest.raises(UserError, match="nothing for the domain"):
            reward([ASK], ["Run."])


def test_a_server_that_refuses_everything_ends_the_training_with_a_plain_error(kept):
    with Server(lambda seen: Said({"error": {"message": "no such key"}}, 401)) as server, pytest.raises(UserError):
        Reward("openai/m", base_url=server.url, store=kept)([ASK], ["Walk."])


# with length taken off


def test_what_length_alone_earns_is_taken_off():
    slope, rng = Slope(), random.Random(3)
    requests, texts, rewards = [], [], []
    for group in range(40):
        for _ in range(8):
            size = rng.randint(50, 4000)
            requests.append(f"prompt {group}")
            texts.append("x" * size)
            rewards.append(1.5 * math.log(size) + rng.gauss(0, 0.1) - group / 10)
    controlled = slope.controlled(requests, texts, rewards)
    assert slope.value == pytest.approx(1.5, abs=0.02)
    for group in range(0, 320, 8):
        assert sum(controlled[group : group + 8]) == pytest.approx(sum(rewards[group : group + 8]))
        assert max(controlled[group : group + 8]) - min(controlled[group : group + 8]) < 0.6


def test_where_length_earns_nothing_nothing_is_taken_off():
    assert Slope().controlled(["a"] * 4, ["x", "xx", "xxx", "xxxx"], [5.0, 5.0, 5.0, 5.0]) == [5.0] * 4


def test_a_missing_reward_and_an_empty_text_take_no_part_in_the_length_control():
    slope = Slope()
    assert slope.controlled(["a", "a", "a"], ["x" * 10, "", "x" * 99], [4.0, LOWEST, None]) == [4.0, LOWEST, None]
    assert slope.value == 0


def test_the_example_takes_a_step_with_the_embedded_model_and_keeps_the_marks(tmp_path):
    rows = [{"query": "Write a notice: the lift stands still on Monday."}, {"query": "Thank a neighbour for soup."}]
    (tmp_path / "requests.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Server(
        lambda seen: said(json.dumps({"reason": "As long as it is.", "score": 1 + len(seen.text) % 10}))
    ) as server:
        done = subprocess.run(
            [sys.executable, ROOT / "docs/examples/grpo.py", "requests.jsonl", "--judge", "openai/m", "--base-url",
             server.url, "--steps", "1", "--tokens", "12", "--out", "out"],
            cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        assert len(server.seen) == 20  # four completions, five criteria
    assert "mark by openai/m" in done.stdout + done.stderr
    assert (tmp_path / "out/model/model.safetensors").is_file()
    assert (tmp_path / "out/store.db").is_file()
