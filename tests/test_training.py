"""Training: a few real steps on the embedded model, what is exported from them and served, and what is measured."""

import asyncio
import json
import os
import random
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from writingbench import evaluate
from writingbench.models import trained as files
from writingbench.models.embedded import Embedded
from writingbench.records import Failure, UserError
from writingbench.training import card, examples, expect, export, gguf, measure, recipe
from writingbench.training.conversations import NO_REASON
from writingbench.training.examples import Line, Turn

# torch and transformers warn of their own future, which is not this project's to mend
pytestmark = pytest.mark.filterwarnings("ignore")

WORDS = "river stone quiet letter morning window garden paper bridge candle".split()
RECIPE = """
base = "local/smollm2"
method = "lora"
answer = "score"
learning_rate = 2e-3
epochs = 3.0
batch = 4
each = 4
precision = "fp32"
longest = 120
save = 3

[lora]
layers = 12
"""


def conversation(number, *, good, language="en"):
    """A response of many words earns 9, one of a single word 2: something that a few steps teach."""
    chance = random.Random(number)
    text = " ".join(chance.choice(WORDS) for _ in range(6)) if good else "no " * 6
    asked = f"Request {number // 2}: a line about {WORDS[number // 2 % 10]}.\nResponse: {text}\nAnswer with JSON."
    score = 9 if good else 2
    return {
        "query": f"{number // 2:016x}",
        "messages": [
            {"role": "system", "content": "You mark writing."},
            {"role": "user", "content": asked},
            {"role": "assistant", "content": json.dumps({"reason": NO_REASON[language], "score": score})},
        ],
        "score": score,
        "source": "made/people",
        "writer": "good" if good else "bad",
        "criterion": "variety",
    }


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write(folder / "train.jsonl", [conversation(n, good=n % 2 == 0) for n in range(32)])
    write(folder / "test.jsonl", [conversation(n, good=n % 2 == 0) for n in range(100, 112)])
    said = {"kind": "critic", "hash": "1", "protocol": "brief", "split": {"by": "query", "seed": 1}}
    (folder / "data.json").write_text(json.dumps(said))
    return folder


