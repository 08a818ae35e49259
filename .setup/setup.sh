#!/usr/bin/env bash
# Installs what the project needs below the repository, and builds it: setup.mk has the steps. Those that do not need each other run side by
# side, the log of each is .cache/log/STEP.log.
#
#     setup.sh [GOAL]...   setup (the default), build, lab, checks, or steps
set -euo pipefail
# shellcheck source=.setup/env.sh
. "$(dirname "$0")/env.sh"
cd "$SPECIALIST_HOME"
mkdir -p .cache/{key,log,stamp} bin

# One set-up at a time in a checkout.
if command -v flock >/dev/null; then
	exec 9>.cache/lock
	if ! flock -n 9; then
		echo "another set-up is running in this checkout: waiting for it"
		flock 9
	fi
fi
rm -f .cache/log/*.ran

# Whatever make this is called from, its options and its jobs are not those of this one.
unset MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES MAKELEVEL
set -m # make and all that it starts are a process group, of which nothing is left in the end
make --silent --jobs=4 -f .setup/setup.mk "${@:-setup}" </dev/null 8>&2 2>.cache/log/make.log 9>&- &
group=-$!
set +m
trap 'kill -- "$group" 2>/dev/null || true' EXIT
trap 'echo "interrupted: steps that are done stay done" >&2; exit 130' HUP INT TERM
if wait "${group#-}"; then exit 0; fi
# A step says itself why it failed, unless it was killed.
if grep -v '\] Error 1$\|Waiting for unfinished jobs' .cache/log/make.log >&2; then
	echo "a step was killed, or make itself failed: give the same command again" >&2
fi
exit 1
