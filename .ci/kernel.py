"""What JupyterLab's Tab and Shift-Tab get from the Go kernel: completions and documentation of the packages here, by way of gopls, which
ends with its kernel and stays away where SPECIALIST_GOPLS=off says so."""

import os
import signal
import sys
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel

CELL = """import "github.com/specialist-nlp/specialist/pkg/demo"

%%
c, err := demo.Co"""


def fail(what):
    sys.exit(f"kernel: {what}")


def reply(client, request, timeout):
    """The content of the answer to a request."""
    while True:
        message = client.get_shell_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


def children(parent, name):
    """The processes of a name that a process has started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, after = stat.read_text().rsplit(")", 1)
        except OSError:  # it has ended
            continue
        state, ppid = after.split()[:2]
        if before.split("(", 1)[1] == name and int(ppid) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait(what, seconds, met):
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            fail(f"waited {seconds} s in vain for {what}")
        time.sleep(0.2)


environment = {k: v for k, v in os.environ.items() if k not in ("SPECIALIST_GOPLS", "SPECIALIST_PARENT")}
log = open(os.devnull, "w")

manager, client = start_new_kernel(kernel_name="gonb", env=environment, stdout=log, stderr=log)
try:
    begin = time.monotonic()
    matches = []
    while not matches:
        matches = reply(client, client.complete(CELL, len(CELL)), 120).get("matches", [])
        if time.monotonic() > begin + 180:
            fail("no completion in three minutes")
    warm = time.monotonic() - begin
    if "Corpus" not in matches:
        fail(f"demo.Co completes to {matches}")
    value = "%%\ne := notebook.LoadErrors()\ne.Ca"
    found = reply(client, client.complete('import "github.com/specialist-nlp/specialist/pkg/notebook"\n' + value, 59 + len(value)), 60)["matches"]
    if "Cases" not in found:
        fail(f"a value's fields complete to {found}")
    begin = time.monotonic()
    again = reply(client, client.complete(CELL, len(CELL)), 60)
    took = time.monotonic() - begin
    if again["matches"] != matches or CELL[again["cursor_start"] : again["cursor_end"]] != "Co":
        fail(f"a second time it completes to {again}")
    whole = CELL + "rpus(7)"
    told = reply(client, client.inspect(whole, len(whole) - 5), 60)
    if "func demo.Corpus(" not in told["data"].get("text/markdown", ""):
        fail(f"of corpus.Demo it tells {told}")
    kernel = manager.provisioner.pid
    [gopls] = children(kernel, "gopls")
    os.kill(kernel, signal.SIGKILL)
    wait("the killed kernel to end", 20, lambda: not manager.is_alive())
    wait("gopls to end after its kernel was killed", 20, lambda: not alive(gopls))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)

manager, client = start_new_kernel(kernel_name="gonb", env={**environment, "SPECIALIST_GOPLS": "off"}, stdout=log, stderr=log)
try:
    kernel = manager.provisioner.pid
    if reply(client, client.complete(CELL, len(CELL)), 60).get("matches"):
        fail("SPECIALIST_GOPLS=off completes")
    if children(kernel, "gopls"):
        fail("SPECIALIST_GOPLS=off starts gopls")
    if reply(client, client.execute("%%\nfmt.Println(1)"), 120)["status"] != "ok":
        fail("without gopls a cell does not run")
finally:
    client.stop_channels()
    manager.shutdown_kernel()
print(f"kernel: the first completion after {warm:.0f} s, the next after {took:.1f} s")