def command(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "writingbench", "train", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


@pytest.fixture(scope="module")
def critic(data, tmp_path_factory):
    """A critic whose training was killed after its first checkpoint, and went on."""
    folder = tmp_path_factory.mktemp("critic")
    (folder / "few.toml").write_text(RECIPE)
    out = folder / "out"
    told = ["train", "critic", "--data", str(data), "--recipe", str(folder / "few.toml"), "--out", str(out)]
    first = subprocess.Popen(
        [sys.executable, "-m", "writingbench", *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while first.poll() is None and not (out / "checkpoints/checkpoint-3/trainer_state.json").is_file():
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert not (out / card.NAME).is_file()  # it had not ended
    ended = command(*told[1:])
    assert ended.returncode == 0, ended.stderr
    return out


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def line(**changed):
    return Line(
        messages=[Turn(**turn) for turn in conversation(0, good=True)["messages"]],
        **{"query": "q", "score": 9, "source": "made/people", "writer": "w", "criterion": "c", **changed},
    )


# a few real steps


def test_the_loss_falls_and_a_training_that_was_killed_goes_on_where_it_was(critic):
    steps = log(critic)
    assert [one["step"] for one in steps] == list(range(1, 25))
    losses = [one["loss"] for one in steps]
    assert np.mean(losses[-8:]) < 0.6 * np.mean(losses[:8])  # of each conversation in its last round, and in its first


def test_what_is_scored_on_a_processor_is_the_loss_that_the_library_computes_over_everything(tmp_path):
    """On a tiny model of random weights, in batches whose answers differ in length and place."""
    import torch
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    from writingbench.training import base
    from writingbench.training.train import _sparing

    chance = random.Random(3)
    rows = []
    for prompt, answer in ((9, 3), (4, 6), (12, 2), (7, 7)):
        tokens = [chance.randrange(3, 90) for _ in range(prompt + answer)]
        rows.append({"input_ids": tokens, "labels": [-100] * prompt + tokens[prompt:]})
    shape = LlamaConfig(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2)
    losses, weights = [], []
    for kind in (SFTTrainer, _sparing()):
        torch.manual_seed(1)
        settings = SFTConfig(
            str(tmp_path / kind.__name__), max_length=None, dataset_kwargs={"skip_prepare_dataset": True},
            per_device_train_batch_size=2, gradient_accumulation_steps=2, learning_rate=1e-2, num_train_epochs=3,
            logging_steps=1, report_to="none", disable_tqdm=True, use_cpu=True, bf16=False, seed=1, save_strategy="no",
        )  # fmt: skip
        trainer = kind(
            LlamaForCausalLM(shape), settings, train_dataset=Dataset.from_list(rows),
            processing_class=base.tokenizer("local/smollm2"),
        )  # fmt: skip
        trainer.train()
        losses.append([one["loss"] for one in trainer.state.log_history if "loss" in one])
        weights.append(trainer.model.model.layers[0].mlp.up_proj.weight.detach().numpy().copy())
    assert losses[0] == pytest.approx(losses[1], rel=1e-4) and len(losses[0]) == 3
    assert np.allclose(weights[0], weights[1], atol=1e-5)


def test_a_card_says_what_was_learned_from_on_what_and_how_much_it_reads(critic, data):
    said = card.load(critic)
    assert said.kind == "critic"
    assert said.data == examples.hash_of(examples.read(data / "train.jsonl", marked=True))
    assert said.split == {"by": "query", "seed": 1}
    assert said.protocol == "brief"
    assert said.base_hash == evaluate.endpoint("local/smollm2").identity
    assert said.recipe == recipe.load(str(critic / card.RECIPE))[0].fingerprint
    assert (said.conversations, said.steps, said.context) == (32, 24, 8192)
    assert said.loss[1] < said.loss[0]


def test_a_training_that_is_done_is_not_done_again_and_another_is_refused_in_its_folder(critic, data, tmp_path):
    before = (critic / "log.jsonl").stat().st_mtime_ns
    assert command("critic", "--data", data, "--recipe", critic / card.RECIPE, "--out", critic).returncode == 0
    assert (critic / "log.jsonl").stat().st_mtime_ns == before
    (tmp_path / "other.toml").write_text(RECIPE.replace("2e-3", "1e-3"))
    other = command("critic", "--data", data, "--recipe", tmp_path / "other.toml", "--out", critic)
    assert other.returncode == 2
    assert "another recipe" in other.stderr


async def said(name, lines):
    """What a model answers, greedily and without a cache, so that it answers the same each time."""
    server = Embedded(evaluate.endpoint(name))
    texts = []
    async with aiohttp.ClientSession() as session:
        try:
            base, key = await server.address()
            for one in lines:
                body = {"messages": one.prompt, "max_tokens": 40, "temperature": 0, "cache_prompt": False}
                headers = {"Authorization": f"Bearer {key}"}
                async with session.post(f"{base}/chat/completions", json=body, headers=headers) as answer:
                    texts.append((await answer.json())["choices"][0]["message"]["content"])
        finally:
            await server.stop()
    return texts


def test_what_is_exported_changes_what_the_embedded_server_answers_and_both_forms_answer_the_same(
    critic, data, tmp_path
):
    test = examples.read(data / "test.jsonl", marked=True)[:4]
    assert export.export(critic, "lora", tmp_path / "lora").stat().st_size < 10_000_000
    export.export(critic, "merged", tmp_path / "merged")
    before = asyncio.run(said("local/smollm2", test))
    laid_on, merged = (asyncio.run(said(f"local/{tmp_path / form}", test)) for form in ("lora", "merged"))
    assert all(one != other for one, other in zip(before, laid_on, strict=True))
    assert laid_on == merged
    assert card.load(tmp_path / "lora") == card.load(critic)
    one, other = (evaluate.endpoint(f"local/{tmp_path / form}") for form in ("lora", "merged"))
    assert len({one.identity, other.identity, evaluate.endpoint("local/smollm2").identity}) == 3


def test_the_folder_for_vllm_is_a_whole_model_that_marks_as_the_adapter_does(critic, data, tmp_path):
    export.export(critic, "folder", tmp_path / "whole")
    assert {"config.json", "tokenizer.json", "model.safetensors", card.NAME} <= {
        one.name for one in (tmp_path / "whole").iterdir()
    }
    assert not list((tmp_path / "whole").glob("*.bin"))
    text = RECIPE.replace("local/smollm2", str(tmp_path / "whole"))
    whole = expect.untrained(recipe.read(text, "whole"))
    (adapter, _), test = expect.open_folder(critic), examples.read(data / "test.jsonl", marked=True)[:4]
    for one in test:
        assert whole.mark(one).expected == pytest.approx(adapter.mark(one).expected, abs=0.2)


def test_a_critic_that_is_loaded_again_gives_the_same_marks_and_has_learned_what_it_was_taught(critic, data):
    test = examples.read(data / "test.jsonl", marked=True)[:8]
    (first, said), (second, _) = expect.open_folder(critic), expect.open_folder(critic)
    marks = [first.mark(one) for one in test]
    assert marks[:4] == [second.mark(one) for one in test[:4]]
    good, bad = ([mark.expected for mark, one in zip(marks, test, strict=True) if one.score == n] for n in (9, 2))
    assert np.mean(good) > np.mean(bad) + 0.5
    assert all(1 <= mark.likely <= 10 for mark in marks)
    short = expect.Critic(recipe.load(str(critic / card.RECIPE))[0], 40, said.scale, critic)
    assert isinstance(short.mark(test[0]), Failure)
    assert short.mark(test[0]).kind == "overlong"


def test_what_was_measured_stands_beside_baselines_and_in_the_card(critic, data, tmp_path):
    export.export(critic, "lora", tmp_path / "served")
    ended = command(
        *("measure", "--data", data, "--critic", critic, "--judge", f"local/{tmp_path / 'served'}"),
        *("--limit", 6, "--out", tmp_path / "store", "--json"),
    )
    assert ended.returncode in (0, 1), ended.stderr
    (table,) = json.loads(ended.stdout)["tables"]
    assert [row["name"] for row in table["rows"]] == [
        *(f"out, {reading}" for reading in ("expectation", "most likely mark", "one draw")),
        f"local/{tmp_path / 'served'}",
        measure.LENGTH,
        measure.MEAN,
    ]
    assert all(row["asked"] == row["marked"] + sum(row["failures"].values()) == 6 for row in table["rows"])
    assert card.load(critic).measured["tables"][0]["source"] == "made/people"


def test_a_scalar_head_learns_marks_and_has_no_form_for_a_chat_server(data, tmp_path):
    text = RECIPE.replace('answer = "score"', 'head = "scalar"\nmost = 12').replace("layers = 12", "layers = 4")
    (tmp_path / "scalar.toml").write_text(text)
    out = tmp_path / "scalar"
    ended = command("critic", "--data", data, "--recipe", tmp_path / "scalar.toml", "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert card.load(out).left_out == {"not drawn": 20}
    critic, _ = expect.open_folder(out)
    (one,) = {critic.mark(line()).expected for _ in range(2)}
    assert 1 <= one <= 10
    with pytest.raises(UserError, match="scalar head"):
        export.export(out, "lora", tmp_path / "served")


# recipes


def test_every_shipped_recipe_is_one_and_starts_itself_on_as_many_devices_as_divide_its_batch():
    assert {"published", "one-gpu", "embedded", "several-machines"} <= set(recipe.shipped())
    for name in recipe.shipped():
        of, _ = recipe.load(name)
        if of.launch:
            assert f"--recipe {name} " in of.launch
            words = of.launch.split()
            devices = int(words[words.index("--num_processes") + 1]) if "--num_processes" in words else 1
            assert of.steps_apart(devices) * of.each * devices == of.batch


def test_every_command_for_several_devices_is_one_that_accelerate_understands_and_starts_this_program():
    from accelerate.commands.launch import launch_command_parser

    parser = launch_command_parser()
    commands = {name: shlex.split(recipe.load(name)[0].launch) for name in recipe.shipped()}
    several = {name: words for name, words in commands.items() if words[:2] == ["accelerate", "launch"]}
    assert {"published", "several-machines"} <= set(several)
    for name, words in several.items():
        told = parser.parse_args([word for word in words[2:] if word != "\n"])
        assert (told.module, told.training_script) == (True, "writingbench")
        assert told.training_script_args[0] == "train"
        assert name in told.training_script_args
        assert told.use_fsdp


def test_two_processes_that_share_the_weights_train_a_whole_model_by_the_published_recipes_own_command(data, tmp_path):
    """On the CPU, where single precision takes the place of bf16; all else is as the recipe has it."""
    flags = shlex.split(recipe.load("published")[0].launch)
    flags = [word for word in flags[2 : flags.index("-m")] if word != "\n"]
    flags[flags.index("--num_processes") + 1] = "2"
    flags[flags.index("--mixed_precision") + 1] = "no"
    text = RECIPE.partition("[lora]")[0].replace('"lora"', '"full"').replace("each = 4", "each = 2")
    (tmp_path / "full.toml").write_text(f"{text}\nmost = 8")
    out = tmp_path / "out"
    told = ["train", "critic", "--data", data, "--recipe", tmp_path / "full.toml", "--out", out, "--json"]
    ended = subprocess.run(
        [Path(sys.executable).parent / "accelerate", "launch", *flags, "-m", "writingbench", *map(str, told)],
        capture_output=True, text=True, check=False, timeout=900, env={**os.environ, "ACCELERATE_USE_CPU": "true"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["steps"] == 6  # three rounds of 8 conversations, 4 a step over both
    assert [one["step"] for one in log(out)] == [1, 2, 3, 4, 5, 6]
    critic, _ = expect.open_folder(out)
    assert 1 <= critic.mark(line()).expected <= 10
    size = sum(one.stat().st_size for one in (out / "model").glob("*.safetensors"))
    assert size > 4 * 134e6  # whole, and not one process's share


def test_the_published_recipe_is_the_published_one():
    of, _ = recipe.load("published")
    assert (of.base, of.method) == ("Qwen/Qwen2.5-7B-Instruct", "full")
    assert (of.learning_rate, of.epochs, of.batch) == (7e-6, 3, 64)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("batch = 4", "batsch = 4", "batch"),
        ("save = 3", "safe = 3", "unknown field `safe`"),
        ("layers = 12", "layer = 12", r"unknown field `lora\.layer`"),
        ("epochs = 3.0", "epochs = 0.0", "`epochs` is 0.0"),
        ("each = 4", "each = 3", "multiple of `each`"),
        ('method = "lora"', 'method = "qlora"', "method"),
        ("[lora]", "[lora", "not a recipe"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused_with_the_field(old, new, said):
    with pytest.raises(UserError, match=f"mine: .*{said}"):
        recipe.read(RECIPE.replace(old, new), "mine")


def test_what_shapes_the_result_is_in_a_recipe_s_fingerprint_and_how_it_is_started_is_not():
    one = recipe.read(RECIPE, "one")
    assert replace(one, launch="accelerate launch", save=7).fingerprint == one.fingerprint
    assert replace(one, seed=2).fingerprint != one.fingerprint


def test_a_batch_that_the_devices_do_not_divide_is_refused():
    with pytest.raises(UserError, match="3 device"):
        recipe.read(RECIPE, "one").steps_apart(3)


# what is learned


@pytest.fixture(scope="module")
def tokenizer():
    from writingbench.training import base

    base.required()
    return base.tokenizer("local/smollm2")


def test_only_the_answer_is_learned_behind_the_prompt_that_a_server_makes(tokenizer):
    of = replace(recipe.read(RECIPE, "one"), answer="whole")
    one = examples.tokens(line(), of, tokenizer)
    assert tokenizer.decode(one.answer) == line().answer + "<|im_end|>\n"
    assert tokenizer.decode(one.prompt).endswith("Answer with JSON.<|im_end|>\n<|im_start|>assistant\n")


@pytest.mark.parametrize(("language", "text"), [("en", "A story of rain."), ("zh", "一个关于雨的故事。" * 20)])
def test_where_the_mark_alone_is_learned_it_stands_behind_the_sentence_of_the_language(tokenizer, language, text):
    asked = Line(messages=[Turn("user", text), Turn("assistant", '{"reason": "It rains.", "score": 4}')], score=4)
    one = examples.tokens(asked, recipe.read(RECIPE, "one"), tokenizer)
    assert tokenizer.decode(one.answer).startswith(f'{{"reason": "{NO_REASON[language]}", "score": 4}}')


@pytest.mark.parametrize("score", range(1, 11))
def test_without_its_sentence_a_mark_is_learned_with_what_ends_the_turn_behind_the_same_tokens(tokenizer, score):
    of = recipe.read(RECIPE, "one")
    asked = Line(messages=[Turn("user", "A story of rain."), Turn("assistant", "-")], score=score)
    whole, mark = (examples.tokens(asked, of, tokenizer, sentence=sentence) for sentence in (True, False))
    assert tokenizer.decode(mark.answer) == f"{score}}}<|im_end|>\n"
    assert whole.prompt + whole.answer == mark.prompt + mark.answer


def test_of_many_conversations_one_in_eight_learns_the_sentence(tokenizer):
    there, _ = examples.fitting([line() for _ in range(20)], recipe.read(RECIPE, "one"), tokenizer)
    assert [tokenizer.decode(one.answer).startswith("{") for one in there].count(True) == 3


def test_a_conversation_that_is_too_long_is_left_out_and_counted_and_never_cut(tokenizer):
    of = replace(recipe.read(RECIPE, "one"), longest=120)
    long = Line(messages=[Turn("user", "rain " * 500), Turn("assistant", "{}")], score=3)
    there, left_out = examples.fitting([line(), long, line()], of, tokenizer)
    assert [one.score for one in there] == [9, 9]
    assert left_out == {"longer than the recipe allows": 1}
    with pytest.raises(UserError, match="none of 1 conversations fits"):
        examples.fitting([long], of, tokenizer)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "not a conversation"),
        ('{"messages": [{"role": "user", "content": "x"}]}', "must end with"),
        (json.dumps(conversation(0, good=True) | {"score": 11}), "`score` is 11"),
        (json.dumps(conversation(0, good=True) | {"score": None}), "`score` is None"),
    ],
)
def test_a_line_that_is_none_is_refused_by_file_and_number(tmp_path, row, said):
    path = write(tmp_path / "train.jsonl", [conversation(0, good=True)])
    path.write_text(path.read_text() + row + "\n")
    with pytest.raises(UserError, match=rf"train\.jsonl:2: .*{said}"):
        examples.read(path, marked=True)


# readings


def test_ten_is_what_follows_a_one(tokenizer):
    head, nexts, then = expect.paths(tokenizer, '{"reason": "x", "score": ')
    assert tokenizer.decode(head) == '{"reason": "x", "score": '
    assert tokenizer.decode(nexts) == "1234567891"
    assert tokenizer.decode([then]) == "0"


def test_the_chances_of_a_one_and_a_ten_share_those_of_the_digit():
    digits = np.array([0.4, 0, 0, 0, 0.1, 0, 0, 0, 0, 0.4])
    shares = expect.chances(digits, ten=0.75)
    assert shares == pytest.approx([0.2, 0, 0, 0, 0.2, 0, 0, 0, 0, 0.6])
    one = expect.reading(shares, np.random.default_rng(1))
    assert one.expected == pytest.approx(0.2 * 1 + 0.2 * 5 + 0.6 * 10)
    assert one.likely == 10
    assert one.drawn in (1, 5, 10)


# measuring


def marked(scores, query="q", source="made/people"):
    return [
        Line(
            messages=[Turn("user", "word " * (10 - place)), Turn("assistant", "")],
            query=query,
            score=score,
            source=source,
            criterion="c",
        )
        for place, score in enumerate(scores)
    ]


def test_a_critic_that_says_what_people_say_is_right_about_every_pair_and_ties_are_worth_half():
    test = [one for query in "abcd" for one in marked([9, 5, 5, 2], query)]
    right = measure.Marks(name="right", values=[float(one.score) for one in test])
    same = measure.Marks(name="same", values=[5.0] * len(test))
    (table,) = measure.measure(test, [right, same])
    assert table.people
    assert table.pairs == 4 * 5  # the two that people scored alike are no pair
    rows = {row.name: row for row in table.rows}
    assert (rows["right"].accuracy.value, rows["right"].error.value) == (1, 0)
    assert rows["right"].spearman.value == pytest.approx(1)
    assert rows["same"].accuracy.value == 0.5
    assert rows["same"].spearman.value is None  # it tells nothing apart
    assert rows[measure.LENGTH].accuracy.value == 1  # the longer ones are the better ones here
    assert rows["right"].above.value == 0


def test_what_is_nearer_than_the_mean_says_by_how_much_and_clears_the_bar():
    test = [one for query in "abcd" for one in marked([10, 6], query, "made/judge")]
    near = measure.Marks(name="near", values=[9.0, 7.0] * 4)
    (table,) = measure.measure(test, [near])
    assert not table.people
    rows = {row.name: row for row in table.rows}
    assert rows[measure.MEAN].error.value == 2  # from 8 to 10 and to 6
    assert rows["near"].error.value == 1
    assert rows["near"].below.value == 1
    assert rows["near"].below.low == rows["near"].below.high == 1  # in every request
    assert [table.cleared(rows[name]) for name in ("near", measure.MEAN)] == [True, False]


def test_a_prompt_that_was_refused_is_no_mark_and_its_pairs_are_no_pairs():
    test = [one for query in "abc" for one in marked([9, 5, 2], query)]
    values = [Failure(kind="overlong", note="") if one.score == 9 else float(one.score) for one in test]
    (table,) = measure.measure(test, [measure.Marks(name="some", values=values)])
    row = table.rows[0]
    assert (row.asked, row.marked, row.failures) == (9, 6, {"overlong": 3})
    assert (row.accuracy.value, row.accuracy.n) == (1, 3)
    assert row.above.n == 3
    assert row.error.n == 6


def test_an_interval_over_requests_holds_the_value_and_is_wide_for_few():
    chance = np.random.default_rng(0)
    test = [one for number in range(12) for one in marked(chance.permutation([2, 5, 8, 10]), f"{number}")]
    noisy = measure.Marks(name="noisy", values=[one.score + float(chance.normal(0, 4)) for one in test])
    (table,) = measure.measure(test, [noisy])
    for figure in (table.rows[0].accuracy, table.rows[0].spearman, table.rows[0].error):
        assert figure.low < figure.value < figure.high


# files that are served


def test_the_rows_of_a_head_are_put_side_by_side_and_nothing_else_is_moved():
    rows = np.arange(16, dtype=np.float32).reshape(8, 2)  # two heads of four
    assert gguf.turned(rows, 2)[:, 0].tolist() == [0, 4, 2, 6, 8, 12, 10, 14]


@pytest.mark.parametrize("made", [(), (files.ADAPTER, files.WHOLE)], ids=["empty", "both"])
def test_a_folder_that_is_no_trained_model_is_refused_with_what_it_lacks(tmp_path, made):
    for name in made:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError, match="neither adapter.gguf nor model.gguf" if not made else "name one of the two"):
        evaluate.endpoint(f"local/{tmp_path}")
    with pytest.raises(UserError, match="train export"):
        evaluate.endpoint(f"local/{tmp_path / 'nothing'}")


def test_an_adapter_for_other_weights_is_refused(critic, tmp_path):
    path = export.export(critic, "lora", tmp_path)
    text = path.read_bytes()
    name = evaluate.endpoint("local/smollm2").identity.encode()
    assert text.count(name) == 1
    path.write_bytes(text.replace(name, b"sha256:" + b"0" * 64))
    with pytest.raises(UserError, match="was trained on sha256:0000"):
        evaluate.endpoint(f"local/{path}")


def test_a_folder_that_was_not_trained_to_the_end_is_none(tmp_path):
    with pytest.raises(UserError, match=r"no card\.json"):
        export.export(Path(tmp_path), "lora", tmp_path / "out")
