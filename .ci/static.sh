#!/usr/bin/env bash
# The command without cgo: one file that needs nothing else, on the pure-Go backend and tokenizer. It is built for three systems; the one
# for this machine has to answer as bin/specialist does on that backend, and to say that it has no XLA.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off CGO_ENABLED=0

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for target in darwin/arm64 windows/amd64; do
	echo "static: $target"
	GOOS=${target%/*} GOARCH=${target#*/} go build -o "$out/other" ./pkg/cmd/specialist
done
echo "static: this machine"
go build -o "$out/specialist" ./pkg/cmd/specialist
go test -run "^Test(Default|Open)?Backend" ./pkg/classifier

fail() {
	echo "static: $1" >&2
	cat "$out/said" >&2
	exit 1
}
files=pkg/classifier/testdata
printf '{"id": "%s", "text": "%s"}\n' 1 "the patient has chest pain" 2 "knee" >"$out/notes.jsonl"
classify() {
	"$1" classify --backend "$2" --base $files/tiny --adapter $files/adapter-qv --in "$out/notes.jsonl" --out "$out/$3" --logits 2>"$out/said"
}
unset GOMLX_BACKEND PJRT_PLUGIN_LIBRARY_PATH LIBRARY_PATH
classify "$out/specialist" go static || fail "the static binary does not classify"
classify bin/specialist go cgo || fail "bin/specialist does not classify on the backend go"
cmp "$out/static" "$out/cgo" || fail "the static binary answers otherwise than bin/specialist"
if classify "$out/specialist" xla:cpu none; then fail "the static binary takes another backend for xla:cpu"; fi
[ "$(grep -c . "$out/said")" = 1 ] && grep -q 'backend "xla:cpu" is not in this build' "$out/said" || fail "the static binary does not say that it has no XLA"
echo "static: $(du -m "$out/specialist" | cut -f1) MB, answers as bin/specialist does"
