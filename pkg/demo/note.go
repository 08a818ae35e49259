package demo

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

const (
	attempts = 200 // at one note, until its length is in range and its text new

	shortPercent = 50 // of the notes
	// subtlePercent of the notes do not name the diagnosis or operation; what they are about shows in the details only.
	subtlePercent = 10
	// ownTopicPercent of the notes with document labels only are about one of their own topics, the others about any.
	ownTopicPercent = 80
)

// Word counts of short and long notes.
var shortWords, longWords = [2]int{40, 90}, [2]int{300, 700}

// note is a text with the other columns of its rows.
type note struct {
	text, description string
	terms             []string // keywords
}

// write makes up one note for a label set.
func (lib *library) write(labels []string, rng *rand.Rand) (note, error) {
	form := lib.form(labels, rng)
	topics := lib.choose(labels, form.Needs, rng)
	if len(topics) == 0 {
		return note{}, fmt.Errorf("no topic suits the labels %q on the form %q", labels, form.Name)
	}
	sections, words := form.Long, longWords
	if rng.IntN(100) < shortPercent {
		sections, words = form.Short, shortWords
	}
	for range attempts {
		w := newWriter(lib, labels, form.Needs, topics, rng)
		text := w.note(sections)
		if w.err != nil {
			return note{}, w.err
		}
		if n := len(strings.Fields(text)); n < words[0] || n > words[1] {
			continue
		}
		return note{text, capitalise(w.expand("{aged} with {complaint}.")), topics[0].Terms}, w.err
	}
	return note{}, fmt.Errorf("the form %q gives no note of %d to %d words for %q", form.Name, words[0], words[1], labels)
}

// form draws the kind of document by the first rule that the labels meet.
func (lib *library) form(labels []string, rng *rand.Rand) *form {
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
func (lib *library) choose(labels []string, needs string, rng *rand.Rand) []*topic {
	var subjects []string
	for _, label := range labels {
		if !slices.Contains(lib.plan.DocumentLabels, label) {
			subjects = append(subjects, label)
		}
	}
	usable := func(t *topic) bool { return !t.Apart || slices.Contains(labels, t.Labels[0]) }
	covers := func(t *topic, labels []string) int {
		n := 0
		for _, label := range labels {
			if slices.Contains(t.Labels, label) {
				n++
			}
		}
		return n
	}
	if len(subjects) == 0 {
		own := rng.IntN(100) < ownTopicPercent
		pool := lib.pool(func(t *topic) bool { return usable(t) && t.has(needs) && (!own || covers(t, labels) > 0) })
		if len(pool) == 0 {
			pool = lib.pool(func(t *topic) bool { return usable(t) && t.has(needs) })
		}
		return pick(pool, rng)
	}
	whole := lib.pool(func(t *topic) bool {
		return usable(t) && t.has(needs) && covers(t, subjects) == len(subjects)
	})
	if len(whole) > 0 {
		return pick(whole, rng)
	}
	firsts := lib.pool(func(t *topic) bool { return usable(t) && t.has(needs) && covers(t, subjects) > 0 })
	rng.Shuffle(len(firsts), func(i, j int) { firsts[i], firsts[j] = firsts[j], firsts[i] })
	for _, first := range firsts {
		topics := []*topic{first}
		told := true
		for _, subject := range subjects {
			tells := func(t *topic) bool { return slices.Contains(t.Labels, subject) }
			if slices.ContainsFunc(topics, tells) {
				continue
			}
			further := pick(lib.pool(func(t *topic) bool {
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

func (lib *library) pool(fits func(*topic) bool) []*topic {
	var pool []*topic
	for _, t := range lib.topics {
		if fits(t) {
			pool = append(pool, t)
		}
	}
	return pool
}

func pick(pool []*topic, rng *rand.Rand) []*topic {
	if len(pool) == 0 {
		return nil
	}
	return []*topic{pool[rng.IntN(len(pool))]}
}

// common returns the ages and the sex that a patient with all the topics can have.
func common(topics []*topic) (low, high int, sex string, ok bool) {
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

func allCompatible(topics []*topic) bool {
	_, _, _, ok := common(topics)
	return ok
}

// patient draws the words that stand for one patient throughout a note.
func patient(labels []string, topics []*topic, rng *rand.Rand) (facts map[string]string, kind string) {
	low, high, sex, _ := common(topics)
	if slices.Contains(labels, "Pediatrics - Neonatal") && low < adultAge {
		high = min(high, adultAge-1)
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
	if age < adultAge {
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
