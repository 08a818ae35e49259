package demo

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// hash is the content hash of Corpus(42). It changes with the templates and with nothing else.
const hash = "bc75520ff5b9734012410b5ef27776e2bf03e97977ff837f2f77c301e7478b48"

func TestCorpusIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	c, err := Corpus(42)
	if err != nil {
		t.Fatal(err)
	}
	if c.Hash != hash {
		t.Errorf("hash %s, want %s", c.Hash, hash)
	}
	again, err := Corpus(42)
	if err != nil || again.Hash != c.Hash || again.Rows[7].ID != c.Rows[7].ID || again.Rows[7].Text != c.Rows[7].Text {
		t.Errorf("the same seed gives another corpus (%v)", err)
	}
	if other, err := Corpus(43); err != nil || other.Hash == c.Hash {
		t.Errorf("another seed gives the same corpus (%v)", err)
	}
	if !c.Synthetic || c.Name != Name {
		t.Errorf("name %q, synthetic %v", c.Name, c.Synthetic)
	}
}

func TestCorpusTexts(t *testing.T) {
	t.Parallel()
	c, err := Corpus(5)
	if err != nil {
		t.Fatal(err)
	}
	// The names that give a specialty away.
	named := regexp.MustCompile(`(?i)cardiovasc|pulmonology|orthop[ae]+dic|radiolog|gastroenterolog|neurolog(y|ist)|urolog(y|ist)|gynecolog|` +
		`obstetrics|otolaryng|neurosurg|ophthalmolog|hematolog|oncolog|nephrolog|pediatric|neonat|psychiatr|podiatr|dermatolog|` +
		`dentistry|dentist\b|chiropract|endocrinolog|rheumatolog|bariatric|immunolog|hospice|palliative|autopsy`)
	broken := regexp.MustCompile(`[{}\[\]|<>]|[^0-9]\.\.|\s[.,;:]|  |\ba [aeio][a-z]+-year|%!`)
	short, long, keywords := 0, 0, 0
	for _, note := range c.Notes {
		if found := named.FindString(note.Text); found != "" {
			t.Errorf("%q stands in %q", found, note.Text)
		}
		if found := broken.FindString(note.Text); found != "" {
			t.Errorf("%q in %q", found, note.Text)
		}
		switch n := len(strings.Fields(note.Text)); {
		case shortWords[0] <= n && n <= shortWords[1]:
			short++
		case longWords[0] <= n && n <= longWords[1]:
			long++
		default:
			t.Errorf("%d words: %q", n, note.Text)
		}
	}
	if short < Texts*4/10 || long < Texts*4/10 {
		t.Errorf("%d short and %d long notes", short, long)
	}
	for _, row := range c.Rows {
		if row.Description == "" {
			t.Errorf("row %s has no description", row.ID)
		}
		if strings.HasPrefix(row.Keywords, strings.ToLower(row.Label)) {
			keywords++
		}
	}
	if share := float64(keywords) / float64(len(c.Rows)); share < 0.72 || share > 0.82 {
		t.Errorf("keywords name the label on %.2f of the rows", share)
	}
}

func TestSized(t *testing.T) {
	t.Parallel()
	for _, texts := range []int{MinTexts, 333, 2350} {
		c, err := Sized(1, texts)
		if err != nil {
			t.Fatal(err)
		}
		counts := c.LabelCounts(c.Notes)
		if len(c.Notes) != texts || len(c.Labels) != 40 || slices.Min(counts) < rarest {
			t.Errorf("%d texts, %d labels, at least %d each; want %d texts", len(c.Notes), len(c.Labels), slices.Min(counts), texts)
		}
	}
	if _, err := Sized(1, MinTexts-1); err == nil || !strings.Contains(err.Error(), "too few for 40 labels") {
		t.Errorf("too few texts: %v", err)
	}
}

// Every template of every topic can be written for every patient and variant, whether or not a seed comes by it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	lib, err := loadLibrary()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	names := []string{"complaint", "history", "exam", "assessment", "plan", "operation", "steps", "study", "findings", "impression"}
	known := map[string]bool{}
	for _, set := range lib.plan.Sets {
		for _, label := range set.Labels {
			known[label] = true
		}
		for range 50 {
			form := lib.form(set.Labels, rng)
			topics := lib.choose(set.Labels, form.Needs, rng)
			if len(topics) == 0 || !topics[0].has(form.Needs) {
				t.Fatalf("no topic for %q on the form %q", set.Labels, form.Name)
			}
			for _, label := range set.Labels {
				covered := slices.ContainsFunc(topics, func(t *topic) bool { return slices.Contains(t.Labels, label) })
				if !covered && !slices.Contains(lib.plan.DocumentLabels, label) {
					t.Errorf("nothing in a note under %q tells of %q", set.Labels, label)
				}
			}
		}
	}
	for _, rule := range lib.plan.Rules {
		for form := range rule.Forms {
			if lib.forms[form] == nil || (rule.Label != "" && !known[rule.Label]) {
				t.Errorf("rule %+v names no form or no label of the plan", rule)
			}
		}
	}
	for _, about := range lib.topics {
		for _, label := range about.Labels {
			if !known[label] {
				t.Errorf("%s: label %q is not in the plan", about.Name, label)
			}
		}
		for _, need := range []string{"", "procedure", "study"} {
			if !about.has(need) {
				continue
			}
			for range 10 {
				w := newWriter(lib, about.Labels, need, []*topic{about}, rng)
				w.elsewhere(2)
				for _, name := range names {
					said, _ := about.sentences(name)
					for _, s := range said {
						_, text := cutPrefix(s)
						w.expand(text)
					}
				}
				if w.err != nil {
					t.Fatalf("%s: %v", about.Name, w.err)
				}
			}
		}
	}
	w := newWriter(lib, nil, "", lib.topics[:1], rng)
	w.elsewhere(1)
	for _, form := range lib.forms {
		for _, section := range slices.Concat(form.Short, form.Long) {
			for _, item := range section.Say {
				name, _ := w.item(item)
				if name != "elsewhere" && !slices.Contains(names, name) && len(lib.banks[name]) == 0 {
					t.Errorf("form %s: nothing is called %q", form.Name, name)
				}
			}
		}
	}
	for _, bank := range lib.banks {
		for _, s := range bank {
			_, text := cutPrefix(s)
			for range 10 {
				w.expand(text)
			}
		}
	}
	if w.err != nil {
		t.Error(w.err)
	}
}
