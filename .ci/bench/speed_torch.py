"""The torch side of the speed comparison, see speed.py.

train BASE SAMPLE random|grouped       transformers + peft, an epoch a round: batches at random, or of like length
infer FOLDER SAMPLE NOTES TIMES        a merged classifier, so many times a round
export FOLDER FILE                     the merged classifier for ONNX Runtime
"""

import os
import sys

import torch
import transformers

from reference import Trainer, adapted, inputs
from sample import Sample, Turns, infer

BATCH = 16


def train(base, path, order):
    sample = Sample(path)
    transformers.set_seed(42)
    model = adapted(base, sample.classes)
    trainer = Trainer(model, steps=1000 * len(sample.ids) // BATCH)
    targets = torch.from_numpy(sample.targets)
    if order == "grouped":
        from transformers.trainer_pt_utils import LengthGroupedSampler

        rows = LengthGroupedSampler(BATCH, lengths=[len(note) for note in sample.ids])
    else:
        rows = torch.utils.data.RandomSampler(sample.ids)
    turns, first = Turns(), True
    while True:
        epoch = list(rows)
        for start in range(0, len(epoch), BATCH):
            batch = epoch[start : start + BATCH]
            trainer.step(inputs([sample.ids[i] for i in batch]), targets[batch])
            if first:
                turns.tell(turns.since())
                first = False
        if not turns.wait(turns.since(len(epoch) // BATCH)):
            return


def merged(folder, **options):
    return transformers.AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, **options).eval()


def predict(folder, path, count, repeats):
    model = merged(folder)

    @torch.inference_mode()
    def run(notes):
        return model(**inputs(notes)).logits.numpy()

    infer(Sample(path).spread(int(count)), run, int(repeats))


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def export(folder, file):
    """ONNX Runtime is fastest on this form: the exporter of before torch.export and plain attention, which it fuses best."""
    example = inputs([[101, 2000, 2001, 102], [101, 2000, 102]])
    torch.onnx.export(
        Logits(merged(folder, attn_implementation="eager")).eval(), tuple(example.values()), file, dynamo=False,
        input_names=list(example), output_names=["logits"], dynamic_axes={name: {0: "batch", 1: "length"} for name in example},
    )  # fmt: skip


if __name__ == "__main__":
    torch.set_num_threads(os.cpu_count())
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    {"train": train, "infer": predict, "export": export}[sys.argv[1]](*sys.argv[2:])
