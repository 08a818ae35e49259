package corpus

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	knee  = "Pain in the right knee after a fall on the stairs."
	heart = "Chest pain on exertion that is relieved by rest."
)

func TestReadCSVForms(t *testing.T) {
	plain := "text,label,id,keywords\n" +
		"\"" + knee + "\nSecond line, with \"\"quotes\"\".\",Orthopedic,a,\"knee, fall\"\n" +
		"\"" + knee + "\nSecond line, with \"\"quotes\"\".\",Surgery,a,knee\n" +
		heart + ", Cardiology  Clinic ,b,\n"
	plain = strings.Replace(plain, heart, `"`+heart+`"`, 1)
	want := mustRead(t, plain)
	if got := want.Notes[0].Text; got != knee+"\nSecond line, with \"quotes\"." {
		t.Errorf("text %q is not as written", got)
	}
	if diff := cmp.Diff([]string{"Cardiology Clinic", "Orthopedic", "Surgery"}, want.Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 4, 6}, []int{want.Rows[0].Line, want.Rows[1].Line, want.Rows[2].Line}); diff != "" {
		t.Errorf("lines: %s", diff)
	}
	if diff := cmp.Diff([]int{1, 2}, want.Notes[0].Labels); diff != "" {
		t.Error(diff)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte(plain))
	z.Close()
	shuffled := "\"keywords\",id,Medical_Specialty, Transcription \n" +
		",b,Cardiology Clinic,\"" + heart + "\"\n" +
		"knee,a,Surgery ,\"" + knee + "\nSecond line, with \"\"quotes\"\".\"\n\n" +
		"\"knee, fall\",a,Orthopedic,\"" + knee + "\nSecond line, with \"\"quotes\"\".\""
	for name, data := range map[string]string{
		"byte order mark":              "\ufeff" + plain,
		"CRLF":                         strings.ReplaceAll(plain, "\n", "\r\n"),
		"gzip":                         zipped.String(),
		"other order, names and blank": shuffled,
	} {
		got := mustRead(t, data)
		if got.Hash != want.Hash || got.Report != want.Report || len(got.Notes) != 2 {
			t.Errorf("%s: %+v with hash %s, want %+v with %s", name, got.Report, got.Hash, want.Report, want.Hash)
		}
	}
}

func TestReadCSVCounts(t *testing.T) {
	c := mustRead(t, "note_id,transcription,medical_specialty\n"+
		"1,"+knee+",Orthopedic\n"+
		"2,,Surgery\n"+
		"3,\"  \",\n"+
		"4,too short!,Surgery\n"+
		"5,\"PAIN in the right knee; after a fall (on the stairs)\",Orthopedic\n"+
		"6,"+knee+",Surgery\n"+
		"7,exactly twenty chars,Surgery\n"+
		"8,just nineteen chars,Surgery\n")
	want := Report{RowsRead: 8, RowsKept: 3, DroppedShort: 4, WithoutText: 2, DroppedDuplicate: 1}
	if c.Report != want {
		t.Errorf("report %+v, want %+v", c.Report, want)
	}
	if diff := cmp.Diff([]int{0, 1, 1}, c.LabelsPerText()); diff != "" {
		t.Errorf("labels per text: %s", diff)
	}
	if diff := cmp.Diff([]int{1, 2}, c.LabelCounts(c.Notes)); diff != "" {
		t.Errorf("label counts: %s", diff)
	}
	if diff := cmp.Diff([]string{"Orthopedic"}, c.Absent(c.LabelCounts(c.notesOfRows([]int{1, 2})))); diff != "" {
		t.Errorf("absent: %s", diff)
	}
	// Of the two spellings the one that sorts first stands for the note.
	if n := c.Notes[0]; n.ID != "5" || !strings.HasPrefix(n.Text, "PAIN") {
		t.Errorf("note %q with text %q", n.ID, n.Text)
	}
}

func TestReadCSVWithoutIDs(t *testing.T) {
	c := mustRead(t, "text,label\n"+knee+",A\n"+knee+",B\n")
	if id := c.Rows[0].ID; id != "text-"+c.Notes[0].Key[:16] || c.Rows[1].ID != id {
		t.Errorf("ids %q and %q", id, c.Rows[1].ID)
	}
	c = mustRead(t, ",text,label\n0,"+knee+",A\n1,"+knee+",B\n")
	if c.Rows[0].ID != "0" || c.Rows[1].ID != "1" {
		t.Errorf("the unnamed index is not the id: %q, %q", c.Rows[0].ID, c.Rows[1].ID)
	}
}

func TestReadCSVLargeField(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("word \"\"quoted\"\", and more\n", 10<<20/25)
	c := mustRead(t, "text,label\n\""+large+"\",A\n"+heart+",B\n")
	if got := len(c.Notes[0].Text); got < 9<<20 {
		t.Errorf("the large text has %d bytes", got)
	}
	c = mustRead(t, "text,label\n"+strings.Repeat("word ", 2<<20)+",A\n"+heart+",B\n")
	if got := len(c.Notes[0].Text); got != 10<<20 {
		t.Errorf("the long line has %d bytes", got)
	}
}

