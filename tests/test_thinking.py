"""How long a writer thinks is asked for in each provider's own way, makes another writer, and is compared by itself."""

import json

import pytest

from server import Server, said
from test_cli import VERDICT, call
from writingbench.models.dialects import anthropic, openai
from writingbench.models.endpoints import Endpoint, providers
from writingbench.records import Message, Request, Sampling

CALL = (Message(role="user", content="Write."),)


def asked(provider, thinking, **sampling):
    endpoint = Endpoint(name=f"{provider}/m", model="m", identity="m", provider=providers()[provider])
    request = Request(model="m", messages=CALL, sampling=Sampling(thinking=thinking, **sampling))
    speaks = anthropic if providers()[provider].dialect == "anthropic" else openai
    return speaks.body(request, endpoint)


@pytest.mark.parametrize(
    ("provider", "off", "on"),
    [
        ("openai", {"reasoning_effort": "none"}, {"reasoning_effort": "high"}),
        ("gemini", {"reasoning_effort": "none"}, {"reasoning_effort": "high"}),
        ("openrouter", {"reasoning": {"enabled": False}}, {"reasoning": {"effort": "high"}}),
        ("deepseek", {"thinking": {"type": "disabled"}}, {"thinking": {"type": "enabled"}}),
        ("zhipu", {"thinking": {"type": "disabled"}}, {"thinking": {"type": "enabled"}}),
        ("dashscope", {"enable_thinking": False}, {"enable_thinking": True}),
        (
            "vllm",
            {"chat_template_kwargs": {"enable_thinking": False}},
            {"chat_template_kwargs": {"enable_thinking": True}},
        ),
    ],
)
def test_each_provider_is_told_in_its_own_way_how_long_to_think(provider, off, on):
    assert asked(provider, "off").items() >= off.items()
    assert asked(provider, "high").items() >= on.items()
    silent = asked(provider, None)
    assert not {"reasoning_effort", "reasoning", "thinking", "enable_thinking", "chat_template_kwargs"} & silent.keys()


@pytest.mark.parametrize(("most", "budget"), [(16_000, 14_976), (100_000, 16_384), (1_500, 1_024), (None, 16_384)])
def test_a_budget_of_thinking_leaves_room_for_the_answer(most, budget):
    assert asked("anthropic", "high", max_tokens=most)["thinking"] == {"type": "enabled", "budget_tokens": budget}
    assert asked("anthropic", "off")["thinking"] == {"type": "disabled"}


def test_a_writer_that_thinks_otherwise_is_another_writer_and_one_that_is_left_alone_the_same_as_ever():
    def fingerprint(**sampling):
        return Request(model="m", messages=CALL, sampling=Sampling(temperature=1.0, **sampling)).fingerprint

    assert len({fingerprint(), fingerprint(thinking="off"), fingerprint(thinking="high")}) == 3
    assert fingerprint(thinking=None) == fingerprint()


def test_two_runs_that_differ_in_thinking_alone_are_compared_in_the_report(tmp_path):
    def reply(seen):
        if "Criterion: " in seen.text:
            return said(VERDICT.replace("7", "9") if "thought over" in seen.text else VERDICT)
        thinks = seen.body["chat_template_kwargs"]["enable_thinking"]
        return said("A text, thought over." if thinks else "A text.")

    with Server(reply) as server:
        models = ("--writer", "vllm/m", "--judge", "vllm/m", "--base-url", server.url, "--benchmark", "starter")
        for level in ("high", "off"):
            ended = call("run", *models, "--thinking", level, cwd=tmp_path)
            assert ended.returncode == 0, ended.stderr
        judging = [seen.body for seen in server.seen if "Criterion: " in seen.text]
        assert not any("chat_template_kwargs" in body for body in judging)  # the judge is left alone
    table = json.loads((tmp_path / "writingbench-out/scores.json").read_text("utf-8"))
    assert [(model["writer"], model["overall"]["mean"]) for model in table["models"]] == [
        ("vllm/m (thinking: high)", 9),
        ("vllm/m (thinking: off)", 7),
    ]
    whole = next(one for one in table["thinking"]["differences"] if one["sort"] == "overall")
    assert (whole["difference"], whole["low"], whole["high"], whole["n"]) == (2, 2, 2, 12)
    assert (table["thinking"]["with"], table["thinking"]["without"]) == (
        "vllm/m (thinking: high)",
        "vllm/m (thinking: off)",
    )
    ended = call("report", "--with-thinking", "vllm/m (thinking: high)", cwd=tmp_path)
    assert ended.returncode == 2
    assert "--without-thinking go together" in ended.stderr
    ended = call("report", "--with-thinking", "nobody", "--without-thinking", "vllm/m (thinking: off)", cwd=tmp_path)
    assert ended.returncode == 2
    assert "no table has a writer called nobody; there are: vllm/m (thinking: high), vllm/m (thinking: " in ended.stderr
