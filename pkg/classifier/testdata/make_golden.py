#!/usr/bin/env python3
"""Make the golden files that the Go tests compare with transformers + peft.

Made with Python 3.11, torch 2.15.0, transformers 5.23.0, peft 0.21.2, tokenizers 0.23.3 and safetensors, on the CPU in
float32 with one thread. The script is seeded: a second run writes the same bytes. To run it, with those packages installed:

    python make_golden.py            # writes beside itself; only needed when a case is added

What it writes (all random weights; nothing here was trained on anything):

    tiny/                        DistilBERT with classification head: 2 layers, dim 32, 4 heads, FFN 64, 64 positions,
                                 5 labels; config.json, model.safetensors, vocab.txt, tokenizer.json (uncased WordPiece)
    tiny-f16/, tiny-bf16/        model.safetensors of tiny in half precision; nothing else
    tiny-oldnames.safetensors    tiny's encoder alone, without the "distilbert." prefix, LayerNorms as gamma / beta
    tiny-bert/                   BertModel of the same sizes, with two token types and a pooler, same vocabulary
    adapter-qv/                  PEFT LoRA: r 4, alpha 8, dropout 0.1, q_lin and v_lin; heads changed
    adapter-all/                 PEFT LoRA: r 3, alpha 5, rsLoRA, all six linears; heads changed
    golden.json                  batches, logits, losses, gradient norms, schedule; described below
    hidden.safetensors           last hidden states of the first batch: "tiny" (and so tiny-oldnames) and "tiny-bert", each [4, 16, 32]
    train-qv/, train-all/,       grad-hard.safetensors, grad-soft.safetensors: gradients of the first batch, before clipping;
    train-full/, train-partial/, final.safetensors: the trainable tensors after three steps. Keys are those of the PEFT file
    train-head/                  where there is an adapter, else those of model.safetensors. "full" trains everything,
                                 "partial" the last layer and the head, "head" the head alone.
    train-loraplus/              final.safetensors alone, after six steps of PEFT's create_loraplus_optimizer
    twenty.json                  twenty steps of the first adapter: batches [6, 16] with their labels, settings, losses,
                                 gradient norms and learning rates, and how far a float64 run of them is from that

golden.json:
    batches      three of them: texts, input_ids and attention_mask [4, 16], labels [4], soft [4, 5] (target distributions).
                 The first is the one that every "logits" entry and every gradient refers to.
    logits       [4, 5] for base, base-f16 and base-bf16 (weights rounded, arithmetic in float32), adapter-qv, adapter-all,
                 and the two merged into the weights.
    notes        text to ids (cut at 64 positions, [CLS] and [SEP] included) to logits by adapter, one note at a time.
    train        a case each: optimizer settings, losses of the first batch against labels and soft targets with their
                 gradient norms, then the three steps (loss before the step, gradient norm before clipping, learning rate),
                 the names that weight decay touches, and how far a float64 run of the same steps ends from this one
                 (float64_diff: largest absolute difference in a tensor), which says what tolerance is fair. Tensors under
                 "noise" have a gradient that is zero in exact arithmetic (a key bias shifts all scores of a row alike):
                 Adam divides rounding noise by its own size there, so their final value is not comparable.
    schedule     multipliers of transformers' get_linear_schedule_with_warmup.
    loraplus     settings and steps of train-loraplus, in the same terms.
    scaler       scales of torch.amp.GradScaler after each of a row of steps, whose gradients were finite or not.

Training is without dropout (eval mode, gradients on). A step is what the Hugging Face Trainer does: mean cross entropy with
hard labels, clip_grad_norm_, AdamW (betas 0.9 / 0.999, eps 1e-8, decoupled decay on the names given by the Trainer's own
get_decay_parameter_names), then the schedule's step; the first step has learning rate 0 and only fills the moments.
"""

import copy
import json
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import peft
import tokenizers
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.optimizers import create_loraplus_optimizer
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertModel,
    Trainer,
    get_linear_schedule_with_warmup,
)

HERE = Path(__file__).resolve().parent
SEED = 20240229
LENGTH = 16
LABELS = ["Surgery", "Consult - History and Phy.", "Cardiovascular / Pulmonary", "Orthopedic", "SOAP / Chart / Progress Notes"]
LINEARS = ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"]
FORMAT = {"format": "pt"}

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """the a of and was is with in no to patient history pain chest left right year old male female knee hip heart blood
pressure normal surgery procedure diagnosis fracture cough fever lung eye skin x ray ct mri mg daily denies noted removed under
general anesthesia incision closed follow up plan exam head neck abdomen soft non tender stable discharge home operative pre post
allergies none medication his her she he mild severe acute chronic
##s ##ed ##ing ##al ##ic ##itis ##ectomy ##scopy ##ology ##ly ##ness arthr gastr neur cardi append""".split()