func TestReadCSVFaults(t *testing.T) {
	header := "id,text,label\n"
	good := "1," + knee + ",A\n2,\"" + heart + "\",B\n"
	for name, tc := range map[string]struct{ data, want string }{
		"empty file":        {"", "FILE: the file is empty"},
		"header only":       {header, "FILE: no row to keep (0 read, 0 of them under 20 characters of cleaned text)"},
		"all short":         {header + "1,short,A\n", "FILE: no row to keep (1 read, 1 of them under 20 characters of cleaned text)"},
		"no text column":    {"id,label\n1,A\n", `FILE: no column holds the text (found "id", "label"); needed are a text column (transcription or text) and a label column (medical_specialty or label)`},
		"no label column":   {"text,specialty\nx,A\n", `FILE: no column holds the label (found "text", "specialty"); needed are a text column (transcription or text) and a label column (medical_specialty or label)`},
		"semicolons":        {"text;label\nx;A\n", `FILE: no column holds the text (found "text;label"); needed are a text column (transcription or text) and a label column (medical_specialty or label); fields must be separated by commas`},
		"two text columns":  {"text,transcription,label\n", `FILE: 2 columns could hold the text (found "text", "transcription", "label"); keep one of transcription, text`},
		"one column twice":  {"text,label,label\n", `FILE: 2 columns could hold the label (found "text", "label", "label"); keep one of medical_specialty, label`},
		"too few fields":    {header + good + "3,x\n", "FILE:4: the row has 2 fields, the header 3"},
		"too many fields":   {header + "1,a,b,c\n" + good, "FILE:2: the row has 4 fields, the header 3"},
		"quote at the end":  {header + good + "3,\"never\nclosed", "FILE:4: the quote opened here is never closed"},
		"quote later":       {header + "0,\"one\ntwo\",A\n" + good + "3,x,\"y\n4,z,C\n", "FILE:6: the quote opened here is never closed"},
		"quote, then more":  {header + "1,\"" + knee + ",A\n2,\"" + heart + "\",B\n", "FILE:2: the quote opened here is not closed before line 3, where text follows a quote (byte 3); close it, or double the quotes inside the field"},
		"quote in a quoted": {header + "1,\"a \"b\" c\",A\n", "FILE:2: text follows the quote at byte 6, which should close the field; close the field, or double the quotes inside it"},
		"bare quote":        {header + good + "3,a \"b\" c,A\n", "FILE:4: quote inside a field that does not begin with one (byte 5 of the line); quote the whole field and double the quote"},
		"quote in header":   {"id,te\"xt,label\n", "FILE:1: quote inside a field that does not begin with one (byte 6 of the line); quote the whole field and double the quote"},
		"Latin-1":           {header + good + "3,caf\xe9 au lait,A\n", "FILE:4: byte 6 of the line (0xe9) is not UTF-8; save the file as UTF-8"},
		"UTF-16":            {"\xff\xfei\x00d\x00", "FILE:1: the file is UTF-16; save it as UTF-8"},
		"NUL":               {header + good + "3,a\x00b,A\n", "FILE:4: NUL byte at byte 4 of the line; the file is not plain text"},
		"no label":          {header + good + "3,\"" + heart + "\nmore\", ,\n", "FILE:4: the row has 4 fields, the header 3"},
		"blank label":       {header + good + "3,\"" + heart + "\nmore\", \n", `FILE:4: id "3": the row has a text but no label`},
		"one id, two texts": {header + good + "1,\"" + heart + "\",A\n", `FILE:4: id "1": this id has another text on line 2; ids must be unique to a text`},
		"one label":         {header + "1," + knee + ",A\n2,\"" + heart + "\",A\n", `FILE: every row is labelled "A"; a classifier needs at least two labels`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, tc.data)
			c, err := ReadCSV(path)
			if err == nil {
				t.Fatalf("no error, %d rows", len(c.Rows))
			}
			if got := strings.ReplaceAll(err.Error(), path, "FILE"); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
			var line *LineError
			if atLine := strings.HasPrefix(tc.want, "FILE:") && tc.want[5] != ' '; errors.As(err, &line) != atLine {
				t.Errorf("a *LineError: %v, want %v", !atLine, atLine)
			}
		})
	}
}

func TestReadCSVFiles(t *testing.T) {
	folder := t.TempDir()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte("text,label\n" + strings.Repeat(knee+",A\n"+heart+",B\n", 2000)))
	z.Close()
	whole := zipped.Bytes()
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-6] ^= 0xff // inside the checksum
	for name, tc := range map[string]struct {
		path string
		want string
	}{
		"a folder":        {folder, "is a folder"},
		"no such file":    {filepath.Join(folder, "none.csv"), "no such file"},
		"truncated gzip":  {write(t, string(whole[:len(whole)-9])), "ends early; the file is truncated"},
		"header only":     {write(t, string(whole[:5])), "ends early; the file is truncated"},
		"damaged gzip":    {write(t, string(damaged)), "the gzip data is damaged"},
		"not really gzip": {write(t, "\x1f\x8bnot gzip at all, though it begins so"), "the gzip data is damaged"},
	} {
		_, err := ReadCSV(tc.path)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), tc.path+":") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHashIgnoresOrderAndSeesContent(t *testing.T) {
	rows := []string{"1," + knee + ",A", "2,\"" + heart + "\",B", "3," + strings.ToUpper(knee) + ",A"}
	read := func(rows ...string) string {
		return mustRead(t, "id,text,label\n"+strings.Join(rows, "\n")+"\n").Hash
	}
	want := read(rows[0], rows[1], rows[2])
	if got := read(rows[2], rows[0], rows[1]); got != want {
		t.Errorf("the order of the rows changes the hash: %s, %s", got, want)
	}
	if read(rows[0], rows[1]) == want {
		t.Error("another spelling of the text leaves the hash as it is")
	}
	if read("1,"+knee+",C", rows[1], rows[2]) == want {
		t.Error("another label leaves the hash as it is")
	}
}

func write(t testing.TB, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notes.csv")
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRead(t testing.TB, data string) *Corpus {
	t.Helper()
	c, err := ReadCSV(write(t, data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
