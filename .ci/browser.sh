# What the tests of pages need: a browser, and axe-core, which looks at their accessibility.
# shellcheck shell=bash
CHROME=$(bash .setup/chromium.sh)
export CHROME
if [ ! -f .cache/axe/axe.min.js ]; then bash .setup/setup.sh axe; fi
