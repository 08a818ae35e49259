package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/checkout"
)

// Diff lists what differs between the results of two reports, but for their times and the commit of the code that made them: the key, and both
// values. A report is its folder or its results.json. Results of another schema than this program's are refused, as their keys may mean something else.
func Diff(a, b string) ([]string, error) {
	var sides [2]any
	for i, path := range []string{a, b} {
		var err error
		if sides[i], err = readResults(path); err != nil {
			return nil, err
		}
	}
	var found []string
	compare("", sides[0], sides[1], &found)
	return found, nil
}

// readResults reads a report's results without their times.
func readResults(path string) (map[string]any, error) {
	if checkout.IsDir(path) {
		path = filepath.Join(path, resultsFile)
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s does not exist: name a report's folder, or its %s", path, resultsFile)
	}
	if err != nil {
		return nil, err
	}
	var content map[string]any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber() // every digit counts
	if err := d.Decode(&content); err != nil {
		return nil, fmt.Errorf("%s: %w; make the report again", path, err)
	}
	schema, found := content["schema"]
	if !found {
		return nil, fmt.Errorf("%s has no schema: it is not a report's %s", path, resultsFile)
	}
	if fmt.Sprint(schema) != fmt.Sprint(resultsSchema) {
		return nil, fmt.Errorf("%s has schema %v, this program knows %d: make the report again with the program that is to read it", path, schema, resultsSchema)
	}
	delete(content, "times")
	return content, nil
}

// commitKey is where a result says which code made it. That two commits give the same numbers is what a comparison is to find out.
const commitKey = "commit"

// longest is the most that is shown of a value.
const longest = 80

func compare(key string, a, b any, found *[]string) {
	switch left := a.(type) {
	case map[string]any:
		if right, ok := b.(map[string]any); ok {
			for _, name := range keys(left, right) {
				if name == commitKey {
					continue
				}
				compare(strings.TrimPrefix(key+"."+name, "."), left[name], right[name], found)
			}
			return
		}
	case []any:
		if right, ok := b.([]any); ok && len(left) == len(right) {
			for i := range left {
				compare(fmt.Sprintf("%s[%d]", key, i), left[i], right[i], found)
			}
			return
		}
	}
	if !reflect.DeepEqual(a, b) {
		*found = append(*found, fmt.Sprintf("%s: %s, %s", key, short(a), short(b)))
	}
}

// keys are the keys of two objects, sorted.
func keys(a, b map[string]any) []string {
	var all []string
	for name := range a {
		all = append(all, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func short(value any) string {
	raw, err := json.Marshal(value)
	if err != nil || len(raw) > longest {
		return fmt.Sprintf("%.*s...", longest, raw)
	}
	return string(raw)
}
