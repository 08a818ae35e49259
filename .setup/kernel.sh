#!/usr/bin/env bash
# The kernel's description, in the venv, where every Jupyter that is started from it looks, and Jupyter's settings. The kernel starts through
# gonb-kernel, so it has the environment of env.sh wherever it is started from.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="the kernel in .venv"

work() {
	local part=$cache/kernel.part share=.venv/share/jupyter
	rm -rf "$part"
	# A cell is a module of its own in a workspace with this one. For that Go reads the go.mod of more modules than for this one alone;
	# they are fetched here, so that no cell needs the network.
	mkdir -p "$part"
	(cd "$part" && unset GOWORK && go mod init cell && go work init . "$SPECIALIST_HOME" && go list -m all >/dev/null) ||
		fail "go could not read the modules' go.mod files" "the network, or Go's own settings (GOPROXY); then the same command again"
	rm -rf "$part"
	# By a relative name, because gonb copies a program that lies below /tmp beside its kernel.
	(cd bin && JUPYTER_DATA_DIR=$part ./gonb --install --force_deps --go_work="$SPECIALIST_HOME") ||
		fail "gonb --install did not work" "rm bin/gonb, then the same command again"
	.venv/bin/python - "$part/kernels/gonb/kernel.json" "$SPECIALIST_HOME/.setup/gonb-kernel" "$(dirname "$(command -v go)")" <<'PY'
import json, sys
path, launcher, go = sys.argv[1:]
with open(path) as f:
    spec = json.load(f)
spec["argv"][0] = launcher
spec["env"] = {"SPECIALIST_GO_DIR": go}
with open(path, "w") as f:
    json.dump(spec, f, indent=1)
PY
	mkdir -p .cache/jupyter $share/kernels $share/lab/settings .venv/etc/jupyter
	cp .setup/jupyter/overrides.json $share/lab/settings/
	cp .setup/jupyter/jupyter_server_config.py .venv/etc/jupyter/
	rm -rf $share/kernels/gonb
	mv "$part/kernels/gonb" $share/kernels/gonb
	rm -rf "$part"
}

step "$@"
