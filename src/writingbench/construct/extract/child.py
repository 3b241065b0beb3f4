"""What runs in the child: the file on standard input, one JSON on standard output, and everything else forbidden."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from writingbench.construct.extract import Extracted

MEMORY = 2**30  # bytes of address space
CPU = 15  # seconds
ALARM = 25  # seconds, should whoever started us be gone
FILES = 32  # open at the same time

ZIP = (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*+)*+"
    rb"(?:<!doctype\s+html|<(?:html|head|body|title|meta)[\s>]|<(?:p|div|h[1-6]|table|ul|ol|article|section|main)\b.*</\w+>\s*\Z)",
    re.IGNORECASE | re.DOTALL,
)

# <linux/landlock.h>, <linux/sched.h>: the same numbers on every machine
CREATE_RULES, RESTRICT_SELF = 444, 446
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many there are, by version; 16 from version 5 on
NO_NEW_PRIVILEGES = 38
NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000


def main(read: Callable[[bytes], Extracted] | None = None) -> None:
    """Read standard input by `read`, by default by the reader for what it is, and say what came of it."""
    limit()
    content = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        if read is None:
            read = importlib.import_module(f"writingbench.construct.extract.{reader(content)}").read
        enclose()
        found = read(content)
        answer = {"text": found.text, "kind": found.kind, "title": found.title, "notes": found.notes}
    except ModuleNotFoundError as missing:
        answer = {"missing": (missing.name or "").split(".")[0]}
    except MemoryError:
        answer = {"refused": "extract_memory"}
    except Exception as error:  # whatever the file has brought a parser to
        answer = {"refused": getattr(error, "word", "extract_broken")}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # nobody needs what a parser does at its end


def reader(content: bytes) -> str:
    """The module for a file, by its bytes."""
    start = content[:1024]
    if start.startswith(ZIP):
        return "office"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return "pdf"
    if b"%PDF-" in start and b"endobj" in content:  # a printer or a server put something before it; no text about PDF
        return "pdf"
    # only the two ends are looked at; UTF-16 without its zeros is as good as ASCII here
    ends = (content[:50_000] + (content[-100:] if len(content) > 50_000 else b"")).replace(b"\0", b"")
    return "html" if HTML.match(ends.lstrip(b"\xef\xbb\xbf\xff\xfe")) else "plain"


def limit() -> None:
    """Take from this process whatever it does not need, as far as the system can."""
    import resource  # noqa: PLC0415 - there is none on Windows
    import signal  # noqa: PLC0415

    signal.alarm(ALARM)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            # the hard limit of time comes a second later, so that the signal says why
            resource.setrlimit(what, (most, most + (what == resource.RLIMIT_CPU)))


def enclose() -> None:
    """Open no file and reach no network from here on, where Linux can see to it; all imports have been made."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.unshare(NEW_USERS | NEW_NETWORK)
    version = libc.syscall(CREATE_RULES, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    files = (1 << FILE_RIGHTS.get(version, 16)) - 1
    rules = (ctypes.c_uint64 * 3)(files, 3, 3)  # all of files, of TCP, of signals and sockets to others
    size = ctypes.c_size_t(8 * (1 + (version >= 4) + (version >= 6)))
    made = libc.syscall(CREATE_RULES, ctypes.byref(rules), size, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(RESTRICT_SELF, made, 0)
