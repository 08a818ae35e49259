package notebook

import (
	"fmt"
	"html/template"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// Show displays figures and tables, one below the other. It fails, and shows what came before, where one cannot be rendered.
func Show(blocks ...page.Block) error {
	for _, b := range blocks {
		if err := show(b); err != nil {
			return err
		}
	}
	return nil
}

func show(b page.Block) error {
	text, err := b.Text()
	if err != nil {
		return err
	}
	if !gonbui.IsNotebook {
		fmt.Println(text)
		return nil
	}
	html, err := b.HTML()
	if err != nil {
		return err
	}
	// Front-ends without HTML show the picture, or the text.
	bundle := map[protocol.MIMEType]any{protocol.MIMETextPlain: text}
	html = page.Assets() + html
	if f, ok := b.(page.Figure); ok {
		script, err := plotly()
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

// Markdown displays text in Markdown.
func Markdown(text string) error {
	if !gonbui.IsNotebook {
		fmt.Println(text)
		return nil
	}
	gonbui.DisplayMarkdown(text)
	return gonbui.Error()
}

// HTML displays HTML, with the styles and the script of figures and tables: a page's section, or [page.Banner].
func HTML(html template.HTML) error {
	if !gonbui.IsNotebook {
		fmt.Println(html)
		return nil
	}
	gonbui.DisplayHTML(string(page.Assets() + html))
	return gonbui.Error()
}
