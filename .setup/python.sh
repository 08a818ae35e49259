#!/usr/bin/env bash
# The venv with JupyterLab and nbconvert, every package at the version and hash of requirements.txt.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="JupyterLab and nbconvert in .venv"

work() {
	"$(cat .cache/python)" -m venv --clear .venv || fail "python -m venv did not work" \
		"on Debian or Ubuntu: apt-get install python3-venv; or another Python by PYTHON=/path/to/python3"
	# Wheels only: what an sdist needs to be built is not covered by the hashes.
	mkdir -p .cache/download/python
	TMPDIR=$cache/download/python PIP_USER=0 .venv/bin/python -m pip install --no-input --disable-pip-version-check --no-cache-dir \
		--no-compile --only-binary=:all: --require-hashes --progress-bar off -r .setup/requirements.txt ||
		fail "pip could not install the packages" "the network, or pip's own settings (a proxy, a mirror); then the same command again"
	rm -rf .cache/download/python
}

step "$@"
