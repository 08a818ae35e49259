package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/chromedp/chromedp"
)

// TestPagePrints: on paper nothing is cut, and what only a screen can use is not there.
func TestPagePrints(t *testing.T) {
	address := samplePage(t, true)
	b := open(t)
	b.run(chromedp.EmulateViewport(sheet, 1000))
	b.run(chromedp.Navigate(address))
	b.until(drawn)
	printsWhole(t, b)
	b.media("print", "light")
	if got := eval[[]float64](b, `["wide", "absurd", "classes"].map(id => parseFloat(getComputedStyle(document.querySelector("#" + id + " table")).fontSize))`); got[0] >= got[2] || got[1] >= got[0] {
		t.Errorf("letters of a wide table, a wider one and a usual one: %v pixels", got)
	}
	if !eval[bool](b, `document.querySelectorAll("nav a").length === [...document.querySelectorAll("nav a")].filter(a => a.getClientRects().length).length &&
		getComputedStyle(document.querySelector("nav")).position === "static"`) {
		t.Error("the contents are not printed as a list")
	}
	b.quiet(address)
}

// pdfStrings are the texts of a PDF that follow a key, in the order of the file.
func pdfStrings(pdf []byte, key string) []string {
	var texts []string
	for _, m := range regexp.MustCompile(`/`+key+` ?(?:\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f]*)>)`).FindAllSubmatch(pdf, -1) {
		raw := regexp.MustCompile(`(?s)\\(\d{3}|.)`).ReplaceAllFunc(m[1], func(e []byte) []byte {
			if n, err := strconv.ParseUint(string(e[1:]), 8, 8); err == nil && len(e) == 4 {
				return []byte{byte(n)}
			}
			return e[1:]
		})
		for i := 0; i+1 < len(m[2]); i += 2 {
			n, _ := strconv.ParseUint(string(m[2][i:i+2]), 16, 8)
			raw = append(raw, byte(n))
		}
		if wide, ok := bytes.CutPrefix(raw, []byte{0xfe, 0xff}); ok {
			var units []uint16
			for i := 0; i+1 < len(wide); i += 2 {
				units = append(units, uint16(wide[i])<<8|uint16(wide[i+1]))
			}
			raw = []byte(string(utf16.Decode(units)))
		}
		texts = append(texts, string(raw))
	}
	return texts
}

// checkPDF fails where a print lacks sheets, the page's title, its headings as an outline, or its structure.
func checkPDF(t *testing.T, pdf []byte, title string, headings []string) {
	t.Helper()
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
		t.Fatalf("it is no whole PDF: %.20q", pdf)
	}
	sheets := len(regexp.MustCompile(`/Type ?/Page\b[^s]`).FindAll(pdf, -1))
	boxes := regexp.MustCompile(`/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]`).FindAllSubmatch(pdf, -1)
	if sheets == 0 || len(boxes) == 0 {
		t.Fatalf("%d sheets of %d sizes", sheets, len(boxes))
	}
	for _, box := range boxes {
		if fmt.Sprintf("%.3s %.3s", box[1], box[2]) != "595 841" && fmt.Sprintf("%.3s %.3s", box[1], box[2]) != "594 841" {
			t.Errorf("a sheet of %s by %s points is not A4", box[1], box[2])
		}
	}
	titles := pdfStrings(pdf, "Title")
	if !slices.Contains(titles, title) {
		t.Errorf("no title %q in %q", title, titles)
	}
	for _, h := range headings {
		if !slices.Contains(titles, h) {
			t.Errorf("the outline lacks %q: %q", h, titles)
		}
	}
	for _, key := range []string{"/Outlines", "/StructTreeRoot", "/MarkInfo", "/Lang"} {
		if !bytes.Contains(pdf, []byte(key)) {
			t.Errorf("it has no %s", key)
		}
	}
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
	checkPDF(t, pdf, "A report: figures & tables", []string{"In short", "The data", "Figures", "Tables", "A heading of the text", "Errors", "Walk into the notes", "Times"})
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
