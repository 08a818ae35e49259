package experiment

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/baseline"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/profilekit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// built are the baselines as package baseline makes them from the notes.
func built(t *testing.T, p profile.Profile, notes *Notes) map[baseline.Key]predict.Predictor {
	t.Helper()
	labels, counts := notes.Corpus.Labels, make([]int, len(notes.Corpus.Labels))
	list := func(part []corpus.Note) []baseline.Example {
		var out []baseline.Example
		for _, n := range part {
			out = append(out, baseline.Example{Text: n.Text, Labels: n.Labels})
		}
		return out
	}
	for _, n := range notes.Train {
		for _, label := range n.Labels {
			counts[label]++
		}
	}
	encoder, err := classifier.Prepare(tiny, nil, labels, p.Train.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if err := encoder.SetMaxLength(p.MaxLength); err != nil {
		t.Fatal(err)
	}
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	embedder, err := classifier.NewEmbedder(backend, encoder, 1)
	if err != nil {
		t.Fatal(err)
	}
	models := make(map[baseline.Key]predict.Predictor)
	add := func(key baseline.Key, model predict.Predictor, err error) {
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		models[key] = model
	}
	uniform, err := baseline.NewRandomUniform(labels, p.Corpus.Seed)
	add(baseline.KeyRandomUniform, uniform, err)
	byPrior, err := baseline.NewRandomPrior(labels, counts, p.Corpus.Seed)
	add(baseline.KeyRandomPrior, byPrior, err)
	prior, err := baseline.NewPrior(labels, counts)
	add(baseline.KeyMajority, prior, err)
	book, err := baseline.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := baseline.NewRules(book, labels, counts)
	add(baseline.KeyRules, rules, err)
	untuned, err := classifier.NewPredictor(backend, encoder, 1)
	add(baseline.KeyUntuned, untuned, err)
	frozen, _, err := baseline.TuneFrozen(t.Context(), labels, list(notes.Train), list(notes.Validation), oneByOne{embedder}, baseline.FrozenGrid())
	add(baseline.KeyFrozen, frozen, err)
	logistic, _, err := baseline.TuneTFIDF(t.Context(), labels, list(notes.Train), list(notes.Validation), baseline.TFIDFGrid(baseline.Logistic))
	add(baseline.KeyTFIDFLogistic, logistic, err)
	svm, _, err := baseline.TuneTFIDF(t.Context(), labels, list(notes.Train), list(notes.Validation), baseline.TFIDFGrid(baseline.SVM))
	add(baseline.KeyTFIDFSVM, svm, err)
	return models
}

// oneByOne embeds each text by itself.
type oneByOne struct{ *classifier.Embedder }

func (o oneByOne) Embed(ctx context.Context, texts []string) ([]baseline.Embedding, error) {
	var out []baseline.Embedding
	for _, text := range texts {
		vectors, encodings, err := o.Embedder.Embed(ctx, []string{text})
		if err != nil {
			return nil, err
		}
		out = append(out, baseline.Embedding{Vector: vectors[0], Tokens: encodings[0].Tokens, Truncated: encodings[0].Truncated})
	}
	return out, nil
}

func TestBaselinesAreWhatTheirPackageGives(t *testing.T) {
	s := wholeStudy(t)
	for _, c := range s.study.Comparisons {
		p := s.profile
		p.Corpus.Protocol = c.Baselines.Protocol
		notes := readNotes(t, p)
		models := built(t, p, notes)
		if len(c.Baselines.Models) != len(baseline.Keys()) {
			t.Errorf("%s: %d baselines", p.Corpus.Protocol, len(c.Baselines.Models))
		}
		for i, key := range baseline.Keys() {
			b := &c.Baselines.Models[i]
			if b.Key != key || c.Baselines.Model(key) != b || b.File != string(key)+".parquet" {
				t.Errorf("%s: baseline %d is %s in %s, want %s", p.Corpus.Protocol, i, b.Key, b.File, key)
			}
			set, err := predict.Read(filepath.Join(c.Baselines.Dir, b.File), predict.Want{CorpusHash: notesHash})
			if err != nil {
				t.Fatal(err)
			}
			if models[key] == nil {
				t.Fatalf("built has no baseline %s", key)
			}
			want, err := notes.predict(t.Context(), models[key], string(key), "test", notes.Test)
			if err != nil {
				t.Fatal(err)
			}
			if len(set.Predictions) != len(notes.Test) || set.Model != string(key) || set.Part != "test" {
				t.Fatalf("%s: %d predictions of %s on the part %s", key, len(set.Predictions), set.Model, set.Part)
			}
			for j, q := range set.Predictions {
				if q.NoteID != want.Predictions[j].NoteID || !slices.Equal(q.Gold, want.Predictions[j].Gold) {
					t.Errorf("%s: prediction %d is of another note", key, j)
				}
				testkit.NearAll(t, string(key)+", scores", q.Scores, want.Predictions[j].Scores, 1e-5)
			}
			summary, err := evaluate.Summarize(set, evaluate.Options{Seed: p.Corpus.Seed})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(summary, b.Test); diff != "" {
				t.Errorf("%s, test (-predictions +summary):\n%s", key, diff)
			}
			if tuned := key == baseline.KeyFrozen || key.OnWords(); (b.Tuned != nil) != tuned {
				t.Errorf("%s: tuned %+v", key, b.Tuned)
			}
		}
	}
}

func TestBaselinesSayWhatTheyKnow(t *testing.T) {
	b := wholeStudy(t).study.Comparisons[0].Baselines
	rules := b.Model(baseline.KeyRules)
	if len(rules.Remarks) != 1 || !strings.Contains(rules.Remarks[0], "of the 4 labels") || !strings.Contains(rules.Remarks[0], "Chirurgie") {
		t.Errorf("the rules' remarks: %q", rules.Remarks)
	}
	if b.TermsOf != b.Model(baseline.KeyTFIDFSVM).Tuned.Model || len(b.Terms) != 4 {
		t.Errorf("terms of %s: %+v", b.TermsOf, b.Terms)
	}
	for _, of := range b.Terms {
		if len(of.Terms) == 0 || len(of.Terms) > termsPerLabel {
			t.Errorf("%s has %d terms", of.Label, len(of.Terms))
		}
		// The words of a label's own notes weigh most.
		if words, first := profilekit.Words[of.Label], strings.Fields(of.Terms[0].Term)[0]; !slices.Contains(words[:], first) {
			t.Errorf("the first term of %s is %q", of.Label, of.Terms[0].Term)
		}
	}
	if b.Corpus.Test != 7 || b.Corpus.Train != 45 || b.Corpus.Hash != notesHash || b.Model("none") != nil {
		t.Errorf("counts %+v", b.Corpus)
	}
}

func TestComparisonsUnderEachProtocol(t *testing.T) {
	s := wholeStudy(t)
	all := s.study.Comparisons
	if len(all) != 2 {
		t.Fatalf("%d comparisons", len(all))
	}
	group, row := all[0], all[1]
	if group.Run != s.study.Selected() || group.Retrained != nil || group.Run.Corpus.Protocol != corpus.ProtocolGroup {
		t.Errorf("under the sweep's protocol: run %s, retrained %v", group.Run.Dir, group.Retrained)
	}
	if row.Run != row.Retrained || row.Run.Corpus.Protocol != corpus.ProtocolRow || row.Baselines.Protocol != corpus.ProtocolRow || row.Baselines.Fingerprint == group.Baselines.Fingerprint {
		t.Errorf("under the other: run %s, retrained %v", row.Run.Dir, row.Retrained)
	}
	// It is the selected configuration that is trained anew.
	if got, want := row.Run.Profile, group.Run.Profile; !cmp.Equal(got.Train, want.Train) || !cmp.Equal(got.Adapter, want.Adapter) || got.Name != s.profile.Name {
		t.Errorf("trained anew with %+v, selected was %+v", got.Train, want.Train)
	}
	for _, c := range all {
		own, err := predict.Read(filepath.Join(c.Run.Dir, TestFile), predict.Want{CorpusHash: notesHash})
		if err != nil {
			t.Fatal(err)
		}
		var sets []predict.Set
		for _, b := range c.Baselines.Models {
			set, err := predict.Read(filepath.Join(c.Baselines.Dir, b.File), predict.Want{})
			if err != nil {
				t.Fatal(err)
			}
			sets = append(sets, set)
		}
		want, err := evaluate.CompareAll(own, sets, ComparedMetrics(), evaluate.Options{Seed: s.profile.Corpus.Seed})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, c.Family); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Baselines.Protocol, diff)
		}
	}
	for _, m := range ComparedMetrics() {
		if !slices.Contains(evaluate.Metrics(), m) {
			t.Errorf("%s is no metric", m)
		}
	}
}

