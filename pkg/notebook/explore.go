package notebook

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"

	"github.com/specialist-nlp/specialist/pkg/explorer"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// sessionEnv is set by a Jupyter server for the kernels of the notebooks that are open in it, and by nothing that executes a notebook
// without a page.
const sessionEnv = "JPY_SESSION_NAME"

const (
	// patience is how long a cell waits for its page to answer.
	patience = 14 * time.Second
	// urge is how often GoNB is asked meanwhile to open its channel: it gives the page half a second, which a busy machine may miss.
	urge = 5 * time.Second
)

// Explore shows an explorer in a cell. Where a page of JupyterLab or Jupyter Notebook answers, the cell keeps running and hands each
// correction that a reader saves, one line of JSON, to save, which says what it did; its error is shown beside the button. The cell ends,
// without an error, when the reader clicks Done, leaves the page or interrupts it; its program also ends, with status 1, once its kernel
// is no longer there. where says to the reader where corrections go.
//
// Everywhere else the cell ends at once: under nbconvert, in a report, in an editor, where nothing opens GoNB's channel. Filters work
// there all the same, and corrections can be downloaded.
func Explore(ctx context.Context, e explorer.Explorer, where string, save func(line string) (said string, err error)) error {
	live := gonbui.IsNotebook && os.Getenv(stage.ParentEnv) == "" && os.Getenv(sessionEnv) != ""
	e.Channel = ""
	if live {
		e.Channel = "/specialist/explorer/" + gonbui.UniqueId()
	}
	if err := showBlock(e); err != nil || !live {
		return err
	}
	var saving sync.Mutex
	endWithKernel(&saving)
	d := desk{where, func(line string) (string, error) {
		saving.Lock()
		defer saving.Unlock()
		return save(line)
	}, map[int]pageMessage{}}
	return d.listen(ctx, e.Channel)
}

// pageMessage is what a page says and is told. It goes as JSON text, because GoNB's channel carries no mixed values.
type pageMessage struct {
	// Is is hello, save, done or bye from the page; ready, saved, refused or ended to it.
	Is string `json:"is"`
	// Number counts the page's saves, and tells in an answer which one it is to.
	Number int `json:"n,omitempty"`
	// Line is the correction to save.
	Line string `json:"line,omitempty"`
	// Text is for the reader.
	Text string `json:"text,omitempty"`
}

// desk answers a page.
type desk struct {
	where   string
	save    func(line string) (string, error)
	answers map[int]pageMessage // to the saves so far: a page that has heard nothing asks again
}

// answer returns what the page is told, nothing where Is is empty, and whether it is done.
func (d *desk) answer(m pageMessage) (reply pageMessage, over bool) {
	switch m.Is {
	case "hello":
		return pageMessage{Is: "ready", Text: "Corrections are saved to " + d.where + " while the cell runs."}, false
	case "save":
		if _, known := d.answers[m.Number]; !known {
			a := pageMessage{Is: "saved", Number: m.Number}
			said, err := d.save(m.Line)
			if a.Text = said; err != nil {
				a.Is, a.Text = "refused", "Not saved: "+err.Error()
			}
			d.answers[m.Number] = a
		}
		return d.answers[m.Number], false
	case "done":
		return d.ended("has ended"), true
	case "bye":
		return pageMessage{}, true
	default:
		return pageMessage{}, false
	}
}

func (d *desk) ended(how string) pageMessage {
	return pageMessage{Is: "ended", Text: "The cell " + how + "; what was saved is in " + d.where + "."}
}

// listen serves the page behind a channel until it is done with.
func (d *desk) listen(ctx context.Context, channel string) error {
	heard := make(chan pageMessage)
	// There is no taking back a subscription: gonbui/comms hangs at a message that comes after that.
	comms.Subscribe(channel, func(_, text string) {
		var m pageMessage
		if json.Unmarshal([]byte(text), &m) != nil {
			return // not from an explorer
		}
		select {
		case heard <- m:
		case <-ctx.Done():
		}
	})
	tell := func(m pageMessage) error {
		if m.Is == "" {
			return gonbui.Error()
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		comms.Send(channel+"/back", string(text))
		return gonbui.Error()
	}
	silence := time.After(patience)
	urging := time.NewTicker(urge)
	defer urging.Stop()
	for {
		select {
		case <-ctx.Done():
			return tell(d.ended("was interrupted"))
		case <-silence:
			fmt.Println("No page answered, so the cell does not wait for corrections; they can be downloaded from it.")
			return nil
		case <-urging.C:
			comms.Start()
		case m := <-heard:
			silence = nil
			urging.Stop()
			reply, over := d.answer(m)
			if err := tell(reply); err != nil || over {
				return err
			}
		}
	}
}
