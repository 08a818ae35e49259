package corpus_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// A CSV is read, its repeated texts become notes with several labels, and a grouped split keeps each of them in one part.
func ExampleDivide() {
	dir, err := os.MkdirTemp("", "corpus")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "notes.csv")
	content := `transcription,medical_specialty
Chest pain on exertion that is relieved by rest.,Cardiology
Chest pain on exertion that is relieved by rest.,Emergency Room
Pain in the right knee after a fall on the stairs.,Orthopedic
Pain in the right knee after a fall on the stairs.,Emergency Room
A swollen ankle after a twist on uneven ground.,Orthopedic
Palpitations at night without any chest pain.,Cardiology
See chart.,Cardiology
`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		log.Fatal(err)
	}

	c, err := corpus.Read(context.Background(), path, corpus.Options{})
	if err != nil {
		log.Fatal(err)
	}
	d, err := corpus.Divide(c, corpus.ProtocolGroup, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d rows read, %d kept, %d too short\n", c.Report.RowsRead, c.Report.RowsKept, c.Report.DroppedShort)
	fmt.Printf("%d notes: %d train, %d validation, %d test\n", len(c.Notes), len(d.Train), len(d.Validation), len(d.Test))
	for i, n := range c.LabelCounts(c.Notes) {
		fmt.Printf("%s: %d\n", c.Labels[i], n)
	}
	// Output:
	// 7 rows read, 6 kept, 1 too short
	// 4 notes: 2 train, 1 validation, 1 test
	// Cardiology: 2
	// Emergency Room: 2
	// Orthopedic: 2
}
