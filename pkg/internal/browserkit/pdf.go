package browserkit

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode/utf16"
)

// CheckPDF fails where a print has no sheets of A4, or lacks the page's title, one of its headings in the outline, or the structure for screen
// readers.
func CheckPDF(t testing.TB, pdf []byte, title string, headings []string) {
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

// pdfStrings returns the strings that follow a key in a PDF, in the order of the file. A PDF writes a string in parentheses with
// escapes or as hexadecimal digits, and one beyond Latin-1 as UTF-16 with a byte order mark.
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
