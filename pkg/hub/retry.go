package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// transientError is a failure that may pass: a connection that could not be made or that broke, a busy server.
type transientError struct {
	err  error
	wait time.Duration // what the server asked for, 0 if nothing
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// A server may ask for a wait of hours; longer than this it is better to fail and say so.
const longestWait = time.Minute

// retry calls attempt until it succeeds, fails for good, or has failed the given number of times in a row without moving on.
// attempt reports whether it moved on.
func (c *client) retry(ctx context.Context, attempts int, attempt func() (movedOn bool, err error)) error {
	failures := 0
	for {
		movedOn, err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var transient *transientError
		if !errors.As(err, &transient) || transient.wait > longestWait {
			return err
		}
		if movedOn {
			failures = 0
		}
		if failures++; failures >= attempts {
			return fmt.Errorf("gave up after %d attempts: %w", failures, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(transient.wait, c.backoff<<(failures-1))):
		}
	}
}

// transport wraps a failure to get an answer at all. The address is left out: behind a redirect it can hold a signature.
func transport(err error) error {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	return &transientError{err: err}
}

// statusError is an answer other than the wanted one.
type statusError struct {
	status  int
	code    string // the Hub's X-Error-Code, such as RepoNotFound or GatedRepo
	message string // the Hub's X-Error-Message
	host    string
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("%s answered HTTP %d %s", e.host, e.status, http.StatusText(e.status))
	if e.message != "" {
		s += " (" + e.message + ")"
	}
	return s
}

// status turns an unwanted answer into an error, a transient one where trying again makes sense.
func status(resp *http.Response) error {
	err := &statusError{
		status:  resp.StatusCode,
		code:    resp.Header.Get("X-Error-Code"),
		message: oneLine(resp.Header.Get("X-Error-Message")),
		host:    resp.Request.URL.Host,
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return &transientError{err: err, wait: time.Duration(max(seconds, 0)) * time.Second}
	}
	return err
}

// oneLine keeps a server's text from breaking or flooding a message.
func oneLine(s string) string {
	const longest = 200
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "..."
	}
	return s
}

// explain says what an error about a repository means for whoever asked for it.
func (c *client) explain(ref Ref, err error) error {
	var e *statusError
	if !errors.As(err, &e) {
		return err
	}
	refused := e.status == http.StatusUnauthorized || e.status == http.StatusForbidden
	switch {
	case refused && e.host != c.endpoint.Host:
		return err
	case e.code == "RevisionNotFound":
		return fmt.Errorf("%s has no revision %q: %w", ref.ID, ref.Revision, err)
	case e.code == "GatedRepo", e.status == http.StatusForbidden:
		return fmt.Errorf("access to %s is refused: accept its conditions at %s, then set HF_TOKEN to a token of that account; %s: %w",
			ref.ID, c.page(ref), ref.ownCopyHint(), err)
	case e.status == http.StatusUnauthorized && c.token != "":
		return fmt.Errorf("the token from %s is not accepted for %s: %w", c.tokenFrom, ref.ID, err)
	// The Hub answers 401 to a stranger who asks for a repository that does not exist.
	case e.status == http.StatusNotFound, e.status == http.StatusUnauthorized, e.code == "RepoNotFound":
		private := "if it is private, set HF_TOKEN"
		if c.token != "" {
			private = "if it is private, the token from " + c.tokenFrom + " may not read it"
		}
		return fmt.Errorf("no repository %s (revision %q) at %s: check the name; %s; %s: %w",
			ref.ID, ref.Revision, c.endpoint.Redacted(), private, ref.ownCopyHint(), err)
	}
	return err
}

// page is the repository's address for people.
func (c *client) page(ref Ref) string {
	if ref.Dataset {
		return c.endpoint.Redacted() + "/datasets/" + ref.ID
	}
	return c.endpoint.Redacted() + "/" + ref.ID
}
