package corpus

import "slices"

// notesAt returns the notes with the given indices.
func (c *Corpus) notesAt(notes []int) []Note {
	part := make([]Note, len(notes))
	for i, n := range notes {
		part[i] = c.Notes[n]
	}
	return part
}

// notesOfRows returns each of the given rows as a note of its own.
func (c *Corpus) notesOfRows(rows []int) []Note {
	targets := c.RowTargets(rows)
	part := make([]Note, len(rows))
	for i, r := range rows {
		row := &c.Rows[r]
		note := &c.Notes[row.Note]
		id := row.ID
		for _, other := range note.Rows { // an id belongs to one text
			if other != r && c.Rows[other].ID == id {
				id += "#" + row.Label
				break
			}
		}
		part[i] = Note{ID: id, Text: row.Text, Key: note.Key, Labels: targets[i : i+1 : i+1], Rows: []int{r}}
	}
	return part
}

// Texts lists each text of a part once, at the place where it comes first: the corpus's note, with those of its labels and
// rows that stand in the part. Under the grouped split that is the part as it is; under the random-row split rows of one
// text become one.
func (c *Corpus) Texts(part []Note) []Note {
	at := make(map[int]int, len(part)) // index into texts, by index into Notes
	var texts []Note
	for _, item := range part {
		n := c.Rows[item.Rows[0]].Note
		i, seen := at[n]
		if !seen {
			at[n] = len(texts)
			note := &c.Notes[n]
			texts = append(texts, Note{ID: note.ID, Text: note.Text, Key: note.Key, Labels: item.Labels, Rows: item.Rows})
			continue
		}
		texts[i].Labels = union(texts[i].Labels, item.Labels)
		texts[i].Rows = union(texts[i].Rows, item.Rows)
	}
	return texts
}

// union returns what is in either of two lists, sorted and without repeats.
func union(a, b []int) []int {
	both := slices.Concat(a, b)
	slices.Sort(both)
	return slices.Compact(both)
}

// LabelCounts returns, for each class, how many of the notes carry it.
func (c *Corpus) LabelCounts(notes []Note) []int {
	counts := make([]int, len(c.Labels))
	for _, note := range notes {
		for _, label := range note.Labels {
			counts[label]++
		}
	}
	return counts
}
