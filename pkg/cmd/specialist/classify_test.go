package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// tinyLabels are id2label of tiny.
var tinyLabels = []string{"Surgery", "Consult - History and Phy.", "Cardiovascular / Pulmonary", "Orthopedic", "SOAP / Chart / Progress Notes"}

// readPredictions reads the command's output, strictly.
func readPredictions(t *testing.T, raw string) []prediction {
	t.Helper()
	var out []prediction
	for i, line := range strings.SplitAfter(raw, "\n") {
		if line == "" {
			continue
		}
		if !strings.HasSuffix(line, "\n") {
			t.Fatalf("line %d is not ended: %q", i+1, line)
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var p prediction
		if err := d.Decode(&p); err != nil {
			t.Fatalf("line %d: %v: %s", i+1, err, line)
		}
		out = append(out, p)
	}
	return out
}

// checkPrediction holds what is true of every prediction with logits.
func checkPrediction(t *testing.T, p prediction, labels []string) {
	t.Helper()
	if len(p.Logits) != len(labels) {
		t.Fatalf("note %s: %d logits for %d labels", p.ID, len(p.Logits), len(labels))
	}
	best := slices.Index(p.Logits, slices.Max(p.Logits))
	if labels[best] != p.Label {
		t.Errorf("note %s: the label is %q, the largest logit is that of %q", p.ID, p.Label, labels[best])
	}
	if want := predict.Softmax(p.Logits, 1)[best]; math.Abs(float64(p.Confidence-want)) > 1e-6 {
		t.Errorf("note %s: confidence %v, the logits' softmax is %v", p.ID, p.Confidence, want)
	}
}

// The golden notes went through transformers and peft, see ../../classifier/testdata/make_golden.py.
func TestClassifyEqualsTransformersAndPEFT(t *testing.T) {
	var golden struct {
		Notes []struct {
			Text      string               `json:"text"`
			Truncated bool                 `json:"truncated"`
			Logits    map[string][]float32 `json:"logits"`
		} `json:"notes"`
	}
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(models, "golden.json"))), &golden); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for i, note := range golden.Notes {
		raw, err := json.Marshal(map[string]any{"id": i, "text": note.Text})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s\n", raw)
	}
	dir := t.TempDir()
	in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), lines.String()), filepath.Join(dir, "out.jsonl")
	for _, backend := range []string{"xla:cpu", "go"} {
		for _, adapter := range []string{"base", "adapter-qv", "adapter-all"} {
			args := []string{"classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--logits"}
			if adapter != "base" {
				args = append(args, "--adapter", model(t, adapter))
			}
			r := callWith(t, nil, command(backend, args...)).works(t)
			if !strings.Contains(r.stderr, "backend "+backend) {
				t.Errorf("the backend %s is not named:\n%s", backend, r.stderr)
			}
			got := readPredictions(t, testkit.ReadFile(t, out))
			if len(got) != len(golden.Notes) {
				t.Fatalf("%s %s: %d predictions for %d notes", backend, adapter, len(got), len(golden.Notes))
			}
			for i, note := range golden.Notes {
				checkPrediction(t, got[i], tinyLabels)
				want := note.Logits[adapter]
				for k := range want {
					if d := math.Abs(float64(got[i].Logits[k] - want[k])); !(d <= 1e-4*float64(slices.Max(absolute(want)))) {
						t.Errorf("%s %s %q: logit %d is %v, want %v", backend, adapter, note.Text, k, got[i].Logits[k], want[k])
					}
				}
				if got[i].Truncated != note.Truncated {
					t.Errorf("%q: truncated is %t", note.Text, got[i].Truncated)
				}
			}
		}
	}
}

func absolute(values []float32) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = float32(math.Abs(float64(v)))
	}
	return out
}

// vocabulary of tiny, to make notes from.
var words = strings.Fields("chest pain knee fracture hip left right heart blood pressure normal surgery cough fever lung eye skin exam head neck")

// note makes a text of n words that differs from seed to seed.
func note(seed, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = words[(seed*7+i*i*3+seed*i)%len(words)]
	}
	return strings.Join(out, " ")
}

