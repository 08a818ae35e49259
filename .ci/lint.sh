#!/usr/bin/env bash
# gofumpt, go vet and staticcheck over every package, for both tokenizers where the Rust library is here.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off STATICCHECK_CACHE=$SPECIALIST_HOME/.cache/staticcheck

echo "lint: gofumpt"
unformatted=$(bin/gofumpt -l pkg .ci)
if [ -n "$unformatted" ]; then
	printf 'not formatted; try: make format\n%s\n' "$unformatted" >&2
	exit 1
fi

check() {
	echo "lint: go vet, $1"
	go vet ./...
	go vet .ci/bench/bench.go .ci/bench/speed.go
	echo "lint: staticcheck, $1"
	# Graph code dot-imports GoMLX's graph package, as GoMLX's own does.
	bin/staticcheck -checks inherit,-ST1001 ./...
}

case $GOFLAGS in *rusttokenizer*) check "Rust tokenizer" ;; esac
export SPECIALIST_TOKENIZER=go
. .setup/env.sh
check "Go tokenizer"
