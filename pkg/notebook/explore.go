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
	// answerTimeout is how long a cell waits for the first message of its page.
	answerTimeout = 14 * time.Second
	// retryInterval is how often GoNB is asked again to open its channel: it gives the page half a second, which is short on a busy machine.
	retryInterval = 5 * time.Second
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
	s := pageServer{where, func(line string) (string, error) {
		saving.Lock()
		defer saving.Unlock()
		return save(line)
	}, map[int]pageMessage{}}
	return s.serve(ctx, e.Channel)
}

// pageMessage is a message from a page or to it. It is sent as JSON text, because GoNB's channel carries no mixed values.
type pageMessage struct {
	// Is is hello, save, done or bye from the page; ready, saved, refused or ended to it.
	Is string `json:"is"`
	// Number counts the page's requests, and names in a reply the request that it is to.
	Number int `json:"n,omitempty"`
	// Line is the correction to save.
	Line string `json:"line,omitempty"`
	// Text is for the reader.
	Text string `json:"text,omitempty"`
}

// pageServer answers the requests of a page.
type pageServer struct {
	// where says to the reader where corrections go, and save keeps one.
	where string
	save  func(line string) (string, error)
	// answers are the replies to the saves so far, by number: a page sends a request again where the reply was lost.
	answers map[int]pageMessage
}

// answer returns the reply to a message, with an empty Is for none, and whether the page is done.
func (s *pageServer) answer(m pageMessage) (reply pageMessage, over bool) {
	switch m.Is {
	case "hello":
		return pageMessage{Is: "ready", Text: "Corrections are saved to " + s.where + " while the cell runs."}, false
	case "save":
		if _, known := s.answers[m.Number]; !known {
			a := pageMessage{Is: "saved", Number: m.Number}
			said, err := s.save(m.Line)
			if a.Text = said; err != nil {
				a.Is, a.Text = "refused", "Not saved: "+err.Error()
			}
			s.answers[m.Number] = a
		}
		return s.answers[m.Number], false
	case "done":
		return s.endMessage("has ended"), true
	case "bye":
		return pageMessage{}, true
	default:
		return pageMessage{}, false
	}
}

// endMessage tells the page that the cell has ended, and how.
func (s *pageServer) endMessage(how string) pageMessage {
	return pageMessage{Is: "ended", Text: "The cell " + how + "; what was saved is in " + s.where + "."}
}

// serve answers the page behind a channel until the page is done, it does not answer in time, or the context ends.
func (s *pageServer) serve(ctx context.Context, channel string) error {
	messages := make(chan pageMessage)
	// The subscription stays: gonbui/comms hangs at a message that comes after one is removed.
	comms.Subscribe(channel, func(_, text string) {
		var m pageMessage
		if json.Unmarshal([]byte(text), &m) != nil {
			return // not from an explorer
		}
		select {
		case messages <- m:
		case <-ctx.Done():
		}
	})
	send := func(m pageMessage) error {
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
	unanswered := time.After(answerTimeout)
	retry := time.NewTicker(retryInterval)
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			return send(s.endMessage("was interrupted"))
		case <-unanswered:
			fmt.Println("No page answered, so the cell does not wait for corrections; they can be downloaded from it.")
			return nil
		case <-retry.C:
			comms.Start()
		case m := <-messages:
			unanswered = nil
			retry.Stop()
			reply, over := s.answer(m)
			if err := send(reply); err != nil || over {
				return err
			}
		}
	}
}
