#!/usr/bin/env bash
# The linters and the test runner, at the versions of .ci/tools/go.mod, into bin/.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="gofumpt, staticcheck and gotestsum in bin"

work() {
	cd .ci/tools
	GOFLAGS='' GOWORK=off GOBIN=$SPECIALIST_HOME/bin go install -v tool ||
		fail "go install did not work" "the network, or Go's own settings (GOPROXY); then the same command again"
}

step "$@"
