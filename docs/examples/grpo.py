"""A few steps of GRPO with a judge's marks as the reward; on the embedded model by default, to see that it all runs.

    pip install "writingbench[train]"
    python docs/examples/grpo.py requests.jsonl --judge openai/gpt-5.2 --model Qwen/Qwen2.5-0.5B-Instruct --steps 200

`requests.jsonl` holds a `query` on each line: requests of your own (`writingbench construct`), never a benchmark that the
writer is measured on. Rows that have criteria are marked by them, the others by the shared set.
"""

import argparse
from pathlib import Path

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from writingbench.benchmark import load
from writingbench.training.base import EMBEDDED, folder
from writingbench.training.reward import Reward

reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
reader.add_argument("requests", type=Path)
reader.add_argument("--judge", required=True)
reader.add_argument("--base-url")
reader.add_argument("--model", default=EMBEDDED)
reader.add_argument("--steps", type=int, default=2)
reader.add_argument("--tokens", type=int, default=512, help="of a completion at most")
reader.add_argument("--out", type=Path, default=Path("writingbench-out/grpo"))
options = reader.parse_args()

queries = load(options.requests, criteria=None, bare=True).queries
reward = Reward(
    options.judge,
    base_url=options.base_url,
    store=options.out / "store.db",  # beside what is trained: asking again costs nothing
    queries=queries,
    length_control=True,
)
rows = [{"prompt": [{"role": "user", "content": query.text}], "domain1": query.domain1} for query in queries]
trainer = GRPOTrainer(
    model=folder(options.model),
    reward_funcs=reward,
    train_dataset=Dataset.from_list(rows),
    args=GRPOConfig(
        output_dir=str(options.out),
        max_steps=options.steps,
        num_generations=4,
        per_device_train_batch_size=4,
        max_completion_length=options.tokens,
        mask_truncated_completions=False,
        learning_rate=1e-6,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        use_cpu=options.model == EMBEDDED,
        bf16=options.model != EMBEDDED,
    ),
)
trainer.train()
trainer.save_model(str(options.out / "model"))
