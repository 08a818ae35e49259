package corpus

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

const (
	demoAttempts = 200 // tries for one note until its length is in range and its text new

	demoShortPercent = 50 // of the notes
	// A subtle note does not name its diagnosis or operation; what it is about shows in the details only.
	demoSubtlePercent = 10
	// A note with document labels only is about one of their own topics this often, else about any.
	demoOwnPercent = 80
)

// Word counts of short and long notes.
var demoShortWords, demoLongWords = [2]int{40, 90}, [2]int{300, 700}

type demoNote struct {
	text, description string
	terms             []string
}

// write makes up one note for a label set.
func (lib *demoLib) write(labels []string, rng *rand.Rand) (demoNote, error) {
	form := lib.form(labels, rng)
	topics := lib.choose(labels, form.Needs, rng)
	if len(topics) == 0 {
		return demoNote{}, fmt.Errorf("no topic suits the labels %q on the form %q", labels, form.Name)
	}
	sections, words := form.Long, demoLongWords
	if rng.IntN(100) < demoShortPercent {
		sections, words = form.Short, demoShortWords
	}
	for range demoAttempts {
		w := newDemoWriter(lib, labels, form.Needs, topics, rng)
		text := w.note(sections)
		if w.err != nil {
			return demoNote{}, w.err
		}
		if n := len(strings.Fields(text)); n < words[0] || n > words[1] {
			continue
		}
		return demoNote{text, capitalise(w.expand("{aged} with {complaint}.")), topics[0].Terms}, w.err
	}
	return demoNote{}, fmt.Errorf("the form %q gives no note of %d to %d words for %q", form.Name, words[0], words[1], labels)
}

// form draws the kind of paper by the first rule that the labels meet.
func (lib *demoLib) form(labels []string, rng *rand.Rand) *demoForm {
	for _, rule := range lib.plan.Rules {
		if rule.Label != "" && !slices.Contains(labels, rule.Label) {
			continue
		}
		names := slices.Sorted(maps.Keys(rule.Forms))
		total := 0
		for _, name := range names {
			total += rule.Forms[name]
		}
		drawn := rng.IntN(total)
		for _, name := range names {
			if drawn -= rule.Forms[name]; drawn >= 0 {
				continue
			}
			form := lib.forms[name]
			// A note under no document label may stand in any form that its topics have something to say on.
			if len(lib.choose(labels, form.Needs, rng)) > 0 {
				return form
			}
			return lib.forms["consult"]
		}
	}
	return lib.forms["consult"]
}

// choose draws the topic that a note is about, and further ones, that the same patient can have, for labels that the
// first does not cover. The first topic has the block needed. It returns none where no topics suit.
func (lib *demoLib) choose(labels []string, needs string, rng *rand.Rand) []*demoTopic {
	var subjects []string
	for _, label := range labels {
		if !slices.Contains(lib.plan.DocumentLabels, label) {
			subjects = append(subjects, label)
		}
	}
	usable := func(t *demoTopic) bool { return !t.Apart || slices.Contains(labels, t.Labels[0]) }
	covers := func(t *demoTopic, labels []string) int {
		n := 0
		for _, label := range labels {
			if slices.Contains(t.Labels, label) {
				n++
			}
		}
		return n
	}
	if len(subjects) == 0 {
		own := rng.IntN(100) < demoOwnPercent
		pool := lib.pool(func(t *demoTopic) bool { return usable(t) && t.has(needs) && (!own || covers(t, labels) > 0) })
		if len(pool) == 0 {
			pool = lib.pool(func(t *demoTopic) bool { return usable(t) && t.has(needs) })
		}
		return pick(pool, rng)
	}
	whole := lib.pool(func(t *demoTopic) bool {
		return usable(t) && t.has(needs) && covers(t, subjects) == len(subjects)
	})
	if len(whole) > 0 {
		return pick(whole, rng)
	}
	firsts := lib.pool(func(t *demoTopic) bool { return usable(t) && t.has(needs) && covers(t, subjects) > 0 })
	rng.Shuffle(len(firsts), func(i, j int) { firsts[i], firsts[j] = firsts[j], firsts[i] })
	for _, first := range firsts {
		topics := []*demoTopic{first}
		told := true
		for _, subject := range subjects {
			tells := func(t *demoTopic) bool { return slices.Contains(t.Labels, subject) }
			if slices.ContainsFunc(topics, tells) {
				continue
			}
			further := pick(lib.pool(func(t *demoTopic) bool {
				return usable(t) && tells(t) && allCompatible(append(slices.Clone(topics), t))
			}), rng)
			topics = append(topics, further...)
			told = told && len(further) > 0
		}
		if told {
			return topics
		}
	}
	return nil
}

func (lib *demoLib) pool(fits func(*demoTopic) bool) []*demoTopic {
	var pool []*demoTopic
	for _, t := range lib.topics {
		if fits(t) {
			pool = append(pool, t)
		}
	}
	return pool
}

func pick(pool []*demoTopic, rng *rand.Rand) []*demoTopic {
	if len(pool) == 0 {
		return nil
	}
	return []*demoTopic{pool[rng.IntN(len(pool))]}
}

// common returns the ages and the sex that a patient with all the topics can have.
func common(topics []*demoTopic) (low, high int, sex string, ok bool) {
	low, high = 0, 120
	for _, t := range topics {
		low, high = max(low, t.Ages[0]), min(high, t.Ages[1])
		if t.Sex != "" && sex != "" && t.Sex != sex {
			return 0, 0, "", false
		}
		if t.Sex != "" {
			sex = t.Sex
		}
	}
	return low, high, sex, low <= high
}

func allCompatible(topics []*demoTopic) bool {
	_, _, _, ok := common(topics)
	return ok
}

// patient draws the words that stand for one patient throughout a note.
func patient(labels []string, topics []*demoTopic, rng *rand.Rand) (facts map[string]string, kind string) {
	low, high, sex, _ := common(topics)
	if slices.Contains(labels, "Pediatrics - Neonatal") && low < demoAdult {
		high = min(high, demoAdult-1)
	}
	age := low + rng.IntN(high-low+1)
	if sex == "" {
		sex = []string{"f", "m"}[rng.IntN(2)]
	}
	facts = map[string]string{"he": "he", "him": "him", "his": "his", "person": "man", "side": "right", "other_side": "left"}
	if sex == "f" {
		facts = map[string]string{"he": "she", "him": "her", "his": "her", "person": "woman", "side": "right", "other_side": "left"}
	}
	if rng.IntN(2) == 0 {
		facts["side"], facts["other_side"] = "left", "right"
	}
	kind = sex + "a"
	if age < demoAdult {
		kind = sex + "k"
		facts["person"] = map[string]string{"f": "girl", "m": "boy"}[sex]
	}
	facts["age"] = strconv.Itoa(age)
	switch {
	case age > 0:
		facts["old"] = fmt.Sprintf("%d-year-old", age)
	case high == 0:
		facts["old"] = fmt.Sprintf("%d-day-old", 2+rng.IntN(20))
	default:
		facts["old"] = fmt.Sprintf("%d-month-old", 2+rng.IntN(10))
	}
	article := "a"
	if n, _, _ := strings.Cut(facts["old"], "-"); n[0] == '8' || n == "11" || n == "18" {
		article = "an"
	}
	facts["aged"] = article + " " + facts["old"] + " " + facts["person"]
	return facts, kind
}
