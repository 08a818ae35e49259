#!/usr/bin/env bash
# Measures, and judges nothing: the tokenizers beside Python's, and how reading, cleaning, splitting and auditing grow.
#   bench.sh [DATA]      the notes for the tokenizers: a CSV; MTSamples where it is at hand, else the demo
#   bench.sh reference   installs Python's tokenizers, to be measured against
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off PYTHONUNBUFFERED=1

venv=.cache/bench-venv
if [ "${1:-}" = reference ]; then
	"$(cat .cache/python)" -m venv --clear "$venv"
	PIP_USER=0 "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --only-binary=:all: --no-deps \
		--require-hashes -r .ci/bench/requirements.txt
	"$venv/bin/python" -c 'import tokenizers; print(f"bench: tokenizers {tokenizers.__version__} is in '"$venv"'")'
	exit
fi

data=${1:-../shared/data/mtsamples.csv.gz}
if [ $# = 0 ] && [ ! -f "$data" ]; then data=-; fi
python=$venv/bin/python
if [ ! -x "$python" ]; then python=.venv/bin/python; fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
go build -o "$tmp/bench" .ci/bench/bench.go
"$python" .ci/bench/tokens.py "$tmp/bench" .cache/base/minilm "$data"
.venv/bin/python .ci/bench/scale.py "$tmp/bench" "$tmp"
