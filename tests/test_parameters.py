"""A field that a server does not take: read out of its answer, left out from then on, said once, and on record."""

# ruff: noqa: E501 - what servers say stands on one line each, as they say it

import json
import random
import subprocess
import sys

import pytest
from markupsafe import escape

from faulty import Faulty, Wire, completion, http
from writingbench.models import dialects

OPENAI = ("model", "messages", "temperature", "top_p", "top_k", "max_tokens", "response_format")
NEWER = ("model", "messages", "temperature", "top_p", "max_completion_tokens", "response_format")
ANTHROPIC = ("model", "max_tokens", "temperature", "top_p", "top_k", "system", "messages", "output_config")


def field_of(status, body, sent=OPENAI):
    """The field that an answer is about, the way a call finds it out."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return dialects.refused(status, dialects.words(raw, status), sent)


def openai(message, code=None, param=None, kind="invalid_request_error"):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def anthropic(message):
    return {"type": "error", "error": {"type": "invalid_request_error", "message": message}, "request_id": "req_0"}


def forbidden(*names, value=20):
    """As pydantic says it, which Mistral's and vLLM's servers are made with."""
    return [
        {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": value}
        for name in names
    ]


def google(*names):
    message = "\n".join(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.' for name in names)
    violations = [{"description": line} for line in message.splitlines()]
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}]
    return [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": details}}]


MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)
BOTH = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."

# as servers word it, from their documentation and from public reports
ABOUT_A_FIELD = [
    ("OpenAI", 400, openai(MAX_TOKENS, "unsupported_parameter", "max_tokens"), "max_tokens"),
    ("OpenAI's words through Copilot", 400, {"error": {"message": MAX_TOKENS, "code": "invalid_request_body"}}, "max_tokens"),
    (
        "OpenAI, a value",
        400,
        openai(
            "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is "
            "supported.", "unsupported_value", "temperature",
        ),
        "temperature",
    ),
    ("OpenAI, top_p", 400, openai("Unsupported parameter: 'top_p' is not supported with this model.", "unsupported_parameter", "top_p"), "top_p"),
    ("OpenAI, what it does not know", 400, openai("Unrecognized request argument supplied: top_k"), "top_k"),
    ("OpenAI, newer", 400, openai("Unknown parameter: 'top_k'.", "unknown_parameter", "top_k"), "top_k"),
    (
        "OpenAI, the schema",
        400,
        openai("Invalid parameter: 'response_format' of type 'json_schema' is not supported with model version `gpt-4o`.", param="response_format"),
        "response_format",
    ),
    ("a subscription's gateway", 400, {"detail": "Unsupported parameter: top_p"}, "top_p"),
    ("Gemini", 400, google("top_k"), "top_k"),
    ("Gemini, several", 400, google("top_k", "response_format"), "top_k"),
    ("Mistral", 422, {"object": "error", "message": {"detail": forbidden("top_k")}, "type": "invalid_request_error", "param": None, "code": None}, "top_k"),
    ("Mistral, later", 422, {"object": "Error", "detail": forbidden("top_k"), "message": forbidden("top_k"), "type": "invalid_request_error", "code": 3001}, "top_k"),
    ("Mistral, plain", 422, {"detail": forbidden("store", "max_completion_tokens", value=8192)}, "max_completion_tokens"),
    ("Mistral, a string of JSON", 422, {"object": "error", "message": json.dumps({"detail": forbidden("top_k")}), "type": "internal_error_proxy", "param": None, "code": "1000"}, "top_k"),
    ("vLLM", 400, {"object": "error", "message": str(forbidden("max_completion_tokens", value=800)), "type": "BadRequestError", "param": None, "code": 400}, "max_completion_tokens"),
    ("DeepSeek", 400, openai("This response_format type is unavailable now", "invalid_request_error"), "response_format"),
    (
        "DeepSeek, earlier",
        422,
        openai(
            "Failed to deserialize the JSON body into the target type: response_format: response_format.type "
            "`json_schema` is unavailable now at line 1 column 1193"
        ),
        "response_format",
    ),
    ("xAI", 400, {"code": "Client specified an invalid argument", "error": "The response_format parameter is unsupported at the moment. Leave it unset."}, "response_format"),
    ("Groq", 400, openai("property 'top_k' is unsupported, did you mean 'top_p'?"), "top_k"),
    (
        "Groq, the schema",
        400,
        openai("This model does not support response format `json_schema`. See supported models at https://console.groq.com/docs/structured-outputs#supported-models", param="response_format"),
        "response_format",
    ),
    ("Moonshot", 400, openai("invalid temperature: only 1 is allowed for this model"), "temperature"),
    ("Moonshot, through another", 400, openai("Error from provider (Moonshot AI): invalid temperature: only 0.6 is allowed for this model"), "temperature"),
    ("LM Studio", 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}, "response_format"),
    ("Anthropic, both", 400, anthropic(BOTH), "top_p"),
    ("Anthropic through Bedrock and LiteLLM", 400, openai(f'litellm.BadRequestError: BedrockException - {{"message":"The model returned the following errors: {BOTH}"}}'), "top_p"),
    ("Anthropic, no longer", 400, anthropic("`temperature` is deprecated for this model."), "temperature"),
    ("Anthropic, unknown", 400, anthropic("top_k: Extra inputs are not permitted"), "top_k"),
    ("Anthropic, the schema", 400, anthropic("output_config: Extra inputs are not permitted"), "output_config"),
    ("Anthropic, inside the schema", 400, anthropic("output_config.format: Extra inputs are not permitted"), "output_config"),
    ("a Chinese gateway", 400, openai("参数 top_k 不支持"), "top_k"),
    ("words about the model first", 400, openai("This model does not support the parameter top_k"), "top_k"),
    ("a page of text", 400, b"<html><body>Unknown parameter: <b>top_k</b></body></html>", "top_k"),
]  # fmt: skip

# These say something else: of the account, of one request, or of what only the user can decide.
ABOUT_SOMETHING_ELSE = [
    ("OpenAI, more than there is", 400, openai("max_tokens is too large: 16000. This model supports at most 4096 completion tokens, whereas you provided 16000.", param="max_tokens")),
    ("OpenAI, newer", 400, openai("max_completion_tokens is too large: 200000. This model supports at most 128000 completion tokens, whereas you provided 200000.", param="max_completion_tokens")),
    ("DashScope", 400, openai("<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]", "invalid_parameter_error")),
    ("DeepSeek", 400, openai("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", "invalid_request_error")),
    ("Anthropic, more than there is", 400, anthropic("max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku")),
    ("vLLM, more than there is", 400, openai("'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 64001 tokens and your request has 24235 input tokens (64000 > 64001 - 24235).")),
    ("Volcengine", 400, openai("The parameter `max_completion_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 12288, but got 32000 instead.", "InvalidParameter", "max_completion_tokens")),
    ("vLLM, nothing left", 400, {"object": "error", "message": "max_tokens must be at least 1, got -186.", "type": "BadRequestError", "param": None, "code": 400}),
    ("OpenAI, overlong", 400, openai("This model's maximum context length is 8192 tokens. However, you requested 8256 tokens (64 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.", "context_length_exceeded", "messages")),
    ("Anthropic, overlong", 400, anthropic("prompt is too long: 250000 tokens > 200000 maximum")),
    ("Anthropic, input and output", 400, anthropic("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again")),
    ("Azure, policy", 400, openai("The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.", "content_filter", "prompt")),
    ("DashScope, policy", 400, openai("Input data may contain inappropriate content.", "data_inspection_failed")),
    ("OpenAI, no such model", 404, openai("The model `gpt-9` does not exist or you do not have access to it.", "model_not_found")),
    ("a model that is not valid", 400, openai("invalid model ID", param="model")),
    ("LiteLLM, no such model", 400, openai("Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.", "400")),
    ("Anthropic, an empty message", 400, anthropic("messages: text content blocks must be non-empty")),
    ("an unknown key", 401, openai("Incorrect API key provided", "invalid_api_key")),
    ("nothing at all", 400, b""),
    ("busy", 429, openai("top_k is not supported")),
    ("broken", 500, openai("top_k is not supported")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "field"), [one[1:] for one in ABOUT_A_FIELD], ids=[one[0] for one in ABOUT_A_FIELD]
)
def test_a_field_that_a_server_turns_down_is_found_in_its_words(status, body, field):
    sent = NEWER if field == "max_completion_tokens" else ANTHROPIC if field == "output_config" else OPENAI
    assert field_of(status, body, sent) == field


@pytest.mark.parametrize(
    ("status", "body"), [one[1:] for one in ABOUT_SOMETHING_ELSE], ids=[one[0] for one in ABOUT_SOMETHING_ELSE]
)
@pytest.mark.parametrize("sent", [OPENAI, NEWER, ANTHROPIC], ids=["OpenAI's", "newer", "Anthropic's"])
def test_words_about_something_else_turn_down_no_field(status, body, sent):
    assert field_of(status, body, sent) is None


@pytest.mark.parametrize(
    ("status", "body", "field"), [one[1:] for one in ABOUT_A_FIELD], ids=[one[0] for one in ABOUT_A_FIELD]
)
def test_a_field_that_was_not_sent_is_not_turned_down(status, body, field):
    assert field_of(status, body, ("model", "messages")) is None


# a server that refuses for real


def refusing(*fields):
    """What a server answers that turns down calls with any of these fields, the first it meets: a name, or a pair that
    it does not take together."""

    def answer(call):
        for field in fields:
            if call.body.keys() >= ({field} if isinstance(field, str) else set(field)):
                call.fault = field if isinstance(field, str) else " and ".join(field)
                words = (
                    BOTH if field == ("temperature", "top_p") else f"Unsupported parameter: '{field}' is not supported."
                )
                return Wire(http(400, json.dumps(openai(words)).encode()))
        return Wire(http(200, completion(call)), whole=True)

    return answer


def uneven(call):
    """Answers come back in no order, as they do."""
    return random.Random(call.number).random() * 0.03


AT_ONCE = 8


def program(out, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", *map(str, arguments), "--out", str(out)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def run(server, out, *arguments):
    """Four queries, 24 calls."""
    models = ("--writer", "vllm/m", "--judge", "vllm/m", "--base-url", server.url)
    return program(out, "run", *models, "--max-connections", AT_ONCE, *(arguments or ("--limit", 4)))


def table(out):
    return json.loads((out / "scores.json").read_text("utf-8"))["models"][0]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """What stands in the table when the server takes everything."""
    out = tmp_path_factory.mktemp("untouched")
    with Faulty() as server:
        assert run(server, out).returncode == 0
    assert '<td lang="en">–</td>' in (out / "report.html").read_text("utf-8")
    return table(out)


WITHOUT = [
    (["top_k"], "top_k of the writer"),
    ([("temperature", "top_p")], "top_p of the writer, top_p of the judge"),
    (["temperature"], "temperature of the writer, temperature of the judge"),
    (["max_tokens"], ""),  # there is another name for it
    (["max_tokens", "max_completion_tokens"], "max_tokens of the writer, max_tokens of the judge"),
    (["response_format"], "the judge's schema"),
    (
        ["top_k", "response_format", "max_tokens", ("temperature", "top_p")],
        "top_p of the writer, top_k of the writer, top_p of the judge, the judge's schema",
    ),
]


@pytest.mark.parametrize(("fields", "without"), WITHOUT, ids=["-".join(map(str, one[0])) for one in WITHOUT])
def test_a_refused_field_is_left_out_said_once_and_on_record(fields, without, tmp_path, untouched):
    with Faulty(answer=refusing(*fields), latency=uneven) as server:
        ended = run(server, tmp_path)
        assert ended.returncode == 0, ended.stderr
        notes = ended.stderr.splitlines()
        assert len(notes) == len(fields)
        for field in fields:
            gone = field if isinstance(field, str) else "top_p"
            (note,) = [note for note in notes if note.startswith(f"writingbench: vllm/m refuses {gone}: 400: ")]
            assert note.endswith("; asked without it from here on")
        # once it is known, only those that were on their way come with it
        assert all(times <= AT_ONCE for times in server.faults.values()), server.faults
        assert max(server.whole.values()) == 1
        assert sum(server.whole.values()) == len(server.calls) - sum(server.faults.values())
        made = table(tmp_path)
        assert made["coverage"]["judged"] == 20
        assert made["usage"]["calls"] == 24
        assert (made["fingerprint"] != untouched["fingerprint"]) == bool(without)
        assert (made["judge_fingerprint"] != untouched["judge_fingerprint"]) == ("judge" in without)
        page = (tmp_path / "report.html").read_text("utf-8")
        said = f"Done without, because the server does not take it: {without}\n"
        assert (said in ended.stdout) == ("Done without" in ended.stdout) == bool(without)
        assert f'<td lang="en">{escape(without or "–")}</td>' in page
        calls = len(server.calls)
        again = run(server, tmp_path)
        assert (again.returncode, again.stderr) == (0, "")
        assert "Nothing to ask" in again.stdout
        reported = program(tmp_path, "report")
        assert (reported.returncode, reported.stderr) == (0, "")
        assert (said in reported.stdout) == bool(without)
        assert len(server.calls) == calls
        assert table(tmp_path) == made


def test_what_a_run_learns_on_the_way_holds_for_more_queries_and_for_single_stages(tmp_path):
    with Faulty(answer=refusing("top_k", "response_format", "max_tokens")) as server:
        assert run(server, tmp_path / "a").stderr.count("refuses") == 3
        refused = sum(server.faults.values())
        more = run(server, tmp_path / "a", "--limit", 12)
        assert (more.returncode, more.stderr) == (0, "")
        assert sum(server.faults.values()) == refused
        at = ("--base-url", server.url)
        assert program(tmp_path / "b", "respond", "--writer", "vllm/m", *at).stderr.count("refuses") == 2
        assert program(tmp_path / "b", "judge", "--judge", "vllm/m", *at).stderr.count("refuses") == 1
    assert table(tmp_path / "a")["fingerprint"] == table(tmp_path / "b")["fingerprint"]


def test_each_of_two_servers_is_asked_without_what_it_refuses_itself(tmp_path, untouched):
    with (
        Faulty(answer=refusing("top_k", "max_tokens"), latency=uneven) as writer,
        Faulty(answer=refusing("response_format", "top_p"), latency=uneven) as judge,
    ):
        at = ("--writer-base-url", writer.url, "--judge-base-url", judge.url)
        ended = program(tmp_path, "run", "--writer", "openai/w", "--judge", "vllm/j", *at, "--max-connections", AT_ONCE)
        assert ended.returncode == 0, ended.stderr
        notes = sorted(note.split(": ")[1] for note in ended.stderr.splitlines())
        refused = ("openai/w refuses max_tokens", "openai/w refuses top_k")
        assert notes == [*refused, "vllm/j refuses response_format", "vllm/j refuses top_p"]
        good = [call.body for call in writer.calls if call.whole]
        assert len(good) == 12
        assert all(
            body.keys() == {"model", "messages", "temperature", "top_p", "max_completion_tokens"} for body in good
        )
        good = [call.body for call in judge.calls if call.whole]
        assert len(good) == 60
        assert all(body.keys() == {"model", "messages", "temperature", "max_tokens"} for body in good)
    assert "top_k of the writer, top_p of the judge, the judge's schema" in ended.stdout


# a server that refuses whatever it gets


def whatever(call):
    """The first field that could be left out is unsupported, and when there is none left, something else is wrong."""
    fields = [field for field in OPENAI + NEWER if field in call.body and field not in ("model", "messages")]
    words = f"Unsupported parameter: '{fields[0]}'" if fields else "Unsupported request"
    return Wire(http(400, json.dumps(openai(words)).encode()))


def always(words):
    return lambda call: Wire(http(400, json.dumps(openai(words)).encode()))


@pytest.mark.parametrize(
    ("answer", "learned"),
    [(whatever, 5), (always("Unsupported parameter: 'top_k'"), 1), (always("'temperature' and 'top_p': invalid"), 2),
     (always("This model does not support messages"), 0)],
    ids=["one after the other", "top_k", "both", "messages"],
)  # fmt: skip
def test_a_server_that_refuses_whatever_it_gets_ends_the_run_with_one_line(answer, learned, tmp_path):
    with Faulty(answer=answer, latency=uneven) as server:
        ended = run(server, tmp_path)
        assert len(server.calls) <= (learned + 1) * 2 * AT_ONCE
    assert ended.returncode == 2
    assert ended.stdout == ""
    *notes, last = ended.stderr.splitlines()
    assert len(notes) == learned
    assert all(note.endswith("; asked without it from here on") for note in notes)
    assert last.startswith("writingbench: vllm/m ")
    assert "400" in last


def test_a_server_that_refuses_what_its_protocol_demands_ends_the_run_with_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "made-up")
    with Faulty(answer=always("max_tokens: Extra inputs are not permitted")) as server:
        at = ("--writer", "anthropic/m", "--judge", "anthropic/m", "--base-url", server.url)
        ended = program(tmp_path, "run", *at, "--max-connections", AT_ONCE)
    assert ended.returncode == 2
    note, last = ended.stderr.splitlines()
    assert note.endswith("; asked without it from here on")
    assert last.startswith("writingbench: anthropic/m answers 400: max_tokens: Extra inputs are not permitted")
    assert len(server.calls) <= 4 * AT_ONCE
