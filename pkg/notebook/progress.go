package notebook

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// updateInterval is how often a progress display changes at most.
const updateInterval = 250 * time.Millisecond

// Progress shows how far a long cell is, in one place of its output that changes. An executed notebook keeps the last state alone. Its
// methods may be called from several goroutines.
type Progress struct {
	title, id      string
	mu             sync.Mutex
	done, total    int
	text           string
	started, shown time.Time
}

var progressTemplate = template.Must(template.New("").Parse(`<div class="sp-progress" role="group" aria-label="{{.Title}}">` +
	`<progress max="{{.Total}}" value="{{.Done}}" style="width:16rem;max-width:100%;accent-color:#0072b2;vertical-align:middle"></progress> ` +
	`<span style="font-variant-numeric:tabular-nums">{{.Text}}</span></div>`))

// NewProgress starts a display of total steps.
func NewProgress(title string, total int) *Progress {
	p := &Progress{title: title, id: "progress-" + gonbui.UniqueId(), total: max(total, 1), started: time.Now()}
	p.show(p.line(true))
	return p
}

// Set says that done steps are done, and something about them: the loss so far.
func (p *Progress) Set(done int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.text = min(max(done, 0), p.total), text
	if now := time.Now(); now.Sub(p.shown) >= updateInterval {
		p.shown = now
		p.show(p.line(true))
	}
}

// End shows the last state, which stays: where the bar stands, and what came of it. It holds no times, so that the same run leaves the same
// notebook.
func (p *Progress) End(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	line := p.line(false)
	p.show(line)
	if !gonbui.IsNotebook {
		fmt.Println(line)
	}
}

// line says where it is and, while it runs, for how long yet.
func (p *Progress) line(running bool) string {
	parts := []string{fmt.Sprintf("%s: %d of %d", p.title, p.done, p.total)}
	if running && p.done > 0 {
		spent := time.Since(p.started)
		left := spent.Seconds() * float64(p.total-p.done) / float64(p.done)
		if left >= 1 {
			parts = append(parts, page.Duration.String(page.Of(math.Round(left)))+" left")
		}
	}
	if p.text != "" {
		parts = append(parts, p.text)
	}
	return strings.Join(parts, ", ")
}

func (p *Progress) show(line string) {
	var b strings.Builder
	data := struct {
		Title, Text string
		Done, Total int
	}{p.title, line, p.done, p.total}
	// Writing to memory cannot fail, and the fields exist.
	_ = progressTemplate.Execute(&b, data)
	gonbui.UpdateHTML(p.id, b.String())
}
