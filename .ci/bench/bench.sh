#!/usr/bin/env bash
# Measures, and judges nothing. Without a part it does tokenizers, speed and scale.
#   bench.sh [--quick] [PART ...] [--data DATA]
#     tokenizers   the tokenizers beside Python's
#     speed        training and inference beside transformers + peft on torch and ONNX Runtime
#     scale        how reading, cleaning, splitting and auditing grow
#     study        the study's training in transformers + peft, over three seeds: some minutes each
#   bench.sh reference   installs the Python packages that are measured against
# DATA is a CSV with the notes for all but scale; MTSamples where it is at hand, else the demo. --quick makes speed short.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1

venv=.cache/bench-venv
if [ "${1:-}" = reference ]; then
	echo "bench: installing torch, transformers, peft and ONNX Runtime into $venv: about 5 GB, a few minutes ..."
	"$(cat .cache/python)" -m venv --clear "$venv"
	PIP_USER=0 "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --only-binary=:all: --no-deps \
		--require-hashes -r .ci/bench/requirements.txt
	"$venv/bin/python" -c 'import onnxruntime, peft, torch, transformers; print("bench: torch", torch.__version__, "and the rest are there")'
	exit
fi

data=../shared/data/mtsamples.csv.gz
if [ ! -f "$data" ]; then data=-; fi
parts=() quick=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=quick ;;
	--data)
		data=${2:?--data needs a file}
		shift
		;;
	tokenizers | speed | scale | study) parts+=("$1") ;;
	*)
		echo "bench: there is no part $1: tokenizers, speed, scale or study" >&2
		exit 2
		;;
	esac
	shift
done
if [ ${#parts[@]} = 0 ]; then parts=(tokenizers speed scale); fi
python=$venv/bin/python
if [ ! -x "$python" ]; then python=.venv/bin/python; fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
go build -o "$tmp/bench" .ci/bench/bench.go .ci/bench/speed.go
base=.cache/base/minilm
for part in "${parts[@]}"; do
	case $part in
	tokenizers) "$python" .ci/bench/tokens.py "$tmp/bench" "$base" "$data" ;;
	speed) "$python" .ci/bench/speed.py "$tmp/bench" "$base" "$data" "$tmp" $quick ;;
	scale) .venv/bin/python .ci/bench/scale.py "$tmp/bench" "$tmp" ;;
	study)
		if [ ! -x "$venv/bin/python" ]; then
			echo "bench: study needs transformers and peft: make bench-reference installs them" >&2
			exit 1
		fi
		"$tmp/bench" notes "$data" >"$tmp/notes"
		"$python" .ci/bench/peft_study.py --base "$base" --notes "$tmp/notes" --out .cache/bench-study
		;;
	esac
done
