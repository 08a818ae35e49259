#!/usr/bin/env bash
# The Go kernel and goimports, at go.mod's versions, into bin/.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="the Go kernel (gonb) and goimports in bin"

work() {
	GOWORK=off GOBIN=$SPECIALIST_HOME/bin go install -v tool ||
		fail "go install did not work" "the network, or Go's own settings (GOPROXY, GOFLAGS); then the same command again"
}

step "$@"
