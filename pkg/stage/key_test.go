package stage

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestHashIsOfNameVersionAndInputs(t *testing.T) {
	type settings struct {
		Rate  float64  `json:"rate"`
		Names []string `json:"names"`
		Free  string   `json:"-"`
	}
	for text, k := range map[string]Key{
		"specialist train 2\n{\"rate\":0.0003,\"names\":[\"a b\"]}": {Name: "train", Version: 2, Inputs: []any{settings{3e-4, []string{"a b"}, "not an input"}}, File: "run.json"},
		"specialist baselines 1\n0f3a group 42 0 xla:cpu":           {Name: "baselines", Version: 1, Inputs: []any{"0f3a", "group", uint64(42), 0, "xla:cpu"}},
		"specialist audit 3\n\"my notes.csv\" \"\" true null":       {Name: "audit", Version: 3, Inputs: []any{"my notes.csv", "", true, nil}},
		"specialist none 1\n": {Name: "none", Version: 1},
	} {
		sum := sha256.Sum256([]byte(text))
		if got, want := k.Hash(), hex.EncodeToString(sum[:]); got != want {
			t.Errorf("the hash is %s, that of %q is %s", got, text, want)
		}
	}
}

// asJSON is what decides whether two lists of inputs are equal.
func asJSON(t rapid.TB, inputs []any) string {
	raw, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// pool are inputs that are easily taken for one another, or for several.
var pool = []any{
	"", "a", "b", "a b", " ", "1", 1, "1 1", "-1", -1, "1.5", 1.5, "true", true, "null", nil, `"a"`, `\"a`, "a\nb", "\t", "[1]",
	[]int{1},
	[]string{"1"},
	"[]",
	[]int{},
	"{}",
	map[string]int{},
	"a,b", "]", "\r", "1\r",
}

func TestDifferentInputsHaveDifferentHashes(t *testing.T) {
	seen := make(map[string]string)
	var lists func(inputs []any)
	lists = func(inputs []any) {
		hash, text := Key{Name: "x", Version: 1, Inputs: inputs}.Hash(), asJSON(t, inputs)
		if other, found := seen[hash]; found && other != text {
			t.Errorf("%s has the hash of %s", text, other)
		}
		seen[hash] = text
		if len(inputs) < 3 {
			for _, input := range pool {
				lists(append(inputs[:len(inputs):len(inputs)], input))
			}
		}
	}
	lists(nil)
}

func TestHashesAreEqualWhereInputsAre(t *testing.T) {
	input := rapid.OneOf(
		rapid.SampledFrom(pool),
		rapid.StringOfN(rapid.SampledFrom([]rune("ab1 \"\\[]{}:,\n\tβ")), 0, 4, -1).AsAny(),
		rapid.String().AsAny(), rapid.IntRange(-3, 12).AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), rapid.SliceOfN(rapid.String(), 0, 2).AsAny(),
	)
	list := rapid.SliceOfN(input, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := list.Draw(t, "a"), list.Draw(t, "b")
		hash := func(inputs []any) string { return Key{Name: "x", Version: 1, Inputs: inputs}.Hash() }
		if got, want := hash(a) == hash(b), asJSON(t, a) == asJSON(t, b); got != want {
			t.Errorf("%v and %v: the hashes are equal: %t, want %t", a, b, got, want)
		}
	})
}

func TestNameAndVersionAreInputs(t *testing.T) {
	k := Key{Name: "train", Version: 2, Inputs: []any{"a"}}
	for what, other := range map[string]Key{
		"name":    {Name: "rate", Version: 2, Inputs: []any{"a"}},
		"version": {Name: "train", Version: 3, Inputs: []any{"a"}},
		"order":   {Name: "train", Version: 2, Inputs: []any{"a", "a"}},
	} {
		if other.Hash() == k.Hash() {
			t.Errorf("another %s has the same hash", what)
		}
	}
}
