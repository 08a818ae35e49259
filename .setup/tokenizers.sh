#!/usr/bin/env bash
# libtokenizers.a, the Rust library behind github.com/daulet/tokenizers: out of its release, checked by hash, or built with
# cargo; where there is neither, the pure-Go tokenizer does the work, with the same ids. SPECIALIST_TOKENIZER=rust insists on
# the library, SPECIALIST_TOKENIZER=go does without it.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

module=github.com/daulet/tokenizers
version=$(version_of "$module")
library=$cache/tokenizers/libtokenizers.a
built=$cache/tokenizers/version
choice=${SPECIALIST_TOKENIZER:-auto}
title="the tokenizer"

have() { [ -f "$library" ] && [ "$(cat "$built" 2>/dev/null || true)" = "$version $(uname -sm)" ]; }

# keep FILE: takes the library into use.
keep() {
	echo "$version $(uname -sm)" >"$built" && mv "$1" "$library"
}

# release: the library of the module's own release; says why not.
release() {
	local arch archive sum dir=$cache/download/tokenizers
	arch=$(uname -m)
	case $arch in aarch64) arch=arm64 ;; esac
	archive=libtokenizers.$(uname -s | tr '[:upper:]' '[:lower:]')-$arch.tar.gz
	sum=$(awk -v a="$archive" '$2 == a { print $1 }' .setup/tokenizers/sha256)
	if [ -z "$sum" ] || ! grep -qF "$version" .setup/tokenizers/sha256; then
		echo "no hash is known for $archive of $version"
		return 1
	fi
	rm -rf "$dir"
	mkdir -p "$dir"
	if ! "$(cat "$cache/python")" - "https://$module/releases/download/$version/$archive" "$dir/$archive" >&2 <<'PY'
import shutil, sys, urllib.request
url, out = sys.argv[1:]
try:
    with urllib.request.urlopen(url, timeout=5) as src, open(out, "wb") as dst:
        shutil.copyfileobj(src, dst, 1 << 20)
except OSError as err:
    sys.exit(f"{url}: {err}")
PY
	then
		echo "its release cannot be reached"
		return 1
	fi
	if [ "$(sha256 "$dir/$archive")" != "$sum" ]; then
		echo "the release's $archive has another hash than .setup/tokenizers/sha256"
		return 1
	fi
	if ! { tar -xzf "$dir/$archive" -C "$dir" libtokenizers.a && keep "$dir/libtokenizers.a"; }; then
		echo "the release's $archive cannot be unpacked"
		return 1
	fi
	rm -rf "$dir"
}

# source_folder: the module's folder, fetched when it is not there.
source_folder() { GOWORK=off go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p'; }

# cargo_build: the library from the module's own Rust source; says why not.
cargo_build() {
	local cargo config src dir=$cache/tokenizers/build
	if ! cargo=$(command -v cargo); then
		echo "there is no cargo"
		return 1
	fi
	# rustup's cargo finds its toolchains below HOME, which may be another one than at its installation.
	if ! cargo --version >&2 && [ -z "${RUSTUP_HOME:-}" ]; then
		export RUSTUP_HOME="${cargo%/.cargo/bin/cargo}/.rustup"
	fi
	if ! cargo --version >&2; then
		echo "cargo does not run"
		return 1
	fi
	src=$(source_folder)
	rm -rf "$dir"
	mkdir -p "$dir/src"
	if ! cp "$src/crates/tokenizers/src/lib.rs" "$dir/src/lib.rs"; then
		echo "the Go module $module cannot be fetched"
		return 1
	fi
	cp .setup/tokenizers/Cargo.toml "$dir/Cargo.toml"
	sed "s|@registry@|$(sed -n 's/^source = "\(registry+[^"]*\)"$/\1/p' "$src/Cargo.lock" | head -n 1)|" \
		.setup/tokenizers/Cargo.lock.in >"$dir/Cargo.lock"
	# The user's own registry settings hold, though what cargo fetches stays here.
	set --
	for config in "${CARGO_HOME:-$HOME/.cargo}/config.toml" "${cargo%/bin/cargo}/config.toml"; do
		if [ $# = 0 ] && [ -f "$config" ]; then set -- --config "$config"; fi
	done
	if ! CARGO_HOME=$dir/home CARGO_TARGET_DIR=$dir/target cargo build --release --locked --manifest-path "$dir/Cargo.toml" "$@" >&2; then
		echo "cargo could not build it (.cache/log/tokenizers.log)"
		return 1
	fi
	keep "$dir/target/release/libtokenizers.a" && rm -rf "$dir"
}

# linkable: the library needs the C++ runtime, which a machine with only a C compiler has not.
linkable() {
	local cc rc=0
	cc=$(go env CC)
	printf 'int main(void) { return 0; }\n' >"$cache/cxx.c"
	# shellcheck disable=SC2086
	$cc "$cache/cxx.c" -o "$cache/cxx.out" -lstdc++ -ldl -lm || rc=1
	rm -f "$cache/cxx.c" "$cache/cxx.out"
	return "$rc"
}

work() {
	local why how=
	case $choice in
	auto | go | rust) ;;
	*) fail "SPECIALIST_TOKENIZER is \"$choice\"" "auto, rust or go" ;;
	esac
	if [ "$choice" = go ]; then
		note "pure Go, because SPECIALIST_TOKENIZER=go"
		return
	fi
	mkdir -p "$cache/tokenizers"
	if have; then
		how="kept from before"
	else
		rm -f "$library"
		if ! linkable; then
			why="the C++ runtime is missing (apt-get install g++)"
		elif why=$(release); then
			how="from its release"
		elif why="$why; $(cargo_build)"; then
			how="built with cargo"
		fi
	fi
	if [ -n "$how" ]; then
		note "Rust library $version, $how"
	elif [ "$choice" = rust ]; then
		fail "no Rust library: $why" "SPECIALIST_TOKENIZER=go, the pure-Go tokenizer, which gives the same ids"
	else
		note "pure Go, which gives the same ids ($why)"
	fi
}

step "$@"
