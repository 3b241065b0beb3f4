"""Train a critic or a writer: a data set and a recipe to a folder.

    OUT/adapter or model    peft's or transformers' own form
    OUT/recipe.toml         the recipe as it was used
    OUT/log.jsonl           {"step": 10, "loss": 1.93, ...}
    OUT/card.json           what it is; written last

The same command goes on where it was ended, from the last checkpoint; another recipe or other data in one folder are
refused. Words are learned by TRL's trainer, on the answer alone; a scalar head by transformers' own, as a regression.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from writingbench.files import replacing
from writingbench.records import UserError
from writingbench.training import base, card, examples
from writingbench.training.card import Card
from writingbench.training.recipe import Recipe

# the linear maps of a block, as Llama, Qwen and their kin call them
MAPS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
CHECKPOINTS, LOG, BEGUN = "checkpoints", "log.jsonl", "begun.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be trained on what."""

    kind: Literal["critic", "writer"]
    lines: Sequence[examples.Line]
    recipe: Recipe
    text: str  # the recipe's TOML, which is kept
    split: Mapping[str, Any] = field(default_factory=dict)
    protocol: str = ""


def train(task: Task, out: Path, seen: Callable[[int, int, float], None] = lambda step, steps, loss: None) -> Card:
    """Train, or go on; `seen` is told step, steps in all and loss. A folder that is done is left as it is.

    Raises UserError for another task's folder, a writer with a scalar head, or a model that cannot be loaded.
    """
    recipe = task.recipe
    if task.kind == "writer" and (recipe.head, recipe.answer) != ("words", "whole"):
        raise UserError("a writer learns whole answers in words: leave `head` and `answer` out of its recipe")
    data = examples.hash_of(task.lines)
    same = {"kind": task.kind, "recipe": recipe.fingerprint, "data": data}
    if _begun(out, same) and (out / card.NAME).is_file():
        return card.load(out)
    base.required()
    from transformers import PrinterCallback

    tokenizer = base.tokenizer(recipe.base)
    there, left_out = examples.fitting(task.lines, recipe, tokenizer)
    scores = [one.score for one in there if one.score is not None]
    scale = (float(np.mean(scores)), float(np.std(scores)) or 1.0) if recipe.head == "scalar" else (0.0, 1.0)
    began = time.monotonic()
    trainer = _trainer(recipe, there, tokenizer, out, scale)
    trainer.remove_callback(PrinterCallback)  # standard output is for the result
    trainer.add_callback(_told(out, seen))
    if trainer.is_world_process_zero():
        with replacing(out / BEGUN) as file:
            file.write(msgspec.json.encode(same).decode() + "\n")
        with replacing(out / card.RECIPE) as file:
            file.write(task.text)
    trainer.train(resume_from_checkpoint=_last(out))
    result = out / ("adapter" if recipe.method == "lora" else "model")
    trainer.save_model(str(result))
    if trainer.is_world_process_zero():
        (result / "training_args.bin").unlink(missing_ok=True)  # a pickle that nobody needs, and nobody should open
    made = Card(
        kind=task.kind,
        base=recipe.base,
        base_hash=base.identity(recipe.base),
        recipe=recipe.fingerprint,
        data=data,
        split=task.split,
        protocol=task.protocol,
        conversations=len(there),
        left_out=dict(left_out),
        tokens=sum(map(len, there)),
        longest=max(map(len, there)),
        context=base.context(recipe.base),
        steps=trainer.state.global_step,
        seconds=round(time.monotonic() - began, 1),
        loss=_ends([one["loss"] for one in trainer.state.log_history if "loss" in one]),
        scale=scale,
    )
    if trainer.is_world_process_zero():
        card.save(made, out)
    return made


