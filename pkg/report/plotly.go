package report

import (
	"errors"
	"html/template"
	"os"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// plotly is plotly.js where the set-up has put it, and nothing elsewhere.
func plotly() (template.HTML, error) {
	home, err := checkout.Home()
	if err != nil {
		return "", nil // outside a checkout the figures are pictures
	}
	script, err := page.Script(checkout.PlotlyFile(home))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return script, err
}
