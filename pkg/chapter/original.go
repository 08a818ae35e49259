package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// originalConfusion is what the original says of a confusion that it names.
func originalConfusion(pair erroranalysis.LabelPair) string {
	for _, c := range original.Errors.Confusions {
		switch {
		case c.Pair != original.Pair(pair):
		case c.Errors > 0:
			return fmt.Sprintf("%d errors", c.Errors)
		case c.Truncated:
			return fmt.Sprintf("an example, %s characters, truncated", page.FormatCount(c.Characters))
		default:
			return fmt.Sprintf("an example, %s characters", page.FormatCount(c.Characters))
		}
	}
	return "nothing"
}

// reportedPattern is what the original says of a pattern of errors, by the pattern's name.
func reportedPattern(key erroranalysis.PatternKey) string {
	r := original.Errors
	switch key {
	case erroranalysis.LengthPattern:
		return fmt.Sprintf("misread notes have %s characters on average, right ones %s; %s", page.Count.String(page.Of(r.MisreadCharacters)), page.Count.String(page.Of(r.RightCharacters)), reportedLong())
	case erroranalysis.SimilarityPattern:
		first, second := r.Confusions[0], r.Confusions[1]
		return fmt.Sprintf("%s read as %s %d times, %s as %s %d times", first.Gold, first.Predicted, first.Errors, second.Gold, second.Predicted, second.Errors)
	case erroranalysis.ImbalancePattern:
		return fmt.Sprintf("correlation of training samples with error rate %s; under %d samples %s errors, over %d samples %.0f to %s", page.Metric.String(page.Of(r.Correlation)), r.Few, page.FormatPercent(r.RareError, 0), r.Many, 100*r.CommonLow, page.FormatPercent(r.CommonHigh, 0))
	case erroranalysis.KindsPattern:
		return "SOAP and chart notes are confused with specialties; no number"
	}
	return "nothing"
}

// reportedLong is what the original says of long notes.
func reportedLong() string {
	return fmt.Sprintf("over %d tokens the error rate is %s higher", original.Study.MaxLength, page.FormatPercent(original.Errors.LongRatio-1, 0))
}
