#!/usr/bin/env bash
# The demo report, cut down, through the command that `make report` runs, and again from nothing: two reports that differ in their
# times alone, whole, and fit to be read in a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh

# shellcheck source=.ci/browser.sh
. .ci/browser.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# The folder by a relative name, as people give it.
bin/specialist report --profile .ci/small.yaml --out "$(realpath --relative-to=. "$out/one")" --fresh
.venv/bin/python .ci/report.py whole "$out/one"

echo "report: once more, from nothing"
bin/specialist report --profile .ci/small.yaml --out "$out/two" --fresh
bin/specialist diff "$out/one" "$out/two"
.venv/bin/python .ci/report.py same "$out/one" "$out/two"

echo "report: a full disk, and no browser"
page() { bin/specialist report --profile .ci/small.yaml --only page --out "$out/$1"; }
cp -r "$out/two" "$out/kept"
if (ulimit -f 2000 && page two) 2>"$out/said"; then
	echo "a report that could not be written did not fail" >&2
	exit 1
fi
grep -q "the earlier report in $out/two is as it was" "$out/said" || { cat "$out/said" >&2 && exit 1; }
diff -r "$out/kept" "$out/two"
CHROME=/nowhere page one 2>"$out/said"
grep -q "report.pdf is left out: .*CHROME" "$out/said" && [ ! -e "$out/one/report.pdf" ] || { cat "$out/said" >&2 && exit 1; }

echo "report: the page in a browser"
SPECIALIST_REPORT=$out/two GOFLAGS="${GOFLAGS/-tags=/-tags=madereport,}"
case $GOFLAGS in *madereport*) ;; *) GOFLAGS="$GOFLAGS -tags=madereport" ;; esac
export SPECIALIST_REPORT GOFLAGS
bash .ci/gotest -count=1 -run '^TestMade' ./pkg/report

echo "report: the walkthrough of the library"
jupyter nbconvert --to notebook --execute --ExecutePreprocessor.timeout=-1 --output-dir "$out" --log-level=WARN notebooks/00_walkthrough.ipynb
.venv/bin/python .ci/report.py walkthrough "$out/00_walkthrough.ipynb"
echo "report: two cut-down demo reports are whole, equal but for their times, and need no network"