// Baselines that are on disk are compared with a run that is new.
func TestComparisonsReadTheBaselinesPredictions(t *testing.T) {
	s := wholeStudy(t)
	e := withoutWild(s.again(t))
	e.Store = &stage.Store{Dir: filepath.Join(testkit.CopyFolder(t, s.home), "data", "cache")}
	if err := os.RemoveAll(filepath.Join(e.Store.Dir, "comparison")); err != nil {
		t.Fatal(err)
	}
	all, err := e.Comparisons(t.Context(), stage.Log{})
	if err != nil || e.Store.Made != 2 {
		t.Fatalf("%d results were made, %v", e.Store.Made, err)
	}
	for i, c := range all {
		if diff := cmp.Diff(s.study.Comparisons[i].Family, c.Family); diff != "" {
			t.Errorf("%s (-made at once +made later):\n%s", c.Baselines.Protocol, diff)
		}
	}
	if err := os.RemoveAll(filepath.Join(e.Store.Dir, "comparison")); err != nil {
		t.Fatal(err)
	}
	damaged := testkit.WriteFile(t, filepath.Join(all[0].Baselines.Dir, "frozen.parquet"), "PAR1")
	again := newExperiment(t, e.Profile, &stage.Store{Dir: e.Store.Dir})
	_, err = again.Comparisons(t.Context(), stage.Log{})
	testkit.Refused(t, "damaged predictions", err, "protocol group", damaged)
}

