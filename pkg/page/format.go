package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Value is a number that may have an interval, or may be missing with a reason.
type Value struct {
	Number float64
	// Low and High are the interval's bounds where Bounded says that there is one.
	Low, High float64
	Bounded   bool
	// Missing is why there is no number; empty where there is one.
	Missing string
}

// Of returns a value without an interval. NaN and infinities are missing.
func Of(x float64) Value { return Value{Number: x}.normalize() }

// Between returns a value with its interval.
func Between(x, low, high float64) Value {
	return Value{Number: x, Low: low, High: high, Bounded: true}.normalize()
}

// Missing returns a value that is not there, and why: "never predicted".
func Missing(reason string) Value { return Value{Missing: reason}.normalize() }

// normalize turns what cannot be shown as a number into a missing value.
func (v Value) normalize() Value {
	if v.Missing == "" && !finite(v.Number) {
		v.Missing = "undefined"
	}
	if v.Missing != "" {
		return Value{Missing: v.Missing}
	}
	if v.Bounded && (!finite(v.Low) || !finite(v.High)) {
		v.Low, v.High, v.Bounded = 0, 0, false
	}
	return v
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Form is how numbers of one kind are written.
type Form int

const (
	// Metric writes a number with three digits and no leading zero: .440 (.412–.468).
	Metric Form = iota
	// Percent writes a share as per cent: 44.0 % (41.2–46.8).
	Percent
	// Count writes a whole number: 4,950.
	Count
	// Decimal writes four significant digits: 0.0003.
	Decimal
	// Duration writes seconds in units that fit: 3 min 18 s.
	Duration
	// Bytes writes a size in decimal units: 3.7 MB.
	Bytes
)

// String writes a value: its number and its interval, or a dash and the reason.
func (f Form) String(v Value) string {
	v = v.normalize()
	if v.Missing != "" {
		return "– " + v.Missing
	}
	s := f.number(v.Number)
	if f == Percent {
		s += "\u00a0%"
	}
	if !v.Bounded {
		return s
	}
	dash := "–"
	if v.Low < 0 || v.High < 0 || f == Duration {
		dash = " to "
	}
	return s + " (" + f.number(v.Low) + dash + f.number(v.High) + ")"
}

// Cell returns the cell that shows a value and sorts by its number.
func (f Form) Cell(v Value) Cell {
	v = v.normalize()
	if v.Missing != "" {
		return Cell{Missing: v.Missing}
	}
	return Cell{Text: f.String(v), Sort: &v.Number}
}

func (f Form) number(x float64) string {
	switch f {
	case Metric:
		s := minus(strconv.FormatFloat(x, 'f', 3, 64))
		if rest, ok := strings.CutPrefix(s, "0."); ok {
			return "." + rest
		}
		if rest, ok := strings.CutPrefix(s, "−0."); ok {
			return "−." + rest
		}
		return s
	case Percent:
		return minus(strconv.FormatFloat(100*x, 'f', 1, 64))
	case Count:
		return minus(thousands(strconv.FormatFloat(math.Round(x), 'f', 0, 64)))
	case Duration:
		return seconds(x)
	case Bytes:
		return size(x)
	default:
		return minus(strconv.FormatFloat(x, 'g', 4, 64))
	}
}

// d3 returns the nearest format of plotly.js's own.
func (f Form) d3() string {
	switch f {
	case Metric:
		return ".3f"
	case Percent:
		return ".1%"
	case Count:
		return ",.0f"
	default:
		return ".4~g"
	}
}

// minus writes a true minus sign, and none before a number that rounds to zero.
func minus(s string) string {
	rest, ok := strings.CutPrefix(s, "-")
	switch {
	case !ok:
		return s
	case strings.Trim(rest, "0.") == "":
		return rest
	default:
		return "−" + rest
	}
}

func thousands(digits string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(digits, "-"); ok {
		sign, digits = "-", rest
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

func seconds(x float64) string {
	sign := ""
	if x < 0 {
		sign, x = "−", -x
	}
	switch whole := math.Round(x); {
	case x < 0.9995:
		return fmt.Sprintf("%s%.3g ms", sign, 1000*x)
	case x < 9.95:
		return fmt.Sprintf("%s%.1f s", sign, x)
	case whole < 60:
		return fmt.Sprintf("%s%.0f s", sign, whole)
	case whole < 3600:
		return fmt.Sprintf("%s%d min %02d s", sign, int(whole)/60, int(whole)%60)
	default:
		minutes := int(math.Round(x / 60))
		return fmt.Sprintf("%s%d h %02d min", sign, minutes/60, minutes%60)
	}
}

// size writes bytes with two or three digits.
func size(x float64) string {
	for _, unit := range []struct {
		name  string
		bytes float64
	}{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if x >= unit.bytes {
			digits := 0
			if x < 100*unit.bytes {
				digits = 1
			}
			return strconv.FormatFloat(x/unit.bytes, 'f', digits, 64) + "\u00a0" + unit.name
		}
	}
	return strconv.FormatFloat(x, 'f', 0, 64) + "\u00a0bytes"
}

// FormatCount writes a whole number: 4,950.
func FormatCount(n int) string { return Count.String(Of(float64(n))) }

// FormatPercent writes a share as per cent with the given number of decimals: 44.0 %.
func FormatPercent(x float64, decimals int) string {
	if !finite(x) {
		return Percent.String(Of(x))
	}
	return minus(strconv.FormatFloat(100*x, 'f', decimals, 64)) + "\u00a0%"
}

// FormatScore writes a score with three decimals: .440.
func FormatScore(x float64) string { return Metric.String(Of(x)) }

// FormatDifference writes a difference of scores with its sign: +.023.
func FormatDifference(x float64) string {
	return strings.NewReplacer("-0.", "−.", "+0.", "+.", "-", "−").Replace(fmt.Sprintf("%+.3f", x))
}

// FormatExact writes a number with the digits that it has, up to six: a setting, or a number as somebody else states it.
func FormatExact(x float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(x, 'g', 6, 64), "e-0", "e-")
}

// FormatExactPercent writes a share as per cent with the digits that it has.
func FormatExactPercent(x float64) string { return FormatExact(100*x) + "\u00a0%" }

// FormatMillions writes a number in millions, without the word: 66.4.
func FormatMillions(n int) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }

// PlainSpaces replaces the no-break spaces of numbers with their units by plain ones, for text.
func PlainSpaces(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
