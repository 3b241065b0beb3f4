"""The child process of `embedded`: serve one GGUF file until standard input closes.

Reads one JSON line, `{"weights": "...", "adapter": "", "key": "...", "slots": 1, "context": 8192, "threads": 2}`, and
answers with one, `{"address": "http://127.0.0.1:PORT"}`, when it is ready. Imports nothing of the package, so that it
starts fast.
"""

import json
import os
import sys

from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server


def main() -> None:
    settings = json.loads(sys.stdin.readline())
    params = CommonParams()
    params.model.path = settings["weights"]
    if settings["adapter"]:
        params.lora_adapters = [CommonAdapterLoraInfo(settings["adapter"], 1.0)]
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # any that is free
    params.api_keys = [settings["key"]]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["slots"] * settings["context"]
    params.warmup = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings["threads"]
    params.verbosity = 2  # warnings: the log is a file that grows as long as the server lives
    try:
        server = Server(params)
    except RuntimeError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.write(json.dumps({"address": server.listening_address}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # until the parent closes it, or is gone
    # not a return: taking a busy server down in order deadlocks, and there is nothing to save
    os._exit(0)


main()
