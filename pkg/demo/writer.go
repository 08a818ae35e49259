package demo

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// adultAge is the age from which sentences for adults apply.
const adultAge = 16

// writer writes one note: it keeps the patient, the words fixed for the note and the sentences used already.
type writer struct {
	lib      *library
	topics   []*topic
	rng      *rand.Rand
	facts    map[string]string // what {name} stands for throughout the note
	tags     string            // prefixes that apply to the patient and the form
	variants map[*topic]byte   // digit of the variant of each topic
	unused   map[string][]sentence
	subtle   bool
	err      error // a template that cannot be expanded
}

// sentence is a template and its place in the list that it comes from.
type sentence struct {
	text  string
	place int
}

func newWriter(lib *library, labels []string, needs string, topics []*topic, rng *rand.Rand) *writer {
	w := &writer{
		lib: lib, topics: topics, rng: rng,
		variants: map[*topic]byte{}, unused: map[string][]sentence{},
	}
	w.facts, w.tags = patient(labels, topics, rng)
	w.subtle = rng.IntN(100) < subtlePercent
	for i, t := range topics {
		if i > 0 {
			needs = ""
		}
		w.chooseVariant(t, needs)
	}
	if p := topics[0].Procedure; p == nil || strings.IndexByte(p.WithoutIncision, w.variants[topics[0]]) < 0 {
		w.tags += "i"
	}
	// The complaint that the text speaks of is the one that a section of its own states.
	w.facts["complaint"] = strings.Join(w.take("complaint", 1), "")
	w.unused["complaint"] = slices.Insert(w.unused["complaint"], 0, sentence{w.facts["complaint"], -1})
	return w
}

// chooseVariant draws one of the topic's variants that have something to say on all that the form asks of it.
func (w *writer) chooseVariant(t *topic, needs string) {
	names := []string{"complaint", "history", "exam", "assessment", "plan"}
	switch needs {
	case "procedure":
		names = append(names, "operation", "steps")
	case "study":
		names = append(names, "study", "findings", "impression")
	}
	var open []byte
	for variant := byte('1'); variant <= t.lastVariant(); variant++ {
		silent := slices.ContainsFunc(names, func(name string) bool {
			said, _ := t.sentences(name)
			return len(fit(said, w.tags+string(variant))) == 0
		})
		if !silent {
			open = append(open, variant)
		}
	}
	if len(open) == 0 {
		w.fail("the topic %q has no variant for the form and the patient %q", t.Name, w.tags)
		open = []byte{'1'}
	}
	w.variants[t] = open[w.rng.IntN(len(open))]
}

// lastVariant returns the highest digit among the prefixes of the topic's complaints, diagnoses, procedures, studies.
func (t *topic) lastVariant() byte {
	last := byte('1')
	for _, name := range []string{"complaint", "assessment", "operation", "study"} {
		said, _ := t.sentences(name)
		for _, s := range said {
			prefix, _ := cutPrefix(s)
			for i := range len(prefix) {
				if '1' <= prefix[i] && prefix[i] <= '9' {
					last = max(last, prefix[i])
				}
			}
		}
	}
	return last
}

