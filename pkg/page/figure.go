package page

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"regexp"
	"strings"
)

// About is what a figure says of itself in words.
type About struct {
	// ID is the figure's anchor in a page: lower-case letters, digits and hyphens.
	ID string
	// Title names what is shown, Caption explains it in a sentence or two (it may be empty).
	Title, Caption string
	// Alt says what the picture shows, with its main numbers, to those who cannot see it.
	Alt string
	// Synthetic marks results on synthetic notes, in the picture as well as beside it.
	Synthetic bool
}

var anchor = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// IsAnchor says whether an id can be an anchor in a page: lower-case letters, digits and hyphens, a letter first.
func IsAnchor(id string) bool { return anchor.MatchString(id) }

func (a About) check() error {
	switch {
	case !IsAnchor(a.ID):
		return fmt.Errorf("the id of a figure is %q: lower-case letters, digits and hyphens, a letter first", a.ID)
	case a.Title == "":
		return errors.New("it has no title")
	case a.Alt == "":
		return errors.New("it has no text alternative: say in Alt what the picture shows")
	}
	return nil
}

// fail names the figure in an error.
func (a About) fail(err error) error { return fmt.Errorf("figure %q: %w", a.ID, err) }

// Figure is one figure, as a picture and as an interactive figure of the same data.
type Figure struct {
	About
	// PNG is the picture, at two pixels for each CSS pixel.
	PNG []byte
	// Plotly is the interactive figure, as JSON {data, layout} for plotly.js.
	Plotly []byte
	// MinWidth is the width in CSS pixels below which the figure scrolls in its own box.
	MinWidth int
}

type figureView struct {
	Figure
	Source        template.URL
	Width, Height int
	Data          template.JS
}

// HTML renders the figure: the picture, and the interactive figure's data for where scripts run. It fails when the picture is no PNG.
func (f Figure) HTML() (template.HTML, error) {
	if err := f.check(); err != nil {
		return "", f.fail(err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(f.PNG))
	if err != nil {
		return "", f.fail(fmt.Errorf("its picture: %w", err))
	}
	return render("figure", figureView{
		Figure: f,
		Source: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(f.PNG)),
		Width:  config.Width / scale, Height: config.Height / scale,
		// encoding/json writes <, > and & as escapes, so the data cannot end its script element.
		Data: template.JS(f.Plotly),
	})
}

// Text renders the figure in words: its title, its text alternative, its caption.
func (f Figure) Text() (string, error) {
	if err := f.check(); err != nil {
		return "", f.fail(err)
	}
	parts := []string{f.Title + ": " + f.Alt}
	if f.Synthetic {
		parts[0] = f.Title + " [" + Badge + "]: " + f.Alt
	}
	if f.Caption != "" {
		parts = append(parts, f.Caption)
	}
	return strings.Join(parts, "\n") + "\n", nil
}

// figureSpec is what each kind of figure is drawn from.
type figureSpec interface {
	check() error          // of the words that every figure has
	draw() (Figure, error) // checks the kind's own values
	fail(err error) error  // names the figure in an error
}

// drawn checks a figure's words and draws it; an error names the figure.
func drawn(spec figureSpec) (Figure, error) {
	err := spec.check()
	if err == nil {
		var f Figure
		if f, err = spec.draw(); err == nil {
			return f, nil
		}
	}
	return Figure{}, spec.fail(err)
}
