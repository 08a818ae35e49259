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

// transientError is a failure for which a retry makes sense: no connection, a broken one, a busy server.
type transientError struct {
	err  error
	wait time.Duration // the server's Retry-After, 0 if it has none
}

func (e *transientError) Error() string { return e.err.Error() }
func (e *transientError) Unwrap() error { return e.err }

// longestWait is the longest Retry-After that is waited for: servers may ask for hours.
const longestWait = time.Minute

// retry calls attempt until it succeeds, fails with an error that is not transient, or has failed the given number of consecutive
// times without progress.
func (c *client) retry(ctx context.Context, attempts int, attempt func() (advanced bool, err error)) error {
	failures := 0
	for {
		advanced, err := attempt()
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
		if advanced {
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

// transport wraps the error of a request without a response. It leaves out the URL, which can contain a signature after a redirect.
func transport(err error) error {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		err = urlErr.Err
	}
	return &transientError{err: err}
}

// statusError is a response with an unexpected status.
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

// status returns the error of a response with an unexpected status, a transient one for a busy server.
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

// oneLine makes a server's text one line of limited length.
func oneLine(s string) string {
	const longest = 200
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "..."
	}
	return s
}

// explain adds to an error about a repository what it means and what to do.
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
	// Without a token the Hub answers 401 for a repository that does not exist.
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

// page returns the URL of the repository's web page.
func (c *client) page(ref Ref) string {
	if ref.Dataset {
		return c.endpoint.Redacted() + "/datasets/" + ref.ID
	}
	return c.endpoint.Redacted() + "/" + ref.ID
}
