package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"
)

const (
	bufferSize   = 128 << 10
	reportEvery  = 256 << 10 // bytes between two reports of progress
	leastAdvance = 1 << 20   // bytes after which an attempt has made progress
)

// download downloads a blob, unless it is in the cache, and links the commit's file to it.
func (c *client) download(ctx context.Context, dir cache, commit string, b blob, report func(done, total int64)) (err error) {
	unlock, err := dir.lock(ctx, b.etag)
	if err != nil {
		return err
	}
	defer func() {
		if unlockErr := unlock(); err == nil {
			err = unlockErr
		}
	}()

	path := dir.blob(b.etag)
	// A blob of another size is damaged and is replaced.
	if have := size(path); have < 0 || (b.size >= 0 && have != b.size) {
		if err := os.MkdirAll(dir.blob(""), 0o755); err != nil {
			return err
		}
		if err := c.fill(ctx, path+".incomplete", b, report); err != nil {
			return err
		}
		if err := os.Rename(path+".incomplete", path); err != nil {
			return err
		}
	}
	return dir.link(commit, b.name, b.etag)
}

// fill downloads the rest of the file part and verifies it. After an error of the connection, the disk or the context the file is
// kept for the next call; a file with a wrong hash or size is removed.
func (c *client) fill(ctx context.Context, part string, b blob, report func(done, total int64)) error {
	resumed := size(part) > 0
	for {
		err := c.extend(ctx, part, b, report)
		if err == nil {
			err = b.verify(part)
		}
		var wrong *mismatchError
		if !errors.As(err, &wrong) {
			return err
		}
		if removeErr := os.Remove(part); removeErr != nil {
			return fmt.Errorf("%w, but not its file: %w", err, removeErr)
		}
		if !resumed {
			return err
		}
		// The part of an earlier process may be wrong, so the whole is downloaded once.
		resumed = false
	}
}

// extend downloads the rest of part, with retries.
func (c *client) extend(ctx context.Context, part string, b blob, report func(done, total int64)) (err error) {
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	at, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	t := &transfer{blob: b, file: f, at: at, report: report}
	err = c.retry(ctx, blobAttempts, func() (bool, error) {
		start := t.at
		err := t.run(ctx, c)
		return t.at-start >= leastAdvance, err
	})
	if err == nil {
		// Otherwise the rename that follows could survive a power cut that the content does not.
		err = f.Sync()
	}
	var transient *transientError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("stopped after %s; the next call goes on from there: %w", t.progress(), ctx.Err())
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk is full after %s: free some space or set HF_HUB_CACHE to a folder on another disk: %w",
			t.progress(), err)
	case errors.As(err, &transient):
		return fmt.Errorf("incomplete after %s; the next call goes on from there: %w", t.progress(), err)
	}
	return err
}

// transfer is a download in progress.
type transfer struct {
	blob
	file     *os.File
	at       int64 // bytes in the file, the offset of the next
	reported int64
	report   func(done, total int64)
}

// progress is the progress in words.
func (t *transfer) progress() string {
	if t.size < 0 {
		return fmt.Sprintf("%d bytes", t.at)
	}
	return fmt.Sprintf("%d of %d bytes", t.at, t.size)
}

// restart truncates the file.
func (t *transfer) restart() error {
	if t.at == 0 {
		return nil
	}
	if err := t.file.Truncate(0); err != nil {
		return err
	}
	t.at, t.reported = 0, 0
	_, err := t.file.Seek(0, io.SeekStart)
	return err
}

// run downloads the rest over one connection.
func (t *transfer) run(ctx context.Context, c *client) error {
	if t.size >= 0 && t.at > t.size {
		if err := t.restart(); err != nil {
			return err
		}
	}
	t.reported = t.at
	t.report(t.at, t.size)
	if t.at == t.size {
		return nil
	}
	ctx, watch := watchdog(ctx, c.stall)
	defer watch.stop()
	req, err := newRequest(ctx, http.MethodGet, t.url)
	if err != nil {
		return err
	}
	if t.at > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", t.at))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return transport(watch.cause(err))
	}
	defer resp.Body.Close()
	total, err := t.accept(resp)
	if err != nil {
		return err
	}
	if total >= 0 && t.size >= 0 && total != t.size {
		return &mismatchError{what: "size", want: fmt.Sprint(t.size, " bytes"), got: fmt.Sprint(total, " bytes")}
	}
	if t.size < 0 {
		t.size = total
	}
	return t.copy(watch.reader(resp.Body), watch)
}

// accept checks that the response continues the file at its end, and truncates the file if the response is the whole. It returns
// the size of the whole file according to the server, -1 if it does not say.
func (t *transfer) accept(resp *http.Response) (total int64, err error) {
	switch resp.StatusCode {
	case http.StatusOK: // the whole, even if a range was requested
		return resp.ContentLength, t.restart()
	case http.StatusPartialContent:
		var first, last int64
		header := resp.Header.Get("Content-Range")
		if n, _ := fmt.Sscanf(header, "bytes %d-%d/%d", &first, &last, &total); n >= 2 && first == t.at {
			if n < 3 {
				total = -1
			}
			return total, nil
		}
		err = fmt.Errorf("%s answered with another part of the file (%q) than was asked for", resp.Request.URL.Host, header)
	case http.StatusRequestedRangeNotSatisfiable:
		err = status(resp)
	default:
		return 0, status(resp)
	}
	if restartErr := t.restart(); restartErr != nil {
		return 0, restartErr
	}
	return 0, &transientError{err: err}
}

// copy appends the body to the file.
func (t *transfer) copy(body io.Reader, watch *watch) error {
	buffer := make([]byte, bufferSize)
	for {
		n, readErr := body.Read(buffer)
		if t.size >= 0 && t.at+int64(n) > t.size {
			return &mismatchError{what: "size", want: fmt.Sprint(t.size, " bytes"), got: "more"}
		}
		written, err := t.file.Write(buffer[:n])
		t.at += int64(written)
		if err != nil {
			return err
		}
		if t.at-t.reported >= reportEvery {
			t.reported = t.at
			t.report(t.at, t.size)
		}
		if readErr == io.EOF && t.at < t.size {
			readErr = io.ErrUnexpectedEOF
		}
		if readErr == io.EOF {
			t.report(t.at, t.at)
			return nil
		}
		if readErr != nil {
			return &transientError{err: fmt.Errorf("the connection broke: %w", watch.cause(readErr))}
		}
	}
}
