"""Reads what `train.py` saved."""

from __future__ import annotations

from pathlib import Path

import torch

from training.model import Needle, Shape


def load_checkpoint(path: Path, mean: bool = True) -> Needle:
    """The model of a training checkpoint: its mean weights, or the present ones."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    model = Needle(Shape(**saved["shape"]))
    model.load_state_dict(saved["mean" if mean else "model"])
    return model.eval()
