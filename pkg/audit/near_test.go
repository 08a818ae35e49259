package audit

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// gramsOf is the definition, with no codes and no bits.
func gramsOf(clean string) map[string]bool {
	set := map[string]bool{}
	for i := 0; i+gramLength <= len(clean); i++ {
		set[clean[i:i+gramLength]] = true
	}
	return set
}

func jaccardOf(a, b map[string]bool) float64 {
	common := 0
	for gram := range a {
		if b[gram] {
			common++
		}
	}
	return float64(common) / float64(len(a)+len(b)-common)
}

func TestGrams(t *testing.T) {
	g := newGrammar()
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab z09")), 5, 200, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if got, want := len(g.of(b)), len(gramsOf(b)); got != want {
			t.Fatalf("%q has %d grams, want %d", b, got, want)
		}
		distinct := len(g.codes)
		set := newGramSet(g.of(a))
		for range 2 { // the second time with the marks of the first
			if got, want := set.jaccard(b, distinct), jaccardOf(gramsOf(a), gramsOf(b)); got != want {
				t.Fatalf("%q and %q: %v, want %v", a, b, got, want)
			}
		}
	})
}

// TestSketch: sketches agree in the share of their values that is the similarity of the texts, for short texts as for long ones.
func TestSketch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	g, s := newGrammar(), &sketcher{}
	for _, words := range []int{4, 40, 400} {
		for _, changed := range []float64{0.01, 0.05, 0.3, 1} {
			sum, expected, spread := 0.0, 0.0, 0.0
			const draws = 30
			for range draws {
				a := randomWords(rng, words)
				b := slices.Clone(a)
				for i := range b {
					if rng.Float64() < changed {
						b[i] = randomWords(rng, 1)[0]
					}
				}
				x, y := strings.Join(a, " "), strings.Join(b, " ")
				first := *s.of(g.of(x))
				second := s.of(g.of(y))
				for i, v := range first {
					if v == second[i] {
						sum += 1.0 / sketchSize
					}
				}
				j := jaccardOf(gramsOf(x), gramsOf(y))
				expected += j
				spread += j * (1 - j) / sketchSize
			}
			// Five standard deviations of independent values. The seed is fixed, so this holds always or never.
			if limit := 5*math.Sqrt(spread) + 1e-9; math.Abs(sum-expected) > limit {
				t.Errorf("%d words, %v changed: the sketches agree in %.4f, the similarity is %.4f", words, changed, sum/draws, expected/draws)
			}
		}
	}
}

func randomWords(rng *rand.Rand, n int) []string {
	words := make([]string, n)
	for i := range words {
		letters := make([]byte, 2+rng.IntN(7))
		for j := range letters {
			letters[j] = byte('a' + rng.IntN(26))
		}
		words[i] = string(letters)
	}
	return words
}

// similar is a corpus of texts in families: copies with a few to many words changed, so that similarities cover the whole range.
func similar(rng *rand.Rand, families, members int) *corpus.Corpus {
	var texts []string
	for range families {
		base := randomWords(rng, []int{8, 30, 120, 400}[rng.IntN(4)])
		for range members {
			copied := slices.Clone(base)
			for range rng.IntN(1 + len(base)/10) {
				copied[rng.IntN(len(copied))] = randomWords(rng, 1)[0]
			}
			texts = append(texts, strings.Join(copied, " "))
		}
	}
	return corpusOf(texts)
}

// corpusOf is a corpus as far as near duplicates look at it.
func corpusOf(texts []string) *corpus.Corpus {
	c := &corpus.Corpus{}
	for i, text := range texts {
		c.Notes = append(c.Notes, corpus.Note{ID: fmt.Sprint(i), Text: text, Key: fmt.Sprintf("%016x", mix(uint64(i)))})
	}
	return c
}

// TestNearPairs: exactly the pairs that comparing every text with every other finds.
func TestNearPairs(t *testing.T) {
	c := similar(rand.New(rand.NewPCG(7, 7)), 40, 7)
	sets := make([]map[string]bool, len(c.Notes))
	for i, note := range c.Notes {
		sets[i] = gramsOf(corpus.Clean(note.Text))
	}
	want := map[[2]int32]float64{}
	for i := range sets {
		for j := range i {
			if similarity := jaccardOf(sets[i], sets[j]); similarity >= NearThreshold {
				a, b := int32(i), int32(j)
				if c.Notes[a].Key > c.Notes[b].Key {
					a, b = b, a
				}
				want[[2]int32{a, b}] = similarity
			}
		}
	}
	pairs, skipped, err := nearPairs(context.Background(), c)
	if err != nil || skipped != 0 {
		t.Fatal(skipped, err)
	}
	if len(want) < 100 || len(pairs) != len(want) {
		t.Errorf("%d pairs, want %d, and many", len(pairs), len(want))
	}
	for _, p := range pairs {
		if want[[2]int32{p.a, p.b}] != p.jaccard {
			t.Errorf("%d and %d: %v, want %v", p.a, p.b, p.jaccard, want[[2]int32{p.a, p.b}])
		}
	}
}

// TestVeryManyAlike: where the work is bounded, that is said, and the texts are still found to be one group.
func TestVeryManyAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	base := strings.Join(randomWords(rng, 30), " ")
	var texts []string
	for range 600 {
		texts = append(texts, base+" "+randomWords(rng, 1)[0])
	}
	c := corpusOf(texts)
	pairs, skipped, err := nearPairs(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	n := nearDuplicates(c, pairs, skipped)
	if all := 600 * 599 / 2; n.SkippedComparisons == 0 || n.Pairs >= all || n.Pairs < 600*maxPartners/2 {
		t.Errorf("%d of %d pairs, %d comparisons skipped", n.Pairs, all, n.SkippedComparisons)
	}
	if n.Texts != 600 || n.Groups != 1 || n.LargestGroup != 600 || len(n.Examples) != nearExamples {
		t.Errorf("%+v", n)
	}
}

func TestTrim(t *testing.T) {
	lists := func(sizes ...int) [][]int32 {
		out := make([][]int32, len(sizes))
		for i, n := range sizes {
			out[i] = make([]int32, n)
		}
		return out
	}
	for _, test := range []struct {
		sizes, want []int
		most, taken int
	}{
		{[]int{3, 0, 5}, []int{3, 0, 5}, 8, 0},
		{[]int{3, 0, 5}, []int{3, 0, 4}, 7, 1},
		{[]int{3, 0, 5}, []int{3, 0, 3}, 6, 2},
		{[]int{3, 0, 5}, []int{2, 0, 2}, 5, 4},
		{[]int{3, 0, 5}, []int{0, 0, 0}, 1, 8},
		{[]int{maxPartners, 1}, []int{maxPartners, 1}, maxPartners + 1, 0},
	} {
		partners := lists(test.sizes...)
		taken := trim(partners, test.most)
		var got []int
		for _, list := range partners {
			got = append(got, len(list))
		}
		if taken != test.taken || !slices.Equal(got, test.want) {
			t.Errorf("%v to %d: %v, %d taken; want %v, %d", test.sizes, test.most, got, taken, test.want, test.taken)
		}
	}
}