BATCHES = [
    (
        [
            "The patient was a 62-year old male, chest pain.",
            "Left knee arthroscopy under anesthesia.",
            "Appendectomy noted.",
            "Denies cardiac history; blood pressure normal.",
        ],
        [2, 3, 0, 1],
    ),
    (
        [
            "SHE was stable.",
            "Right hip fracture closed, home with follow up",
            "Gastritis: exam, abdomen soft, non-tender",
            "Neurology consult, head CT normal",
        ],
        [4, 3, 1, 1],
    ),
    (
        [
            "Chronic arthritis of the neck",
            "Lung x-ray, acute cough; plan: mg daily",
            "Eye surgery",
            "Skin removed under general anesthesia, incision closed",
        ],
        [3, 2, 0, 0],
    ),
]

NOTES = [
    "Pre-operative diagnosis: acute appendicitis. PROCEDURE: appendectomy.",
    "Caf\u00e9 na\u00efve \u2014 \u00c9xam na\u0308ive \u00b5g \u4e2d\u6587 \U0001f600 \u03b1\u03b2\u03b3",
    "x",
    "?!",
    "The patient was stable and denies pain. " * 30,
]


def vocabulary():
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    digits = [str(d) for d in range(10)]
    marks = list(".,;:-/?()%\u4e2d\u00b5")
    out = []
    for token in SPECIAL + marks + digits + letters + ["##" + c for c in digits + letters] + WORDS:
        if token not in out:
            out.append(token)
    return out


def write_tokenizer(folder, vocab):
    """vocab.txt, tokenizer.json and tokenizer_config.json; returns the tokenizer, without truncation or padding."""
    tok = Tokenizer(WordPiece({t: i for i, t in enumerate(vocab)}, unk_token="[UNK]", max_input_chars_per_word=100))
    tok.normalizer = BertNormalizer(lowercase=True)
    tok.pre_tokenizer = BertPreTokenizer()
    tok.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab.index("[CLS]")), ("[SEP]", vocab.index("[SEP]"))],
    )
    tok.add_special_tokens(SPECIAL)
    tok.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("".join(t + "\n" for t in vocab), encoding="utf-8")
    settings = {"tokenizer_class": "DistilBertTokenizer", "do_lower_case": True, "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    return tok


def randomize(module, gen, std=0.2):
    """Every parameter random and away from its usual start, so that an ignored or swapped one shows."""
    with torch.no_grad():
        for name, p in module.named_parameters():
            noise = torch.randn(p.shape, generator=gen)
            p.copy_(1 + 0.2 * noise if "LayerNorm.weight" in name or "layer_norm.weight" in name else std * noise)


def make_batch(tok, texts, labels, gen):
    rows = [tok.encode(t).ids for t in texts]
    assert max(map(len, rows)) <= LENGTH and len(set(map(len, rows))) > 2, [len(r) for r in rows]
    soft = torch.softmax(torch.randn(len(rows), len(LABELS), generator=gen), -1).double()
    soft[0] = torch.tensor([0.5, 0, 0.5, 0, 0])  # a label set as a target: uniform over its members
    soft = (soft / soft.sum(-1, keepdim=True)).tolist()
    return {
        "texts": texts,
        "input_ids": [r + [0] * (LENGTH - len(r)) for r in rows],
        "attention_mask": [[1] * len(r) + [0] * (LENGTH - len(r)) for r in rows],
        "labels": labels,
        "soft": soft,
    }


def inputs(batch):
    return {k: torch.tensor(batch[k]) for k in ("input_ids", "attention_mask")}


def logits(model, batch):
    with torch.no_grad():
        return model.eval()(**inputs(batch)).logits


def loss_of(model, batch, soft=False):
    out = model(**inputs(batch)).logits
    target = torch.tensor(batch["soft"], dtype=out.dtype) if soft else torch.tensor(batch["labels"])
    return torch.nn.functional.cross_entropy(out, target)


def file_key(name):
    """The key of a parameter in PEFT's file: without adapter name and without the wrapper of saved modules."""
    return name.replace(".modules_to_save.default", "").replace(".default", "")


def trainable(model):
    return {file_key(n): p for n, p in model.named_parameters() if p.requires_grad}


def norm_of(grads):
    return torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads])).item()