// note writes the sections, under headings in one of three styles.
func (w *writer) note(sections []section) string {
	style := w.rng.IntN(10)
	separator := []string{"\n", "\n\n", " "}[w.rng.IntN(3)]
	var parts []string
	for _, s := range sections {
		if s.Chance > 0 && w.rng.IntN(100) >= s.Chance {
			continue
		}
		var said []string
		for _, item := range s.Say {
			name, n := w.item(item)
			said = append(said, w.take(name, n)...)
		}
		if len(said) == 0 {
			continue
		}
		part := w.join(said, s.Fragments)
		if len(s.Heads) > 0 {
			head := s.Heads[w.rng.IntN(len(s.Heads))]
			switch {
			case style < 7:
				part = head + ": " + part
			case style < 9:
				part = capitalise(strings.ToLower(head)) + ": " + part
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, separator)
}

// item splits "name*2-4" into the name and a number drawn from the range; a bare name counts once.
func (w *writer) item(item string) (string, int) {
	name, counts, ranged := strings.Cut(item, "*")
	if !ranged {
		return name, 1
	}
	low, high, ok := numberRange(counts)
	if !ok {
		w.fail("%q is not name*low-high", item)
		return name, 0
	}
	return name, low + w.rng.IntN(high-low+1)
}

// join makes sentences of what is said; fragments may be numbered.
func (w *writer) join(said []string, fragments bool) string {
	numbered := fragments && len(said) > 1 && w.rng.IntN(2) == 0
	for i, s := range said {
		s = capitalise(strings.TrimSpace(s))
		if !strings.ContainsAny(s[len(s)-1:], ".!?") {
			s += "."
		}
		if numbered {
			s = strconv.Itoa(i+1) + ". " + s
		}
		said[i] = s
	}
	return strings.Join(said, " ")
}

// take returns up to n sentences of a name that the note has not used yet, expanded.
func (w *writer) take(name string, n int) []string {
	if w.subtle {
		switch name {
		case "assessment", "impression":
			name = "vague_assessment"
		case "operation":
			name = "vague_procedure"
		}
	}
	if name == "elsewhere" {
		return w.elsewhere(n)
	}
	if _, started := w.unused[name]; !started {
		w.unused[name] = w.sentences(name)
	}
	rest := w.unused[name]
	taken := slices.Clone(rest[:min(n, len(rest))])
	w.unused[name] = rest[len(taken):]
	slices.SortStableFunc(taken, func(a, b sentence) int { return cmp.Compare(a.place, b.place) })
	out := make([]string, len(taken))
	for i, s := range taken {
		out[i] = w.expand(s.text)
	}
	return out
}

// sentences returns what the topics, or else the banks, say under a name, fit for the note, in random order. Further
// topics take turns with the first, so that two sentences tell of both.
func (w *writer) sentences(name string) []sentence {
	if bank, known := w.lib.banks[name]; known {
		return w.shuffled(fit(bank, w.tags))
	}
	var all []sentence
	for i, t := range w.topics {
		said, known := t.sentences(name)
		if !known {
			w.fail("no sentences are called %q", name)
			return nil
		}
		for j, s := range w.shuffled(fit(said, w.tags+string(w.variants[t]))) {
			s.place += i * len(all)
			all = slices.Insert(all, min(i+j*(i+1), len(all)), s)
		}
	}
	return all
}

func (w *writer) shuffled(texts []string) []sentence {
	out := make([]sentence, len(texts))
	for i, text := range texts {
		out[i] = sentence{text, i}
	}
	w.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// fit returns the sentences whose prefix the tags meet, without the prefix. A prefix with tags of one kind, say two
// variants, asks for one of them; with tags of several kinds for one of each.
func fit(sentences []string, tags string) []string {
	var out []string
	for _, s := range sentences {
		prefix, text := cutPrefix(s)
		met := true
		for _, kind := range []string{"fm", "ak", "i", "123456789"} {
			asked := strings.ContainsAny(prefix, kind)
			met = met && (!asked || strings.ContainsFunc(prefix, func(r rune) bool {
				return strings.ContainsRune(kind, r) && strings.ContainsRune(tags, r)
			}))
		}
		if met {
			out = append(out, text)
		}
	}
	return out
}

// cutPrefix splits "12> text" into the tags before the sign and the text.
func cutPrefix(s string) (prefix, text string) {
	if before, after, found := strings.Cut(s, "> "); found && strings.Trim(before, "fmaki123456789") == "" {
		return before, after
	}
	return "", s
}

// elsewhere mentions diagnoses that belong to other topics, as a patient's other troubles.
func (w *writer) elsewhere(n int) []string {
	age, _ := strconv.Atoi(w.facts["age"])
	pool := w.lib.pool(func(t *topic) bool {
		return !t.Apart && !slices.Contains(w.topics, t) && t.Ages[0] <= age && age <= t.Ages[1] &&
			(t.Sex == "" || strings.Contains(w.tags, t.Sex))
	})
	w.rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	var out []string
	for _, t := range pool[:min(n, len(pool))] {
		other := *w
		other.topics, other.facts = []*topic{t}, maps.Clone(w.facts)
		other.chooseVariant(t, "")
		diagnoses := fit(t.Assessment, w.tags+string(other.variants[t]))
		w.facts["other"] = other.expand(diagnoses[w.rng.IntN(len(diagnoses))])
		out = append(out, w.take("mention", 1)...)
		w.err = cmp.Or(w.err, other.err)
	}
	return out
}

// expand replaces [a|b] by one of its choices and {name} by what it stands for, inside out from the left.
func (w *writer) expand(s string) string {
	for {
		at := strings.LastIndexAny(s, "[{")
		if at < 0 {
			return s
		}
		closing := map[byte]string{'[': "]", '{': "}"}[s[at]]
		length := strings.Index(s[at:], closing)
		if length < 0 {
			w.fail("%q is not closed in %q", s[at:at+1], s)
			return s
		}
		inner := s[at+1 : at+length]
		if s[at] == '[' {
			choices := strings.Split(inner, "|")
			inner = choices[w.rng.IntN(len(choices))]
		} else {
			inner = w.word(inner)
		}
		s = s[:at] + inner + s[at+length+1:]
	}
}

// word returns what {name} stands for: a number of a range, a fact of the patient, a word fixed for the note, or any
// word of a list. A name with a capital gives the word with one.
func (w *writer) word(name string) string {
	if low, high, ok := numberRange(name); ok {
		return strconv.Itoa(low + w.rng.IntN(high-low+1))
	}
	if lower := lowerFirst(name); lower != name {
		return capitalise(w.word(lower))
	}
	if fact, known := w.facts[name]; known {
		return fact
	}
	for _, t := range w.topics {
		if list := t.Fixed[name]; len(list) > 0 {
			w.facts[name] = w.expand(list[w.rng.IntN(len(list))])
			return w.facts[name]
		}
	}
	list := w.lib.words[name]
	if len(list) == 0 {
		w.fail("no words are called %q", name)
		return name
	}
	return w.expand(list[w.rng.IntN(len(list))])
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// numberRange reads "low-high".
func numberRange(s string) (low, high int, ok bool) {
	a, b, cut := strings.Cut(s, "-")
	low, errLow := strconv.Atoi(a)
	high, errHigh := strconv.Atoi(b)
	return low, high, cut && errLow == nil && errHigh == nil && low <= high
}

func capitalise(s string) string { return mapFirst(s, unicode.ToUpper) }
func lowerFirst(s string) string { return mapFirst(s, unicode.ToLower) }

func mapFirst(s string, f func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(f(r)) + s[size:]
}
