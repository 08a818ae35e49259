#!/usr/bin/env bash
# The last step of the image's build, which needs no network: leaves what the image runs with, fills Go's build cache with exactly what a
# notebook's cells use, and lets any user write where the project writes.
set -euo pipefail
# shellcheck source=.setup/env.sh
. "$(dirname "$0")/../.setup/env.sh"
cd "$SPECIALIST_HOME"
export GOPROXY=off SPECIALIST_GOPLS=off

say() { echo "pack: $*"; }
modules=$(go env GOMODCACHE)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The kernel is there for every Jupyter and every user of the image.
mkdir -p /usr/local/share/jupyter/kernels
mv .venv/share/jupyter/kernels/gonb /usr/local/share/jupyter/kernels/

# Sources: of the modules that the packages here use, what Go reads. What any of their packages embeds stays, and so do licences.
export GOWORK=off
go list -deps -f '{{with .Module}}{{.Path}} {{.Dir}}{{end}}' ./... | sort -u | sed '/^$/d' >"$tmp/used"
find "$modules" -path "$modules/cache" -prune -o -type d -name '*@*' -prune -print | sort >"$tmp/fetched"
cut -d' ' -f2 "$tmp/used" | sort | comm -23 "$tmp/fetched" - | xargs -r rm -rf
cut -d' ' -f1 "$tmp/used" | sed 's|$|/...|' | xargs go list -e -f '{{$d := .Dir}}{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}' 2>/dev/null |
	sed '/^$/d' | sort -u >"$tmp/embedded"
find "$modules" -path "$modules/cache" -prune -o -type f -regextype posix-extended \
	! -regex '.*/(.*\.(go|s|S|c|cc|cpp|h|hpp|inc|syso)|go\.(mod|sum)|[^/]*(LICEN[CS]E|COPYING|NOTICE|PATENTS|AUTHORS)[^/]*)' -print \
	-o -name '*_test.go' -print | sort | comm -23 - "$tmp/embedded" | xargs -r -d '\n' rm -f
find "$modules" /usr/local/go/src -type d -name testdata -prune -exec rm -rf {} +
find "$modules" -type d -empty -delete
find "$modules/cache/download" -type f -name '*.zip' -delete
find /usr/local/go/src -name '*_test.go' -delete
rm -rf /usr/local/go/{api,doc,misc,test} /usr/local/go/src/cmd /usr/local/go/pkg/tool/*/{cover,fix}
rm -rf "${GOPATH:?}/bin" "$modules/cache/vcs"

# Python: compiled once, so that Jupyter starts at once for users who cannot write there. Nothing is installed later.
.venv/bin/python -m pip uninstall -q -y pip
.venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash .venv/lib

# No debugger here needs the symbols.
strip bin/* .cache/gopls/gopls
strip --strip-debug .cache/tokenizers/libtokenizers.a

# The set-up's own traces, and BERT's layout of the base weights, which were folded.
rm -rf .cache/{download,key,log,stamp,lock,python,base/minilm-bert,tokenizers/build,home,jupyter}
mkdir -p .cache/home .cache/jupyter/{config,runtime,ipython} data/cache data/corrections reports

# Go marks what it uses in its cache by the files' times: whatever a program in a cell's workspace with every package that a cell may import
# does not touch can go.
export HOME=$tmp
find "$GOCACHE" -type f -exec touch -d @0 {} +
mkdir "$tmp/cell"
(
	unset GOWORK
	{
		echo 'package main'
		(cd "$SPECIALIST_HOME" && go list -f '{{if and .GoFiles (ne .Name "main")}}import _ "{{.ImportPath}}"{{end}}' ./... | grep -v /internal/)
		echo 'func main() {}'
	} >"$tmp/cell/main.go"
	cd "$tmp/cell"
	go mod init cell
	go work init . "$SPECIALIST_HOME"
	go build -ldflags=-s -o cell .
	./cell
)
.venv/bin/python - "$tmp/warm.ipynb" <<'PY'
import json, sys
sources = ["%noautoget", 'import "github.com/specialist-nlp/specialist/pkg/profile"', "%%\nfmt.Println(profile.Names())"]
cells = [{"cell_type": "code", "id": str(i), "metadata": {}, "execution_count": None, "outputs": [], "source": s} for i, s in enumerate(sources)]
kernel = {"name": "gonb", "display_name": "Go (gonb)", "language": "go"}
with open(sys.argv[1], "w") as f:
    json.dump({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}, f)
PY
for round in "with the whole build cache" "with what is left of it"; do
	begin=$(date +%s)
	.venv/bin/jupyter nbconvert --to notebook --execute --stdout "$tmp/warm.ipynb" >"$tmp/out.ipynb" 2>"$tmp/log" || {
		cat "$tmp/log" >&2
		exit 1
	}
	grep -q '\[demo ' "$tmp/out.ipynb"
	find "$GOCACHE" -type f -name '*-[ad]' ! -newermt 1970-01-02 -delete
	say "a notebook's first cell $round: $(($(date +%s) - begin)) s"
done
# Go drops what it has not used for five days. The image may be older when it is first used.
find "$GOCACHE" -type f -name '*-[ad]' -exec touch -d 2100-01-01 {} +

rm -rf .cache/{home,jupyter}
mkdir -p .cache/home .cache/gopls/cache .cache/jupyter/{config,runtime,ipython}
chmod -R a+rX /opt/go /usr/local/go "$SPECIALIST_HOME"
chmod -R a+rwX "$GOCACHE" .cache/home .cache/gopls/cache .cache/jupyter data reports notebooks
say "$(du -xsh /usr/local/go "$modules" "$GOCACHE" bin .venv .cache/* | awk '{ printf "%s%s %s", sep, $2, $1; sep = ", " }')"
