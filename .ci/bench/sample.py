"""What the sides of the speed comparison in Python share: the sample, padding, and taking turns."""

import json
import sys
import time

import numpy as np


class Sample:
    """Notes as token ids, as the Go side writes them."""

    def __init__(self, path):
        with open(path) as file:
            content = json.load(file)
        self.classes = content["classes"]
        self.ids = [note["ids"] for note in content["notes"]]
        self.targets = np.zeros((len(self.ids), self.classes), dtype=np.float32)
        for row, note in enumerate(content["notes"]):
            self.targets[row, note["labels"]] = 1 / len(note["labels"])

    def spread(self, count):
        """So many of the notes' ids, evenly spaced."""
        return [self.ids[i * len(self.ids) // count] for i in range(count)]


def pad(notes):
    """Ids and mask [notes, tokens of the longest], int64."""
    ids = np.zeros((len(notes), max(map(len, notes))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, note in enumerate(notes):
        ids[row, : len(note)] = note
        mask[row, : len(note)] = 1
    return {"input_ids": ids, "attention_mask": mask}


class Turns:
    """Measures while the other sides wait, and waits while they measure: each line of the input lets it do one round."""

    def __init__(self):
        self.start()

    def start(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def since(self, pieces=1):
        """The time since the start of this turn, for each of so many pieces of work."""
        return {"wall": (time.perf_counter() - self.wall) / pieces, "cpu": (time.process_time() - self.cpu) / pieces}

    def tell(self, answer):
        print(json.dumps(answer), flush=True)

    def wait(self, answer):
        """Tells what a turn took; says whether there is to be another one."""
        self.tell(answer)
        asked = bool(sys.stdin.readline())
        self.start()
        return asked


def infer(notes, run, repeats):
    """Measures `run`, from lists of ids to logits: the notes all at once or, where that is faster, eight of like length at a time."""

    def chunked(size):
        logits = [None] * len(notes)
        order = sorted(range(len(notes)), key=lambda i: len(notes[i]))
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            for row, values in zip(rows, run([notes[i] for i in rows])):
                logits[row] = values.tolist()
        return logits

    def seconds(size):
        begin = time.perf_counter()
        chunked(size)
        return time.perf_counter() - begin

    turns = Turns()
    logits = chunked(len(notes))
    first = turns.since() | {"logits": logits}
    size = min({len(notes), min(8, len(notes))}, key=lambda size: min(seconds(size) for _ in range(3)))
    ready = turns.wait(first)
    while ready:
        for _ in range(repeats):
            chunked(size)
        ready = turns.wait(turns.since(repeats))
