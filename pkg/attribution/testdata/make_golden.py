#!/usr/bin/env python3
"""Make golden.json, which the Go tests compare with transformers + peft.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, peft 0.21.2 and tokenizers 0.23.3, on the CPU, in float64 with one thread: the
models are float32 files, and computing with them in float64 gives the exact value that any float32 computation strays from.
To run it, with those packages installed:

    python make_golden.py            # writes beside itself; only needed when a case is added

It reads tiny, adapter-qv and adapter-all from pkg/classifier/testdata, where their own script says what they are.

golden.json:
    steps        of integrated gradients: points of the Gauss-Legendre quadrature on [0, 1]
    notes        texts with the tokens (id, start and end in bytes) that the model reads of them, cut at 64, and their words, each [start,
                 end, first token, last token + 1]: WordPiece's word_ids, so what the pre-tokenizer divided
    cases        model by model, note by note and label by label: the logit, the gradient of the logit by the word embeddings of the tokens
                 ([tokens][dim], where it is kept at all), and by baseline (mask, pad, zero) the gradient x input and the integrated
                 gradients of each token, with the logit of the baseline. "mask" and "remove" under occlusion are the logit less
                 that of the note without a word, word by word.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy
import torch
from peft import PeftModel
from tokenizers import Tokenizer
from transformers import DistilBertForSequenceClassification

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "classifier" / "testdata"
LENGTH = 64
STEPS = 7

NOTES = [
    "Denies cardiac history; blood pressure normal.",
    "Left knee arthroscopy under anesthesia, appendectomy noted.",
    "Caf\u00e9 na\u00efve \u2014 \u00c9xam na\u0308ive \u00b5g \u4e2d\u6587 \U0001f600 \u03b1\u03b2\u03b3 98\u00b0F",
    "The patient was stable and denies abdominal pain. " * 9,
]
KEPT = 1  # notes, from the first, whose gradients are kept whole


def load(adapter):
    model = DistilBertForSequenceClassification.from_pretrained(MODELS / "tiny", attn_implementation="eager")
    if adapter:
        model = PeftModel.from_pretrained(model, MODELS / adapter).base_model.model
    return model.double().eval()


def read(tokenizer, text):
    """The note's tokens and words with their places in bytes, cut to LENGTH."""
    e = tokenizer.encode(text)
    at = [len(text[:i].encode()) for i in range(len(text) + 1)]
    ids, words = e.ids, e.word_ids
    spans = [[at[s], at[t]] for s, t in e.offsets]
    if len(ids) > LENGTH:
        ids, words, spans = (x[: LENGTH - 1] + x[-1:] for x in (ids, words, spans))
    spans[0] = spans[-1] = [0, 0]
    grouped = []
    for i, w in enumerate(words):
        if w is None:
            continue
        if i and words[i - 1] == w:
            grouped[-1][1], grouped[-1][3] = spans[i][1], i + 1
        else:
            grouped.append([*spans[i], i, i + 1])
    return {"text": text, "tokens": [[i, *s] for i, s in zip(ids, spans)], "words": grouped}


def slope(model, words, label):
    """The logit at these word embeddings [tokens, dim] and its gradient by them."""
    words = words.clone().requires_grad_()
    logits = model(inputs_embeds=words[None], attention_mask=torch.ones(1, len(words), dtype=torch.long)).logits[0]
    logits[label].backward()
    return logits.detach(), words.grad


def logit_of(model, ids, label):
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long)).logits[0, label].item()


def case(name, model, note, label, tokenizer, keep):
    table = model.get_input_embeddings().weight.detach()
    ids = [t[0] for t in note["tokens"]]
    x = table[torch.tensor(ids)]
    logits, gradient = slope(model, x, label)
    predicted = int(logits.argmax())
    out = {"model": name, "label": label, "predicted": predicted, "logit": logits[label].item(), "baselines": {}, "occlusion": {}}
    assert abs(out["logit"] - logit_of(model, ids, label)) < 1e-12
    if keep:
        out["gradient"] = gradient.tolist()
    places, weights = numpy.polynomial.legendre.leggauss(STEPS)
    places, weights = (places + 1) / 2, weights / 2
    for baseline in ("mask", "pad", "zero"):
        b = x.clone()
        b[1:-1] = 0 if baseline == "zero" else table[tokenizer.token_to_id(f"[{baseline.upper()}]")]
        mean = sum(w * slope(model, b + a * (x - b), label)[1] for a, w in zip(places, weights))
        out["baselines"][baseline] = {
            "gradient-x-input": ((x - b) * gradient).sum(-1).tolist(),
            "integrated-gradients": ((x - b) * mean).sum(-1).tolist(),
            "logit": slope(model, b, label)[0][label].item(),
        }
    mask = tokenizer.token_to_id("[MASK]")
    for how in ("mask", "remove"):
        out["occlusion"][how] = [
            out["logit"] - logit_of(model, ids[:first] + ([mask] * (last - first) if how == "mask" else []) + ids[last:], label)
            for _, _, first, last in note["words"]
        ]
    return out


def main():
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(MODELS / "tiny" / "tokenizer.json"))
    notes = [read(tokenizer, text) for text in NOTES]
    cases = []
    for name in ("", "adapter-qv", "adapter-all"):
        model = load(name)
        for i, note in enumerate(notes):
            ids = [t[0] for t in note["tokens"]]
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits[0]
            best, worst = int(logits.argmax()), int(logits.argmin())
            for label in (best, worst):
                cases.append({"note": i} | case(name, model, note, label, tokenizer, i < KEPT))
    with open(HERE / "golden.json", "w", encoding="utf-8") as f:
        json.dump({"steps": STEPS, "notes": notes, "cases": cases}, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
