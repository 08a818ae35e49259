package page

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
)

// ErrNoBrowser says that no Chromium was found.
var ErrNoBrowser = errors.New("there is no Chromium that runs: apt-get install chromium, or CHROME=/path/to/chrome")

const (
	// versionTimeout is how long a browser may take to say its version, printTimeout to print a page.
	versionTimeout, printTimeout = 20 * time.Second, 3 * time.Minute
	// sideMargin, topMargin and footMargin are a sheet's, in inches.
	sideMargin, topMargin, footMargin = .6, .55, .7
)

// footer is the foot of each sheet. The browser fills the spans in; without a font size it prints nothing.
const footer = `<div style="width: 100%; margin: 0 .6in; display: flex; justify-content: space-between; font: 7.5pt 'Liberation Sans', Arial, sans-serif; color: #444">` +
	`<span class="title"></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`

// chromium returns the path of a Chromium: the one that CHROME names, else one on PATH. It has to answer, because a distribution may have a
// program of that name that only tells where to get one.
func chromium(ctx context.Context) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if chrome := os.Getenv("CHROME"); chrome != "" {
		names = []string{chrome}
	}
	versionCtx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(versionCtx, path, "--version").Run() == nil {
			return path, nil
		}
	}
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	if os.Getenv("CHROME") != "" {
		return "", fmt.Errorf("CHROME=%s: %w", names[0], ErrNoBrowser)
	}
	return "", ErrNoBrowser
}

// browserOptions start a browser that shows files and asks nobody for anything, also in a container and as root: without its sandbox, as
// the only page that it opens is one that this package wrote.
func browserOptions(path string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
}

// PDF prints the page in the file page to the file out: sheets of A4 with their numbers, the page's title, its outline and its structure for
// screen readers. Scripts do not run, so figures are pictures. The file is replaced when the print is whole. It fails
// with [ErrNoBrowser] where there is no Chromium, with ctx's error when ctx ends, which also ends the browser, and after three minutes.
func PDF(ctx context.Context, page, out string) error {
	path, err := chromium(ctx)
	if err != nil {
		return err
	}
	pdf, err := printPage(ctx, path, page)
	if err != nil {
		return fmt.Errorf("printing %s with %s: %w", page, path, err)
	}
	if err := atomicfile.WriteFile(out, pdf); err != nil {
		return fmt.Errorf("the print of %s: %w", page, err)
	}
	return nil
}

func printPage(ctx context.Context, browser, page string) ([]byte, error) {
	page, err := filepath.Abs(page)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(page); err != nil { // a browser would print its own words about it
		return nil, err
	}
	// The browser's temporary files go with their folder, also where it is killed before it can remove them.
	tempDir, err := os.MkdirTemp("", "specialist-print-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tempDir)
	whole, cancel := context.WithTimeoutCause(ctx, printTimeout, fmt.Errorf("it is not done after %v", printTimeout))
	defer cancel()
	allocator, stop := chromedp.NewExecAllocator(whole, append(browserOptions(browser), chromedp.Env("TMPDIR="+tempDir))...)
	defer stop()
	discard := func(string, ...any) {} // what matters comes back as an error
	tab, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(discard), chromedp.WithLogf(discard))
	defer closeTab()

	if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		return nil, cause(whole, err)
	}
	if err := chromedp.Do(tab, chromedp.Navigate((&url.URL{Scheme: "file", Path: page}).String())); err != nil {
		return nil, cause(whole, err)
	}
	pdf, err := chromedp.Run(tab, chromedp.PrintToPDF(
		chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFMargins(topMargin, sideMargin, footMargin, sideMargin), chromedp.PDFPrintBackground(),
		chromedp.PDFHeaderTemplate("<span></span>"), chromedp.PDFFooterTemplate(footer), chromedp.PDFOutlineAndTagged(), chromedp.PDFStream(),
	))
	if err != nil {
		return nil, cause(whole, err)
	}
	return pdf, nil
}

// cause returns why a context ended, where it has, else err: the error of a browser that was killed does not say why.
func cause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
