package base

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/hub"
)

// weightsFile holds a base's weights.
const weightsFile = "model.safetensors"

// definitions are the files that, beside the weights, decide what a base computes from a text.
var definitions = []string{"config.json", "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}

// Progress is told of a download: the file, and how many of its bytes are there.
type Progress = func(file string, done, total int64)

// Resolve finds a base's folder. A base on the Hub is downloaded into the Hub's cache. Progress may be nil.
func Resolve(ctx context.Context, name string, progress Progress) (dir string, err error) {
	return resolve(ctx, name, hub.ModelFiles(), progress)
}

// ResolveTokenizer is Resolve for a caller that reads the tokenizer alone: of a base on the Hub no weights are downloaded.
func ResolveTokenizer(ctx context.Context, name string, progress Progress) (dir string, err error) {
	files := slices.DeleteFunc(hub.ModelFiles(), func(f hub.File) bool { return strings.HasSuffix(f.Name, ".safetensors") })
	return resolve(ctx, name, files, progress)
}

func resolve(ctx context.Context, name string, files []hub.File, progress Progress) (dir string, err error) {
	switch {
	case name == checkout.BundledBase:
		home, err := checkout.Home()
		if err != nil {
			return "", err
		}
		if dir := checkout.BaseDir(home); checkout.IsDir(dir) {
			return dir, nil
		}
		return "", fmt.Errorf("the base weights are not in %s: run `make build`, or name a model folder with --base", checkout.BaseDir(home))
	case strings.HasPrefix(name, "hub:"):
		ref, err := hub.ParseRef(name)
		if err != nil {
			return "", err
		}
		return hub.Fetch(ctx, ref, files, progress)
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("base %s does not exist: name a model folder, %s, or hub:owner/name@revision", name, checkout.BundledBase)
	}
	return name, nil
}

// Installed says whether a base needs no set-up, or has had it: only the bundled one needs it.
func Installed(name string) bool {
	if name != checkout.BundledBase {
		return true
	}
	home, err := checkout.Home()
	return err == nil && checkout.IsDir(checkout.BaseDir(home))
}

// Hash is the hash of a base folder's weights and definitions. What is wrong with the folder is for the model's loader to say: files that are
// not there are left out.
func Hash(dir string) (string, error) {
	h := sha256.New()
	for _, name := range append([]string{weightsFile}, definitions...) {
		if err := hashFile(h, dir, name); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(h io.Writer, dir, name string) error {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(h, "\n%s\n", name)
	if _, err = io.Copy(h, f); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return nil
}

// TokenizerHash is the hash of the files that decide a base's token ids, in hexadecimal digits.
func TokenizerHash(dir string) (string, error) {
	h := sha256.New()
	for _, name := range definitions {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(raw))
		h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