def gradients(model, batch, soft):
    model.eval().zero_grad()
    loss = loss_of(model, batch, soft)
    loss.backward()
    return loss.item(), {k: p.grad.detach().clone() for k, p in trainable(model).items()}


def make_adamw(model, named, decayed, opt):
    rest = {"lr": opt["learning_rate"], "betas": tuple(opt["betas"]), "eps": opt["eps"]}
    if ratio := opt.get("loraplus_ratio"):
        return create_loraplus_optimizer(
            model, torch.optim.AdamW, loraplus_lr_ratio=ratio, loraplus_weight_decay=opt["weight_decay"], **rest
        )
    groups = [
        {"params": [p for n, p in named if n in decayed], "weight_decay": opt["weight_decay"]},
        {"params": [p for n, p in named if n not in decayed], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, **rest)


def take_steps(model, batches, opt):
    """One step a batch as the Trainer does it; the record of each step, and the names with weight decay."""
    model.eval()
    decayed = set(Trainer.get_decay_parameter_names(None, model))
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    adamw = make_adamw(model, named, decayed, opt)
    schedule = get_linear_schedule_with_warmup(adamw, opt["warmup_steps"], opt["total_steps"])
    steps = []
    for batch in batches:
        model.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], opt["max_grad_norm"])
        steps.append({"loss": loss.item(), "grad_norm": norm.item(), "learning_rate": schedule.get_last_lr()[0]})
        adamw.step()
        schedule.step()
    return steps, sorted(file_key(n) for n, _ in named if n in decayed)


def train_case(folder, model, batches, opt):
    folder.mkdir()
    exact = copy.deepcopy(model).double()
    hard, grad_hard = gradients(model, batches[0], soft=False)
    soft, grad_soft = gradients(model, batches[0], soft=True)
    save_file(grad_hard, folder / "grad-hard.safetensors", FORMAT)
    save_file(grad_soft, folder / "grad-soft.safetensors", FORMAT)

    steps, decayed = take_steps(model, batches, opt)
    final = {k: p.detach().clone() for k, p in trainable(model).items()}
    save_file(final, folder / "final.safetensors", FORMAT)

    # Which gradients are zero in exact arithmetic, and how far float32 strays from float64 over the steps.
    _, grad_exact = gradients(exact, batches[0], soft=False)
    noise = sorted(k for k, g in grad_exact.items() if g.abs().max() < 1e-12)
    take_steps(exact, batches, opt)
    diff = {k: (p.detach() - final[k].double()).abs().max().item() for k, p in trainable(exact).items()}
    return {
        "optimizer": opt,
        "loss_hard": hard,
        "loss_soft": soft,
        "grad_norm_hard": norm_of(grad_hard.values()),
        "grad_norm_soft": norm_of(grad_soft.values()),
        "steps": steps,
        "decayed": decayed,
        "noise": noise,
        "float64_diff": diff,
    }


def loraplus_case(folder, model, batches, opt):
    folder.mkdir()
    steps, _ = take_steps(model, batches, opt)
    save_file({k: p.detach().clone() for k, p in trainable(model).items()}, folder / "final.safetensors", FORMAT)
    return {"optimizer": opt, "steps": steps}


def twenty_steps(vocab, gen):
    """Losses of twenty steps on random notes, whose first word gives the label away."""
    batches = []
    for _ in range(20):
        labels = torch.randint(len(LABELS), (6,), generator=gen).tolist()
        rows = []
        for label in labels:
            words = torch.randint(len(SPECIAL), len(vocab), (int(torch.randint(13, (1,), generator=gen)),), generator=gen)
            rows.append([2, len(vocab) - 1 - label, *words.tolist(), 3])
        batches.append(
            {
                "input_ids": [r + [0] * (LENGTH - len(r)) for r in rows],
                "attention_mask": [[1] * len(r) + [0] * (LENGTH - len(r)) for r in rows],
                "labels": labels,
            }
        )
    opt = optimizer(0.01, warmup_steps=5, total_steps=20)
    model = load("adapter-qv", training=True)
    exact = copy.deepcopy(model).double()
    steps, _ = take_steps(model, batches, opt)
    exact_steps, _ = take_steps(exact, batches, opt)
    diff = max(abs(a["loss"] / b["loss"] - 1) for a, b in zip(steps, exact_steps))
    with open(HERE / "twenty.json", "w", encoding="utf-8") as f:
        json.dump({"optimizer": opt, "batches": batches, "steps": steps, "float64_diff": diff}, f, separators=(",", ":"))
        f.write("\n")


