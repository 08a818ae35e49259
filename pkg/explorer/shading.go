package explorer

import (
	"cmp"
	"math"
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Shading is how much each stretch of a note spoke for a label.
type Shading struct {
	Label string
	// Method says in a few words how the weights were computed: "gradient x input".
	Method string
	// Spans may overlap, and stand in any order: those of one word are added up.
	Spans []Span
}

// Span is a stretch of a text, in bytes, with its weight: above 0 it speaks for the label, below 0 against it.
type Span struct {
	Start, End int
	Weight     float64
}

// minShare is the share of a note's largest weight below which a word is not shaded.
const minShare = .03

// words joins a shading's spans to words: those that overlap, and those that touch inside a word, with their weights added up. They
// come in the order of the text; blank ends are cut off.
func (s *Shading) words(text string) []Span {
	spans := slices.Clone(s.Spans)
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out []Span
	for _, span := range spans {
		for span.Start < span.End && (text[span.Start] == ' ' || text[span.Start] == '\n') {
			span.Start++
		}
		if span.Start == span.End {
			continue
		}
		if n := len(out); n > 0 && (span.Start < out[n-1].End || span.Start == out[n-1].End && insideWord(text, span.Start)) {
			out[n-1].End = max(out[n-1].End, span.End)
			out[n-1].Weight += span.Weight
			continue
		}
		out = append(out, span)
	}
	return out
}

// insideWord says that the characters on both sides of byte i are letters or digits.
func insideWord(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
	return word(before) && word(after)
}

// maxWeight returns the largest absolute weight, 0 where there is none.
func maxWeight(words []Span) float64 {
	most := 0.0
	for _, w := range words {
		most = math.Max(most, math.Abs(w.Weight))
	}
	return most
}

// topWords returns up to n words with a weight of the given sign, the strongest first.
func topWords(words []Span, sign float64, n int) []Span {
	var out []Span
	most := maxWeight(words)
	for _, w := range words {
		if w.Weight*sign > minShare*most {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b Span) int { return cmp.Compare(b.Weight*sign, a.Weight*sign) })
	return out[:min(n, len(out))]
}

// piece is a stretch of a note as it is shown.
type piece struct {
	Text string
	// Class is one of these kinds of stretch.
	Class int
	// Share is the weight as a share of the largest, between 0 and 1.
	Share float64
}

// The kinds of stretch. The script knows them by number.
const (
	plainPiece = iota
	forPiece
	againstPiece
	unreadPiece
	beginPiece // nothing of the note's: where the model began to read
	endPiece   // nothing of the note's: where it stopped
)

// pieces cuts a note's text into stretches to show.
func (n *Note) pieces() []piece {
	var words []Span
	if n.Shading != nil {
		words = n.Shading.words(n.Text)
	}
	most := maxWeight(words)
	from, to := n.readRange()
	var out []piece
	add := func(p piece) {
		if p.Text != "" {
			out = append(out, p)
		}
	}
	if from > 0 {
		out = append(out, piece{Text: n.Text[:from], Class: unreadPiece}, piece{Class: beginPiece})
	}
	at := from
	for _, w := range words {
		if w.Weight == 0 || w.Start < at || w.End > to || math.Abs(w.Weight) < minShare*most {
			continue
		}
		add(piece{Text: n.Text[at:w.Start]})
		class := forPiece
		if w.Weight < 0 {
			class = againstPiece
		}
		add(piece{n.Text[w.Start:w.End], class, math.Round(1000*math.Abs(w.Weight)/most) / 1000})
		at = w.End
	}
	add(piece{Text: n.Text[at:to]})
	if to < len(n.Text) {
		out = append(out, piece{Class: endPiece}, piece{Text: n.Text[to:], Class: unreadPiece})
	}
	return out
}

// units is a text's length as JavaScript counts it: in UTF-16 code units. A byte that is not UTF-8 counts one, as the replacement character
// that takes its place.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
