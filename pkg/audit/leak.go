package audit

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// The exploiters of [SplitAudit]: predictors that use nothing of a test text but the labels that the same text has in train.
//
// Each ranks the labels by their number of train rows, descending, of equal ones the first in label order. For a text that is not in train
// all predict the first label of that ranking.
const (
	// MajorityPredictor predicts the majority class of train for every text.
	MajorityPredictor = "majority"
	// MemorisingPredictor predicts the first label of the ranking that the text has in train.
	MemorisingPredictor = "memoriser"
	// AntiMemorisingPredictor predicts the first label of the ranking that the text does not have in train.
	AntiMemorisingPredictor = "anti_memoriser"
	// CoLabelPredictor predicts, of the labels that the text does not have in train, the one that co-occurs most with those that it has: by the
	// number of train texts with both, summed over the labels that the text has in train, of equal ones the first of the ranking.
	CoLabelPredictor = "co_filer"
)

// SplitAudit is the audit of one split of the corpus: its parts and what leaks between them.
type SplitAudit struct {
	Name string `json:"name"` // row, the random-row split, or group, the grouped split; see corpus.Divide
	// SourceParts says that the parts are the source's own.
	SourceParts bool     `json:"source_parts"`
	Notices     []string `json:"notices"` // of corpus.Split
	// Rows and texts of the parts. In the random-row split a text can be in several parts.
	TrainRows       int `json:"train_rows"`
	ValidationRows  int `json:"validation_rows"`
	TestRows        int `json:"test_rows"`
	TrainTexts      int `json:"train_texts"`
	ValidationTexts int `json:"validation_texts"`
	TestTexts       int `json:"test_texts"`
	// TestTextsInTrain is the number of test texts that are in train too, with another label.
	TestTextsInTrain int     `json:"test_texts_in_train"`
	TestShareInTrain float64 `json:"test_share_in_train"` // of the test texts
	// TestTextsNearTrain is the number of test texts that are not in train but have a near duplicate there.
	TestTextsNearTrain int `json:"test_texts_near_train"`
	// NearPairsAcross is the number of pairs of near duplicates without a common part of the split.
	NearPairsAcross int `json:"near_pairs_across"`
	// TestCeilingRowAccuracy is test texts / test rows: the best row accuracy of a function of the text on the test rows, if it knew which
	// labels each text has there.
	TestCeilingRowAccuracy float64         `json:"test_ceiling_row_accuracy"`
	Exploiters             []LeakPredictor `json:"exploiters"`
	// Classes without a row in a part, in label order.
	AbsentTrain      []string `json:"absent_in_train"`
	AbsentValidation []string `json:"absent_in_validation"`
	AbsentTest       []string `json:"absent_in_test"`
}

// LeakPredictor holds the scores of an exploiter on the test rows.
type LeakPredictor struct {
	Name string `json:"name"`
	// RowAccuracy is scikit-learn's accuracy_score over test rows, MacroF1 its f1_score(average="macro").
	RowAccuracy float64 `json:"row_accuracy"`
	MacroF1     float64 `json:"macro_f1_union"`
	// AnyValid is the share of test texts whose predicted label is one of the text's labels in the whole corpus.
	AnyValid float64 `json:"any_valid"`
}

// part is a split of a corpus as label sets: the labels of each text's rows in train, in validation and in test, ascending; nil if the text
// has none there.
type part struct {
	name string
	sets [3][][]int // by part, by note
}

func partOf(c *corpus.Corpus, d *corpus.Split) part {
	p := part{name: d.Protocol}
	for i, members := range [][]int{d.Indices.Train, d.Indices.Validation, d.Indices.Test} {
		p.sets[i] = make([][]int, len(c.Notes))
		if d.Protocol == corpus.ProtocolGroup {
			for _, note := range members {
				p.sets[i][note] = c.Notes[note].Labels
			}
			continue
		}
		for j, label := range c.RowTargets(members) {
			note := c.Rows[members[j]].Note
			p.sets[i][note] = append(p.sets[i][note], label)
		}
		for _, set := range p.sets[i] {
			slices.Sort(set)
		}
	}
	return p
}

// counts returns the numbers of rows, of texts, and of rows of each class in one part.
func (p part) counts(i, labels int) (rows, texts int, classes []int) {
	classes = make([]int, labels)
	for _, set := range p.sets[i] {
		if set != nil {
			texts++
		}
		for _, label := range set {
			rows++
			classes[label]++
		}
	}
	return rows, texts, classes
}

