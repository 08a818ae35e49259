#!/usr/bin/env bash
# The demo report, cut down, through the command that `make report` runs: notebooks executed, a page written that needs no
# network.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bin/specialist report --profile demo --set train.epochs=1 --out "$out"

page=$out/index.html
if [ ! -s "$page" ]; then
	echo "report: there is no $page" >&2
	exit 1
fi
if grep -oiE '<(script|link|img|iframe)[^>]*(src|href)="(https?:)?//[^"]*"' "$page" >&2; then
	echo "report: the page asks for the network (see above)" >&2
	exit 1
fi
echo "report: the cut-down demo report is whole and needs no network"
