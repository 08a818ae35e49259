#!/usr/bin/env bash
# axe-core (MPL-2.0, as its first lines say), which the tests look at pages with, out of a wheel that carries it.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="axe-core"

work() {
	from_wheel .cache/axe "axe-playwright-python==0.1.8" fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8 \
		axe_playwright_python/axe.min.js=axe.min.js
}

step "$@"
