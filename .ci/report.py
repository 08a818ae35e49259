"""Checks reports' folders and the executed walkthrough, and stops with what is wrong.

whole DIR        the page, its print, the executed notebooks and the results are there, and say what they should
same DIR DIR     the pages are the same, byte for byte, but for the block of times at their end
walkthrough FILE  the executed 00_walkthrough says what the library is to do
"""

import json
import re
import sys
from pathlib import Path


def need(condition, what):
    if not condition:
        sys.exit(f"report: {what}")


def walkthrough(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    text = "".join("".join(o.get("text", "")) for c in notebook["cells"] for o in c.get("outputs", []))
    need("916264 of 67900496 parameters are trained" in text, f"the walkthrough counts other parameters: {text[:300]}")
    before, after = (float(re.search(rf"loss {when}: +([0-9.]+)", text).group(1)) for when in ("before", "after"))
    need(after < before, f"the walkthrough's training step takes the loss from {before} to {after}")
    steps = [float(loss) for loss in re.findall(r"step \d: loss ([0-9.]+)", text)]
    need(len(steps) == 5 and steps[-1] < steps[0] / 2, f"five steps at another learning rate have the losses {steps}")
    need("[{Orthopedic " in text, "the walkthrough's note is classified otherwise")


def whole(out):
    page = (out / "index.html").read_text(encoding="utf-8")
    outside = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"', page, re.I)
    need(not outside, f"the page asks for the network: {outside[:3]}")
    need("synthetic notes" in page, "the page does not say that its notes are synthetic")
    places = []
    for anchor in (
        *("abstract", "headline", "part-01-data", "class-counts", "ceiling", "part-02-finetune", "part-02-finetune-method", "sweep", "sweep-loss", "sweep-f1"),
        *("setup", "loss", "validation", "results", "part-03-baselines", "comparison-group", "comparison-row", "verdicts-group", "tuning-group"),
        *("class-f1", "classes", "part-04-efficiency", "efficiency", "effort", "part-04-efficiency-learning-rate-sensitivity", "rates"),
        *("part-05-errors", "explorer", "part-06-discussion-limitations", "part-06-discussion-improvements", "part-06-discussion-deployment"),
        *("part-06-discussion-reported-beside-this-run", "part-06-discussion-provenance", "origin", "times", "training-times", "inference"),
    ):
        found = re.search(rf'\sid="{anchor}"', page)
        need(found, f"the page has no part {anchor}")
        places.append(found.start())
    need(places == sorted(places), "the parts of the page are not in their order")
    need(page.count("data:image/png;base64,") >= 15, "the page lacks its static pictures")
    need((out / "report.pdf").read_bytes().startswith(b"%PDF-"), "there is no print of the page")

    for path in sorted(Path("notebooks").glob("*.ipynb")):
        if path.name == "00_walkthrough.ipynb":  # no chapter of the report
            continue
        need((out / path.name).exists(), f"the executed {path.name} is missing")
        notebook = json.loads((out / path.name).read_text(encoding="utf-8"))
        code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
        need(all(c["execution_count"] for c in code), f"{path.name} has cells that were not executed")
        errors = [o for c in code for o in c["outputs"] if o["output_type"] == "error"]
        need(not errors, f"{path.name} has failed cells")

    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    need(results["schema"] == 3, f"results.json has the schema {results['schema']}")
    need(list(results)[-1] == "times", "the times are not at the end of results.json")
    outcomes = results["sweep"]["outcomes"]
    for outcome in outcomes + results["compared"]:
        need("run" in outcome, f"configuration {outcome['name']} failed: {outcome.get('failed')}")
        run = outcome["run"]
        need(run["corpus"]["synthetic"], "results.json does not say that the notes are synthetic")
        for metric in ("row_accuracy", "macro_f1_union", "weighted_f1", "any_valid", "recall_at_3"):
            value = run["test"]["metrics"][metric]
            need(0 <= value["value"] <= value["ceiling"] <= 1, f"{metric} of {outcome['name']} is {value}")
        need(run["training"]["step"] == len(run["training"]["losses"]) > 0, f"results.json lacks the training losses of {outcome['name']}")
    scores = [o["run"]["validation"]["metrics"]["macro_f1_union"]["value"] for o in outcomes]
    need(results["sweep"]["best"] == scores.index(max(scores)), f"selected {results['sweep']['best']} of the validation scores {scores}")
    need(all("fit" in point for point in results["rates"]), "a learning rate could not be trained")
    anew = [c for c in results["comparisons"] if "run" in c]
    need(len(results["times"]["runs"]) == len(outcomes) + len(results["compared"]) + len(results["rates"]) + len(anew), "results.json lacks times")
    need(results["times"]["inference"]["median_seconds"] > 0, "results.json lacks the speed of inference")
    for comparison in results["comparisons"]:
        need(len(comparison["baselines"]["models"]) == 8, "a baseline is missing")
    need(results["errors"]["cases"], "results.json lacks the errors")
    need(len(results["claims"]) > 70, "results.json lacks what the original report states")


def untimed(out):
    page = (out / "index.html").read_text(encoding="utf-8")
    before, start, rest = page.partition('<section id="times"')
    need(start, f"the page in {out} has no block of times")
    _, end, after = rest.partition("</section>")
    need(end and "<section" not in after, f"the times are not the last part of the page in {out}")
    return (before + after).splitlines()


def same(one, other):
    a, b = untimed(one), untimed(other)
    differing = [(x, y) for x, y in zip(a, b) if x != y]
    need(not differing, f"the pages differ in {len(differing)} lines, first: {differing and [line[:300] for line in differing[0]]}")
    need(len(a) == len(b), f"the pages have {len(a)} and {len(b)} lines")
    print(f"the pages are equal but for their times: {len(a)} lines")


{"whole": whole, "same": same, "walkthrough": walkthrough}[sys.argv[1]](*map(Path, sys.argv[2:]))
