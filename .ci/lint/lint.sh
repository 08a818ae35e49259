#!/usr/bin/env bash
# gofumpt, go vet and staticcheck over every package, for both tokenizers where the Rust library is here. The linters' versions
# are in the go.mod beside this file; they are built into bin/ when they are not there at that version.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off STATICCHECK_CACHE=$SPECIALIST_HOME/.cache/staticcheck

stamp=$SPECIALIST_HOME/.cache/stamp/lint
key="$(cksum <.ci/lint/go.mod) $(go version)"
if [ ! -x bin/gofumpt ] || [ ! -x bin/staticcheck ] || [ "$(cat "$stamp" 2>/dev/null || true)" != "$key" ]; then
	echo "lint: building gofumpt and staticcheck into bin ..."
	(cd .ci/lint && GOFLAGS='' GOBIN=$SPECIALIST_HOME/bin go install tool)
	mkdir -p "$(dirname "$stamp")"
	echo "$key" >"$stamp"
fi

echo "lint: gofumpt"
unformatted=$(bin/gofumpt -l pkg)
if [ -n "$unformatted" ]; then
	printf 'not formatted; try: bin/gofumpt -w pkg\n%s\n' "$unformatted" >&2
	exit 1
fi

check() {
	echo "lint: go vet, $1"
	go vet ./...
	echo "lint: staticcheck, $1"
	# Graph code dot-imports GoMLX's graph package, as GoMLX's own does.
	bin/staticcheck -checks inherit,-ST1001 ./...
}

case $GOFLAGS in *rusttokenizer*) check "Rust tokenizer" ;; esac
export SPECIALIST_TOKENIZER=go
. .setup/env.sh
check "Go tokenizer"
