package baseline

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Features says how a text becomes TF-IDF features, in the terms of scikit-learn's TfidfVectorizer: ngram_range, min_df (a number of
// documents; here, rows) and sublinear_tf. All else is as there by default: lower case, words of two or more letters, digits or
// underscores (token_pattern), smoothed idf, rows of length 1 (norm l2), no stop words, no max_df.
type Features struct {
	LeastWords int  `json:"least_words"` // of a term
	MostWords  int  `json:"most_words"`
	MinDF      int  `json:"min_df"`
	Sublinear  bool `json:"sublinear_tf"`
}

func (f Features) check() error {
	switch {
	case f.LeastWords < 1 || f.MostWords < f.LeastWords:
		return fmt.Errorf("terms of %d to %d words: give two numbers from 1 up, the smaller first", f.LeastWords, f.MostWords)
	case f.MinDF < 1:
		return fmt.Errorf("min_df %d: a term must stand in 1 row or more", f.MinDF)
	}
	return nil
}

// vectorizer turns texts into TF-IDF rows.
type vectorizer struct {
	features Features
	terms    []string // ascending, by code points
	idf      []float64
	index    map[string]int32
}

// fitVectorizer learns the terms and their idf from texts that count sizes[i] times. It also returns the texts' rows.
func fitVectorizer(texts []string, sizes []int, features Features) (*vectorizer, *matrix, error) {
	if err := features.check(); err != nil {
		return nil, nil, err
	}
	v := &vectorizer{features: features, index: map[string]int32{}}
	var terms []string
	var frequencies []int // rows that hold a term
	counted := make([]map[int32]int, len(texts))
	total := 0
	for i, text := range texts {
		total += sizes[i]
		counted[i] = map[int32]int{}
		for term := range v.termsOf(text) {
			at, seen := v.index[term]
			if !seen {
				at = int32(len(terms))
				term = strings.Clone(term)
				v.index[term] = at
				terms, frequencies = append(terms, term), append(frequencies, 0)
			}
			counted[i][at]++
		}
		for at := range counted[i] {
			frequencies[at] += sizes[i]
		}
	}
	if len(terms) == 0 {
		return nil, nil, errors.New("no training text has a word of two letters or more, so there is nothing to learn from")
	}
	var kept []int32
	for at, frequency := range frequencies {
		if frequency >= features.MinDF {
			kept = append(kept, int32(at))
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("none of %d terms stands in min_df = %d training rows; lower it", len(terms), features.MinDF)
	}
	slices.SortFunc(kept, func(a, b int32) int { return cmp.Compare(terms[a], terms[b]) })
	renamed := make(map[int32]int32, len(kept))
	v.index = make(map[string]int32, len(kept))
	for to, from := range kept {
		renamed[from], v.index[terms[from]] = int32(to), int32(to)
		v.terms = append(v.terms, terms[from])
		v.idf = append(v.idf, math.Log(float64(1+total)/float64(1+frequencies[from]))+1)
	}
	rows := make([]sparseRow, len(texts))
	for i, counts := range counted {
		own := make(map[int32]int, len(counts))
		for from, count := range counts {
			if to, keep := renamed[from]; keep {
				own[to] = count
			}
		}
		rows[i] = v.row(own)
	}
	return v, newMatrix(len(v.terms), rows), nil
}

// transform returns the texts as TF-IDF rows. A text without a known term is a row of zeros.
func (v *vectorizer) transform(texts []string) *matrix {
	rows := make([]sparseRow, len(texts))
	inChunks(len(texts), rowChunk, func(low, high int) {
		for i := low; i < high; i++ {
			counts := map[int32]int{}
			for term := range v.termsOf(texts[i]) {
				if at, known := v.index[term]; known {
					counts[at]++
				}
			}
			rows[i] = v.row(counts)
		}
	})
	return newMatrix(len(v.terms), rows)
}

// row weighs the counts of a text's terms and scales them to length 1.
func (v *vectorizer) row(counts map[int32]int) sparseRow {
	row := sparseRow{at: slices.Sorted(maps.Keys(counts)), values: make([]float64, len(counts))}
	square := 0.0
	for i, at := range row.at {
		tf := float64(counts[at])
		if v.features.Sublinear {
			tf = 1 + math.Log(tf)
		}
		row.values[i] = tf * v.idf[at]
		square += row.values[i] * row.values[i]
	}
	for i := range row.values {
		row.values[i] /= math.Sqrt(square)
	}
	return row
}

// termsOf gives every term of a text as often as it stands there. A term's words are joined by a space; words that are too short
// to count are passed over, so that a term may reach across them.
func (v *vectorizer) termsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var joined strings.Builder
		var starts, ends []int // of words in joined
		for word := range words(lower(text), isWordRune) {
			if utf8.RuneCountInString(word) < 2 {
				continue
			}
			if len(starts) > 0 {
				joined.WriteByte(' ')
			}
			starts = append(starts, joined.Len())
			joined.WriteString(word)
			ends = append(ends, joined.Len())
		}
		all := joined.String()
		for first := range starts {
			for count := v.features.LeastWords; count <= v.features.MostWords && first+count <= len(starts); count++ {
				if !yield(all[starts[first]:ends[first+count-1]]) {
					return
				}
			}
		}
	}
}

// isWordRune says whether Python's \w matches the character: letters, numbers of all kinds and the underscore.
func isWordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// words gives the longest runs of characters that belong, in order.
func words(text string, belongs func(rune) bool) iter.Seq[string] {
	return strings.FieldsFuncSeq(text, func(r rune) bool { return !belongs(r) })
}

// lower is Unicode's full lower case, final sigmas included, as Python's str.lower gives it.
func lower(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return cases.Lower(language.Und, cases.HandleFinalSigma(true)).String(text)
		}
	}
	return strings.ToLower(text)
}
