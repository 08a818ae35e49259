package study

import (
	"strconv"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// plainly writes a number with the digits that it has, up to six.
func plainly(x float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(x, 'g', 6, 64), "e-0", "e-")
}

// sharply writes a share as per cent with the digits that it has.
func sharply(x float64) string { return plainly(100*x) + "\u00a0%" }

func sorted(text string, x float64) page.Cell { return page.Cell{Text: text, Sort: &x} }

func plain(x float64) page.Cell { return sorted(plainly(x), x) }

// stated is a share as the report states it, with all its digits.
func stated(x float64) page.Cell { return sorted(sharply(x), x) }

// score is a score as the report states it, with all its digits.
func score(x float64) page.Cell { return sorted(strings.TrimPrefix(plainly(x), "0"), x) }

// between is a range that the report states.
func between(low, high float64, write func(float64) string) page.Cell {
	from, to := write(low), write(high)
	if unit := "\u00a0%"; strings.HasSuffix(from, unit) && strings.HasSuffix(to, unit) {
		from = strings.TrimSuffix(from, unit)
	}
	return sorted(from+" to "+to, low)
}

// times is a factor that the report states.
func times(x float64) page.Cell { return sorted(plainly(x)+"\u00a0×", x) }

// ratioCell is a factor of this run.
func ratioCell(v page.Value) page.Cell {
	cell := page.Decimal.Cell(v)
	if cell.Missing == "" {
		cell.Text = strconv.FormatFloat(v.Number, 'g', 3, 64) + "\u00a0×"
		if v.Number >= 1000 {
			cell.Text = page.Count.String(v) + "\u00a0×"
		}
	}
	return cell
}

// rowsOf is a number of rows with its share of all.
func rowsOf(rows, all int) page.Cell {
	cell := count(rows)
	if all > 0 {
		cell.Text += " (" + percentage(float64(rows)/float64(all)) + ")"
	}
	return cell
}

// statedPart is a part of the report's rows with its share.
func statedPart(p reportedPart) page.Cell {
	cell := count(p.Rows)
	cell.Text += " (" + percentage(p.Share) + ")"
	return cell
}

func listed(words []string) page.Cell { return page.Text(strings.Join(words, ", ")) }
