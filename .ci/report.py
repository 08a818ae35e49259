"""Checks a report's folder: the page, the executed notebooks, the results. Stops with what is missing."""

import json
import re
import sys
from pathlib import Path

out = Path(sys.argv[1])


def need(condition, what):
    if not condition:
        sys.exit(f"report: {what}")


for path in out.glob("*.html"):
    outside = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"', path.read_text(encoding="utf-8"), re.I)
    need(not outside, f"{path.name} asks for the network: {outside[:3]}")
page = (out / "index.html").read_text(encoding="utf-8")
need("synthetic notes" in page, "the page does not say that its notes are synthetic")
for anchor in (
    *("01_data", "class-counts", "02_finetune", "sweep", "sweep-loss", "sweep-f1", "setup", "loss", "validation", "results", "class-f1", "classes"),
    *("efficiency", "effort", "rates", "origin", "times", "03_baselines", "comparison-group", "comparison-row", "verdicts-group", "tuning-group"),
    *("04_errors", "explorer"),
):
    need(f'id="{anchor}"' in page, f"the page has no part {anchor}")
need(page.count("data:image/png;base64,") >= 15, "the page lacks its static pictures")

for path in sorted(Path("notebooks").glob("*.ipynb")):
    need((out / path.name).exists(), f"the executed {path.name} is missing")
    notebook = json.loads((out / path.name).read_text(encoding="utf-8"))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    need(all(c["execution_count"] for c in code), f"{path.name} has cells that were not executed")
    errors = [o for c in code for o in c["outputs"] if o["output_type"] == "error"]
    need(not errors, f"{path.name} has failed cells")

results = json.loads((out / "results.json").read_text(encoding="utf-8"))
need(results["schema"] == 2, f"results.json has the schema {results['schema']}")
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
need(len(results["times"]) == len(outcomes) + len(results["compared"]) + len(results["rates"]) + len(anew), "results.json lacks times")
for comparison in results["comparisons"]:
    need(len(comparison["baselines"]["models"]) == 8, "a baseline is missing")
need(results["errors"]["cases"], "results.json lacks the errors")