func TestStrongestBaseline(t *testing.T) {
	verdict := func(m evaluate.Metric, model string, value float64) evaluate.Verdict {
		return evaluate.Verdict{Metric: m, Model: model, Difference: evaluate.Difference{B: value}}
	}
	c := &Comparison{Family: evaluate.Family{Verdicts: []evaluate.Verdict{
		verdict(evaluate.RowAccuracy, "rules", .4), verdict(evaluate.MacroF1Union, "rules", .1),
		verdict(evaluate.MacroF1Union, "svm", .3), verdict(evaluate.MacroF1Union, "frozen", .3), verdict(evaluate.MacroF1Union, "majority", 0),
	}}}
	for m, want := range map[evaluate.Metric]string{evaluate.RowAccuracy: "rules", evaluate.MacroF1Union: "svm"} {
		if got := c.Strongest(m); got == nil || got.Model != want {
			t.Errorf("the strongest in %s is %+v, want %s", m, got, want)
		}
	}
	if got := c.Strongest(evaluate.AnyValid); got != nil {
		t.Errorf("without a verdict the strongest is %+v", got)
	}
}

func TestComparisonCosts(t *testing.T) {
	p := tinyProfile(t, "protocols=[row, group]", "train.epochs=5")
	if got, want := ComparisonCosts(p, p), []float64{1, 6}; !slices.Equal(got, want) {
		t.Errorf("costs %v, want %v", got, want)
	}
	p.Protocols = nil
	if got := ComparisonCosts(p, p); !slices.Equal(got, []float64{1}) {
		t.Errorf("under one protocol the costs are %v", got)
	}
}
