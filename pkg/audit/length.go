package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Cutoffs are the maximum lengths, in tokens, for which truncated texts are counted.
var Cutoffs = []int{128, 256, 512}

// Lengths is the statistics of the lengths of the texts, before cleaning.
type Lengths struct {
	// Characters counts Unicode code points.
	Characters          Length    `json:"characters"`
	CharactersHistogram Histogram `json:"characters_histogram"`
	// Tokens counts [CLS] and [SEP] too, as a model's maximum length does; null without a tokenizer.
	Tokens          *Length    `json:"tokens"`
	TokensHistogram *Histogram `json:"tokens_histogram"`
	Tokenizer       string     `json:"tokenizer"` // empty without one
	Truncated       []Cutoff   `json:"truncated"` // empty without a tokenizer
}

// Length is the statistics of some lengths. Quantiles are numpy's default; Deviation divides by n.
type Length struct {
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"sd"`
	Min       float64 `json:"min"`
	P5        float64 `json:"p5"`
	P25       float64 `json:"p25"`
	Median    float64 `json:"median"`
	P75       float64 `json:"p75"`
	P95       float64 `json:"p95"`
	Max       float64 `json:"max"`
}

// Cutoff is the number of texts with more tokens than a maximum length, which truncates them.
type Cutoff struct {
	Tokens int     `json:"tokens"`
	Texts  int     `json:"texts"`
	Share  float64 `json:"share"`
}

// Histogram counts texts by length: Counts[i] is the number of those of more than i x Width and at most (i+1) x Width; empty texts are in the
// first bin. So a cut-off that is a multiple of Width is a bound between bins.
type Histogram struct {
	Width  int   `json:"width"`
	Counts []int `json:"counts"`
}

// histogramBins is the most bins that a histogram has: its width doubles until they suffice.
const histogramBins = 128

// chunk is the number of texts that are tokenized at a time, so that not all ids are in memory at once.
const chunk = 2048

// lengths holds the length of each note.
type lengths struct {
	characters, tokens []int // tokens is nil without a tokenizer
	tokenizer          string
}

// measure computes the lengths. Errors name the row of a text that cannot be tokenized.
func measure(ctx context.Context, c *corpus.Corpus, options Options) (*lengths, error) {
	l := &lengths{characters: make([]int, len(c.Notes))}
	for i, note := range c.Notes {
		l.characters[i] = utf8.RuneCountInString(note.Text)
	}
	if options.Tokenizer == nil {
		return l, nil
	}
	l.tokenizer = options.TokenizerName
	for start := 0; start < len(c.Notes); start += chunk {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("interrupted: %w", err)
		}
		notes := c.Notes[start:min(start+chunk, len(c.Notes))]
		texts := make([]string, len(notes))
		for i, note := range notes {
			texts[i] = note.Text
		}
		encodings, err := options.Tokenizer.EncodeAll(texts, 0)
		var bad *tokenize.TextError
		if errors.As(err, &bad) {
			row := c.Rows[notes[bad.Index].Rows[0]]
			return nil, fmt.Errorf("%s:%d: id %q: %w", c.Name, row.Line, row.ID, bad.Err)
		}
		if err != nil {
			return nil, err
		}
		for _, e := range encodings {
			l.tokens = append(l.tokens, e.Tokens)
		}
	}
	return l, nil
}

// all describes the lengths of all notes.
func (l *lengths) all() Lengths {
	out := Lengths{Tokenizer: l.tokenizer, CharactersHistogram: histogram(l.characters, 128)}
	everything := make([]int, len(l.characters))
	for i := range everything {
		everything[i] = i
	}
	out.Characters, out.Tokens, out.Truncated = l.of(everything)
	if l.tokens != nil {
		h := histogram(l.tokens, 32)
		out.TokensHistogram = &h
	}
	return out
}

// of describes the lengths of some notes.
func (l *lengths) of(notes []int) (characters Length, tokens *Length, truncated []Cutoff) {
	pick := func(from []int) []int {
		values := make([]int, len(notes))
		for i, n := range notes {
			values[i] = from[n]
		}
		slices.Sort(values)
		return values
	}
	characters, truncated = describe(pick(l.characters)), []Cutoff{}
	if l.tokens == nil {
		return characters, nil, truncated
	}
	sorted := pick(l.tokens)
	description := describe(sorted)
	for _, limit := range Cutoffs {
		kept, _ := slices.BinarySearch(sorted, limit+1)
		truncated = append(truncated, Cutoff{limit, len(sorted) - kept, share(len(sorted)-kept, len(sorted))})
	}
	return characters, &description, truncated
}

// describe returns the statistics of at least one length, in ascending order.
func describe(sorted []int) Length {
	n := float64(len(sorted))
	sum := 0.0
	for _, v := range sorted {
		sum += float64(v)
	}
	mean, squares := sum/n, 0.0
	for _, v := range sorted {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	at := func(q float64) float64 {
		place := q * (n - 1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		return float64(sorted[low]) + (place-float64(low))*float64(sorted[high]-sorted[low])
	}
	return Length{
		Mean: mean, Deviation: math.Sqrt(squares / n), Min: at(0), P5: at(.05), P25: at(.25), Median: at(.5), P75: at(.75), P95: at(.95), Max: at(1),
	}
}

// histogram counts values in bins of the given width, or of a multiple by a power of 2.
func histogram(values []int, width int) Histogram {
	longest := slices.Max(values)
	for longest > width*histogramBins {
		width *= 2
	}
	h := Histogram{Width: width, Counts: make([]int, max(1, (longest+width-1)/width))}
	for _, v := range values {
		h.Counts[max(0, (v-1)/width)]++
	}
	return h
}
