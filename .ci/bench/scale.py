"""Reads, cleans, splits and audits generated corpora of two sizes, each in a process of its own; prints times and peak memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

BENCH, FOLDER = sys.argv[1], Path(sys.argv[2])
SMALL, LARGE, LIMIT = 20_000, 200_000, 4.0


def run(*command):
    """Wall seconds, processor seconds and peak memory in GB of a command."""
    begin = time.perf_counter()
    log = FOLDER / "log"
    with log.open("wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"bench: {' '.join(map(str, command))}: stopped with {child.returncode}\n{log.read_text(errors='replace')}")
    # Kilobytes, but bytes on a Mac.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    return wall, usage.ru_utime + usage.ru_stime, peak


def main():
    print("scale: generated notes, as CSV with one row a label; wall time, processor time and peak memory of each process")
    stages = {"read, clean, split": {}, "read, clean, audit": {}}
    for notes in SMALL, LARGE:
        data = FOLDER / f"{notes}.csv"
        run(BENCH, "generate", str(notes), data)
        print(f"  {notes:,} notes: {data.stat().st_size / 1e6:,.0f} MB", flush=True)
        stages["read, clean, split"][notes] = run(BENCH, "split", data)
        stages["read, clean, audit"][notes] = run("bin/specialist", "audit", "--data", data, "--out", FOLDER / f"audit-{notes}")
        data.unlink()
    for stage, measured in stages.items():
        for notes, (wall, cpu, peak) in measured.items():
            print(f"  {stage:<20}{notes:>8,} notes{wall:9.1f} s{cpu:9.1f} s{peak:8.2f} GB")
        wall, cpu, peak = (large / small for small, large in zip(measured[SMALL], measured[LARGE]))
        print(f"  {'':<20}{'growth':>14}   x{wall:6.1f}   x{cpu:6.1f}   x{peak:5.1f}")
    peak = max(measured[LARGE][2] for measured in stages.values())
    print(f"  {LARGE:,} notes {'stay within' if peak <= LIMIT else 'do NOT stay within'} {LIMIT:.0f} GB: the peak is {peak:.2f} GB")


main()
