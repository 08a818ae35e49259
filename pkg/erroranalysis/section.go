package erroranalysis

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of a heading: bytes, words, and letters so that HEENT is one and BP is none.
const (
	headingBytes   = 60
	headingWords   = 8
	quietWords     = 5
	headingLetters = 3
)

// Headings returns the section headings of a note in capitals, each once, in the order of their first appearance.
//
// A heading is the words before a colon since the last comma, semicolon, full stop, question or exclamation mark, line break or the start of
// the text, with nothing in them but letters, digits, blanks and / & ( ) ' - ". It begins with a letter, has at least three
// letters and at most 60 bytes and 8 words. In capitals it may stand after any of those marks. With small letters in it, it has at most
// 5 words, begins with a capital, and stands at the start of a line, or right after a comma without a blank between, which is how
// MTSamples' own line breaks were flattened.
func Headings(text string) []string {
	var found []string
	seen := map[string]bool{}
	start, mark := 0, byte('\n') // where the words begin, and the mark before them
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n', '\r', ',', '.', ';', '?', '!':
			start, mark = i+1, text[i]
		case ':':
			if heading, ok := heading(text[start:i], mark); ok && !seen[heading] {
				seen[heading] = true
				found = append(found, heading)
			}
			// What follows a colon is no heading before the next mark: "P: 80" in "VITALS: P: 80".
			end := strings.IndexAny(text[i+1:], ",.;?!\n\r")
			if end < 0 {
				return found
			}
			i += end
		}
	}
	return found
}

func heading(words string, mark byte) (string, bool) {
	if len(words) > headingBytes || strings.TrimSpace(words) == "" {
		return "", false
	}
	onLine := mark == '\n' || mark == '\r' || mark == ',' && words[0] != ' ' && words[0] != '\t'
	fields := strings.Fields(words)
	name := strings.Join(fields, " ")
	letters, quiet := 0, false
	for i, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
			quiet = quiet || unicode.IsLower(r)
			if i == 0 && unicode.IsLower(r) {
				return "", false
			}
		case i == 0, !unicode.IsDigit(r) && !strings.ContainsRune(` /&()'-"`, r):
			return "", false
		}
	}
	if letters < headingLetters || len(fields) > headingWords || quiet && (len(fields) > quietWords || !onLine) {
		return "", false
	}
	return strings.ToUpper(name), true
}

var dates = regexp.MustCompile(`\b\d{1,2}[/-]\d{1,2}[/-]((?:19|20)\d\d)\b` +
	`|\b((?:19|20)\d\d)-\d{1,2}-\d{1,2}\b` +
	`|\b(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b`)

// Year returns the year of the latest whole date in a note, with a year of four digits: 02/19/2007, 2007-02-19, February 19, 2007. It is 0
// where there is none. A note is dated when it was written or later than the events that it tells of.
func Year(text string) int {
	latest := 0
	for _, match := range dates.FindAllStringSubmatch(text, -1) {
		for _, group := range match[1:] {
			year, _ := strconv.Atoi(group) // empty in the other forms
			latest = max(latest, year)
		}
	}
	return latest
}