func TestClassifyKeepsOrderAndIDsOverManyNotes(t *testing.T) {
	const notes = 2*chunk + 77
	dir := t.TempDir()
	var lines strings.Builder
	ids := make([]string, notes)
	for i := range notes {
		ids[i] = []string{
			fmt.Sprint(i), fmt.Sprintf(`"note %d"`, i), fmt.Sprintf(`9007199254740993%d`, i), fmt.Sprintf(`-%d.50e+1`, i+1),
			fmt.Sprintf(`"é\u00e9 \"<&>\" 中 %d"`, i), fmt.Sprintf(`"  %d "`, i),
		}[i%6]
		fmt.Fprintf(&lines, `{"ward": [1, {"id": 2}], "text": %q, "id": %s}`+"\n", note(i, 1+i%70), ids[i])
	}
	in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), lines.String()), filepath.Join(dir, "out.jsonl")
	r := call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--logits").works(t)
	got := readPredictions(t, testkit.ReadFile(t, out))
	if len(got) != notes {
		t.Fatalf("%d predictions for %d notes", len(got), notes)
	}
	truncated := 0
	for i, p := range got {
		if string(p.ID) != ids[i] {
			t.Fatalf("line %d: id %s, want %s", i+1, p.ID, ids[i])
		}
		checkPrediction(t, p, tinyLabels)
		if cut := 1+i%70 > 62; p.Truncated != cut { // 64 positions, two of them for [CLS] and [SEP]
			t.Errorf("note %d of %d words: truncated is %t", i, 1+i%70, p.Truncated)
		}
		if p.Truncated {
			truncated++
		}
	}
	if want := fmt.Sprintf("%d notes classified, %d of them truncated\n", notes, truncated); !strings.Contains(r.stderr, want) {
		t.Errorf("standard error does not say %q:\n%s", want, r.stderr)
	}

	// A note's logits do not depend on its neighbours.
	alone := testkit.WriteFile(t, filepath.Join(dir, "alone.jsonl"), fmt.Sprintf(`{"id": 1, "text": %q}`, note(600, 1+600%70)))
	call(t, "classify", "--base", model(t, "tiny"), "--in", alone, "--out", out, "--logits").works(t)
	for k, v := range readPredictions(t, testkit.ReadFile(t, out))[0].Logits {
		if math.Abs(float64(v-got[600].Logits[k])) > 1e-5 {
			t.Errorf("logit %d is %v among others, %v alone", k, got[600].Logits[k], v)
		}
	}
}

func TestClassifyAcceptsEveryPlainForm(t *testing.T) {
	const lines = "{\"id\": 1, \"text\": \"chest pain\"}\n{\"id\": \"b\", \"text\": \"left knee fracture\"}\n"
	dir := t.TempDir()
	in, out := filepath.Join(dir, "notes.jsonl"), filepath.Join(dir, "out.jsonl")
	base := []string{"classify", "--base", model(t, "tiny")}
	call(t, append(base, "--in", testkit.WriteFile(t, in, lines), "--out", out)...).works(t)
	want := testkit.ReadFile(t, out)
	if n := len(readPredictions(t, want)); n != 2 || strings.Contains(want, "logits") {
		t.Fatalf("not two predictions without logits:\n%s", want)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(lines)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"CRLF":                  strings.ReplaceAll(lines, "\n", "\r\n"),
		"byte order mark":       "\ufeff" + lines,
		"both":                  "\ufeff" + strings.ReplaceAll(lines, "\n", "\r\n"),
		"blank lines":           "\n" + strings.ReplaceAll(lines, "\n", "\n  \n"),
		"no line break at end":  strings.TrimSuffix(lines, "\n"),
		"gzip":                  zipped.String(),
		"two members of a gzip": zipped.String() + "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		call(t, append(base, "--in", testkit.WriteFile(t, in, content), "--out", out)...).works(t)
		if got := testkit.ReadFile(t, out); got != want {
			t.Errorf("%s: the predictions are\n%s, want\n%s", name, got, want)
		}
	}
	// "-" is standard input and standard output.
	r := callWith(t, strings.NewReader(lines), command("go", append(base, "--in", "-", "--out", "-")...)).works(t)
	if r.stdout != want {
		t.Errorf("standard output is\n%s, want\n%s", r.stdout, want)
	}
	// A BERT base gives what its folded form gives, here with the adapter's head and labels without names.
	call(t, "classify", "--base", model(t, "tiny-bert"), "--adapter", model(t, "adapter-qv"), "--in", testkit.WriteFile(t, in, lines), "--out", out).works(t)
	for _, p := range readPredictions(t, testkit.ReadFile(t, out)) {
		if !strings.HasPrefix(p.Label, "LABEL_") {
			t.Errorf("note %s: label %q", p.ID, p.Label)
		}
	}
}

