#!/usr/bin/env bash
# What has to come from the system: Go, Python with venv, a C compiler.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="Go, Python and a C compiler"

# python_for_venv: the first Python of 3.11 or later that can make a venv, other than the one in .venv.
python_for_venv() {
	local p PATH=${PATH//"$SPECIALIST_HOME/.venv/bin:"/}
	for p in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
		if "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			command -v "$p"
			return 0
		fi
	done
	return 1
}

work() {
	local go py cc
	command -v go >/dev/null || fail "there is no go command on PATH" \
		"install Go $(awk '$1 == "go" { print $2 }' go.mod) or later from https://go.dev/dl/"
	go=$(go env GOVERSION) || fail "this Go is not new enough for go.mod, or cannot fetch the one that is" \
		"install Go $(awk '$1 == "go" { print $2 }' go.mod) or later from https://go.dev/dl/"
	py=$(python_for_venv) || fail "there is no Python of 3.11 or later with venv and ensurepip" \
		"on Debian or Ubuntu: apt-get install python3 python3-venv; elsewhere PYTHON=/path/to/python3 before the command"
	cc=$(go env CC)
	printf 'int main(void) { return 0; }\n' >".cache/cc.c"
	# shellcheck disable=SC2086
	$cc ".cache/cc.c" -o ".cache/cc.out" || fail "the C compiler ($cc) is missing or does not work" \
		"on Debian or Ubuntu: apt-get install gcc libc6-dev"
	rm -f ".cache/cc.c" ".cache/cc.out"
	echo "$py" >.cache/python
	note "${go/go/Go }, $("$py" -V), $cc $($cc -dumpversion)"
}

step "$@"
