package notebook

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"html"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// plotlyShown says that this cell has shown plotly.js, or the line that it is missing.
var plotlyShown bool

// plotlyOnce returns what stands before a figure: plotly.js where the notebook does not have it yet, a line that it is missing, or nothing.
func plotlyOnce() (template.HTML, error) {
	if plotlyShown {
		return "", nil
	}
	plotlyShown = true
	mine, err := claimPlotly(os.Getenv(protocol.GONB_TMP_DIR_ENV))
	if err != nil || !mine {
		return "", err
	}
	home, err := checkout.Home()
	if err != nil {
		return "", err
	}
	script, err := page.Script(checkout.PlotlyFile(home))
	if errors.Is(err, fs.ErrNotExist) {
		return template.HTML(`<p>The figures are pictures: there is no ` + html.EscapeString(checkout.PlotlyFile(home)) + `; make setup fetches it.</p>`), nil
	}
	return script, err
}

// claimPlotly says whether this cell is the one that embeds plotly.js. The kernel's folder, which lives as long as its session, names that
// cell: the first that shows a figure. It is known by its code, so that it embeds again when it runs again and its output is replaced.
func claimPlotly(dir string) (bool, error) {
	cell, err := cellHash(filepath.Join(dir, "main.go"))
	if err != nil {
		return false, err
	}
	path := filepath.Join(dir, "specialist-plotly")
	first, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, os.WriteFile(path, cell, 0o600)
	}
	return bytes.Equal(first, cell), err
}

// cellHash returns the hash of a program's main function, which is the cell; around it GoNB puts the declarations of all cells so far.
func cellHash(path string) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the cell's program: %w", err)
	}
	hash := sha256.New()
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "main" && f.Recv == nil {
			if err := format.Node(hash, files, f); err != nil {
				return nil, fmt.Errorf("the cell's program: %w", err)
			}
		}
	}
	return hash.Sum(nil), nil
}
