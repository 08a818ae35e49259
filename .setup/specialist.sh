#!/usr/bin/env bash
# Compiles every package, so that a notebook's first cell does not have to, and links bin/specialist.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="bin/specialist"

work() {
	local vcs=()
	# Go refuses to build in a checkout that belongs to somebody else, when it cannot ask git for the commit.
	if ! git rev-parse HEAD >/dev/null 2>&1; then vcs=(-buildvcs=false); fi
	GOWORK=off go build -v ${vcs[@]+"${vcs[@]}"} -o bin/ ./pkg/... ||
		fail "go build did not work" "the error above; if it speaks of a download, the network or GOPROXY"
}

step "$@"
