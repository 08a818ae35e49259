#!/usr/bin/env bash
# The demo report, cut down, through the command that `make report` runs: notebooks executed, a page written that needs no
# network, numbers beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bin/specialist report --profile demo --set train.epochs=1 --set train.warmup_steps=2 --set corpus.limit=64 \
	--set max_length=64 --set rates.epochs=1 --set "rates.lora=[1e-3]" --set "rates.full=[1e-4]" --out "$out"
.venv/bin/python .ci/report.py "$out"
echo "report: the cut-down demo report is whole and needs no network"
