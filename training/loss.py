"""The loss: negative log-probability of the picks, over the special tokens alone, and what it says about whole cards."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.batches import Batch
from training.model import Needle


def pick_logits(model: Needle, hidden: Tensor, places: Tensor, first_special: int) -> Tensor:
    """Scores [K, specials] at the flat positions `places` of hidden [B, T, d_model]."""
    return model.logits(hidden.flatten(0, 1)[places], first_special).float()


def pick_loss(logits: Tensor, batch: Batch, go: int, mark_weight: float) -> Tensor:
    """Mean over the picks; everything but the blank may weigh more."""
    losses = F.cross_entropy(logits, batch.picks, reduction="none")
    if mark_weight == 1.0:
        return losses.mean()
    weights = torch.where(batch.picks == go, 1.0, mark_weight)
    return (losses * weights).sum() / weights.sum()


def card_log_probabilities(logits: Tensor, batch: Batch) -> Tensor:
    """log p(card) of every example [B]: the sum over its picks."""
    chosen = logits.log_softmax(-1).gather(1, batch.picks[:, None]).squeeze(1)
    return torch.zeros(len(batch.examples)).index_add_(0, batch.owners, chosen)


def exact_cards(logits: Tensor, batch: Batch) -> Tensor:
    """True where every pick of an example is the most probable one [B]; equals greedy decoding without the automaton."""
    wrong = (logits.argmax(-1) != batch.picks).float()
    return torch.zeros(len(batch.examples)).index_add_(0, batch.owners, wrong) == 0
