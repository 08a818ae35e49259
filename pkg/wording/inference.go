package wording

import (
	"strconv"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// Latency is the median time of one text.
func Latency(i *experiment.Inference) page.Cell { return page.Duration.Cell(page.Of(i.MedianSeconds)) }

// Throughput is texts a second, in batches.
func Throughput(i *experiment.Inference) page.Cell {
	return page.SortedCell(strconv.FormatFloat(i.TextsPerSecond, 'f', 0, 64), i.TextsPerSecond)
}

// Memory is what the model takes, or why that is not known.
func Memory(i *experiment.Inference) page.Cell {
	if i.MemoryBytes == nil {
		return page.Cell{Missing: i.MemoryUnknown}
	}
	return page.Bytes.Cell(page.Of(float64(*i.MemoryBytes)))
}
