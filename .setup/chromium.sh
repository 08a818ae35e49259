#!/usr/bin/env bash
# Makes sure there is a Chromium, for the tests that need a browser, and prints its path: one on PATH, else Debian's package
# where this runs as root.
set -euo pipefail

# Ubuntu's chromium-browser may be a script that only says where the snap is, so the program has to answer.
find_chromium() {
	local p
	for p in ${CHROME:+"$CHROME"} chromium chromium-browser google-chrome google-chrome-stable; do
		if p=$(command -v "$p") && timeout 20 "$p" --version >/dev/null 2>&1; then
			echo "$p"
			return 0
		fi
	done
	return 1
}

if find_chromium; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing Chromium with apt-get ..." >&2
	export DEBIAN_FRONTEND=noninteractive
	if apt-get -o DPkg::Lock::Timeout=300 -qq update >&2 &&
		apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends chromium >&2 && find_chromium; then
		exit 0
	fi
	echo "no Chromium: apt-get could not install one that runs; try: apt-get install chromium (on Ubuntu: snap install chromium)" >&2
	exit 1
fi
echo "no Chromium on PATH: sudo apt-get install chromium (on Ubuntu: sudo snap install chromium), or CHROME=/path/to/chrome" >&2
exit 1
