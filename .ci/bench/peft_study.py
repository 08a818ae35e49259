"""The study's second configuration in transformers + peft on torch, to be compared with `specialist train`.

The notes are divided by the Go side, so the parts are the same; so are the targets (a note's label set, each label with equal
weight), the settings, the choice of the best epoch by validation macro-F1, and the test metrics. Writes OUT/seed-N.json.

    bench notes FILE >NOTES
    peft_study.py --base FOLDER --notes NOTES --out OUT --seeds 1 2 3

is, for each seed N, the counterpart of

    specialist train --profile mtsamples --data FILE --out RUN --set max_length=128 --set train.epochs=3 --set train.seed=N
"""

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import accuracy_score, f1_score
from transformers import AutoTokenizer, set_seed

from reference import Trainer, adapted, inputs


def read(path, base, length):
    """The parts, each with its encodings, label sets and uniform targets."""
    notes = [json.loads(line) for line in path.open()]
    labels = sorted({label for note in notes for label in note["labels"]})
    tokenizer = AutoTokenizer.from_pretrained(base)
    parts = {}
    for name in "train", "validation", "test":
        own = [note for note in notes if note["part"] == name]
        encodings = tokenizer([note["text"] for note in own], truncation=True, max_length=length)["input_ids"]
        sets = [[labels.index(label) for label in note["labels"]] for note in own]
        targets = torch.zeros(len(own), len(labels))
        for row, ids in enumerate(sets):
            targets[row, ids] = 1 / len(ids)
        parts[name] = encodings, sets, targets
    return labels, parts


@torch.inference_mode()
def predict(model, encodings, size=32):
    """Logits, a row for each encoding."""
    model.eval()
    order = sorted(range(len(encodings)), key=lambda i: len(encodings[i]))
    logits = np.empty((len(encodings), model.config.num_labels), dtype=np.float32)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        logits[rows] = model(**inputs([encodings[i] for i in rows])).logits.numpy()
    model.train()
    return logits


def evaluate(logits, sets):
    """Metrics over rows, a note once for each of its labels, and over notes."""
    ranked = np.argsort(-logits, axis=1, kind="stable")
    truth = [label for ids in sets for label in ids]
    guess = [ranked[i, 0] for i, ids in enumerate(sets) for _ in ids]
    found = [len(set(ranked[i, :3]) & set(ids)) for i, ids in enumerate(sets)]
    return {
        "row_accuracy": accuracy_score(truth, guess),
        "macro_f1_union": f1_score(truth, guess, average="macro", zero_division=0),
        "weighted_f1": f1_score(truth, guess, average="weighted", zero_division=0),
        "any_valid": float(np.mean([ranked[i, 0] in ids for i, ids in enumerate(sets)])),
        "top3_accuracy": sum(found) / len(truth),
        "recall_at_3": float(np.mean([n / len(ids) for n, ids in zip(found, sets)])),
    }


def train(args, seed, labels, parts):
    set_seed(seed)
    model = adapted(args.base, len(labels))
    encodings, _, targets = parts["train"]
    batches = -(-len(encodings) // args.batch)
    trainer = Trainer(model, batches * args.epochs)
    begin, losses, epochs, best = time.time(), [], [], None
    for epoch in range(args.epochs):
        for rows in torch.randperm(len(encodings)).split(args.batch):
            losses.append(trainer.step(inputs([encodings[i] for i in rows]), targets[rows]))
        epochs.append(evaluate(predict(model, parts["validation"][0]), parts["validation"][1]))
        print(f"seed {seed}, epoch {epoch + 1}, loss {np.mean(losses[-batches:]):.4f}, {time.time() - begin:.0f} s: {epochs[-1]}", flush=True)
        if best is None or epochs[-1]["macro_f1_union"] > epochs[best]["macro_f1_union"]:
            best, kept = epoch, copy.deepcopy([p.data for p in trainer.trained])
    for p, value in zip(trainer.trained, kept):
        p.data.copy_(value)
    test = evaluate(predict(model, parts["test"][0]), parts["test"][1])
    result = {
        "seed": seed,
        "notes": {name: len(part[1]) for name, part in parts.items()},
        "parameters": sum(p.numel() for p in trainer.trained),
        "losses": losses,
        "validation": epochs,
        "best_epoch": best + 1,
        "test": test,
        "seconds": time.time() - begin,
    }
    (args.out / f"seed-{seed}.json").write_text(json.dumps(result, indent=1) + "\n")
    return test


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--notes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    labels, parts = read(args.notes, args.base, args.length)
    print(f"{len(labels)} labels; notes: " + ", ".join(f"{name} {len(part[1])}" for name, part in parts.items()), flush=True)
    tests = [train(args, seed, labels, parts) for seed in args.seeds]
    for metric in tests[0]:
        values = [test[metric] for test in tests]
        spread = f" +- {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
        print(f"{metric:<16}{np.mean(values):8.4f}{spread}   " + " ".join(f"{v:.4f}" for v in values))


if __name__ == "__main__":
    main()
