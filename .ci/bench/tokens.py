"""Tokenizer throughput: the Go tokenizers beside Python's tokenizers on one thread, on the same notes, by turns.

Stops where the ids differ. Without the Python package it prints Go's numbers alone.
"""

import json
import os
import statistics
import subprocess
import sys
import time

# Read by the library when it is loaded.
os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
try:
    import tokenizers
except ImportError:
    tokenizers = None

BENCH, BASE, DATA = sys.argv[1:]
ROUNDS, MAX_LENGTH = 5, 512


def reference():
    """Python's tokenizer of the base folder, cutting as the Go ones do."""
    t = tokenizers.Tokenizer.from_file(os.path.join(BASE, "tokenizer.json"))
    t.no_padding()
    t.enable_truncation(MAX_LENGTH)
    return t


def compare(texts, ours, theirs):
    for engine, ids in ours.items():
        for i, (a, b) in enumerate(zip(ids, theirs, strict=True)):
            if a != b:
                at = next((k for k, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
                sys.exit(f"bench: engine {engine} and Python differ in note {i + 1} from token {at + 1} on: {texts[i][:60]!r} ...")
    print(f"  the ids are the same, from {', '.join(ours)} and Python, for all {len(texts):,} notes")


def main():
    go = subprocess.Popen([BENCH, "tokens", BASE, DATA], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(what):
        go.stdin.write(what + "\n")
        go.stdin.flush()
        return answer()

    def answer():
        line = go.stdout.readline()
        if not line:
            sys.exit(go.wait() or "bench: the Go side stopped")
        return json.loads(line)

    notes = answer()
    texts, cores = notes["texts"], notes["cores"]
    print(f"tokenizers: {len(texts):,} notes of {notes['name']}, at most {MAX_LENGTH} tokens, the median of {ROUNDS} rounds")
    ours = ask("ids")
    python = None
    if tokenizers:
        python = reference()
        compare(texts, ours, [e.ids for e in python.encode_batch(texts)])
    else:
        print("  Python's tokenizers is not installed, so these are Go's numbers alone: make bench-reference installs it")
    written = sum(map(len, next(iter(ours.values()))))

    seconds = {}
    for _ in range(ROUNDS):
        if python:
            begin = time.perf_counter()
            python.encode_batch(texts)
            seconds.setdefault(("Python", "encode_batch, one thread"), []).append(time.perf_counter() - begin)
        for engine, times in ask("times").items():
            seconds.setdefault((f"Go, {engine}", "Encode, one thread"), []).append(times["one"])
            seconds.setdefault((f"Go, {engine}", f"EncodeAll, {cores} threads"), []).append(times["all"])
    go.stdin.close()
    go.wait()

    median = {row: statistics.median(s) for row, s in seconds.items()}
    base = median.get(("Python", "encode_batch, one thread"))
    for (who, what), s in median.items():
        ratio = f"{base / s:8.2f} x Python" if base else ""
        print(f"  {who:<10} {what:<32}{len(texts) / s:10,.0f} notes/s{written / s:14,.0f} tokens/s{ratio}")


main()
