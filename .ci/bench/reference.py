"""The study's classifier in transformers + peft on torch: LoRA of rank 16 on the query and value projections, the head trained
whole, and the optimiser that the Hugging Face Trainer would make."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, get_linear_schedule_with_warmup

from sample import pad


def adapted(base, classes):
    """A fresh classifier with a fresh adapter, in training mode, from a DistilBERT folder."""
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=classes, dtype=torch.float32)
    config = LoraConfig(
        task_type="SEQ_CLS",
        r=16,
        lora_alpha=32,
        lora_dropout=0.1,
        target_modules=["q_lin", "v_lin"],
        modules_to_save=["pre_classifier", "classifier"],
    )
    return get_peft_model(model, config).train()


class Trainer:
    """Optimiser steps on batches: AdamW without weight decay on biases and LayerNorms, gradients clipped to a norm of 1, and a
    learning rate that warms up and decays linearly."""

    def __init__(self, model, steps, rate=3e-4, warmup=100, decay=0.01):
        self.model = model
        self.trained = [p for p in model.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in self.trained if p.ndim > 1], "weight_decay": decay},
            {"params": [p for p in self.trained if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.999), eps=1e-8)
        self.schedule = get_linear_schedule_with_warmup(self.optimizer, warmup, steps)

    def step(self, inputs, targets):
        """One step on a batch; targets [batch, classes] are distributions over the labels. Returns the loss."""
        loss = torch.nn.functional.cross_entropy(self.model(**inputs).logits, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        return loss.item()


def inputs(notes):
    """What the model takes, from lists of ids: padded to the longest of them."""
    return {name: torch.from_numpy(value) for name, value in pad(notes).items()}
