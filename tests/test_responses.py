"""Reasoning is taken out of replies, and nothing else."""

import asyncio
import signal
from collections import Counter
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import Answer as Sent
from server import Server, said
from writingbench.models import Terms, resolve
from writingbench.models.lines import connect
from writingbench.models.memory import Recall
from writingbench.records import Answer, Criterion, Failure, Query, Reply, Sampling, Usage
from writingbench.responses import Writer, read, respond, split
from writingbench.store import Store

CRITERION = Criterion(name="Voice", description="Sounds like someone.", bands=("a", "b", "c", "d", "e"))
QUERY = Query(index=7, domain1="D", domain2="E", language="en", text="Write to Ms Ito.", criteria=(CRITERION,))


@contextmanager
def at_most(seconds):
    """Whatever takes longer is stopped: a regular expression that has run away does not come back by itself."""

    def stop(*_):
        raise TimeoutError(f"still busy after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


PAIRS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<THINK>", "</Think>"),
    ("< think >", "</ think >"),
    ("<think >", "< / think>"),
    ("<|think|>", "<|/think|>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<思考>", "</思考>"),
    ("[THINK]", "[/THINK]"),
    ("[ think ]", "[ / think ]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<| begin_of_thought |>", "<| end_of_thought |>"),
]


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
@pytest.mark.parametrize("gap", ["", "\n", "\n\n", "  "])
def test_reasoning_is_taken_out_however_its_tags_are_spelt(opening, closing, gap):
    found = split(f"{gap}{opening}{gap}first ...{gap}{closing}{gap}Dear Ms Ito,\nHello.")
    assert (found.answer, found.reasoning, found.closed) == ("Dear Ms Ito,\nHello.", "first ...", True)


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
def test_reasoning_that_never_ends_is_told_apart(opening, closing):
    found = split(f"{opening}\nfirst this, then that")
    assert (found.answer, found.reasoning, found.closed) == ("", "first this, then that", False)


@pytest.mark.parametrize(("opening", "closing"), PAIRS)
@pytest.mark.parametrize("before", ["\n", ""])
def test_a_closing_tag_alone_ends_reasoning_that_the_prompt_had_opened(opening, closing, before):
    found = split(f"first this, then that.{before}{closing}\nDear Ms Ito,")
    assert (found.answer, found.reasoning, found.closed) == ("Dear Ms Ito,", "first this, then that.", True)


def test_several_blocks_of_reasoning_are_all_taken_out():
    found = split("<think>one</think>\nDear Ms Ito,\n<think>two</think>\nHello.\n<thinking>three</thinking>")
    assert found.answer.split() == ["Dear", "Ms", "Ito,", "Hello."]
    assert found.reasoning == "one\n\ntwo\n\nthree"


def test_what_came_before_reasoning_that_never_ends_is_kept_and_marked():
    found = split("<think>one</think>\nDear Ms Ito,\n<think>two")
    assert (found.answer, found.reasoning, found.closed) == ("Dear Ms Ito,", "one\n\ntwo", False)


def test_empty_reasoning_leaves_no_trace():
    assert split("<think>\n\n</think>\n\nDear Ms Ito,") == split("Dear Ms Ito,")


@pytest.mark.parametrize(
    "text",
    [
        "The tag <think> opens a block and </think> closes it.",
        "The tag <think> opens a block, and its end is written </think>\nwith a slash.",
        "Models write <think>x</think>\nand so on.",
        "An example:\n```\n<think>\nfirst ...\n</think>\n```\nThat was it.",
        "An example:\n```xml\n<think>\n```\nThat was it.",
        "An example:\n```\n... and so.</think>\nHello\n```\nThat was it.",
        "He thought <thoughtfully> of [thinking] about think> and <think.",
        "I <think> therefore I am",
        "<thinker>Rodin</thinker>",
        "",
        "Plain.",
        "`</think>` ends it",
    ],
)
def test_an_essay_about_such_tags_keeps_them(text):
    assert (split(text).answer, split(text).reasoning, split(text).closed) == (text, "", True)


def test_code_in_the_reasoning_does_not_hide_its_end():
    assert split("<think>\n```\nx\n</think>\nDear Ms Ito,").answer == "Dear Ms Ito,"


pieces = st.lists(
    st.sampled_from([tag for pair in PAIRS for tag in pair])
    | st.sampled_from(["\n", " ", "```", "<", ">", "/", "|", "text", "\u2028", "\x00"])
    | st.text(max_size=5),
    max_size=20,
).map("".join)


@given(pieces)
def test_any_text_can_be_split_and_nothing_is_made_up(text):
    found = split(text)
    assert not Counter("".join((found.answer + found.reasoning).split())) - Counter(text)
    if not any(sign in text for sign in "<[◁"):
        assert (found.answer, found.reasoning, found.closed) == (text.strip(), "", True)