def _begun(out: Path, same: Mapping[str, str]) -> bool:
    """Whether this very task was begun in a folder. Raises UserError where another one was."""
    try:
        found = msgspec.json.decode((out / BEGUN).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return False
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{out / BEGUN}: cannot be read ({error}); name another --out") from error
    if other := [name for name, value in same.items() if found.get(name) != value]:
        raise UserError(f"{out}: was begun with another {' and another '.join(other)}; name another --out")
    return True


def _last(out: Path) -> str | None:
    from transformers.trainer_utils import get_last_checkpoint

    folder = out / CHECKPOINTS
    found: str | None = get_last_checkpoint(str(folder)) if folder.is_dir() else None
    return found


def _ends(losses: Sequence[float]) -> tuple[float, float] | None:
    if not losses:
        return None
    few = max(1, len(losses) // 5)
    return float(np.mean(losses[:few])), float(np.mean(losses[-few:]))


def _trainer(
    recipe: Recipe, there: Sequence[examples.Example], tokenizer: Any, out: Path, scale: tuple[float, float]
) -> Any:
    import torch
    from datasets import Dataset
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments
    from trl import SFTConfig, SFTTrainer

    devices = int(os.environ.get("WORLD_SIZE", "1"))  # as accelerate sets it
    settings: dict[str, Any] = {
        "output_dir": str(out / CHECKPOINTS),
        "learning_rate": recipe.learning_rate,
        "num_train_epochs": recipe.epochs,
        "per_device_train_batch_size": recipe.each,
        "gradient_accumulation_steps": recipe.steps_apart(devices),
        "warmup_steps": recipe.warmup,
        "lr_scheduler_type": "cosine",
        "weight_decay": recipe.decay,
        "max_grad_norm": recipe.clip,
        "bf16": recipe.precision == "bf16",
        "activation_checkpointing": recipe.recompute,
        "save_steps": recipe.save,
        "save_total_limit": 2,
        "logging_steps": 1,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": not torch.cuda.is_available(),
        "train_sampling_strategy": "group_by_length" if devices == 1 else "random",  # little padding
        "dataloader_pin_memory": torch.cuda.is_available(),
    }
    adapter = _adapter(recipe)
    model = base.model(recipe, train=True)
    model.config.use_cache = False
    if recipe.head == "scalar":
        middle, width = scale
        rows = [{"input_ids": list(one.prompt), "labels": ((one.score or 0) - middle) / width} for one in there]
        model.config.pad_token_id = tokenizer.pad_token_id
        if adapter:
            from peft import get_peft_model

            model = get_peft_model(model, adapter)
        return Trainer(
            model=model,
            args=TrainingArguments(**settings),
            train_dataset=Dataset.from_list(rows),
            data_collator=DataCollatorWithPadding(tokenizer),
            processing_class=tokenizer,
        )
    rows = [
        {
            "input_ids": [*one.prompt, *one.answer],
            "labels": [-100] * len(one.prompt) + list(one.answer),
        }
        for one in there
    ]
    trainer = SFTTrainer if torch.cuda.is_available() else _sparing()
    return trainer(
        model=model,
        # nothing is cut: what is too long was left out before
        args=SFTConfig(max_length=None, dataset_kwargs={"skip_prepare_dataset": True}, **settings),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=adapter,
    )


def _sparing() -> type[Any]:
    """TRL's trainer for a processor: the words of the vocabulary are scored where an answer stands, and nowhere else.

    Without Triton, TRL scores them at every token of the prompt too, which takes longer than all the rest of a step.
    """
    import torch
    from trl import SFTTrainer

    class Sparing(SFTTrainer):  # type: ignore[misc]
        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            labels = inputs["labels"][:, 1:]
            columns = (labels != -100).any(dim=0).nonzero().squeeze(1)  # [K]: where any of the batch has an answer
            outputs = model(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], logits_to_keep=columns
            )
            wanted = labels[:, columns].reshape(-1)
            scores = outputs.logits.float().reshape(len(wanted), -1)  # [B * K, V]
            summed = torch.nn.functional.cross_entropy(scores, wanted, reduction="sum")
            count = (wanted != -100).sum() if num_items_in_batch is None else num_items_in_batch
            loss = summed / count
            if self.args.average_tokens_across_devices and num_items_in_batch is not None:
                loss = loss * self.accelerator.num_processes  # which average it again
            return (loss, outputs) if return_outputs else loss

    return Sparing


def _adapter(recipe: Recipe) -> Any:
    if recipe.method == "full":
        return None
    from peft import LoraConfig
    from transformers import AutoConfig

    shape, layers = recipe.lora, AutoConfig.from_pretrained(base.folder(recipe.base)).num_hidden_layers
    return LoraConfig(
        r=shape.rank,
        lora_alpha=shape.alpha,
        lora_dropout=shape.dropout,
        target_modules=list(MAPS),
        layers_to_transform=list(range(max(0, layers - shape.layers), layers)) if shape.layers else None,
        task_type="SEQ_CLS" if recipe.head == "scalar" else "CAUSAL_LM",
    )


def _told(out: Path, seen: Callable[[int, int, float], None]) -> Any:
    """A callback that keeps log.jsonl: the trainer's own log, which a checkpoint brings back."""
    from transformers import TrainerCallback

    class Told(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
            if not state.is_world_process_zero or "loss" not in (logs or {}):
                return
            seen(state.global_step, state.max_steps, logs["loss"])
            with replacing(out / LOG) as file:
                for one in state.log_history:
                    if "loss" in one:
                        file.write(msgspec.json.encode(one).decode() + "\n")

    return Told()
