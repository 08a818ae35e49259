package seal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

type row struct {
	Text string `parquet:"text"`
}

func closed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, []row{{"chest pain"}}, Unsealed, parquet.KeyValueMetadata("model", key)); err != nil {
		t.Fatal(err)
	}
	if err := Close(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASealedFileIsReadAsItIs(t *testing.T) {
	data := closed(t)
	if err := Check(data); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[row](bytes.NewReader(data), int64(len(data)))
	if err != nil || len(rows) != 1 || rows[0].Text != "chest pain" {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestEveryChangeIsSeen(t *testing.T) {
	whole := closed(t)
	for at := range whole {
		data := bytes.Clone(whole)
		data[at] ^= 1 << (at % 8)
		if Check(data) == nil {
			t.Errorf("a bit of byte %d of %d", at, len(whole))
		}
		if Check(whole[:at]) == nil {
			t.Errorf("cut after %d bytes", at)
		}
	}
}

func TestAFileWithoutRoomForTheSeal(t *testing.T) {
	var b bytes.Buffer
	if err := parquet.Write(&b, []row{{"cough"}}); err != nil {
		t.Fatal(err)
	}
	if err := Close(b.Bytes()); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("closed: %v", err)
	}
	if err := Check(b.Bytes()); err == nil || !strings.Contains(err.Error(), "not written by this program") {
		t.Errorf("checked: %v", err)
	}
}
