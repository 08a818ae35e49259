"""Training and inference: Go on XLA beside transformers + peft on torch and, for inference, ONNX Runtime.

    speed.py BENCH BASE DATA FOLDER [quick]

All sides get the same token ids and the same weights, in float32 on all cores, dropout on in training. Each side of a cell is a
process of its own, so that its peak memory and its time to the first step are its own; the sides take turns, stopped while it is
not theirs, because threads that wait actively would hold a core. A ratio is the median of the ratios round by round. Stops where the logits differ. Without the Python packages it prints Go's numbers.
"""

import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH, BASE, DATA, FOLDER = sys.argv[1:5]
QUICK = "quick" in sys.argv[5:]
ROUNDS = 2 if QUICK else 5
HERE, WORK = Path(__file__).parent, Path(FOLDER)
REFERENCE = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "peft", "onnx", "onnxruntime"))

# Cells with what is aimed at: the other side's time over Go's.
TRAINING = {"16 x 128": ("128", 1.15), "16 x 512": ("512", 2.0), "16 of the mix": ("mix", 2.0)}
INFERENCE = {  # sample, notes, times a round, aims beside torch and ONNX Runtime
    "1 x 128": ("128", 1, 40, 1.2, 1.0),
    "1 x 512": ("512", 1, 10, 1.2, 1.0),
    "32 x 512": ("512", 32, 1, 1.2, 1.0),
    "32 of the mix": ("mix", 32, 1, 1.2, None),
}
MEMORY, FIRST = 0.3, 8


class Side:
    """A program that measures when it is told to."""

    def __init__(self, name, *command, aim=None, waiting="passive"):
        self.name, self.command, self.aim, self.rounds = name, list(map(str, command)), aim, []
        self.environment = os.environ | {"OMP_WAIT_POLICY": waiting}

    def begin(self, warm):
        """Starts the process, and waits until it has done its first step and, to warm up, its first epoch."""
        self.log = tempfile.TemporaryFile("w+")
        begun = time.perf_counter()
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=self.environment)
        self.first = self.answer()
        self.begun = time.perf_counter() - begun
        if warm:
            self.answer()
        self.child.send_signal(signal.SIGSTOP)

    def answer(self):
        line = self.child.stdout.readline()
        if not line:
            self.log.seek(0)
            sys.exit(f"bench: {self.name} stopped with {self.child.wait()}\n{self.log.read()}")
        return json.loads(line)

    def round(self):
        self.child.send_signal(signal.SIGCONT)
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        self.rounds.append(self.answer())
        self.child.send_signal(signal.SIGSTOP)

    def end(self):
        """Lets the process end, and reads its peak memory in GB."""
        self.child.send_signal(signal.SIGCONT)
        self.child.stdin.close()
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        # Kilobytes, but bytes on a Mac.
        self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9

    def median(self, what):
        return statistics.median(r[what] for r in self.rounds)


def measure(sides, rounds, warm=False):
    """Starts the sides one after the other, then lets them measure by turns."""
    for side in sides:
        side.begin(warm)
    for _ in range(rounds):
        for side in sides:
            side.round()
    for side in sides:
        side.end()


def ratios(ours, side, what):
    """The side's time over Go's: the median over the rounds, the least and the greatest."""
    values = [b[what] / a[what] for a, b in zip(ours.rounds, side.rounds, strict=True)]
    return statistics.median(values), min(values), max(values)


def report(cell, sides, unit, notes):
    ours = sides[0]
    for side in sides:
        wall, cpu = side.median("wall"), side.median("cpu")
        print(
            f"  {cell:<14}{side.name:<26}{1000 * wall:9.1f} ms a {unit}{1000 * cpu:9.1f} ms CPU{notes / wall:8.1f} notes/s"
            f"{side.peak:7.2f} GB   first {unit} after {side.begun:5.1f} s, itself {side.first['wall']:.1f} s"
        )
        cell = ""
    for side in sides[1:]:
        wall, low, high = ratios(ours, side, "wall")
        memory = f" (aim: {MEMORY})" if unit == "step" and side.aim else ""
        print(
            f"  {'':<14}beside {side.name}: speed {wall:.2f} x, from {low:.2f} to {high:.2f}{f' (aim: {side.aim})' if side.aim else ''}; "
            f"by CPU time {ratios(ours, side, 'cpu')[0]:.2f} x; memory {ours.peak / side.peak:.2f} x{memory}"
        )
    if unit == "step":
        print(f"  {'':<14}Go's first step is done {ours.begun:.1f} s after the start of the process (aim: {FIRST})")
    sys.stdout.flush()


