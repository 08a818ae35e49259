package erroranalysis

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func correctable(t *testing.T) (*Analysis, *corpus.Corpus) {
	t.Helper()
	in := random(20, 5, 30).input()
	return analyse(t, in, quick), in.Corpus
}

func mustCorrect(t *testing.T, a *Analysis, id, comment string, labels ...string) Correction {
	t.Helper()
	c, err := a.Correct(id, labels, comment, noon)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCorrections(t *testing.T) {
	a, c := correctable(t)
	path := filepath.Join(t.TempDir(), "deeper", "corrections.jsonl")
	_, err := ReadCorrections(path, a.Labels)
	testkit.Refused(t, "no file", err, "no corrections yet", path)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}

	first := mustCorrect(t, a, "n0003", "  it says <fracture> & \"so\"\non two lines ", "label 04", "label 00")
	other := mustCorrect(t, a, "n0007", "clear", "label 02")
	last := mustCorrect(t, a, "n0003", "on second thoughts", "label 03")
	for _, one := range []Correction{first, other, last} {
		if err := AppendCorrection(path, a.Labels, one); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadCorrections(path, a.Labels)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]Correction{first, other, last}, got); diff != "" {
		t.Errorf("what is read is not what was written:\n%s", diff)
	}
	if first.Comment != "it says <fracture> & \"so\"\non two lines" || !slices.Equal(first.Labels, []string{"label 00", "label 04"}) ||
		first.TextSHA256 != c.Notes[3].Key || first.CorpusHash != c.Hash || !slices.Equal(first.Gold, a.Cases[3].Labels) || first.Predicted != a.Cases[3].Predicted {
		t.Errorf("%+v", first)
	}
	if diff := gocmp.Diff([]Correction{other, last}, Latest(got)); diff != "" {
		t.Errorf("the last one does not win:\n%s", diff)
	}

	notes, err := Apply(c, got)
	if err != nil {
		t.Fatal(err)
	}
	for i, note := range notes {
		want := c.Notes[i].Labels
		switch i {
		case 3:
			want = []int{3}
		case 7:
			want = []int{2}
		}
		if !slices.Equal(note.Labels, want) || note.Text != c.Notes[i].Text {
			t.Errorf("note %d: labels %v, want %v", i, note.Labels, want)
		}
	}
	if !slices.Equal(a.Cases[3].Labels, first.Gold) {
		t.Error("the corpus was changed")
	}
	// What is corrected stays so, and taking it back brings the old labels.
	corrected := *c
	corrected.Notes = notes
	again, err := Apply(&corrected, got)
	if err != nil || gocmp.Diff(notes, again) != "" {
		t.Errorf("applying twice: %v", err)
	}
	back := mustCorrect(t, a, "n0003", "it was right", first.Gold...)
	if notes, err = Apply(c, append(got, back)); err != nil || !slices.Equal(notes[3].Labels, c.Notes[3].Labels) {
		t.Errorf("taken back: %v, %v", notes[3].Labels, err)
	}
}

func TestCorrectRefuses(t *testing.T) {
	a, _ := correctable(t)
	for _, test := range []struct {
		id, comment string
		labels      []string
		at          time.Time
		want        []string
	}{
		{"n0003", " \n", []string{"label 00"}, noon, []string{"n0003", "comment is empty"}},
		{"n0003", "why", []string{"label 0"}, noon, []string{`no label "label 0"`, `nearest is "label 00"`}},
		{"n0003", "why", nil, noon, []string{"no labels"}},
		{"n0003", "why", []string{"label 01", "label 01"}, noon, []string{"each once"}},
		{"n0003", "why", []string{"label 00"}, time.Time{}, []string{"no time"}},
		{"n0003", "\xff", []string{"label 00"}, noon, []string{"not UTF-8"}},
		{"n0099", "why", []string{"label 00"}, noon, []string{`no text "n0099"`}},
	} {
		_, err := a.Correct(test.id, test.labels, test.comment, test.at)
		testkit.Refused(t, fmt.Sprint(test.want), err, append(test.want, "erroranalysis: ")...)
	}
}

