"""One request in each protocol, and each protocol's answers as one kind of reply."""

import json
import os
import subprocess
import sys
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty import Call, Faulty, Wire, error, http
from server import Answer, Server
from writingbench.models import dialects, resolve
from writingbench.models.dialects import anthropic, openai
from writingbench.records import Message, Reply, Request, Sampling, Text, Usage

KEY = "sk-ant-made-up-0123456789"
SCHEMA = {"type": "object", "properties": {"score": {"type": "integer"}}}


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    return resolve("anthropic/claude-x")


def sent(request, endpoint):
    """The body of a call as the server reads it."""
    return json.loads(msgspec.json.encode(dialects.of(endpoint).body(request, endpoint)))


def request(*messages, **options):
    options.setdefault("sampling", Sampling())
    return Request(model="anthropic/claude-x", messages=messages, **options)


def user(content, opening=""):
    return Message(role="user", content=content, opening=Text(opening))


def system(text):
    return Message(role="system", content=text)


# asking in Messages


def test_the_provider_table_says_who_is_asked_in_which_protocol(monkeypatch, endpoint):
    assert dialects.of(endpoint) is anthropic
    assert dialects.of(resolve("vllm/m")) is openai
    assert dialects.of(resolve("anthropic/m", "http://127.0.0.1:9/v1")) is anthropic


def test_a_message_goes_out_with_what_the_protocol_demands_and_nothing_else(endpoint):
    assert sent(request(user("Write.")), endpoint) == {
        "model": "claude-x",
        "max_tokens": anthropic.LIMIT,
        "messages": [{"role": "user", "content": "Write."}],
    }


def test_all_sampling_that_is_set_is_sent_under_its_own_name(endpoint):
    body = sent(request(user("Hi"), sampling=Sampling(temperature=0.0, top_p=0.8, top_k=20, max_tokens=99)), endpoint)
    assert (body["temperature"], body["top_p"], body["top_k"], body["max_tokens"]) == (0.0, 0.8, 20, 99)


def test_the_system_prompt_stands_apart(endpoint):
    body = sent(request(system("Mark writing."), user("Hi"), system("Be strict.")), endpoint)
    assert body["system"] == "Mark writing.\n\nBe strict."
    assert [message["role"] for message in body["messages"]] == ["user"]


def test_the_part_that_calls_share_is_marked_for_the_cache_and_nothing_else_is(endpoint):
    opening = 'The request, 请求。\nThe response, with "quotes".\n'
    bodies = [sent(request(system("Mark."), user(f"Criterion {n}.", opening)), endpoint) for n in range(2)]
    contents = [body["messages"][0]["content"] for body in bodies]
    assert contents[0] == [
        {"type": "text", "text": opening, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "Criterion 0."},
    ]
    assert contents[0][0] == contents[1][0]
    assert json.dumps(bodies).count("cache_control") == 2


@pytest.mark.parametrize(("opening", "content"), [("", "Write."), ("Write.", ""), ("\n ", "Write."), ("Write.", " \n")])
def test_a_text_without_two_parts_is_one_text_and_no_block_is_blank(endpoint, opening, content):
    body = sent(request(user(content, opening)), endpoint)
    assert body["messages"][0]["content"] == opening + content
    assert "cache_control" not in json.dumps(body)


def test_a_schema_is_the_format_of_the_output(endpoint):
    body = sent(request(user("Hi"), schema=SCHEMA), endpoint)
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert "response_format" not in body


def test_each_protocol_has_its_own_way_to_say_who_is_calling():
    assert anthropic.headers(KEY) == {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    assert anthropic.headers("") == {"anthropic-version": "2023-06-01"}
    assert openai.headers(KEY) == {"Authorization": f"Bearer {KEY}"}
    assert openai.headers("") == {}


texts = st.text(max_size=30)


@given(texts, texts, texts)
def test_whatever_a_text_is_made_of_both_protocols_carry_all_of_it(opening, content, before):
    asked = request(system(before), user(content, opening))
    body = json.loads(msgspec.json.encode(anthropic.body(asked, resolve("vllm/m"))))
    said = body["messages"][0]["content"]
    assert (said if isinstance(said, str) else "".join(block["text"] for block in said)) == opening + content
    assert body.get("system", "") == before
    body = json.loads(msgspec.json.encode(openai.body(asked, resolve("vllm/m"))))
    assert [message["content"] for message in body["messages"]] == [before, opening + content]


# answers in Messages


def message(*content, stop="end_turn", usage=None):
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-x-20260101",
        "content": list(content), "stop_reason": stop, "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 34} if usage is None else usage,
    }  # fmt: skip


