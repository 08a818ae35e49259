package page

import "html/template"

// Prose is text in Markdown. Its headings are one level below those of the section that holds it.
type Prose string

// HTML renders the text.
func (p Prose) HTML() (template.HTML, error) { return Markdown(string(p), 1) }

// Text is the Markdown itself.
func (p Prose) Text() (string, error) { return string(p), nil }