func TestClassifyNothing(t *testing.T) {
	dir := t.TempDir()
	for _, content := range []string{"", "\n\n", "\ufeff"} {
		in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), content), filepath.Join(dir, "out.jsonl")
		r := call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out).works(t)
		if got := testkit.ReadFile(t, out); got != "" || !strings.Contains(r.stderr, "0 notes classified, 0 of them truncated") {
			t.Errorf("%q gives %q; standard error:\n%s", content, got, r.stderr)
		}
	}
}

func TestClassifyCutsAVeryLongNote(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("chest pain and fever ", 200_000/21+1)[:200_000]
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), fmt.Sprintf("{\"id\": 1, \"text\": %q}\n{\"id\": 2, \"text\": %q}\n{\"id\": 3, \"text\": %q}\n",
		long, strings.Repeat("x", 200_000), long[:600]))
	out := filepath.Join(dir, "out.jsonl")
	r := call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--logits").works(t)
	got := readPredictions(t, testkit.ReadFile(t, out))
	if len(got) != 3 || !got[0].Truncated || got[1].Truncated || !got[2].Truncated { // 200,000 letters without a blank are one unknown word
		t.Fatalf("predictions: %+v", got)
	}
	// The first 64 tokens are the same, so are the logits.
	for k := range got[0].Logits {
		if math.Abs(float64(got[0].Logits[k]-got[2].Logits[k])) > 1e-6 {
			t.Errorf("logit %d: %v for the whole note, %v for its beginning", k, got[0].Logits[k], got[2].Logits[k])
		}
	}
	if !strings.Contains(r.stderr, "3 notes classified, 2 of them truncated") {
		t.Errorf("standard error:\n%s", r.stderr)
	}
	// --max-length cuts earlier, and never later than the base can read.
	r = call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--max-length", "3").works(t)
	if got := readPredictions(t, testkit.ReadFile(t, out)); !got[2].Truncated || got[1].Truncated {
		t.Errorf("cut to 3 tokens: %+v", got)
	}
	r = call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--max-length", "512").works(t)
	if !strings.Contains(r.stderr, "cut to 64 tokens, the base model's positions, not 512") {
		t.Errorf("that 512 tokens are too many is not said:\n%s", r.stderr)
	}
}

