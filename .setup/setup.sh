#!/usr/bin/env bash
# Installs what the project needs below the repository, and with `setup.sh build` builds it too. Steps that do not need each
# other run side by side; a step that is done already is only named. Each step is a file here, its log is .cache/log/STEP.log.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

first=(tools)
lanes=("python pjrt base plotly" "tokenizers" "gotools")
last=(kernel)
if [ "${1:-}" = build ]; then
	lanes[2]+=" packages"
	last+=(build fold)
fi

steps=("${first[@]}")
for lane in "${lanes[@]}"; do
	# shellcheck disable=SC2206
	steps+=($lane)
done
steps+=("${last[@]}")

# One set-up at a time in a checkout.
if command -v flock >/dev/null; then
	exec 9>"$cache/lock"
	if ! flock -n 9; then
		echo "another set-up is running in this checkout: waiting for it"
		flock 9
	fi
fi

label() {
	local i
	for i in "${!steps[@]}"; do
		if [ "${steps[$i]}" = "$1" ]; then
			printf '[%d/%d] %s' "$((i + 1))" "${#steps[@]}" "$(bash "$SPECIALIST_HOME/.setup/$1.sh" title)"
		fi
	done
}

# first_line FILE: into REPLY; nothing when there is no such file.
first_line() { { read -r REPLY <"$1"; } 2>/dev/null || REPLY=; }

# there STEP: the step is done already.
there() {
	first_line "$logs/$1.state"
	if [ "$REPLY" = there ]; then return 0; fi
	bash ".setup/$1.sh" check >"$logs/$1.note" 2>/dev/null && echo there >"$logs/$1.state"
}

# lane STEP...: runs its steps one after the other; the state of each goes to a file that follow reads.
lane() {
	local s
	for s in "$@"; do
		if there "$s"; then continue; fi
		date +%s >"$logs/$s.start"
		echo running >"$logs/$s.state"
		if bash ".setup/$s.sh" run >"$logs/$s.log" 2>&1 9>&-; then
			bash ".setup/$s.sh" check >"$logs/$s.note" 2>/dev/null || true
			echo "done" >"$logs/$s.state"
		else
			echo failed >"$logs/$s.state"
			return 1
		fi
	done
}

clear_line() { if [ -t 1 ]; then printf '\r\033[K'; fi; }

# show STEP: says what has happened to a step since it was last shown; fails when the step has.
show() {
	local state text
	first_line "$logs/$1.state"
	state=$REPLY
	first_line "$logs/$1.shown"
	if [ -z "$state" ] || [ "$state" = "$REPLY" ]; then return 0; fi
	echo "$state" >"$logs/$1.shown"
	clear_line
	text=$(label "$1")
	case $state in
	running) echo "$text ..." ;;
	there | "done")
		if [ "$state" = "done" ]; then
			text="$text: done in $(($(date +%s) - $(cat "$logs/$1.start"))) s"
		else
			text="$text: ready"
		fi
		first_line "$logs/$1.note"
		echo "$text${REPLY:+, $REPLY}"
		;;
	failed)
		complain "$1" "$text" >&2
		return 1
		;;
	esac
}

# complain STEP LABEL: which step failed, why, what to try.
complain() {
	local log=.cache/log/$1.log try
	echo "$2: FAILED: $(cat "$logs/$1.why" 2>/dev/null || echo "it stopped with an error")"
	if [ -s "$log" ]; then
		echo "  the end of $log:"
		# Without the bare names of packages that go build -v prints.
		grep -vE '^[[:alnum:]./_~-]+$' "$log" | tail -n 12 | sed 's/^/    /'
	fi
	try=$(cat "$logs/$1.try" 2>/dev/null || echo "look at the log, then give the same command again")
	# A full disk may have cut the log, too.
	if [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt 100000 ] || grep -qi 'no space left on device' "$log" 2>/dev/null; then
		try="make room: the disk that holds $SPECIALIST_HOME is full"
	fi
	echo "  try: $try"
	echo "  steps that are done stay done."
}

# follow: shows the steps until every lane has ended.
follow() {
	local s pid alive begin now text beat=0
	begin=$(date +%s)
	while :; do
		alive=0
		for pid in "${pids[@]}"; do
			if kill -0 "$pid" 2>/dev/null; then alive=1; fi
		done
		text=
		for s in "${steps[@]}"; do
			show "$s" || return 1
			first_line "$logs/$s.state"
			if [ "$REPLY" = running ]; then
				first_line "$logs/$s.progress"
				text="$text${REPLY:+ | $s: $REPLY}"
			fi
		done
		if [ "$alive" = 0 ]; then
			clear_line
			return 0
		fi
		now=$(($(date +%s) - begin))
		if [ -n "$text" ]; then
			if [ -t 1 ]; then
				printf '\r\033[K%.*s' "$((${COLUMNS:-$(tput cols 2>/dev/null || echo 80)} - 1))" "      $now s$text"
			elif [ "$now" -ge "$((beat + 15))" ]; then
				beat=$now
				echo "      $now s$text"
			fi
		fi
		sleep 0.5
	done
}

# stop: ends the lanes with all that they have started (each is a process group).
pids=()
stop() {
	local pid
	for pid in ${pids[@]+"${pids[@]}"}; do kill -- "-$pid" 2>/dev/null || true; done
}
trap stop EXIT
trap 'clear_line; echo "interrupted: steps that are done stay done" >&2; exit 130' INT TERM

for s in "${steps[@]}"; do rm -f "$logs/$s".{state,shown,start,progress,note}; done

# run LANE...: the lanes side by side.
run() {
	local lane words s missing=0 ok=0
	read -ra words <<<"$*"
	for s in "${words[@]}"; do
		there "$s" || {
			missing=1
			break
		}
	done
	if [ "$missing" = 0 ]; then
		for s in "${words[@]}"; do show "$s"; done
		return
	fi
	pids=()
	set -m
	for lane in "$@"; do
		# shellcheck disable=SC2086
		lane $lane </dev/null &
		pids+=($!)
	done
	set +m
	follow || ok=1
	if [ "$ok" = 1 ]; then exit 1; fi
	pids=()
	for s in "${words[@]}"; do
		first_line "$logs/$s.state"
		case $REPLY in
		there | "done") ;;
		*)
			echo "$(label "$s"): was killed; give the same command again" >&2
			exit 1
			;;
		esac
	done
}

# The usual case is quick: name what is done up to the first step that is not.
for s in "${steps[@]}"; do
	there "$s" || break
	show "$s"
done

run "${first[*]}"
run "${lanes[@]}"
run "${last[*]}"
