"""A way onto a Ray cluster: what is to be done goes out in pieces, and what came of each comes back."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from writingbench.records import UserError

INSTALL = "--engine ray needs Ray: pip install 'writingbench[scale]'"

Row = dict[str, Any]


def required(workers: int | None) -> None:
    """Raises UserError where Ray is not installed, or for a number of workers that makes no sense."""
    if workers is not None and workers < 1:
        raise UserError(f"--workers is {workers}; it must be at least 1")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # its own affairs, on standard error
    try:
        import ray.data  # noqa: F401, PLC0415
    except ImportError as error:
        raise UserError(INSTALL) from error


def spread_over(
    rows: Sequence[Row],
    worker: type[Callable[[Row], Row]],
    made_with: Mapping[str, Any],
    workers: int | None,
    note: Callable[[str], None],
    what: str,
) -> Iterator[Row]:
    """What `worker`, a class whose instances take a row and give one, makes of each row, in no order.

    The cluster is the one at RAY_ADDRESS, else one on this machine alone; `note` is told where `what` ("96 queries")
    goes. Raises UserError where no cluster answers at the address.
    """
    import ray  # noqa: PLC0415
    from ray.data import ActorPoolStrategy, DataContext, from_items  # noqa: PLC0415

    if not ray.is_initialized():
        address = _there(os.environ.get("RAY_ADDRESS"))
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        DataContext.get_current().enable_progress_bars = False
    most = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
    note(f"{what} go to {most:,} workers; machines: {len(ray.nodes()):,}")
    # a worker whose machine is lost is begun anew elsewhere, and so is its row: Ray Data does that by itself
    done = from_items(list(rows), override_num_blocks=len(rows)).map(
        worker,
        fn_constructor_kwargs=dict(made_with),
        compute=ActorPoolStrategy(min_size=1, max_size=most),
        num_cpus=1,
    )
    yield from done.iter_rows()


def _there(address: str | None) -> str | None:
    """The address of a cluster. Raises UserError where nobody answers at it: Ray would try for minutes."""
    host, _, port = (address or "").rpartition(":")
    if "/" in host or not host or not port.isdecimal():  # none, "auto", "ray://...": Ray's own affair
        return address
    try:
        with socket.create_connection((host, int(port)), timeout=10):
            return address
    except OSError as error:
        raise UserError(
            f"RAY_ADDRESS: no cluster answers at {address} ({error}); start one with `ray start`"
        ) from error
