#!/usr/bin/env bash
# gopls, by which the kernel completes and explains, at the version of .setup/gopls/go.mod.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="gopls, for completion in JupyterLab"

work() {
	cd .setup/gopls
	GOFLAGS='' GOWORK=off GOBIN=$cache/gopls go install -v tool ||
		fail "go install did not work" "the network, or Go's own settings (GOPROXY); then the same command again"
}

step "$@"
