package page

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

// TestPagePrints: on paper nothing is cut, and what only a screen can use is not there.
func TestPagePrints(t *testing.T) {
	address := samplePage(t, true)
	b := browserkit.Open(t)
	b.Sheet()
	b.Run(chromedp.Navigate(address))
	b.Until(browserkit.FiguresDrawn)
	browserkit.PrintsWhole(t, b)
	b.Media("print", "light")
	if got := browserkit.Eval[[]float64](b, `["wide", "absurd", "classes"].map(id => parseFloat(getComputedStyle(document.querySelector("#" + id + " table")).fontSize))`); got[0] >= got[2] || got[1] >= got[0] {
		t.Errorf("letters of a wide table, a wider one and a usual one: %v pixels", got)
	}
	if !browserkit.Eval[bool](b, `document.querySelectorAll("nav a").length === [...document.querySelectorAll("nav a")].filter(a => a.getClientRects().length).length &&
		getComputedStyle(document.querySelector("nav")).position === "static"`) {
		t.Error("the contents are not printed as a list")
	}
	b.Quiet(address)
}

func TestPDF(t *testing.T) {
	page := strings.TrimPrefix(samplePage(t, true), "file://")
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	out := filepath.Join(dir, "report.pdf")
	if err := PDF(t.Context(), page, out); err != nil {
		t.Fatal(err)
	}
	pdf, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	browserkit.CheckPDF(t, pdf, "A report: figures & tables", []string{"In short", "The data", "Figures", "Tables", "A heading of the text", "Errors", "Single notes", "Times"})
	nothingLeft(t, dir, "report.pdf")
}

// nothingLeft fails where the browser runs on, left a folder, or where the folder of the print has more than it.
func nothingLeft(t *testing.T, dir string, want ...string) {
	t.Helper()
	names := func(dir string) []string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return out
	}
	if got := names(dir); !slices.Equal(got, want) {
		t.Errorf("in its folder are %q, want %q", got, want)
	}
	if got := names(os.TempDir()); len(got) > 0 {
		t.Errorf("the browser left %q", got)
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if command, err := os.ReadFile(line); err == nil && bytes.Contains(command, []byte(os.TempDir()+"/")) {
			t.Errorf("it runs on: %q", command)
		}
	}
}

func TestPDFFails(t *testing.T) {
	page := strings.TrimPrefix(samplePage(t, false), "file://")
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	out := filepath.Join(dir, "report.pdf")
	if err := os.WriteFile(out, []byte("an earlier one"), 0o644); err != nil {
		t.Fatal(err)
	}
	over, end := context.WithCancel(t.Context())
	end()
	program := filepath.Join(t.TempDir(), "chrome")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho get it elsewhere\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, chrome, page, out string
		ctx                     context.Context
		within                  time.Duration
		want                    error
		words                   string
	}{
		{"no browser", "/no/such/chrome", page, out, t.Context(), time.Hour, ErrNoBrowser, "CHROME=/no/such/chrome"},
		{"a program that is none", program, page, out, t.Context(), time.Hour, ErrNoBrowser, program},
		{"no page", "", page + ".none", out, t.Context(), time.Hour, os.ErrNotExist, ".none"},
		{"no folder", "", page, filepath.Join(dir, "none", "report.pdf"), t.Context(), time.Hour, os.ErrNotExist, "none"},
		{"ended before", "", page, out, over, time.Hour, context.Canceled, ""},
		// By then the browser is there, and the print is not.
		{"ended midway", "", page, out, t.Context(), 700 * time.Millisecond, context.DeadlineExceeded, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.chrome != "" {
				t.Setenv("CHROME", test.chrome)
			}
			ctx, cancel := context.WithTimeout(test.ctx, test.within)
			defer cancel()
			err := PDF(ctx, test.page, test.out)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %v with %q", err, test.want, test.words)
			}
			nothingLeft(t, dir, "report.pdf")
		})
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != "an earlier one" {
		t.Errorf("the earlier print is now %.20q, %v", got, err)
	}
}
