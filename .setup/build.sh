#!/usr/bin/env bash
# Compiles every package (so that a notebook's first cell does not have to) and links bin/specialist.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="bin/specialist"

# Go knows itself what is up to date.
key() { date +%s%N; }
ready() { [ -x bin/specialist ]; }

work() {
	local vcs=()
	# Go refuses to build in a checkout that belongs to somebody else, when it cannot ask git for the commit.
	if ! git rev-parse HEAD >/dev/null 2>&1; then vcs=(-buildvcs=false); fi
	compile
	GOWORK=off go build ${vcs[@]+"${vcs[@]}"} -o bin/specialist ./pkg/cmd/specialist ||
		fail "go build could not link bin/specialist" "the error above"
}

step "$@"
