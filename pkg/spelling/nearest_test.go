package spelling

import "testing"

func TestNearest(t *testing.T) {
	keys := []string{"base", "max_length", "adapter.rank", "train.epochs", "train.learning_rate"}
	for word, want := range map[string]string{
		"train.epoch":   "train.epochs",
		"epochs":        "train.epochs", // without its section
		"learning-rate": "train.learning_rate",
		"maxlength":     "max_length",
		"Base":          "base",
		"base":          "base",
		"":              "base", // the shortest
	} {
		if got := Nearest(word, keys); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	if got := Nearest("b", []string{"aa", "bb", "cc", "bc"}); got != "bb" {
		t.Errorf("of equally near ones %q, want the first", got)
	}
	if got := Nearest("word", nil); got != "" {
		t.Errorf("of no candidates %q", got)
	}
}
