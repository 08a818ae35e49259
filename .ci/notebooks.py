"""Brings the notebooks of this repository into the form in which JupyterLab saves them, without outputs, so that opening and saving one
changes nothing. With --check it changes nothing either, and names those that have another form."""

import sys
from pathlib import Path

import nbformat

# As the kernel describes itself, without the version of Go, which .setup/jupyter keeps out of what is saved.
KERNELSPEC = {"display_name": "Go (gonb)", "language": "go", "name": "gonb"}
LANGUAGE = {
    "codemirror_mode": "",
    "file_extension": ".go",
    "mimetype": "text/x-go",
    "name": "go",
    "nbconvert_exporter": "",
    "pygments_lexer": "",
}


def formatted(text: str) -> str:
    notebook = nbformat.reads(text, as_version=4)
    notebook.nbformat_minor = 5
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE, "title": notebook.metadata.get("title", "")}
    for cell in notebook.cells:
        # Of what front-ends note in a cell (folded, timed, scrolled) only the tags are the author's.
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


check = "--check" in sys.argv
paths = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
changed = []
for path in paths:
    text = path.read_text(encoding="utf-8")
    if formatted(text) != text:
        changed.append(path.name)
        if not check:
            path.write_text(formatted(text), encoding="utf-8")
if not paths:
    sys.exit("there are no notebooks")
if changed and check:
    sys.exit(f"not as JupyterLab saves them: {', '.join(changed)}; try: make format")
for name in changed:
    print(f"{name}: brought into form")
