# What the tests of pages need: a browser, and axe-core, which looks at their accessibility.
# shellcheck shell=bash
CHROME=$(bash .setup/chromium.sh)
export CHROME
if ! bash .setup/axe.sh check >/dev/null; then bash .setup/axe.sh run; fi
