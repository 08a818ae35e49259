"""What can be said of the image's CUDA without a GPU: every library loads but for the driver, and the backend says what it lacks."""

import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

driver = ("libcuda.so.1", "libnvidia-ml.so.1")
folder = Path(os.environ["PJRT_PLUGIN_LIBRARY_PATH"].split(":")[0])
libraries = [folder / "pjrt_c_api_cuda_plugin.so", *sorted(p for p in folder.rglob("lib*.so.*"))]
without = []
for path in libraries:
    try:
        ctypes.CDLL(str(path))
    except OSError as err:
        if not any(name in str(err) for name in driver):
            sys.exit(f"image: {path}: {err}")
        without.append(path.name)
print(f"image: {len(libraries)} CUDA libraries; these wait for the driver: {' '.join(without) or 'none'}")

# The plugin, asked for a device.
program = """package main

import (
	"fmt"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/go-xla/compute/xla"
)

func main() {
	_, err := compute.NewWithConfig("xla:%s")
	fmt.Println(err)
}
"""
with tempfile.TemporaryDirectory() as work:
    Path(work, "main.go").write_text(program % libraries[0])
    for command in ("go mod init ask", "go work init . /opt/specialist", "go run ."):
        done = subprocess.run(command.split(), cwd=work, capture_output=True, text=True, timeout=300, check=True)
print(f"image: the plugin says: {done.stdout.strip()}")
if "No visible GPU devices" not in done.stdout:
    sys.exit(f"image: the plugin does not start: {done}")

command = [sys.argv[1], "train", "--profile", "demo", "--set", "backend=xla:cuda", "--out", "/tmp/run"]
done = subprocess.run(command, capture_output=True, text=True, timeout=300)
print("image: without a GPU: " + done.stderr.strip().splitlines()[-1])
if done.returncode != 1 or "install" in done.stderr:
    sys.exit(f"image: a missing GPU is not said: {done}")
