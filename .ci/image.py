"""What a container does besides a report, checked from inside one: no network, the kernel, refusals, JupyterLab, the health check."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

entry, health = sys.argv[1], sys.argv[2:]
empty = tempfile.mkdtemp()


def need(condition, what):
    if not condition:
        sys.exit(f"image: {what}")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


def get(path, **headers):
    """The status and the body that JupyterLab answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:8888{path}", headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as err:
        return err.code, b""
    except OSError:
        return 0, b""


try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
    need(False, "the container has a network")
except TimeoutError:
    need(False, "the container has a network")
except OSError:
    pass

done = run(entry, "nonesuch")
need(done.returncode == 2 and "nonesuch is no command here" in done.stderr, f"an unknown command is not refused: {done}")
done = run(entry, "report", "--profile", "nonesuch")
need(done.returncode == 1 and 'no profile "nonesuch"' in done.stderr, f"an unknown profile is not refused: {done}")

# A home that something else is mounted over.
done = run(entry, "jupyter", "kernelspec", "list", "--json", env={**os.environ, "HOME": empty})
kernel = json.loads(done.stdout)["kernelspecs"].get("gonb")
need(kernel and kernel["resource_dir"].startswith("/usr/local/share/"), f"the kernel is not found: {done}")

sources = ["%noautoget", 'import "github.com/specialist-nlp/specialist/pkg/profile"', "%%\nfmt.Println(len(profile.Names()), os.Getuid())"]
cells = [{"cell_type": "code", "id": str(i), "metadata": {}, "execution_count": None, "outputs": [], "source": s} for i, s in enumerate(sources)]
with open(f"{empty}/cell.ipynb", "w") as f:
    json.dump({"cells": cells, "metadata": {"kernelspec": {"name": "gonb", "display_name": "Go"}}, "nbformat": 4, "nbformat_minor": 5}, f)
begin = time.monotonic()
done = run(entry, "jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", f"{empty}/cell.ipynb")
need(done.returncode == 0 and f"3 {os.getuid()}\\n" in done.stdout, f"a cell does not run: {done}")
print(f"image: user {os.getuid()}: a notebook's first cell took {time.monotonic() - begin:.0f} s")

need(run(*health).returncode != 0, "the health check finds nothing wrong where nothing runs")
for given in (None, "a-token-of-the-test"):
    log = open(f"{empty}/lab.log", "w+")
    own = {"JUPYTER_TOKEN": given} if given else {}
    lab = subprocess.Popen([entry, "lab"], env={**os.environ, **own}, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while get("/api")[0] != 200:
            need(lab.poll() is None and time.monotonic() < end, f"JupyterLab does not answer: {open(log.name).read()[-2000:]}")
            time.sleep(0.3)
        done = run(*health)
        need(done.returncode == 0, f"the health check fails beside a JupyterLab: {done}")
        log.seek(0)
        printed = re.search(r"[?]token=([0-9a-f]{48})", log.read())
        need(given or printed, "JupyterLab does not print its token")
        need(get("/api/kernelspecs")[0] == 403, "JupyterLab answers without a token")
        token = {"Authorization": f"token {given or printed[1]}"}
        status, body = get("/api/kernelspecs", **token)
        need(status == 200 and "gonb" in json.loads(body)["kernelspecs"], f"JupyterLab does not list the kernel: {status}")
        status, body = get("/api/contents", **token)
        need(status == 200 and b"01_data.ipynb" in body, f"JupyterLab does not show the notebooks: {status}")
    finally:
        lab.terminate()
        lab.wait(30)
