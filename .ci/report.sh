#!/usr/bin/env bash
# The demo report, cut down, through the command that `make report` runs, and again from nothing: two reports that differ in their
# times alone, whole, and fit to be read in a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh

# The browser that prints the page and looks at it.
CHROME=$(bash .setup/chromium.sh)
export CHROME

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bin/specialist report --profile .ci/small.yaml --out "$out/one"
.venv/bin/python .ci/report.py whole "$out/one"

echo "report: once more, from nothing"
bin/specialist report --profile .ci/small.yaml --out "$out/two" --fresh
bin/specialist diff "$out/one" "$out/two"
.venv/bin/python .ci/report.py same "$out/one" "$out/two"

echo "report: the page in a browser"
SPECIALIST_REPORT=$out/two GOFLAGS="${GOFLAGS/-tags=/-tags=madereport,}"
case $GOFLAGS in *madereport*) ;; *) GOFLAGS="$GOFLAGS -tags=madereport" ;; esac
export SPECIALIST_REPORT GOFLAGS
.venv/bin/python .ci/gotest -count=1 -run '^TestMade' ./pkg/report
echo "report: two cut-down demo reports are whole, equal but for their times, and need no network"