def scales():
    """GradScaler's scale after each step of a few runs of good and bad ones."""
    out = []
    for initial, interval, finite in (
        (65536.0, 3, [1, 1, 1, 1, 1, 1, 0, 1, 1, 1]),
        (65536.0, 2000, [0, 0, 1, 0]),
        (2.0, 1, [1, 0, 0, 0, 1]),
    ):
        p = torch.nn.Parameter(torch.zeros(1))
        sgd = torch.optim.SGD([p], lr=1.0)
        scaler = torch.amp.GradScaler("cpu", init_scale=initial, growth_interval=interval)
        values = []
        for good in finite:
            sgd.zero_grad()
            scaler.scale((p * (1.0 if good else float("inf"))).sum()).backward()
            scaler.step(sgd)
            scaler.update()
            values.append(scaler.get_scale())
        out.append({"initial": initial, "interval": interval, "finite": finite, "scales": values})
    return out


def optimizer(weight_decay, max_grad_norm=1.0, warmup_steps=1, total_steps=3):
    return {
        "learning_rate": 1e-2,
        "weight_decay": weight_decay,
        "betas": [0.9, 0.999],
        "eps": 1e-8,
        "max_grad_norm": max_grad_norm,
        "warmup_steps": warmup_steps,
        "total_steps": total_steps,
    }


def make_adapter(folder, gen, **settings):
    base = DistilBertForSequenceClassification.from_pretrained(HERE / "tiny")
    model = get_peft_model(base, LoraConfig(task_type="SEQ_CLS", **settings))
    with torch.no_grad():
        for n, p in model.named_parameters():
            if p.requires_grad:
                p.copy_(0.2 * torch.randn(p.shape, generator=gen))
    model.save_pretrained(folder)
    assert set(trainable(model)) == set(get_peft_model_state_dict(model)) == set(load_file(folder / "adapter_model.safetensors"))
    (folder / "README.md").unlink()
    # PEFT writes sets in hash order and the path of the base as it was given: make both the same on every machine.
    config = json.loads((folder / "adapter_config.json").read_text())
    config["target_modules"].sort()
    config["base_model_name_or_path"] = "tiny"
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def load(adapter=None, training=False):
    base = DistilBertForSequenceClassification.from_pretrained(HERE / "tiny")
    return PeftModel.from_pretrained(base, HERE / adapter, is_trainable=training) if adapter else base


def freeze(model, *trained):
    """Train only the tensors whose names hold one of the given parts."""
    for name, p in model.named_parameters():
        p.requires_grad_(any(part in name for part in trained))
    return model


def make_models(vocab, gen):
    shape = {"vocab_size": len(vocab), "max_position_embeddings": 64}
    config = DistilBertConfig(
        **shape, n_layers=2, dim=32, n_heads=4, hidden_dim=64,
        dropout=0.1, attention_dropout=0.1, seq_classif_dropout=0.2,
        id2label=dict(enumerate(LABELS)), label2id={l: i for i, l in enumerate(LABELS)},
    )  # fmt: skip
    tiny = DistilBertForSequenceClassification(config)
    randomize(tiny, gen)
    tiny.save_pretrained(HERE / "tiny")

    state = load_file(HERE / "tiny" / "model.safetensors")
    for name, dtype in (("tiny-f16", torch.float16), ("tiny-bf16", torch.bfloat16)):
        (HERE / name).mkdir()
        save_file({k: v.to(dtype) for k, v in state.items()}, HERE / name / "model.safetensors", FORMAT)

    def old(key):
        key = key.removeprefix("distilbert.")
        for norm in ("LayerNorm", "layer_norm"):
            key = key.replace(norm + ".weight", norm + ".gamma").replace(norm + ".bias", norm + ".beta")
        return key

    encoder = {old(k): v for k, v in state.items() if k.startswith("distilbert.")}
    save_file(encoder, HERE / "tiny-oldnames.safetensors", FORMAT)

    bert = BertModel(
        BertConfig(
            **shape, num_hidden_layers=2, hidden_size=32, num_attention_heads=4, intermediate_size=64, type_vocab_size=2
        )
    )
    randomize(bert, gen)
    bert.save_pretrained(HERE / "tiny-bert")


def half_logits(name, batch):
    model = load()
    state = load_file(HERE / name / "model.safetensors")
    model.load_state_dict({k: v.float() for k, v in state.items()})
    return logits(model, batch).tolist()


