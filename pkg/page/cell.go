package page

import (
	"strconv"
	"strings"
)

// CountCell is a whole number.
func CountCell(n int) Cell { return Count.Cell(Of(float64(n))) }

// PercentCell is a share as per cent.
func PercentCell(x float64) Cell { return Percent.Cell(Of(x)) }

// SortedCell is a text that sorts by a number.
func SortedCell(text string, x float64) Cell { return Cell{Text: text, Sort: &x} }

// ExactCell is a number with all its digits.
func ExactCell(x float64) Cell { return SortedCell(FormatExact(x), x) }

// ExactPercentCell is a share as per cent with all its digits.
func ExactPercentCell(x float64) Cell { return SortedCell(FormatExactPercent(x), x) }

// ExactScoreCell is a score with all its digits.
func ExactScoreCell(x float64) Cell { return SortedCell(strings.TrimPrefix(FormatExact(x), "0"), x) }

// RangeCell is a range from low to high, each as write has it.
func RangeCell(low, high float64, write func(float64) string) Cell {
	from, to := write(low), write(high)
	if unit := "\u00a0%"; strings.HasSuffix(from, unit) && strings.HasSuffix(to, unit) {
		from = strings.TrimSuffix(from, unit)
	}
	return SortedCell(from+" to "+to, low)
}

// FactorCell is a factor with all its digits.
func FactorCell(x float64) Cell { return SortedCell(FormatExact(x)+"\u00a0×", x) }

// RatioCell is a factor with three digits.
func RatioCell(v Value) Cell {
	cell := Decimal.Cell(v)
	if cell.Missing == "" {
		cell.Text = strconv.FormatFloat(v.Number, 'g', 3, 64) + "\u00a0×"
		if v.Number >= 1000 {
			cell.Text = Count.String(v) + "\u00a0×"
		}
	}
	return cell
}

// ListCell is names one after the other.
func ListCell(names []string) Cell { return Text(strings.Join(names, ", ")) }