func (p part) audit(c *corpus.Corpus, pairs []nearPair) (SplitAudit, error) {
	out := SplitAudit{Name: p.name}
	var trained []int
	for i, part := range []struct {
		rows, texts *int
		absent      *[]string
	}{
		{&out.TrainRows, &out.TrainTexts, &out.AbsentTrain},
		{&out.ValidationRows, &out.ValidationTexts, &out.AbsentValidation},
		{&out.TestRows, &out.TestTexts, &out.AbsentTest},
	} {
		rows, texts, classes := p.counts(i, len(c.Labels))
		*part.rows, *part.texts = rows, texts
		*part.absent = append([]string{}, c.Absent(classes)...)
		if i == 0 {
			trained = classes
		}
	}
	train, test := p.sets[0], p.sets[2]
	for note, set := range test {
		if set != nil && train[note] != nil {
			out.TestTextsInTrain++
		}
	}
	out.TestShareInTrain = share(out.TestTextsInTrain, out.TestTexts)
	out.TestCeilingRowAccuracy = share(out.TestTexts, out.TestRows)
	p.nearTrain(pairs, &out)

	rank := ranking(trained)
	together := p.together(len(c.Labels))
	for _, e := range []struct {
		name   string
		answer func(seen []int) int
	}{
		{MajorityPredictor, func([]int) int { return rank[0] }},
		{MemorisingPredictor, func(seen []int) int { return first(rank, func(l int) bool { return slices.Contains(seen, l) }) }},
		{AntiMemorisingPredictor, func(seen []int) int { return first(rank, func(l int) bool { return !slices.Contains(seen, l) }) }},
		{CoLabelPredictor, func(seen []int) int { return coFiled(rank, together, seen) }},
	} {
		scored, err := p.exploit(c, rank[0], e.answer)
		if err != nil {
			return SplitAudit{}, err
		}
		scored.Name = e.name
		out.Exploiters = append(out.Exploiters, scored)
	}
	return out, nil
}

// nearTrain counts the near duplicates in different parts.
func (p part) nearTrain(pairs []nearPair, out *SplitAudit) {
	in := func(i int, note int32) bool { return p.sets[i][note] != nil }
	near := map[int32]bool{}
	for _, pair := range pairs {
		common := false
		for i := range p.sets {
			common = common || in(i, pair.a) && in(i, pair.b)
		}
		if !common {
			out.NearPairsAcross++
		}
		for _, two := range [][2]int32{{pair.a, pair.b}, {pair.b, pair.a}} {
			if in(2, two[0]) && !in(0, two[0]) && in(0, two[1]) {
				near[two[0]] = true
			}
		}
	}
	out.TestTextsNearTrain = len(near)
}

// together returns the number of texts with two labels in train: shape [labels][labels].
func (p part) together(labels int) [][]int {
	counts := make([][]int, labels)
	for i := range counts {
		counts[i] = make([]int, labels)
	}
	for _, set := range p.sets[0] {
		for _, a := range set {
			for _, b := range set {
				counts[a][b]++
			}
		}
	}
	return counts
}

// first returns the first label of a ranking that fits, or the first one if none does.
func first(rank []int, fits func(label int) bool) int {
	if i := slices.IndexFunc(rank, fits); i >= 0 {
		return rank[i]
	}
	return rank[0]
}

// coFiled returns the prediction of CoLabelPredictor for a text with the labels seen in train.
func coFiled(rank []int, together [][]int, seen []int) int {
	best, most := rank[0], -1
	for _, label := range rank {
		if slices.Contains(seen, label) {
			continue
		}
		count := 0
		for _, s := range seen {
			count += together[s][label]
		}
		if count > most {
			best, most = label, count
		}
	}
	return best
}

// exploit scores an exploiter on the test rows. The prediction for a text that is not in train is the fallback.
func (p part) exploit(c *corpus.Corpus, fallback int, answer func(seen []int) int) (LeakPredictor, error) {
	set := predict.Set{Labels: c.Labels, Model: "exploiter", Part: "test"}
	certain := make([][]float32, len(c.Labels)) // by label: its one-hot scores, shared by the texts that get it
	valid := 0
	for note, gold := range p.sets[2] {
		if gold == nil {
			continue
		}
		label := fallback
		if seen := p.sets[0][note]; seen != nil {
			label = answer(seen)
		}
		if slices.Contains(c.Notes[note].Labels, label) {
			valid++
		}
		if certain[label] == nil {
			certain[label] = make([]float32, len(c.Labels))
			certain[label][label] = 1
		}
		set.Predictions = append(set.Predictions, predict.Prediction{NoteID: noteName(note), Gold: gold, Scores: certain[label]})
	}
	v, err := values(set)
	if err != nil {
		return LeakPredictor{}, err
	}
	return LeakPredictor{RowAccuracy: v[evaluate.RowAccuracy], MacroF1: v[evaluate.MacroF1Union], AnyValid: share(valid, len(set.Predictions))}, nil
}

// noteName is the id of a note in a set of predictions.
func noteName(note int) string { return strconv.Itoa(note) }

// setKey is a label set as a key of a map.
func setKey(set []int) string {
	key := make([]byte, 0, 2*len(set))
	for _, label := range set {
		key = binary.BigEndian.AppendUint16(key, uint16(label))
	}
	return string(key)
}