def text(words):
    return {"type": "text", "text": words}


THOUGHT = {"type": "thinking", "thinking": "First ...", "signature": "EqQB"}
HIDDEN = {"type": "redacted_thinking", "data": "EmwKAhgB"}


def read(answer):
    return anthropic.reply(json.dumps(answer).encode(), 1.5)


def test_a_message_becomes_a_reply():
    assert read(message(text("Dear Ms Ito, 您好"))) == Reply(
        text="Dear Ms Ito, 您好", finish="stop", model="claude-x-20260101", seconds=1.5,
        usage=Usage(input_tokens=12, output_tokens=34),
    )  # fmt: skip


def test_reasoning_stays_apart_from_the_answer_and_what_is_hidden_is_left_out():
    again = {**THOUGHT, "thinking": "Then ..."}
    reply = read(message(THOUGHT, HIDDEN, again, text("Dear "), text("Ms Ito,")))
    assert (reply.text, reply.reasoning) == ("Dear Ms Ito,", "First ...\n\nThen ...")


def test_blocks_that_nobody_knows_yet_are_no_part_of_the_answer():
    tool = {"type": "tool_use", "id": "t", "name": "search", "input": {"text": "no"}}
    assert read(message(tool, {"type": "of the future", "text": "no"}, text("yes"))).text == "yes"


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("tool_use", "stop"), ("pause_turn", "stop"), (None, "stop"),
        ("max_tokens", "length"), ("model_context_window_exceeded", "length"), ("refusal", "refused"),
    ],
)  # fmt: skip
def test_the_reason_for_the_end_is_read(stop, finish):
    assert read(message(text("Dear"), stop=stop)).finish == finish


@pytest.mark.parametrize(("stop", "finish"), [("max_tokens", "length"), ("refusal", "refused")])
def test_an_end_before_the_first_word_is_a_reply_without_words(stop, finish):
    for content in ([], [THOUGHT]):
        reply = read(message(*content, stop=stop))
        assert (reply.text, reply.finish) == ("", finish)


def test_a_message_that_ends_well_and_holds_nothing_is_nonsense():
    with pytest.raises(dialects.Nonsense, match="no content"):
        read(message())


def test_input_is_counted_whole_and_what_came_from_the_cache_and_went_into_it_beside():
    usage = {
        "input_tokens": 50, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 200, "output_tokens": 70,
        "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0},
    }  # fmt: skip
    assert read(message(text("Hi"), usage=usage)).usage == Usage(
        input_tokens=1250, cached_tokens=1000, cache_write_tokens=200, output_tokens=70
    )


@pytest.mark.parametrize("usage", [{}, {"input_tokens": None, "cache_read_input_tokens": None}, {"input_tokens": -5}])
def test_a_server_that_does_not_count_is_no_problem(usage):
    assert read(message(text("Hi"), usage=usage)).usage == Usage()


def test_half_an_emoji_does_not_lose_the_message():
    answer = json.dumps(message(text("Well done X"), stop="max_tokens")).replace("X", "\\ud83d").encode()
    assert anthropic.reply(answer, 0.1).text == "Well done ?"


completion = {"choices": [{"message": {"role": "assistant", "content": "Hi"}}]}


@pytest.mark.parametrize(
    "answer",
    [completion, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, {"content": None},
     {"content": "Hi"}, {"content": [7]}, {"content": [{"type": "text", "text": 7}]}, [], None],
)  # fmt: skip
def test_what_is_no_message_is_nonsense(answer):
    with pytest.raises(dialects.Nonsense):
        read(answer)


blocks = st.dictionaries(
    st.sampled_from(["type", "text", "thinking", "data"]),
    st.sampled_from(["text", "thinking", "redacted_thinking", "tool_use"]) | st.text(max_size=5) | st.integers(),
)
anything = st.fixed_dictionaries(
    {},
    optional={
        "content": st.lists(blocks, max_size=4) | st.none() | st.text(max_size=5),
        "stop_reason": st.sampled_from(["end_turn", "refusal", "max_tokens", None, "new", 7]),
        "usage": st.dictionaries(st.sampled_from(list(anthropic._Usage.__struct_fields__)), st.integers() | st.none()),
        "model": st.text(max_size=5) | st.none(),
    },
)


