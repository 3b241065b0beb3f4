"""Rules of play as files."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from writingbench import protocols
from writingbench.judgements import Judge
from writingbench.judgements.prompts import load as load_prompt
from writingbench.records import Sampling, UserError
from writingbench.responses import Writer

STANDARD = (files("writingbench.protocols") / "standard.toml").read_text("utf-8")


@pytest.fixture
def changed(tmp_path):
    """The path of the standard protocol's file with one piece of it replaced."""

    def write(old, new):
        assert old in STANDARD
        path = tmp_path / "mine.toml"
        path.write_text(STANDARD.replace(old, new), "utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("name", protocols.SHIPPED)
def test_a_shipped_protocol_loads_under_its_name(name):
    assert protocols.load(name).name == name


def test_the_official_protocol_has_the_published_sampling():
    official = protocols.load("official")
    assert official.writer == Sampling(temperature=0.7, top_p=0.8, top_k=20, max_tokens=16000)
    assert official.judge == Sampling(temperature=1.0, top_p=0.95, max_tokens=2048)
    assert (official.data, official.criteria, official.responses, official.marking.schema) == ("official", 5, 1, False)


def test_no_two_shipped_protocols_have_the_same_fingerprint():
    assert len({protocols.load(name).fingerprint for name in protocols.SHIPPED}) == len(protocols.SHIPPED)


def test_a_name_does_not_change_the_fingerprint(changed):
    own = protocols.load(changed('name = "standard"', 'name = "mine"'))
    assert own.name == "mine"
    assert own.fingerprint == protocols.load("standard").fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("temperature = 0.7", "temperature = 0.6"),
        ("top_k = 20\n", ""),
        ("max_tokens = 2048", "max_tokens = 2049"),
        ("repeats = 1", "repeats = 2"),
        ("responses = 1", "responses = 2"),
        ("schema = true", "schema = false"),
        ("schema = true", "schema = true\nreason_limit = 300"),
    ],
)
def test_any_rule_changes_the_fingerprint(changed, old, new):
    assert protocols.load(changed(old, new)).fingerprint != protocols.load("standard").fingerprint


def test_sampling_of_writer_and_judge_cannot_be_mistaken_for_each_other():
    standard = protocols.load("standard")
    assert replace(standard, writer=standard.judge, judge=standard.writer).fingerprint != standard.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("temperature = 0.7", "temprature = 0.7", "writer.temprature"),
        ("schema = true", "schema = true\nshema = false", "marking.shema"),
        ("repeats = 1", "repeats = 1\nrepaets = 3", "repaets"),
        ("[marking]", "[extra]\nx = 1\n[marking]", "extra"),
    ],
)
def test_a_misspelt_field_is_refused_by_name(changed, old, new, said):
    with pytest.raises(UserError, match=f"unknown field `{said}`"):
        protocols.load(changed(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("repeats = 1", "repeats = 0", "`repeats` is 0"),
        ("responses = 1", "responses = -1", "`responses` is -1"),
        ("criteria = 5", "", "criteria"),
        ("temperature = 0.7", 'temperature = "warm"', "temperature"),
        ("criteria = 5", "criteria = true", "criteria"),
        ("[marking]", "[marking", "not a protocol"),
    ],
)
def test_a_wrong_value_is_refused_with_file_and_field(changed, old, new, said):
    with pytest.raises(UserError, match=rf"mine\.toml: .*{said}"):
        protocols.load(changed(old, new))


def test_a_protocol_that_is_nowhere_names_those_that_are_shipped(tmp_path):
    with pytest.raises(UserError, match="standard, official, demo"):
        protocols.load("no-such")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"\n')
    with pytest.raises(UserError, match="nor a readable file"):
        protocols.load(str(tmp_path / "latin.toml"))


def test_fingerprints_are_those_of_the_stores_that_there_are_already():
    # worked out by the version before `thinking` was a part of sampling
    assert protocols.load("standard").fingerprint == "8fec386b8d8cf154dc98a35c9665ea41"
    writer = Writer(name="w", model="openai/m", sampling=Sampling(temperature=0.7))
    assert writer.fingerprint == "0cc9a17b25616295e4ab6f98b798f64a"
    judge = Judge(name="w", model="openai/m", sampling=Sampling(temperature=0.7), prompt=load_prompt("standard", Path))
    assert judge.fingerprint == "334765f40729cbcfe1c4c77c8068ce0e"
    assert replace(writer, sampling=Sampling(temperature=0.7, thinking="off")).fingerprint != writer.fingerprint