def hidden_states(batch):
    with torch.no_grad():
        tiny = DistilBertModel.from_pretrained(HERE / "tiny").eval()(**inputs(batch)).last_hidden_state
        bert = BertModel.from_pretrained(HERE / "tiny-bert").eval()(**inputs(batch)).last_hidden_state
    save_file({"tiny": tiny, "tiny-bert": bert}, HERE / "hidden.safetensors", FORMAT)


def note_cases(tok, adapters):
    models = {"base": load()} | {a: load(a) for a in adapters}
    out = []
    for text in NOTES:
        ids = tok.encode(text).ids
        if truncated := len(ids) > 64:
            ids = ids[:63] + [tok.token_to_id("[SEP]")]
        one = {"input_ids": [ids], "attention_mask": [[1] * len(ids)]}
        out.append(
            {
                "text": text,
                "input_ids": ids,
                "truncated": truncated,
                "logits": {name: logits(m, one)[0].tolist() for name, m in models.items()},
            }
        )
    return out


def schedules():
    out = []
    for warmup, total in ((0, 4), (1, 3), (2, 3), (3, 9), (6, 4)):
        adam = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule = get_linear_schedule_with_warmup(adam, warmup, total)
        values = []
        for _ in range(total + 1):
            values.append(schedule.get_last_lr()[0])
            adam.step()
            schedule.step()
        out.append({"warmup_steps": warmup, "total_steps": total, "multipliers": values})
    return out


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    gen = torch.Generator().manual_seed(SEED)
    models = ["tiny", "tiny-f16", "tiny-bf16", "tiny-bert", "adapter-qv", "adapter-all"]
    for name in models + ["train-" + case for case in ("qv", "all", "full", "partial", "head", "loraplus")]:
        shutil.rmtree(HERE / name, ignore_errors=True)

    vocab = vocabulary()
    make_models(vocab, gen)
    tok = write_tokenizer(HERE / "tiny", vocab)
    write_tokenizer(HERE / "tiny-bert", vocab)
    make_adapter(HERE / "adapter-qv", gen, r=4, lora_alpha=8, lora_dropout=0.1, target_modules=["q_lin", "v_lin"])
    make_adapter(HERE / "adapter-all", gen, r=3, lora_alpha=5, use_rslora=True, target_modules=LINEARS)

    batches = [make_batch(tok, texts, labels, gen) for texts, labels in BATCHES]
    first = batches[0]
    hidden_states(first)
    golden = {
        "made_with": {m.__name__: m.__version__.split("+")[0] for m in (torch, transformers, peft, tokenizers)},
        "seed": SEED,
        "label_names": LABELS,
        "batches": batches,
        "logits": {
            "base": logits(load(), first).tolist(),
            "base-f16": half_logits("tiny-f16", first),
            "base-bf16": half_logits("tiny-bf16", first),
        },
        "notes": note_cases(tok, ["adapter-qv", "adapter-all"]),
        "schedule": schedules(),
    }
    for name in ("adapter-qv", "adapter-all"):
        golden["logits"][name] = logits(load(name), first).tolist()
        golden["logits"][name + "-merged"] = logits(load(name).merge_and_unload(), first).tolist()
    golden["train"] = {
        "train-qv": train_case(HERE / "train-qv", load("adapter-qv", training=True), batches, optimizer(0.01)),
        # A larger decay: at 0.01 three steps move a weight by little more than a fair tolerance. A larger norm: the
        # first step is clipped, the other two are not.
        "train-all": train_case(HERE / "train-all", load("adapter-all", training=True), batches, optimizer(0.1, 7.0)),
        "train-full": train_case(HERE / "train-full", load(), batches, optimizer(0.1)),
        "train-partial": train_case(HERE / "train-partial", freeze(load(), "layer.1.", "classifier."), batches, optimizer(0.1)),
        "train-head": train_case(HERE / "train-head", freeze(load(), "classifier."), batches, optimizer(0.1)),
    }
    golden["loraplus"] = loraplus_case(
        HERE / "train-loraplus",
        load("adapter-qv", training=True),
        batches + batches,
        optimizer(0.1, total_steps=6) | {"loraplus_ratio": 16.0},
    )
    golden["scaler"] = scales()
    twenty_steps(vocab, gen)
    with open(HERE / "golden.json", "w", encoding="utf-8") as f:
        json.dump(golden, f, indent=1)
        f.write("\n")
    size = sum(p.stat().st_size for p in HERE.rglob("*") if p.is_file())
    print(f"wrote {HERE}: {size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
