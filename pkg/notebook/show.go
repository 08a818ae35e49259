package notebook

import (
	"context"
	"fmt"
	"html/template"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// Show displays sections of the report, figures, tables and text, one below the other:
//
//	notebook.Show(chapter.Slices)                             // a section; what it needs is made if it is not on disk
//	notebook.Show(chapter.ClassF1Figure(notebook.LoadRun()))  // a figure, or the error that stands in its place
//	notebook.Show(table, "some *Markdown*", page.Banner())
//
// The cell fails at the first that cannot be shown.
func Show(items ...any) {
	run(func(ctx context.Context) error {
		for i, item := range items {
			if i+1 < len(items) {
				if err, failed := items[i+1].(error); failed { // the item before it is none
					return err
				}
			}
			if err := show(ctx, item); err != nil {
				return err
			}
		}
		return nil
	})
	gonbui.Sync()
}

func show(ctx context.Context, item any) error {
	switch it := item.(type) {
	case nil: // no error beside a figure
		return nil
	case error:
		return it
	case chapter.Section:
		return showSection(ctx, it)
	case page.Block:
		return showBlock(it)
	case string:
		return showBlock(page.Prose(it))
	case template.HTML:
		return showHTML(it)
	default:
		return fmt.Errorf("a %T cannot be shown: Show takes sections, figures, tables, text and HTML", item)
	}
}

func showSection(ctx context.Context, s chapter.Section) error {
	log, end := newLog()
	defer end()
	e, err := load(ctx, log)
	if err != nil {
		return err
	}
	blocks, err := s.Blocks(ctx, e, log)
	end() // before what it shows
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if err := showBlock(b); err != nil {
			return err
		}
	}
	return nil
}

func showBlock(b page.Block) error {
	text, err := b.Text()
	if err != nil {
		return err
	}
	if !gonbui.IsNotebook {
		fmt.Println(text)
		return nil
	}
	if _, prose := b.(page.Prose); prose {
		gonbui.DisplayMarkdown(text)
		return gonbui.Error()
	}
	html, err := b.HTML()
	if err != nil {
		return err
	}
	// Front-ends without HTML show the picture, or the text.
	bundle := map[protocol.MIMEType]any{protocol.MIMETextPlain: text}
	html = page.Assets() + html
	if f, ok := b.(page.Figure); ok {
		script, err := plotlyOnce()
		if err != nil {
			return err
		}
		html = script + html
		bundle[protocol.MIMEImagePNG] = f.PNG
	}
	bundle[protocol.MIMETextHTML] = string(html)
	gonbui.SendData(&protocol.DisplayData{Data: bundle})
	return gonbui.Error()
}

// showHTML displays HTML with the styles and the script of figures and tables: a page's section, or [page.Banner].
func showHTML(html template.HTML) error {
	if !gonbui.IsNotebook {
		fmt.Println(html)
		return nil
	}
	gonbui.DisplayHTML(string(page.Assets() + html))
	return gonbui.Error()
}
