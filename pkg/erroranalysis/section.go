package erroranalysis

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The bounds of a heading; see [Headings]. With three letters at least, HEENT is one and BP is not.
const (
	headingBytes   = 60
	headingWords   = 8
	lowerWords     = 5
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
	start, mark := 0, byte('\n') // the offset of the words, and the mark before them
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n', '\r', ',', '.', ';', '?', '!':
			start, mark = i+1, text[i]
		case ':':
			if heading, ok := heading(text[start:i], mark); ok && !seen[heading] {
				seen[heading] = true
				found = append(found, heading)
			}
			// After a colon there is no heading before the next mark: P is none in "VITALS: P: 80".
			end := strings.IndexAny(text[i+1:], ",.;?!\n\r")
			if end < 0 {
				return found
			}
			i += end
		}
	}
	return found
}

// heading returns words, the text between a mark and a colon, as a heading; ok says whether they are one.
func heading(words string, mark byte) (name string, ok bool) {
	if len(words) > headingBytes || strings.TrimSpace(words) == "" {
		return "", false
	}
	onLine := mark == '\n' || mark == '\r' || mark == ',' && words[0] != ' ' && words[0] != '\t'
	fields := strings.Fields(words)
	name = strings.Join(fields, " ")
	letters, lower := 0, false
	for i, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
			lower = lower || unicode.IsLower(r)
			if i == 0 && unicode.IsLower(r) {
				return "", false
			}
		case i == 0, !unicode.IsDigit(r) && !strings.ContainsRune(` /&()'-"`, r):
			return "", false
		}
	}
	if letters < headingLetters || len(fields) > headingWords || lower && (len(fields) > lowerWords || !onLine) {
		return "", false
	}
	return strings.ToUpper(name), true
}

var dates = regexp.MustCompile(`\b\d{1,2}[/-]\d{1,2}[/-]((?:19|20)\d\d)\b` +
	`|\b((?:19|20)\d\d)-\d{1,2}-\d{1,2}\b` +
	`|\b(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b`)

// Year returns the year of the latest whole date in a note, with a year of four digits: 02/19/2007, 2007-02-19, February 19, 2007. It is 0
// if there is none: the latest date is the nearest to that of the note itself.
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