func TestClassifySkipsBadNotes(t *testing.T) {
	dir := t.TempDir()
	lines := []string{
		`{"id": 1, "text": "chest pain"}`,
		`{"id": 2, "text": "chest`,
		`{"id": 1, "text": "left knee fracture"}`,
		`{"id": 3}`,
		`{"id": 4, "text": "   "}`,
		"{\"id\": 5, \"text\": \"caf\xe9\"}",
		`{"text": "cough"}`,
		`[6]`,
		`{"id": 7, "text": "cough"}`,
	}
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), strings.Join(lines, "\n")+"\n")
	out, rejects := filepath.Join(dir, "out.jsonl"), filepath.Join(dir, "rejects.jsonl")
	r := call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--skip-bad", rejects).works(t)
	got := readPredictions(t, testkit.ReadFile(t, out))
	if len(got) != 2 || string(got[0].ID) != "1" || string(got[1].ID) != "7" {
		t.Errorf("predictions: %+v", got)
	}
	type place struct {
		line   int
		id     string
		reason string
	}
	want := []place{
		{2, "", "malformed JSON"},
		{3, "1", "already on line 1"},
		{4, "3", `"text" is missing`},
		{5, "4", `"text" is empty`},
		{6, "", "not UTF-8"},
		{7, "", `"id" is missing`},
		{8, "", "JSON object"},
	}
	var rejected []reject
	for _, line := range strings.Split(strings.TrimSpace(testkit.ReadFile(t, rejects)), "\n") {
		var r reject
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rejected = append(rejected, r)
	}
	if len(rejected) != len(want) {
		t.Fatalf("%d rejects, want %d: %+v", len(rejected), len(want), rejected)
	}
	for i, w := range want {
		if r := rejected[i]; r.Line != w.line || r.ID != w.id || !strings.Contains(r.Reason, w.reason) {
			t.Errorf("reject %d is %+v, want %+v", i+1, r, w)
		}
	}
	for _, want := range []string{"2 notes classified", "7 bad notes skipped", rejects} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("standard error does not say %q:\n%s", want, r.stderr)
		}
	}
	if got := testkit.Entries(t, dir); !slices.Equal(got, []string{"notes.jsonl", "out.jsonl", "rejects.jsonl"}) {
		t.Errorf("the folder holds %q", got)
	}

	// With nothing bad there is an empty file of rejects; what is not a note's fault still ends the run.
	call(t, "classify", "--base", model(t, "tiny"), "--in", testkit.WriteFile(t, in, lines[0]), "--out", out, "--skip-bad", rejects).works(t)
	if got := testkit.ReadFile(t, rejects); got != "" {
		t.Errorf("rejects: %s", got)
	}
	before := contents(t, dir)
	call(t, "classify", "--base", model(t, "tiny"), "--in", "/proc/self/mem", "--out", out, "--skip-bad", rejects).fails(t, 1, "/proc/self/mem", "input/output error")
	unchanged(t, dir, before)
}

// Devices are reached through links in a folder of the test's own, so that a command that replaces what it should write to
// harms nothing but a link.
func TestClassifyWritesToWhatIsNoPlainFile(t *testing.T) {
	dir := t.TempDir()
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), `{"id": 1, "text": "chest pain"}`+"\n")
	args := func(out string) []string {
		return []string{"classify", "--base", model(t, "tiny"), "--in", in, "--out", out}
	}
	want := call(t, args("-")...).works(t).stdout
	if len(readPredictions(t, want)) != 1 {
		t.Fatalf("standard output is %q", want)
	}
	link := func(name, target string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	stdout, null, full := link("stdout", "/proc/self/fd/1"), link("null", "/dev/null"), link("full", "/dev/full")
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	call(t, args(pipe)...).works(t)
	unchanged(t, dir, before)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(reader, got); err != nil || string(got) != want {
		t.Errorf("through the pipe: %q, %v, want %q", got, err, want)
	}
	if got := call(t, args(stdout)...).works(t).stdout; got != want {
		t.Errorf("a link to standard output: %q, want %q", got, want)
	}
	call(t, args(null)...).works(t)
	call(t, args(full)...).fails(t, 1, full, "no space left on device")
	unchanged(t, dir, before)

	// Standard output that is a file is written where it stands, after what is there.
	log := testkit.WriteFile(t, filepath.Join(dir, "log"), "earlier\n")
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, out := range []string{stdout, "-"} {
		cmd := command("go", args(out)...)
		cmd.Stdout = f
		callWith(t, nil, cmd).works(t)
	}
	if got := testkit.ReadFile(t, log); got != "earlier\n"+want+want {
		t.Errorf("the log holds %q", got)
	}

	// A link to a file stays a link, and the file behind it is replaced.
	linked := link("linked", "log")
	call(t, args(linked)...).works(t)
	if info, err := os.Lstat(linked); err != nil || info.Mode()&os.ModeSymlink == 0 || testkit.ReadFile(t, log) != want {
		t.Errorf("the link is %v (%v), the file behind it holds %q", info, err, testkit.ReadFile(t, log))
	}
}