func TestDamagedCorrections(t *testing.T) {
	a, _ := correctable(t)
	good, err := mustCorrect(t, a, "n0003", "why", "label 03").line()
	if err != nil {
		t.Fatal(err)
	}
	line := string(good)
	for name, test := range map[string]struct {
		content string
		want    string
	}{
		"cut short":         {line + line[:len(line)/2], "line 2: not a correction: it is cut short"},
		"not JSON":          {line + "\n\nhello\n", "line 4: not a correction"},
		"another key":       {strings.Replace(line, `"comment"`, `"remark"`, 1), `unknown field "remark"`},
		"two on a line":     {strings.TrimSpace(line) + line, "more on the line than one"},
		"no comment":        {strings.Replace(line, `"why"`, `""`, 1), "line 1: the comment is empty"},
		"an old label":      {strings.Replace(line, `"label 03"`, `"labl 03"`, 1), `nearest is "label 03"`},
		"an empty set":      {strings.Replace(line, `"labels":["label 03"]`, `"labels":[]`, 1), "no labels"},
		"a broken hash":     {strings.Replace(line, `"text_sha256":"`, `"text_sha256":"x`, 1), "not 64 hexadecimal digits"},
		"not UTF-8":         {strings.Replace(line, "why", "w\xffy", 1), "not UTF-8"},
		"a list":            {"[" + strings.TrimSpace(line) + "]\n", "not a correction"},
		"no time":           {strings.Replace(line, `"2026-03-04T12:00:00Z"`, `"noon"`, 1), "not a correction"},
		"nothing at all":    {"null\n", "note_id is empty"},
		"a byte order mark": {"\xef\xbb\xbf" + line, "line 1: not a correction"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.jsonl")
			testkit.WriteFile(t, path, test.content)
			_, err := ReadCorrections(path, a.Labels)
			testkit.Refused(t, "reading", err, path, test.want)
			testkit.Refused(t, "appending", AppendCorrection(path, a.Labels, mustCorrect(t, a, "n0004", "why", "label 03")), path, test.want, "n0004")
			if after, err := os.ReadFile(path); err != nil || string(after) != test.content {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestAppendKeepsBytes: lines that others wrote, blank ones and a missing last line break included, stay as they are.
func TestAppendKeepsBytes(t *testing.T) {
	a, _ := correctable(t)
	line, err := mustCorrect(t, a, "n0003", "why", "label 03").line()
	if err != nil {
		t.Fatal(err)
	}
	before := "\n " + strings.TrimSpace(string(line))
	path := filepath.Join(t.TempDir(), "c.jsonl")
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	more := mustCorrect(t, a, "n0004", "because", "label 01")
	if err := AppendCorrection(path, a.Labels, more); err != nil {
		t.Fatal(err)
	}
	added, err := more.line()
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != before+"\n"+string(added) {
		t.Errorf("%q, %v", after, err)
	}
	broken := more
	broken.Comment = ""
	testkit.Refused(t, "an incomplete correction", AppendCorrection(path, a.Labels, broken), "n0004", "comment is empty")
}

func TestAppendTogether(t *testing.T) {
	a, _ := correctable(t)
	path := filepath.Join(t.TempDir(), "c.jsonl")
	var all sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		one := mustCorrect(t, a, fmt.Sprintf("n%04d", i), "why", "label 00")
		all.Go(func() { errs[i] = AppendCorrection(path, a.Labels, one) })
	}
	all.Wait()
	got, err := ReadCorrections(path, a.Labels)
	if err = errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
	if len(Latest(got)) != 12 {
		t.Errorf("%d of 12 corrections are there", len(Latest(got)))
	}
}

func TestApplyRefuses(t *testing.T) {
	a, c := correctable(t)
	good := mustCorrect(t, a, "n0003", "why", "label 03")
	for name, test := range map[string]struct {
		change func(one *Correction, c *corpus.Corpus)
		want   []string
	}{
		"another text":     {func(one *Correction, _ *corpus.Corpus) { one.TextSHA256 = keyOf("something else entirely") }, []string{"made for another text", c.Notes[3].Key}},
		"a missing text":   {func(one *Correction, _ *corpus.Corpus) { one.TextSHA256, one.ID = keyOf("gone"), "gone" }, []string{`"gone"`, "no text with the hash"}},
		"changed since":    {func(_ *Correction, c *corpus.Corpus) { c.Notes[3].Labels = []int{1, 4} }, []string{"filed under label 01 and label 04", "correct it anew"}},
		"an unknown label": {func(one *Correction, _ *corpus.Corpus) { one.Labels = []string{"label 9"} }, []string{`no label "label 9"`}},
	} {
		t.Run(name, func(t *testing.T) {
			one, in := good, *c
			in.Notes = slices.Clone(c.Notes)
			test.change(&one, &in)
			_, err := Apply(&in, []Correction{one})
			testkit.Refused(t, name, err, append(test.want, "erroranalysis: correction of text", "made-up")...)
		})
	}
	moved := good
	moved.CorpusHash = "an older version"
	if _, err := Apply(c, []Correction{moved}); err != nil {
		t.Errorf("the text is the same in this version: %v", err)
	}
}

func TestLatestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Correction
		for i, text := range rapid.SliceOf(rapid.IntRange(0, 5)).Draw(t, "texts") {
			all = append(all, Correction{TextSHA256: fmt.Sprint(text), Comment: fmt.Sprint(i)})
		}
		last := map[string]string{}
		for _, c := range all {
			last[c.TextSHA256] = c.Comment
		}
		latest := Latest(all)
		if len(latest) != len(last) {
			t.Fatalf("%d of %d texts", len(latest), len(last))
		}
		for _, c := range latest {
			if last[c.TextSHA256] != c.Comment {
				t.Fatalf("text %s: %s, want %s", c.TextSHA256, c.Comment, last[c.TextSHA256])
			}
		}
	})
}

// FuzzParseCorrections: whatever a file holds, reading it ends in an error or in corrections that are valid and read back the same.
func FuzzParseCorrections(f *testing.F) {
	known := []string{"a", "b & c", "d"}
	line, err := Correction{
		ID: "n1", TextSHA256: strings.Repeat("0a", 32), CorpusHash: "h", Gold: []string{"a"}, Predicted: "d", Labels: []string{"a", "b & c"},
		Comment: "why \u2028 not", Time: noon,
	}.line()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(append(slices.Clone(line), line...))
	f.Add(line[:len(line)-9])
	f.Add(bytes.Replace(line, []byte("2026-03-04T12:00:00Z"), []byte("9999-12-31T23:59:59-23:59"), 1))
	f.Add([]byte("{}\n\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		corrections, err := parseCorrections(data, known)
		if err != nil {
			return
		}
		var again []byte
		for _, c := range corrections {
			if err := c.validate(known); err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			line, err := c.line()
			if err != nil {
				t.Fatalf("%+v cannot be written: %v", c, err)
			}
			if bytes.Count(line, []byte("\n")) != 1 {
				t.Fatalf("%q is not one line", line)
			}
			again = append(again, line...)
		}
		back, err := parseCorrections(again, known)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(corrections, back); diff != "" {
			t.Fatal(diff)
		}
	})
}
