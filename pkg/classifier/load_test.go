package classifier

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func load(t *testing.T, source Source) *Classifier {
	t.Helper()
	source.Backend = "go"
	c, err := Load(source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func classify(t *testing.T, c *Classifier, texts ...string) []Prediction {
	t.Helper()
	predictions, err := c.Classify(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}

// runFolder is the folder of a finished run that trained adapter-qv on a copy of tiny, and the base's folder.
func runFolder(t *testing.T, baseName string) (run, base string) {
	t.Helper()
	base = copyFolder(t, "tiny", nil)
	c := opened(t, base, "testdata/adapter-qv")
	c.Adapter.Config.Base = baseName
	if baseName == "" {
		c.Adapter.Config.Base = base
	}
	run = t.TempDir()
	if err := c.WriteAdapter(filepath.Join(run, "adapter"), true); err != nil {
		t.Fatal(err)
	}
	finish(t, run)
	return run, base
}

func finish(t *testing.T, run string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(run, "run.json"), []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The probabilities are the softmax of the logits of transformers and PEFT, and the labels are ranked by them.
func TestClassifyEqualsPEFT(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	var texts []string
	for _, note := range g.Notes {
		texts = append(texts, note.Text)
	}
	for _, folder := range []string{"adapter-qv", "adapter-all"} {
		c := load(t, Source{Base: "testdata/tiny", Adapter: filepath.Join("testdata", folder)})
		for i, p := range classify(t, c, texts...) {
			note := g.Notes[i]
			logits := note.Logits[folder]
			ranking := predict.Prediction{Logits: logits}.Top(len(logits))
			want := predict.Softmax(logits, 1)
			for rank, label := range ranking {
				got := p.Scores[rank]
				if got.Label != g.Labels[label] || math.Abs(float64(got.Probability-want[label])) > 1e-5 {
					t.Errorf("%s, text %d: %+v has rank %d, want %q with %v", folder, i+1, got, rank+1, g.Labels[label], want[label])
				}
			}
			if len(p.Scores) != len(g.Labels) || p.Scores[0] != (Score{p.Label, p.Probability}) {
				t.Errorf("%s, text %d: %+v", folder, i+1, p)
			}
			if p.Truncated != note.Truncated || p.Tokens < len(note.IDs) || !p.Truncated && p.Tokens != len(note.IDs) {
				t.Errorf("%s, text %d: %d tokens, truncated %t; %d were read, truncated %t", folder, i+1, p.Tokens, p.Truncated, len(note.IDs), note.Truncated)
			}
		}
	}
}

func TestTopTakesNoMoreThanThereAre(t *testing.T) {
	p := classify(t, load(t, Source{Base: "testdata/tiny"}), "chest pain")[0]
	for k, want := range map[int]int{-1: 0, 0: 0, 1: 1, 3: 3, 5: 5, 9: 5} {
		if got := p.Top(k); !slices.Equal(got, p.Scores[:want]) {
			t.Errorf("the top %d are %v of %v", k, got, p.Scores)
		}
	}
}

func TestLoadOpensARunFolder(t *testing.T) {
	const text = "chest pain"
	run, base := runFolder(t, "")
	want := classify(t, load(t, Source{Base: base, Adapter: "testdata/adapter-qv"}), text)[0]
	merged := t.TempDir()
	if err := opened(t, base, "testdata/adapter-qv").WriteMerged(filepath.Join(merged, "model"), false); err != nil {
		t.Fatal(err)
	}
	finish(t, merged)
	for what, source := range map[string]Source{
		"the base that the adapter names": {Run: run},
		"another copy of the base":        {Run: run, Base: "testdata/tiny"},
		"the adapter alone":               {Adapter: filepath.Join(run, "adapter")},
		"a whole model":                   {Run: merged},
	} {
		got := classify(t, load(t, source), text)[0]
		for i, score := range got.Scores {
			if score.Label != want.Scores[i].Label || math.Abs(float64(score.Probability-want.Scores[i].Probability)) > 1e-5 {
				t.Errorf("%s: %v, want %v", what, got.Scores, want.Scores)
				break
			}
		}
	}
}

// A base's plain name is that of an installed one, which is found above the working folder and above the run.
func TestLoadFindsAnInstalledBase(t *testing.T) {
	run, base := runFolder(t, "installed-tiny")
	_, err := Load(Source{Run: run, Backend: "go"})
	testkit.Refused(t, "not installed", err, filepath.Join(run, "adapter", "adapter_config.json"), `"installed-tiny"`, "make setup")

	checkout := t.TempDir()
	inside := filepath.Join(checkout, "data", "run")
	for from, to := range map[string]string{base: filepath.Join(checkout, ".cache", "base", "installed-tiny"), run: inside} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	installed := filepath.Join(checkout, ".cache", "base", "installed-tiny")
	if got := load(t, Source{Run: inside}).BaseDir; got != installed {
		t.Errorf("from the run the base is %s, want %s", got, installed)
	}
	t.Chdir(filepath.Join(checkout, "data"))
	for _, source := range []Source{{Run: run}, {Base: "installed-tiny"}} {
		if got := load(t, source).BaseDir; !strings.HasSuffix(got, filepath.Join(".cache", "base", "installed-tiny")) {
			t.Errorf("%+v: from the working folder the base is %s", source, got)
		}
	}
}

func TestLoadNamesWhatIsMissing(t *testing.T) {
	run, base := runFolder(t, "")
	unfinished, empty, whole := t.TempDir(), t.TempDir(), t.TempDir()
	finish(t, empty)
	finish(t, whole)
	if err := os.CopyFS(filepath.Join(whole, "model"), os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	nameless, _ := runFolder(t, "")
	changeBase(t, nameless, "")
	hub, _ := runFolder(t, "hub:owner/name@main")
	gone, _ := runFolder(t, filepath.Join(t.TempDir(), "gone"))
	for what, c := range map[string]struct {
		source Source
		parts  []string
	}{
		"nothing":                   {Source{}, []string{"run", "adapter", "base"}},
		"a run and an adapter":      {Source{Run: run, Adapter: "testdata/adapter-qv"}, []string{run, "testdata/adapter-qv"}},
		"an unfinished run":         {Source{Run: unfinished}, []string{unfinished, "run.json"}},
		"a run that is not there":   {Source{Run: "no/such"}, []string{"no/such", "does not exist"}},
		"an adapter for a run":      {Source{Run: "testdata/adapter-qv"}, []string{"testdata/adapter-qv", "run.json", "give it as the adapter"}},
		"a run for an adapter":      {Source{Adapter: run, Base: base}, []string{run, "give it as the run"}},
		"a run that left nothing":   {Source{Run: empty}, []string{empty, "adapter", "model"}},
		"a base under a whole one":  {Source{Run: whole, Base: base}, []string{filepath.Join(whole, "model"), base}},
		"no base named":             {Source{Run: nameless}, []string{filepath.Join(nameless, "adapter", "adapter_config.json"), "base_model_name_or_path"}},
		"a base on the Hub":         {Source{Run: hub}, []string{"adapter_config.json", `"hub:owner/name@main"`, "Hub", "fetch it"}},
		"a base that was removed":   {Source{Run: gone}, []string{"adapter_config.json", "gone", "neither a folder"}},
		"a base of a wrong name":    {Source{Base: "no-such-base"}, []string{`"no-such-base"`, "neither a folder"}},
		"the folder of all bases":   {Source{Base: "."}, []string{"config.json"}},
		"a backend of a wrong name": {Source{Base: base, Backend: "abacus"}, []string{`"abacus"`}},
	} {
		_, err := Load(c.source)
		testkit.Refused(t, what, err, c.parts...)
	}
}

// changeBase changes the base that a run's adapter names.
func changeBase(t *testing.T, run, name string) {
	t.Helper()
	dir := filepath.Join(run, "adapter")
	adapter, err := lora.Read(dir, Sites(openTiny(t, "").Config), OtherModules(), HeadNames(openTiny(t, "").Config))
	if err != nil {
		t.Fatal(err)
	}
	adapter.Config.Base = name
	if err := adapter.Write(dir); err != nil {
		t.Fatal(err)
	}
}

// The base that an adapter names is taken only with the weights that it was trained on; one that is given may differ.
func TestLoadRefusesOtherWeightsUnderTheNameOfTheBase(t *testing.T) {
	run, base := runFolder(t, "")
	modelkit.EditTensors(t, filepath.Join(base, "model.safetensors"), func(tensors map[string]weights.Tensor) {
		tensors["distilbert.embeddings.LayerNorm.bias"].Data[0]++
	})
	_, err := Load(Source{Run: run, Backend: "go"})
	testkit.Refused(t, "other weights", err, filepath.Join(run, "adapter"), base, "SHA-256")
	if c := load(t, Source{Run: run, Base: base}); !noticed(c, "trained on a base") {
		t.Errorf("notices %v", c.Notices)
	}
}

// No prediction comes from a head that was initialised, wherever it is missing.
func TestAnUntrainedHeadDoesNotClassify(t *testing.T) {
	bare := copyFolder(t, "adapter-qv", func(config map[string]any) { config["modules_to_save"] = nil })
	promised := copyFolder(t, "adapter-qv", func(config map[string]any) { config["modules_to_save"] = []string{"classifier", "pre_classifier"} })
	partial := copyFolder(t, "adapter-qv", nil)
	drop := func(dir string, prefixes ...string) {
		modelkit.EditTensors(t, filepath.Join(dir, "adapter_model.safetensors"), func(tensors map[string]weights.Tensor) {
			for name := range tensors {
				for _, prefix := range prefixes {
					if strings.HasPrefix(name, "base_model.model."+prefix) {
						delete(tensors, name)
					}
				}
			}
		})
	}
	drop(bare, "classifier", "pre_classifier")
	drop(promised, "classifier", "pre_classifier")
	drop(partial, "pre_classifier")
	named := headless(t, true)
	all := []string{"pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"}
	for what, c := range map[string]struct {
		source Source
		parts  []string
	}{
		"a base without a head":                        {Source{Base: named}, append([]string{named}, all...)},
		"a base and an adapter without one":            {Source{Base: named, Adapter: bare}, append([]string{named, filepath.Join(bare, "adapter_model.safetensors")}, all...)},
		"an adapter that has half of it":               {Source{Base: named, Adapter: partial}, []string{partial, named, "pre_classifier.weight, pre_classifier.bias"}},
		"a promised head, in place of which is base's": {Source{Base: "testdata/tiny", Adapter: promised}, append([]string{"testdata/tiny", promised}, all...)},
	} {
		_, err := Load(c.source)
		testkit.Refused(t, what, err, c.parts...)
	}
	load(t, Source{Base: "testdata/tiny", Adapter: bare}) // its pairs were trained on the base's own head

	c, err := Prepare("testdata/tiny", nil, []string{"one", "two"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPredictor(modelkit.Backend(t, OpenBackend, "go"), c, 4)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Classify(t.Context(), []string{"chest pain"})
	testkit.Refused(t, "a prepared model", err, append([]string{"never trained"}, all...)...)
	for _, name := range all {
		tensor, err := c.Tensor(name)
		if err == nil {
			err = c.SetTensor(name, tensor)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, err := p.Classify(t.Context(), []string{"chest pain"}); err != nil || len(got) != 1 || len(got[0].Scores) != 2 {
		t.Errorf("a head that was set gives %v, %v", got, err)
	}
}

func TestClassifyOpensTheBackendOnItsOwn(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	c := opened(t, "testdata/tiny", "testdata/adapter-qv")
	want := classify(t, load(t, Source{Base: "testdata/tiny", Adapter: "testdata/adapter-qv"}), "chest pain")
	if got := classify(t, c, "chest pain"); !slices.Equal(got[0].Scores, want[0].Scores) {
		t.Errorf("%v, want %v", got, want)
	}
	c.Close()
	c.Close()
	_, err := c.Classify(t.Context(), []string{"chest pain"})
	testkit.Refused(t, "after Close", err, "closed")
}

func TestClassifyOfNothingOfWhatIsNoTextAndOfAnEndedContext(t *testing.T) {
	c := load(t, Source{Base: "testdata/tiny"})
	if got := classify(t, c); len(got) != 0 {
		t.Errorf("no texts give %v", got)
	}
	_, err := c.Classify(t.Context(), []string{"chest pain", "\xff"})
	testkit.Refused(t, "not UTF-8", err, "UTF-8")
	for what, blank := range map[string]string{"empty": "", "spaces": " \n\t"} {
		_, err := c.Classify(t.Context(), []string{"chest pain", blank})
		testkit.Refused(t, what, err, "text 2 is empty")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Classify(ctx, []string{"chest pain"}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}

func TestClassifyFromSeveralGoroutines(t *testing.T) {
	texts := []string{"chest pain", "knee fracture, incision and suture", "mg"}
	c := load(t, Source{Base: "testdata/tiny", Adapter: "testdata/adapter-qv"})
	want := classify(t, c, texts...)
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			text := i % len(texts)
			got, err := c.Classify(t.Context(), texts[text:text+1])
			if err != nil || len(got) != 1 || !slices.Equal(got[0].Scores, want[text].Scores) {
				t.Errorf("text %d: %v, %v; want %v", text+1, got, err, want[text])
			}
		})
	}
	group.Wait()
}
