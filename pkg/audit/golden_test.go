package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// tolerance leaves room for sums in another order; the values are all of the size of 1, or lengths.
const tolerance = 1e-9

// TestGolden compares with what Python, scikit-learn, scipy and transformers compute: on the small odd file, and on MTSamples where a copy of
// it stands beside the checkout.
func TestGolden(t *testing.T) {
	t.Run("odd", func(t *testing.T) { golden(t, filepath.Join("testdata", "odd.csv"), "odd.json") })
	path := filepath.Join("..", "..", "..", "shared", "data", "mtsamples.csv.gz")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not there: the odd file alone was compared", path)
		return
	}
	t.Run("mtsamples", func(t *testing.T) { golden(t, path, "mtsamples.json") })
}

func golden(t *testing.T, path, name string) {
	c, err := corpus.ReadCSV(path)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := tokenize.Open(filepath.Join("..", "tokenize", "testdata", "golden", "uncased"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Run(context.Background(), c, Options{Seed: 42, Tokenizer: tokenizer, TokenizerName: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	// Python does not draw the seeded splits, so the protocols are compared on splits that a hash draws.
	pairs, _, err := nearPairs(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	row, group := hashedSplits(c)
	a.Protocols = nil
	for _, d := range []*corpus.Split{{Protocol: corpus.ProtocolRow, Indices: row}, {Protocol: corpus.ProtocolGroup, Indices: group}} {
		protocol, err := partOf(c, d).audit(c, pairs)
		if err != nil {
			t.Fatal(err)
		}
		a.Protocols = append(a.Protocols, protocol)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var got, wanted map[string]any
	for from, to := range map[string]*map[string]any{string(raw): &got, string(want): &wanted} {
		if err := json.Unmarshal([]byte(from), to); err != nil {
			t.Fatal(err)
		}
	}
	// What Python has no word on.
	for _, key := range []string{"version", "name", "synthetic", "hash", "seed", "with", "unused_labels"} {
		delete(got, key)
	}
	delete(got["lengths"].(map[string]any), "tokenizer")
	for _, p := range got["protocols"].([]any) {
		delete(p.(map[string]any), "source_parts")
		delete(p.(map[string]any), "notices")
	}
	compare(t, "", got, wanted)
}

// hashedSplits divides as make_golden.py does.
func hashedSplits(c *corpus.Corpus) (row, group corpus.Indices) {
	put := func(s *corpus.Indices, hash string, i int) {
		place, err := strconv.ParseUint(hash[:8], 16, 64)
		switch {
		case err != nil:
			panic(err)
		case place%100 < 70:
			s.Train = append(s.Train, i)
		case place%100 < 85:
			s.Validation = append(s.Validation, i)
		default:
			s.Test = append(s.Test, i)
		}
	}
	for i, r := range c.Rows {
		hash := sha256.Sum256([]byte("row " + r.ID))
		put(&row, hex.EncodeToString(hash[:]), i)
	}
	for i, n := range c.Notes {
		put(&group, n.Key, i)
	}
	return row, group
}

// compare holds two JSON values against each other: the same keys, the same lengths, the same values.
func compare(t *testing.T, path string, got, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, want an object", path, got)
			return
		}
		for key := range have {
			if _, known := want[key]; !known {
				t.Errorf("%s.%s is not in the golden file", path, key)
			}
		}
		for key, value := range want {
			compare(t, path+"."+key, have[key], value)
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			t.Errorf("%s has %d values, want %d", path, len(have), len(want))
			return
		}
		for i := range want {
			compare(t, fmt.Sprintf("%s[%d]", path, i), have[i], want[i])
		}
	case float64:
		if have, ok := got.(float64); !ok || math.Abs(have-want) > tolerance*math.Max(1, math.Abs(want)) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}
