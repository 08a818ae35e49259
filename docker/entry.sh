#!/usr/bin/env bash
# What the image runs: `report` and the other subcommands of specialist, `lab`, or any program, in the project's environment.
set -euo pipefail
# shellcheck source=.setup/env.sh
. "$(dirname "$0")/../.setup/env.sh"

if [ $# = 0 ]; then set -- report; fi
case $1 in
lab)
	shift
	# Without a JUPYTER_TOKEN, JupyterLab makes one and prints it.
	if [ -z "${JUPYTER_TOKEN:-}" ]; then unset JUPYTER_TOKEN; fi
	exec jupyter lab --ip=0.0.0.0 --port=8888 --no-browser --notebook-dir="$SPECIALIST_HOME/notebooks" "$@"
	;;
-*) exec specialist "$@" ;;
esac
# Subcommands come before programs: fold and diff are both.
if specialist "$1" --help >/dev/null 2>&1; then exec specialist "$@"; fi
if type -P "$1" >/dev/null; then exec "$@"; fi
echo "$1 is no command here: report (the default), lab, another subcommand of specialist (--help lists them), or a program" >&2
exit 2
