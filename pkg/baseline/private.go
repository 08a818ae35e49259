package baseline

import "math"

// merging says where a column went: to a column of the merged matrix, whose weights times factor are its own.
type merging struct {
	to     int
	factor float64
}

// mergePrivate returns a matrix that has, instead of all columns with an entry in one row only, one column for each such row, as
// long as they were together. Three in four terms of a corpus of notes stand in a single text. Under an L2 penalty the optimum is the same:
// it depends on the rows' inner products alone, which do not change, and the weights of a row's own columns are in proportion
// to its values there. Columns without an entry get the factor 0, and so the weight 0, which is their optimum.
func (m *matrix) mergePrivate() (*matrix, []merging) {
	columns := make([]merging, m.columns)
	squares := make([]float64, m.rows)
	shared := 0
	for j := range columns {
		switch at, values := m.byColumn.line(j); len(at) {
		case 0:
		case 1:
			squares[at[0]] += values[0] * values[0]
		default:
			columns[j] = merging{shared, 1}
			shared++
		}
	}
	own := make([]int, m.rows) // each row's own column
	width := shared
	for i, square := range squares {
		if square > 0 {
			own[i] = width
			width++
		}
	}
	rows := make([]sparseRow, m.rows)
	for i := range rows {
		at, values := m.byRow.line(i)
		for e, j := range at {
			if columns[j].factor == 1 {
				rows[i].at, rows[i].values = append(rows[i].at, int32(columns[j].to)), append(rows[i].values, values[e])
			} else if norm := math.Sqrt(squares[i]); norm > 0 {
				columns[j] = merging{own[i], values[e] / norm}
			}
		}
		if squares[i] > 0 {
			rows[i].at, rows[i].values = append(rows[i].at, int32(own[i])), append(rows[i].values, math.Sqrt(squares[i]))
		}
	}
	return newMatrix(width, rows), columns
}
