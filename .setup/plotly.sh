#!/usr/bin/env bash
# plotly.js (MIT), for the interactive figures, out of a wheel, with its licence.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="plotly.js"

work() {
	from_wheel .cache/plotly "plotly==5.24.1" f67073a1e637eb0dc3e46324d9d51e2fe76e9727c892dde64ddf1e1b51f29089 \
		plotly/package_data/plotly.min.js=plotly.min.js plotly-5.24.1.dist-info/LICENSE.txt=LICENSE.txt
}

step "$@"