@given(st.text(alphabet="abc 写,.\n", max_size=50), st.text(alphabet="abc 写,.\n", min_size=1, max_size=50))
def test_reasoning_and_answer_come_apart_whatever_they_say(thoughts, answer):
    found = split(f"<think>{thoughts}</think>{answer}")
    assert (found.answer, found.reasoning, found.closed) == (answer.strip(), thoughts.strip(), True)


HOSTILE = {
    "blanks": " " * 100_000,
    "line breaks": "\n" * 100_000,
    "open angles": "<" * 100_000,
    "angles and blanks": "< " * 50_000,
    "a tag that never ends": "<" + " " * 100_000 + "think>",
    "opening tags in a line": "x<think>" * 12_500,
    "closing tags in a line": "x</think>" * 11_000 + "\n",
    "opening tags in fenced code": "```\n" + "\n<think>" * 12_500,
    "closing tags in fenced code": "```\n" + "\n</think>" * 11_000,
    "opening and closing tags": "\n<think>x</think>" * 6_000,
    "closing tags at the ends of lines in fenced code": "```\n" + "x</think>\n" * 10_000,
    "fences": "```\n<think>\n```\n" * 6_000,
    "blank lines before tags": (" " * 90 + "<think>") * 1_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hundred_kilobytes_of_malice_are_split_too(text):
    with at_most(20):
        found = split(text)
    assert len(found.answer) <= len(text)


# from a reply to an answer


def test_what_the_server_kept_apart_and_what_it_left_in_are_both_reasoning():
    reply = Reply(text="<think>two</think>Dear Ms Ito,", reasoning=" one\n", finish="stop")
    assert read(reply) == Answer(text="Dear Ms Ito,", reasoning="one\n\ntwo", complete=True)


def test_an_answer_that_the_limit_cut_off_is_an_incomplete_answer():
    assert read(Reply(text="Dear Ms I", finish="length")) == Answer(text="Dear Ms I", complete=False)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(text="", finish="stop"), "unreadable"),
        (Reply(text=" \n", finish="stop"), "unreadable"),
        (Reply(text="<think>only thoughts</think>", finish="stop"), "unreadable"),
        (Reply(text="", reasoning="on and on", finish="length"), "truncated"),
        (Reply(text="<think>on and on", finish="length"), "truncated"),
        (Reply(text="<think>on and on", finish="stop"), "truncated"),
        (Reply(text="I would rather not.", finish="refused"), "refused"),
        (Reply(text="", finish="refused"), "refused"),
    ],
)
def test_where_no_answer_came_the_failure_says_why(reply, kind):
    outcome = read(reply)
    assert isinstance(outcome, Failure)
    assert outcome.kind == kind
    assert outcome.note


@given(pieces, st.sampled_from(["stop", "length", "refused"]))
def test_any_reply_is_an_answer_with_text_or_a_failure(text, finish):
    outcome = read(Reply(text=text, finish=finish))
    assert outcome.text.strip() if isinstance(outcome, Answer) else outcome.note


# asking a writer


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.db") as opened:
        yield opened


def written(server, store, draw=0, **sampling):
    async def story():
        endpoint = resolve("vllm/tiny", server.url)
        writer = Writer(name=endpoint.name, model=endpoint.identity, sampling=Sampling(**sampling))
        async with connect([endpoint], store, Terms(first_pause=0.01)) as lines:
            return await respond(QUERY, writer, lines[endpoint], draw)

    return asyncio.run(story())


def test_a_writer_gets_the_query_as_it_stands_and_nothing_around_it(store):
    with Server(said("Dear Ms Ito,")) as server:
        response = written(server, store, temperature=0.5)
    assert server.seen[0].body["messages"] == [{"role": "user", "content": "Write to Ms Ito."}]
    assert server.seen[0].body["temperature"] == 0.5
    assert (response.query, response.writer, response.draw) == (7, "vllm/tiny", 0)
    assert response.outcome == Answer(text="Dear Ms Ito,")


def test_another_draw_and_another_sampling_are_asked_anew(store):
    with Server(said("one"), said("two"), said("three")) as server:
        responses = [
            written(server, store),
            written(server, store, draw=1),
            written(server, store, top_p=0.5),
            written(server, store),
        ]
    assert [response.outcome.text for response in responses] == ["one", "two", "three", "one"]


def test_a_query_that_is_too_long_is_a_response_without_an_answer(store):
    with Server(Sent("", 413)) as server:
        assert written(server, store).outcome.kind == "overlong"


def test_where_only_the_store_is_asked_an_unknown_response_is_none(store):
    writer = Writer(name="vllm/tiny", model="vllm/tiny", sampling=Sampling())
    assert asyncio.run(respond(QUERY, writer, Recall(store))) is None
    reply = Reply(text="Dear Ms Ito,", finish="stop", usage=Usage(output_tokens=4))
    store.keep(writer.request(QUERY, 0).fingerprint, writer.model, reply)
    assert asyncio.run(respond(QUERY, writer, Recall(store))).outcome == Answer(text="Dear Ms Ito,")
