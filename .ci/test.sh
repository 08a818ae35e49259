#!/usr/bin/env bash
# The Go tests: all of them with the tokenizer that the set-up found, then what depends on it with the other one.
# Packages run one at a time because each opens XLA, which takes every core.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
export GOWORK=off

# shellcheck source=.ci/browser.sh
. .ci/browser.sh

case $GOFLAGS in
*rusttokenizer*)
	echo "test: every package, Rust tokenizer"
	bash .ci/gotest -p 1 -timeout 20m ./...
	export SPECIALIST_TOKENIZER=go
	. .setup/env.sh
	echo "test: tokenizer and command, Go tokenizer"
	bash .ci/gotest -p 1 -timeout 20m ./pkg/tokenize/... ./pkg/cmd/...
	;;
*)
	echo "test: every package, Go tokenizer"
	bash .ci/gotest -p 1 -timeout 20m ./...
	echo "test: the Rust tokenizer is NOT tested, its library is not here: SPECIALIST_TOKENIZER=rust make setup says why"
	;;
esac