def waiting():
    """How torch's threads had better wait for one another: actively, which is faster where they have the cores to themselves,
    or passively, which is faster on a busy machine."""
    command = sys.executable, HERE / "speed_torch.py", "infer", WORK / "merged", WORK / "128.json", 1, 20
    sides = [Side(policy, *command, waiting=policy) for policy in ("active", "passive")]
    measure(sides, 3)
    return min(sides, key=lambda side: side.median("wall")).name


def check(cell, sides):
    """The sides classify alike: their logits are within 0.1 % of the largest one."""
    ours = sides[0].first["logits"]
    scale = max(abs(v) for row in ours for v in row)
    for side in sides[1:]:
        worst = max(abs(a - b) for x, y in zip(ours, side.first["logits"], strict=True) for a, b in zip(x, y, strict=True))
        if worst > 1e-3 * scale:
            sys.exit(f"bench: {cell}: the logits of Go and {side.name} differ by {worst:.2g}, the largest is {scale:.2g}")


def training(policy):
    print("training, an optimiser step on 16 notes: LoRA of rank 16 on q and v, the head, dropout", flush=True)
    for cell, (sample, aim) in TRAINING.items():
        path = WORK / f"{sample}.json"
        sides = [Side("Go, XLA", BENCH, "train", BASE, path)]
        if REFERENCE:
            command = sys.executable, HERE / "speed_torch.py", "train", BASE, path
            sides.append(Side("torch", *command, "random", aim=aim, waiting=policy))
            if sample == "mix" and not QUICK:
                sides.append(Side("torch, grouped by length", *command, "grouped", waiting=policy))
        measure(sides, 1 if QUICK and sample == "mix" else ROUNDS, warm=True)
        report(cell, sides, "step", 16)


def inference(policy):
    print("inference, a call on all the notes; the other sides take them at once or, where faster, eight at a time (memory: at once)", flush=True)
    model = WORK / "model.onnx"
    if REFERENCE:
        command = sys.executable, HERE / "speed_torch.py", "export", WORK / "merged", model
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if made.returncode:
            sys.exit(f"bench: no ONNX model\n{made.stderr}")
    for cell, (sample, notes, times, torch, onnx) in INFERENCE.items():
        arguments = WORK / f"{sample}.json", notes, max(1, times // 4) if QUICK else times
        sides = [Side("Go, XLA", BENCH, "infer", BASE, WORK / "adapter", *arguments)]
        if REFERENCE:
            sides.append(Side("torch", sys.executable, HERE / "speed_torch.py", "infer", WORK / "merged", *arguments, aim=torch, waiting=policy))
            sides.append(Side("ONNX Runtime", sys.executable, HERE / "speed_onnx.py", model, *arguments, aim=onnx, waiting=policy))
        measure(sides, ROUNDS + 2)
        check(cell, sides)
        report(cell, sides, "call", notes)


def main():
    subprocess.run([BENCH, "samples", BASE, DATA, WORK], check=True)
    load = os.getloadavg()[0]
    name = "the demo" if DATA == "-" else Path(DATA).name
    print(f"speed: {Path(BASE).name}, float32, {os.cpu_count()} cores, load {load:.1f} before it began; notes of {name}; the median of {ROUNDS} rounds")
    policy = ""
    if REFERENCE:
        policy = waiting()
        print(f"  the other sides' threads wait {'actively' if policy == 'active' else 'passively'}, the faster here and now")
    else:
        print("  torch, transformers, peft and ONNX Runtime are not all installed, so these are Go's numbers alone: make bench-reference installs them")
    training(policy)
    inference(policy)


main()
