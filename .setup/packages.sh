#!/usr/bin/env bash
# Compiles the packages while other steps wait for the network or for cargo; what the Rust tokenizer changes is left to build.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="the Go packages"

key() { echo "$(sha256 go.sum) $(go version)"; }
ready() { true; }

work() {
	SPECIALIST_TOKENIZER=go
	. .setup/env.sh
	compile
}

step "$@"
