package claim

import (
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// rowsOf is a number of rows with its share of all.
func rowsOf(rows, all int) page.Cell {
	cell := page.CountCell(rows)
	if all > 0 {
		cell.Text += " (" + page.FormatPercent(float64(rows)/float64(all), 1) + ")"
	}
	return cell
}

// statedPart is a part of the original's rows with its share.
func statedPart(p original.Part) page.Cell {
	cell := page.CountCell(p.Rows)
	cell.Text += " (" + page.FormatPercent(p.Share, 1) + ")"
	return cell
}
