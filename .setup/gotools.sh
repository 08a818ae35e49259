#!/usr/bin/env bash
# The Go kernel and goimports, at go.mod's versions, into bin/.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="the Go kernel (gonb) and goimports in bin"

key() { echo "$(version_of github.com/janpfeifer/gonb) $(version_of golang.org/x/tools) $(go version)"; }
ready() { [ -x bin/gonb ] && [ -x bin/goimports ]; }

work() {
	GOWORK=off GOBIN=$SPECIALIST_HOME/bin counted '^[a-z]' "Go packages fetched or compiled" go install -v tool ||
		fail "go install did not work" "the network, or Go's own settings (GOPROXY, GOFLAGS); then the same command again"
}

step "$@"
