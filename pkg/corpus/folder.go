package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The parts that a source's own rows may carry.
const (
	PartTrain      = "train"
	PartValidation = "validation"
	PartTest       = "test"
)

// partNames are the words that the names of a part's files begin with, as the datasets library knows them.
var partNames = map[string][]string{
	PartTrain:      {"train", "training"},
	PartValidation: {"validation", "valid", "val", "dev"},
	PartTest:       {"test", "testing", "eval", "evaluation"},
}

// partOrder sorts the parts by which of them keeps a row that several have; it is -1 for what is no part.
func partOrder(part string) int {
	return slices.Index([]string{PartTest, PartValidation, PartTrain}, part)
}

// readFolder reads the parquet files of a data set's folder; see Read.
func readFolder(ctx context.Context, folder string, options Options) (*Corpus, error) {
	names, err := listParquet(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	parts, err := assignParts(names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	b := newBuilder(ctx, folder)
	b.with = options.With
	var first []string
	for i, name := range names {
		b.open(sourceFile{name: filepath.Join(folder, name), part: parts[i], unit: unitRow})
		classes, err := readParquet(b, options.Fields)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = classes
		}
		if !slices.Equal(first, classes) {
			return nil, fmt.Errorf("%s: the class names differ from those of %s: %s", b.file().name, names[0], difference(classes, first))
		}
	}
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	return b.finish(filepath.Base(absolute), names)
}

// difference describes how names differ from those that are wanted.
func difference(got, want []string) string {
	if len(got) == 0 || len(want) == 0 {
		return "one has class numbers, the other labels that are strings"
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("class %d is %q, not %q", i, got[i], want[i])
		}
	}
	return fmt.Sprintf("%d of them, not %d", len(got), len(want))
}

// listParquet returns the parquet files of the folder's data folder, else of the folder itself, sorted and relative to it.
func listParquet(folder string) ([]string, error) {
	for _, below := range []string{"data", "."} {
		entries, err := os.ReadDir(filepath.Join(folder, below))
		if err != nil {
			if below == "data" {
				continue
			}
			return nil, bare(err)
		}
		var names []string
		for _, e := range entries {
			if !e.IsDir() && strings.EqualFold(filepath.Ext(e.Name()), ".parquet") && !strings.HasPrefix(e.Name(), ".") {
				names = append(names, filepath.ToSlash(filepath.Join(below, e.Name())))
			}
		}
		if len(names) > 0 {
			return names, checkShards(names)
		}
	}
	return nil, errors.New("the folder holds no data/*.parquet and no *.parquet; name a file, or the folder of a data set with such files")
}

var shardName = regexp.MustCompile(`^(.*)-([0-9]{5})-of-([0-9]{5})\.parquet$`)

// checkShards refuses a data set of which numbered files are missing.
func checkShards(names []string) error {
	for _, name := range names {
		match := shardName.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		count, _ := strconv.Atoi(match[3]) // five digits
		for i := range count {
			if shard := fmt.Sprintf("%s-%05d-of-%s.parquet", match[1], i, match[3]); !slices.Contains(names, shard) {
				return fmt.Errorf("%s is missing beside %s", shard, name)
			}
		}
	}
	return nil
}

// assignParts returns the part that each file is named for; none where all files are of one part or of none.
func assignParts(names []string) ([]string, error) {
	parts := make([]string, len(names))
	for i, name := range names {
		word, _, _ := strings.Cut(strings.ToLower(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))), "-")
		word, _, _ = strings.Cut(word, "_")
		word, _, _ = strings.Cut(word, ".")
		for part, words := range partNames {
			if slices.Contains(words, word) {
				parts[i] = part
			}
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(parts)))
	switch {
	case len(distinct) == 1:
		return make([]string, len(names)), nil
	case distinct[0] == "":
		return nil, fmt.Errorf("%s is named for no part (train, validation or test), %s is; name all files for one or none",
			names[slices.Index(parts, "")], names[slices.IndexFunc(parts, func(p string) bool { return p != "" })])
	case !slices.Contains(distinct, PartTrain):
		return nil, fmt.Errorf("there are files for %s but none for train; name one file to read it alone", strings.Join(distinct, " and "))
	}
	return parts, nil
}
