package hub

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/gomlx/go-huggingface/hub"
)

// Ref names a repository on the Hub at one revision.
type Ref struct {
	ID       string // "owner/name", or "name" for the few repositories without an owner
	Revision string // branch, tag or commit; empty means "main"
	Dataset  bool   // a data set, not a model
}

// File is a file of a repository to fetch. Name is its path in the repository, with forward slashes. An Optional file that the
// repository does not have is left out without an error.
//
// With Pattern set, Name stands for every file of one folder that it matches in the sense of path.Match ("data/*.parquet"), at
// least one unless it is Optional.
type File struct {
	Name     string
	Optional bool
	Pattern  bool
}

// ModelFiles returns the files of a BERT or DistilBERT model folder. tokenizer.json and vocab.txt are both optional because
// repositories have one or the other, or both.
func ModelFiles() []File {
	return []File{
		{Name: "config.json"},
		{Name: "model.safetensors"},
		{Name: "tokenizer.json", Optional: true},
		{Name: "vocab.txt", Optional: true},
		{Name: "tokenizer_config.json", Optional: true},
	}
}

var (
	repoID = regexp.MustCompile(`^(\w([\w.-]{0,94}\w)?/)?\w([\w.-]{0,94}\w)?$`)
	// The characters that git allows in branch and tag names and that need no escaping in a path.
	revisionName = regexp.MustCompile(`^[\w.+=@#,-]+(/[\w.+=@#,-]+)*$`)
	commitID     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	// One path element, for names from a server.
	safeName = regexp.MustCompile(`^\w[\w.-]*$`)
)

// ParseRef parses "owner/name", "owner/name@revision" or "datasets/owner/name@revision", each with or without the prefix "hub:".
// Without a revision it is "main". It fails for what is not a name on the Hub.
func ParseRef(s string) (Ref, error) {
	id, rev, hasRevision := strings.Cut(strings.TrimPrefix(s, "hub:"), "@")
	name, isDataset := strings.CutPrefix(id, string(hub.RepoTypeDataset)+"/")
	if hasRevision && rev == "" {
		return Ref{}, fmt.Errorf("repository %q: there is no revision after the @", s)
	}
	return Ref{ID: name, Revision: rev, Dataset: isDataset}.checked()
}

// String returns the form that ParseRef parses.
func (r Ref) String() string {
	s := r.ID
	if r.Dataset {
		s = string(hub.RepoTypeDataset) + "/" + s
	}
	if r.Revision != "" {
		s += "@" + r.Revision
	}
	return s
}

// checked fills in the revision. It fails for an id or a revision that is not valid on the Hub or would leave the cache folder.
func (r Ref) checked() (Ref, error) {
	if r.Revision == "" {
		r.Revision = "main"
	}
	if !repoID.MatchString(r.ID) || strings.Contains(r.ID, "--") || strings.Contains(r.ID, "..") {
		return Ref{}, fmt.Errorf("repository %q: expected owner/name of letters, digits, '.', '_' and single '-'", r.ID)
	}
	if !revisionName.MatchString(r.Revision) || hasDotElement(r.Revision) || strings.Contains(r.Revision, "..") {
		return Ref{}, fmt.Errorf("repository %q: %q is not a branch, tag or commit", r.ID, r.Revision)
	}
	return r, nil
}

// checkFiles returns an error for a name that could leave the snapshot folder.
func checkFiles(files []File) error {
	if len(files) == 0 {
		return fmt.Errorf("no files were asked for")
	}
	for _, f := range files {
		if f.Name == "" || strings.ContainsAny(f.Name, "\\\x00") || path.IsAbs(f.Name) || path.Clean(f.Name) != f.Name ||
			hasDotElement(f.Name) {
			return fmt.Errorf("%q is not a file name in a repository", f.Name)
		}
		if _, err := path.Match(f.Name, ""); f.Pattern && (err != nil || strings.ContainsAny(path.Dir(f.Name), "*?[")) {
			return fmt.Errorf("%q is not a pattern of the files in one folder", f.Name)
		}
	}
	return nil
}

func hasDotElement(p string) bool {
	for element := range strings.SplitSeq(p, "/") {
		if element == "." || element == ".." {
			return true
		}
	}
	return false
}

func (r Ref) repoType() hub.RepoType {
	if r.Dataset {
		return hub.RepoTypeDataset
	}
	return hub.RepoTypeModel
}

// folder returns the name of the repository's folder in the cache, such as "models--owner--name".
func (r Ref) folder() string {
	return strings.ReplaceAll(string(r.repoType())+"/"+r.ID, "/", hub.RepoIdSeparator)
}

// ownCopyHint says how to use local files instead of the Hub.
func (r Ref) ownCopyHint() string {
	if r.Dataset {
		return "--data FILE uses a file you have"
	}
	return "--base DIR uses a model folder you have"
}
