package page

import (
	"math"
	"strings"
	"unicode/utf8"
)

// A table in print is as wide as a sheet of A4 with the margins of [PDF] at most. A glyph is as wide as a wide sans serif's on average.
const (
	sheetWidth = 505.0 // points
	printSize  = 8.5   // points, the usual size of letters
	// wholeSize and wordSize are the smallest sizes to keep a number and its interval in one line, and to keep words whole.
	wholeSize, wordSize    = 7.0, 5.5
	glyphWidth, cellMargin = .6, 1. // em
	// shortLines is up to how many lines of rows a table is moved to the next sheet rather than divided.
	shortLines = 25
)

// Classes of tables in print whose intervals may stand in a line of their own, and whose words may be cut.
const wrapsIntervals, cutsWords = "sp-wrap", "sp-tight"

// printStyle returns the size of letters in points at which the table fits a sheet, and the class that it needs for that: none, or one of
// the above.
func (t Table) printStyle() (size float64, class string) {
	if size = t.printSize(utf8.RuneCountInString); size >= wholeSize {
		return size, ""
	}
	if size = t.printSize(longestWord); size >= wordSize {
		return size, wrapsIntervals
	}
	return wordSize, cutsWords
}

// printSize returns the largest size at which the columns fit beside each other, given the length of what must not be broken in a cell of
// numbers.
func (t Table) printSize(length func(string) int) float64 {
	ems := 0.0
	for i, c := range t.Columns {
		longest := longestWord(c.Name)
		for _, row := range t.Rows {
			if c.Numeric {
				longest = max(longest, length(row[i].Text))
			} else {
				longest = max(longest, longestWord(row[i].Text))
			}
		}
		ems += glyphWidth*float64(longest) + cellMargin
	}
	return min(printSize, math.Floor(10*sheetWidth/ems)/10)
}

// keepTogether says that the table is not divided between two sheets. The lines of a row are those that its text would take across the sheet.
func (t Table) keepTogether() bool {
	lines := 0.0
	for _, row := range t.Rows {
		ems := 0.0
		for _, c := range row {
			ems += glyphWidth*float64(utf8.RuneCountInString(c.Text)) + cellMargin
		}
		lines += math.Ceil(ems * printSize / sheetWidth)
	}
	return lines <= shortLines
}

// longestWord returns the length of the longest stretch that a line does not break in.
func longestWord(s string) int {
	longest := 0
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	return longest
}
