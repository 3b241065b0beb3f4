"""`writingbench serve`: the report over a live store, in a browser."""

from __future__ import annotations

import os
import secrets
import socket
from ipaddress import ip_address
from pathlib import Path

from writingbench.cli.options import Output
from writingbench.records import Language, UserError
from writingbench.reports import terminal

TOKEN = "WRITINGBENCH_TOKEN"  # noqa: S105 - the name of the variable


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8800,
    lang: Language = "en",
    judge: str | None = None,
    protocol: str | None = None,
    out: Path = Output.out,
) -> int:
    """Show the report in a browser, renewed while a run goes on. Ctrl-C ends it.

    Parameters
    ----------
    host
        The address to answer at. Beyond this machine a token is asked for: that of WRITINGBENCH_TOKEN, or a new one.
    port
        0 for any that is free.
    lang
        The language of the pages: en or zh.
    judge
        Only the marks of this judge.
    protocol
        Only what was made under this protocol.
    out
        The folder that holds the store. It may be empty still.
    """
    try:
        import uvicorn

        from writingbench.web.app import app
    except ImportError as error:
        raise UserError(f"serve needs {error.name}: pip install 'writingbench[web]'") from error
    from writingbench.web.live import Live

    if not 0 <= port < 65536:
        raise UserError(f"--port is {port}; it must be from 0 to 65535")
    taken = _bind(host, port)
    token = None if _own(host) else os.environ.get(TOKEN) or secrets.token_urlsafe(24)
    shown = f"[{host}]" if ":" in host else host
    terminal.say(f"http://{shown}:{taken.getsockname()[1]}/" + (f"?token={token}" if token else ""))
    live = Live(path=out / "store.db", tongue=lang, judge=judge, protocol=protocol)
    server = uvicorn.Server(uvicorn.Config(app(live, token), log_level="warning", access_log=False))
    with taken:
        server.run(sockets=[taken])
    return 0


def _own(host: str) -> bool:
    """Whether an address is this machine's own, which nobody else reaches."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bind(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UserError where that is not possible."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)  # whoever comes before the server is ready waits
    except (OSError, OverflowError) as error:
        raise UserError(f"cannot answer at {host}:{port} ({error}); choose another --port or --host") from error
    return made
