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

// TFIDFFeatures are the settings of scikit-learn's TfidfVectorizer that can be changed. The others have their defaults: lower case, words of
// two or more letters, digits or underscores (token_pattern), smoothed idf, rows of length 1 (norm l2), no stop words, no max_df.
type TFIDFFeatures struct {
	LeastWords int  `json:"least_words"`  // of a term; with MostWords, ngram_range
	MostWords  int  `json:"most_words"`   // of a term
	MinDF      int  `json:"min_df"`       // training rows that must have a term, so that a text with two labels counts twice
	Sublinear  bool `json:"sublinear_tf"` // whether a term's frequency in a text is 1 + log of its count instead of the count
}

func (f TFIDFFeatures) check() error {
	switch {
	case f.LeastWords < 1 || f.MostWords < f.LeastWords:
		return fmt.Errorf("terms of %d to %d words; give two numbers of 1 or more, the smaller first", f.LeastWords, f.MostWords)
	case f.MinDF < 1:
		return fmt.Errorf("min_df is %d; it must be 1 or more", f.MinDF)
	}
	return nil
}

// vectorizer computes the TF-IDF features of texts.
type vectorizer struct {
	features TFIDFFeatures
	terms    []string         // a column each, ascending by code points
	idf      []float64        // of the terms
	index    map[string]int32 // of the terms
}

// fitVectorizer learns the terms and their idf from texts of rowCounts[i] training rows each. It also returns the texts'
// features, [texts, terms].
func fitVectorizer(texts []string, rowCounts []int, features TFIDFFeatures) (*vectorizer, *matrix, error) {
	if err := features.check(); err != nil {
		return nil, nil, err
	}
	v := &vectorizer{features: features, index: map[string]int32{}}
	var terms []string
	var frequencies []int                           // of each term: the rows that have it
	termCounts := make([]map[int32]int, len(texts)) // of each text
	total := 0
	for i, text := range texts {
		total += rowCounts[i]
		termCounts[i] = map[int32]int{}
		for term := range v.termsOf(text) {
			at, seen := v.index[term]
			if !seen {
				at = int32(len(terms))
				term = strings.Clone(term) // a slice would keep all of the text in memory
				v.index[term] = at
				terms, frequencies = append(terms, term), append(frequencies, 0)
			}
			termCounts[i][at]++
		}
		for at := range termCounts[i] {
			frequencies[at] += rowCounts[i]
		}
	}
	if len(terms) == 0 {
		return nil, nil, errors.New("no training text has a word of two or more letters")
	}
	var kept []int32
	for at, frequency := range frequencies {
		if frequency >= features.MinDF {
			kept = append(kept, int32(at))
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("none of the %d terms is in min_df = %d or more training rows; use a smaller min_df", len(terms), features.MinDF)
	}
	slices.SortFunc(kept, func(a, b int32) int { return cmp.Compare(terms[a], terms[b]) })
	columns := make(map[int32]int32, len(kept)) // of the terms kept
	v.index = make(map[string]int32, len(kept))
	for column, at := range kept {
		columns[at], v.index[terms[at]] = int32(column), int32(column)
		v.terms = append(v.terms, terms[at])
		v.idf = append(v.idf, math.Log(float64(1+total)/float64(1+frequencies[at]))+1)
	}
	rows := make([]sparseRow, len(texts))
	for i, all := range termCounts {
		counts := make(map[int32]int, len(all))
		for at, count := range all {
			if column, keep := columns[at]; keep {
				counts[column] = count
			}
		}
		rows[i] = v.row(counts)
	}
	return v, newMatrix(len(v.terms), rows), nil
}

// transform returns the features of texts, [texts, terms]. A text without a known term is a row of zeros.
func (v *vectorizer) transform(texts []string) *matrix {
	rows := make([]sparseRow, len(texts))
	inChunks(len(texts), rowChunk, func(low, high int) {
		for i := low; i < high; i++ {
			counts := map[int32]int{}
			for term := range v.termsOf(texts[i]) {
				if column, known := v.index[term]; known {
					counts[column]++
				}
			}
			rows[i] = v.row(counts)
		}
	})
	return newMatrix(len(v.terms), rows)
}

// row returns a text's features from its counts of terms: term frequency x idf, scaled to length 1.
func (v *vectorizer) row(counts map[int32]int) sparseRow {
	row := sparseRow{columns: slices.Sorted(maps.Keys(counts)), values: make([]float64, len(counts))}
	square := 0.0
	for i, column := range row.columns {
		tf := float64(counts[column])
		if v.features.Sublinear {
			tf = 1 + math.Log(tf)
		}
		row.values[i] = tf * v.idf[column]
		square += row.values[i] * row.values[i]
	}
	for i := range row.values {
		row.values[i] /= math.Sqrt(square)
	}
	return row
}

// termsOf returns every occurrence of a term in a text. A term's words are joined by a space. Words of one
// letter are removed first, so a term may be of words that stand on both sides of one.
func (v *vectorizer) termsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var joined strings.Builder
		var starts, ends []int // of words in joined
		for word := range words(lower(text), isWordCharacter) {
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

// isWordCharacter is whether Python's \w matches r: letters, numbers of all kinds and the underscore.
func isWordCharacter(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// words returns the longest runs of word characters, in order.
func words(text string, isWord func(rune) bool) iter.Seq[string] {
	return strings.FieldsFuncSeq(text, func(r rune) bool { return !isWord(r) })
}

// lower returns what Python's str.lower does: Unicode's full lower case, with final sigmas.
func lower(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return cases.Lower(language.Und, cases.HandleFinalSigma(true)).String(text)
		}
	}
	return strings.ToLower(text)
}
