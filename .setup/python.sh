#!/usr/bin/env bash
# The venv with JupyterLab and nbconvert, every package at the version and hash of requirements.txt.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="JupyterLab and nbconvert in .venv"

key() { echo "$(sha256 .setup/requirements.txt) $SPECIALIST_HOME"; }
ready() { [ -x .venv/bin/jupyter-lab ] && .venv/bin/python -c '' 2>/dev/null; }

work() {
	local total
	progress "making the venv"
	"$(cat "$cache/python")" -m venv --clear .venv || fail "python -m venv did not work" \
		"on Debian or Ubuntu: apt-get install python3-venv; or another Python by PYTHON=/path/to/python3"
	total=$(grep -cE '^[a-z0-9].*==' .setup/requirements.txt)
	# Wheels only: what an sdist needs to be built is not covered by the hashes.
	mkdir -p "$cache/download/python"
	TMPDIR=$cache/download/python PIP_USER=0 counted '^Collecting' "of about $total packages" .venv/bin/python -m pip install --no-input \
		--disable-pip-version-check --no-cache-dir --no-compile --only-binary=:all: --require-hashes --progress-bar off \
		-r .setup/requirements.txt || fail "pip could not install the packages" \
		"the network, or pip's own settings (a proxy, a mirror); then the same command again"
	rm -rf "$cache/download/python"
}

step "$@"
