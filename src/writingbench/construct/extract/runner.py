"""The child process in which a file is read: started, fed, listened to for a while, and gone in any case."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from typing import Annotated

import msgspec

from writingbench.construct.extract import MOST, TEXT, Extracted
from writingbench.construct.extract.child import ALARM, CPU
from writingbench.construct.extract.refusal import words
from writingbench.construct.unfit import Unfit
from writingbench.records import UserError

WALL = 20  # seconds
CHUNK = 2**16
ANSWER = 6 * TEXT + CHUNK  # bytes: hardly any character takes more than six in the JSON of the child
START = "import sys; sys.path[:] = sys.argv[2:]; __import__(sys.argv[1], fromlist=['main']).main()"


class Answer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a child may say. It may have been taken over by the file, so that nothing else is believed."""

    text: Annotated[str, msgspec.Meta(max_length=TEXT)] = ""
    kind: Annotated[str, msgspec.Meta(pattern="^(text|html|pdf|docx|xlsx)?$")] = ""
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""
    notes: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] = ()
    refused: str = ""  # a word
    missing: Annotated[str, msgspec.Meta(pattern=r"^[\w.]{0,40}$")] = ""  # a library


def run(content: bytes, module: str = "writingbench.construct.extract.child", wall: float = WALL) -> Extracted:
    """The text of a file, read by `module.main()` in a process of its own for `wall` seconds at the most.

    Raises as `extract` does.
    """
    if not content:
        raise _unfit("extract_empty")
    if len(content) > MOST:
        raise _unfit("extract_large", size=-(-len(content) // 2**20), most=MOST // 2**20)
    try:
        answer = msgspec.json.decode(_answered(content, module, wall), type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _unfit("extract_broken") from None
    if answer.missing:
        raise UserError(f"construct needs {answer.missing}: pip install 'writingbench[construct]'")
    sayable = {word for word, said in words().items() if "{" not in said["en"]}
    if answer.refused or not answer.text or not answer.kind or not sayable.issuperset(answer.notes):
        raise _unfit(answer.refused if answer.refused in sayable else "extract_broken")
    return Extracted(text=answer.text, kind=answer.kind, title=answer.title, notes=answer.notes)


def _unfit(word: str, **facts: int) -> Unfit:
    return Unfit(word, words()[word]["en"].format(**facts), **facts)


def _answered(content: bytes, module: str, wall: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603 - our own module; the file is on its standard input
            # -S: what site would add to the path is in ours already, and takes its time
            [sys.executable, "-I", "-S", "-B", "-c", START, module, *map(os.path.abspath, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            start_new_session=True,
        )
        try:
            answer = _talk(process, content, wall)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # not yet waited for, so that the number is still its own
            status = process.wait()
            assert process.stdin and process.stdout  # noqa: S101 - for mypy
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.stdout.close()
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        raise _unfit("extract_slow", seconds=CPU if status == -signal.SIGXCPU else ALARM)
    if answer is None:
        raise _unfit("extract_slow", seconds=round(wall))
    return answer


def _talk(process: subprocess.Popen[bytes], content: bytes, wall: float) -> bytes | None:
    """Give the child the file and read what it says until it ends; None when that takes too long."""
    assert process.stdin and process.stdout  # noqa: S101 - for mypy
    until = time.monotonic() + wall
    left, said = memoryview(content), bytearray()
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdin, selectors.EVENT_WRITE)
        ready.register(process.stdout, selectors.EVENT_READ)
        while len(said) <= ANSWER:
            if time.monotonic() >= until:
                return None
            for key, _ in ready.select(until - time.monotonic()):
                if key.fileobj is process.stdout:
                    if not (more := os.read(key.fd, CHUNK)):
                        return bytes(said)
                    said += more
                else:
                    try:
                        left = left[os.write(key.fd, left[:CHUNK]) :]
                    except BrokenPipeError:  # it has ended; what it said is still to be read
                        left = left[:0]
                    if not left:
                        ready.unregister(process.stdin)
                        process.stdin.close()
    return b""  # more than any text that is kept
