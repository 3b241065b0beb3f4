"""`writingbench train`: the data of critics and writers, and their training."""

from __future__ import annotations

from cyclopts import App

from writingbench.cli.train.critic import critic, recipes, writer
from writingbench.cli.train.curate import curate
from writingbench.cli.train.data import data_app
from writingbench.cli.train.export import export
from writingbench.cli.train.gain import gain
from writingbench.cli.train.measure import measure

train_app = App(name="train", help="Train a critic and a writer, and make the data for it.")
for part in (data_app, curate, critic, writer, recipes, export, measure, gain):
    train_app.command(part)
