"""Whether the container does its work: JupyterLab, where it is started, answers on its port; a report's process is alive."""

import json
import sys
import urllib.request
from pathlib import Path

RUNTIME = Path(__file__).resolve().parent.parent / ".cache" / "jupyter" / "runtime"


def programs():
    """The names of what runs, by process number: a script's own name rather than its interpreter's."""
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            words = [Path(word).name for word in (proc / "cmdline").read_text().split("\0")[:2]]
        except OSError:  # it has ended
            continue
        for name in words:
            yield int(proc.name), name


running = set(programs())
labs = [pid for pid, name in running if name == "jupyter-lab"]
for pid in labs:
    try:
        server = json.loads((RUNTIME / f"jpserver-{pid}.json").read_text())
        url = f"http://127.0.0.1:{server['port']}{server['base_url']}api"
        with urllib.request.urlopen(url, timeout=5) as answer:
            print(f"{url}: {answer.read().decode()}")
    except (OSError, ValueError) as err:
        sys.exit(f"JupyterLab does not answer: {err}")
if not labs and not any(name == "specialist" for _, name in running):
    sys.exit("neither JupyterLab nor specialist is running")
