#!/usr/bin/env bash
# Compiles the packages while other steps wait for the network or for cargo; what the Rust tokenizer changes is left to the step that links.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="the Go packages"

work() {
	local try="the error above; if it speaks of a download, the network or GOPROXY" packages
	SPECIALIST_TOKENIZER=go
	. .setup/env.sh
	# Without the commands, which go build would link only to throw them away.
	packages=$(GOWORK=off go list -f '{{if and (or .GoFiles .CgoFiles) (ne .Name "main")}}{{.ImportPath}}{{end}}' ./pkg/...) ||
		fail "go list did not work" "$try"
	# shellcheck disable=SC2086
	GOWORK=off go build -v $packages || fail "go build did not work" "$try"
}

step "$@"
