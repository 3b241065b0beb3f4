"""What a GGUF file says of the model in it: the context it was trained for, and what a token of context costs."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

# the numbers of the format's scalar types, as struct knows them; 8 is text, 9 a list
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9
KEY, VALUE = 1 << 10, 1 << 24  # bytes of a name and of a text: more than that is no GGUF file
CACHE = 2  # bytes of a number in the key-value cache (half precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What decides how large a slot can be."""

    trained: int  # tokens of context
    token: int  # bytes that the key-value cache takes for one token of context; 0 where the file does not tell


def shape(path: Path) -> Shape | None:
    """The shape of the model in a GGUF file, None where its header cannot be read: the server then says why."""
    try:
        with path.open("rb") as file:
            known = _header(file)
        name = known["general.architecture"]
        own = {key.removeprefix(f"{name}."): value for key, value in known.items() if key.startswith(f"{name}.")}
        return Shape(trained=msgspec.convert(own["context_length"], int), token=_token(own))
    except (OSError, struct.error, KeyError, ValueError, msgspec.ValidationError):
        return None


def header(path: Path) -> Mapping[str, object]:
    """What a GGUF file says of itself, without its lists; nothing where its header cannot be read."""
    try:
        with path.open("rb") as file:
            return _header(file)
    except (OSError, struct.error, KeyError, ValueError):
        return {}


def _token(own: Mapping[str, object]) -> int:
    """Bytes of key-value cache a token: in each layer, one key and one value for each head that has its own."""
    try:
        layers, width, heads = (
            msgspec.convert(own[key], int) for key in ("block_count", "embedding_length", "attention.head_count")
        )
        sharing = msgspec.convert(own.get("attention.head_count_kv", heads), int)
        both = sum(
            msgspec.convert(own.get(f"attention.{part}_length", width // heads), int) for part in ("key", "value")
        )
    except (KeyError, ZeroDivisionError, msgspec.ValidationError):  # some files give each layer its own number
        return 0
    return layers * sharing * both * CACHE


def _header(file: BinaryIO) -> dict[str, object]:
    """The names and values at the start of the file, without its lists (the vocabulary is several)."""
    magic, version, _, count = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version < 2 or count > 1 << 16:
        raise ValueError("not a GGUF file of this kind")
    found: dict[str, object] = {}
    for _ in range(count):
        name = _text(file, KEY).decode("utf-8", "replace")
        if name.startswith("tokenizer.") and "general.architecture" in found:
            break  # the vocabulary is long, and what is wanted stands before it
        kind = _number(file, "I")
        if kind == LIST:
            _skip(file)
        else:
            found[name] = (
                _number(file, SCALARS[kind]) if kind != TEXT else _text(file, VALUE).decode("utf-8", "replace")
            )
    return found


def _number(file: BinaryIO, form: str) -> int:
    size = struct.calcsize("<" + form)
    return struct.unpack("<" + form, file.read(size))[0]  # type: ignore[no-any-return]


def _text(file: BinaryIO, most: int) -> bytes:
    length = _number(file, "Q")
    if length > most:
        raise ValueError("a text longer than any that belongs there")
    return file.read(length)


def _skip(file: BinaryIO) -> None:
    kind, length = struct.unpack("<IQ", file.read(12))
    if kind == TEXT:
        for _ in range(length):
            _text(file, VALUE)
    else:
        file.seek(length * struct.calcsize("<" + SCALARS[kind]), 1)
