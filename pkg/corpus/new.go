package corpus

import "context"

// New makes a corpus of rows in memory, as Read does of a file's: cleaned, checked, deduplicated and hashed. Of a row ID,
// Text, Label, Description, Keywords and Part are taken. Either all rows have a Part (PartTrain, PartValidation,
// PartTest) or none has. An error names the row, counted from 1.
func New(name string, rows []Row) (*Corpus, error) {
	b := newBuilder(context.Background(), name)
	b.open(sourceFile{name: name, unit: unitRow})
	for i, row := range rows {
		row.Line = i + 1
		if row.Part != "" && partOrder(row.Part) < 0 {
			return nil, b.rowError(&row, "unknown part %q; use %s, %s or %s", row.Part, PartTrain, PartValidation, PartTest)
		}
		if (row.Part == "") != (rows[0].Part == "") {
			return nil, b.rowError(&row, "the row is of part %q, the first of part %q; name the part of all rows or of none", row.Part, rows[0].Part)
		}
		if err := b.addOfPart(row); err != nil {
			return nil, err
		}
	}
	return b.corpus()
}