@given(anything.map(lambda made: json.dumps(made).encode()) | st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_nonsense(answer):
    try:
        reply = anthropic.reply(answer, 0.0)
    except dialects.Nonsense as told:
        assert str(told)  # noqa: PT017 - either way is right
    else:
        usage = reply.usage
        assert 0 <= usage.cached_tokens + usage.cache_write_tokens <= usage.input_tokens
        assert usage.output_tokens >= 0


# what openai's followers count


@pytest.mark.parametrize(
    "more",
    [
        {"prompt_tokens_details": {"cached_tokens": 5, "audio_tokens": 0}},
        {"prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 6},
        {"cached_tokens": 5},
        {"prompt_tokens_details": None, "cached_tokens": 5},
        {"prompt_tokens_details": {"cached_tokens": None}, "prompt_cache_hit_tokens": 5},
        {"prompt_tokens_details": {"cached_tokens": 5}, "prompt_cache_hit_tokens": 5, "cached_tokens": 5},
    ],
    ids=["OpenAI", "DeepSeek", "Moonshot", "null", "null inside", "all of them"],
)
def test_cached_tokens_are_found_wherever_they_stand(more):
    answer = {**completion, "usage": {"prompt_tokens": 11, "completion_tokens": 7, **more}}
    usage = openai.reply(json.dumps(answer).encode(), 0.1).usage
    assert usage == Usage(input_tokens=11, cached_tokens=5, output_tokens=7)


# a whole run


VERDICT = json.dumps({"reason": "It names the date.", "score": 7})


def writes_and_judges(seen):
    """A server that knows Messages and nothing else."""
    if not seen.path.endswith("/messages") or seen.headers.get("anthropic-version") != "2023-06-01":
        return Answer({"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}, 404)
    if seen.headers.get("x-api-key") != KEY:
        return Answer({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}, 401)
    judged = seen.body.get("system") is not None
    usage = {"input_tokens": 10, "output_tokens": 7, "cache_read_input_tokens": 100 if judged else 0}
    return Answer(message(THOUGHT, text(VERDICT if judged else "Dear reader."), usage=usage))


def run(server, out, *arguments, key=KEY):
    at = ("--writer", "anthropic/m", "--judge", "anthropic/m", "--base-url", server.url)
    return subprocess.run(
        [sys.executable, "-m", "writingbench", "run", *at, "--out", str(out), "--max-connections", "8", *arguments],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "ANTHROPIC_API_KEY": key},
    )  # fmt: skip


def test_a_whole_run_on_a_server_that_speaks_only_messages(tmp_path):
    with Server(writes_and_judges) as server:
        ended = run(server, tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert len(server.seen) == 72
        marked = [seen.body for seen in server.seen if "system" in seen.body]
        assert "Nothing to ask" in run(server, tmp_path).stdout
        assert len(server.seen) == 72
    (model,) = json.loads((tmp_path / "scores.json").read_text("utf-8"))["models"]
    assert model["overall"]["mean"] == 7
    assert model["coverage"]["judged"] == 60
    assert model["usage"] == {
        "calls": 72, "input_tokens": 72 * 10 + 60 * 100, "cached_tokens": 60 * 100, "cache_write_tokens": 0,
        "output_tokens": 72 * 7, "cost": None,
    }  # fmt: skip
    # the five calls of a response share what is marked for the cache, and no two responses do
    openings = Counter(body["messages"][0]["content"][0]["text"] for body in marked)
    assert len(openings) == 12
    assert set(openings.values()) == {5}
    assert all("cache_control" not in body["messages"][0]["content"][1] for body in marked)


def test_at_the_vendors_own_address_the_schema_is_sent(endpoint):
    assert endpoint.schema
    assert not resolve("anthropic/m", "http://127.0.0.1:9/v1").schema


def test_a_wrong_key_stops_in_the_servers_words(tmp_path):
    with Server(writes_and_judges) as server:
        ended = run(server, tmp_path, key="another")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line == "writingbench: anthropic/m answers 401: invalid x-api-key (authentication_error)"


def test_a_key_that_is_echoed_in_messages_is_in_no_file(tmp_path):
    def echo(call: Call) -> Wire:
        key = call.headers["x-api-key"]
        said = [message(text(f"I was called with {key}.")), message({**THOUGHT, "thinking": key}, text("Dear reader."))]
        made = http(200, json.dumps(said[call.number % 2]).encode(), f"request-id: {key}")
        return Wire(made if call.number % 3 else http(529, error(f"Overloaded, {key}")))

    with Faulty(answer=echo) as server:
        ended = run(server, tmp_path, "--limit", "1")
    assert ended.returncode in (0, 1)
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert KEY[:12].encode() not in path.read_bytes(), path
    assert KEY[:12] not in ended.stdout + ended.stderr
