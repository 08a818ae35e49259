package baseline

import "math"

// mergedColumn is where a column of a matrix is after mergeSingletons: its weights are scale x those of the merged matrix's column.
type mergedColumn struct {
	column int
	scale  float64
}

// mergeSingletons returns a smaller matrix with the same inner products of rows. Singleton columns, which have an entry in one row only, become
// one column for each such row, whose entry there is the norm of the entries that it replaces. On MTSamples two in three columns are
// singletons, although MinDF is 2: it counts rows, and most texts are several.
//
// Under an L2 penalty this changes no fit: the optimum depends on the inner products alone, and a row's singletons have weights in
// proportion to their entries. An empty column, whose optimal weight is 0, has the scale 0.
func (m *matrix) mergeSingletons() (*matrix, []mergedColumn) {
	columns := make([]mergedColumn, m.columns)
	squares := make([]float64, m.rows) // of each row: its singletons' squared norm
	width := 0
	for j := range columns {
		switch rows, values := m.byColumn.line(j); len(rows) {
		case 0:
		case 1:
			squares[rows[0]] += values[0] * values[0]
		default:
			columns[j] = mergedColumn{width, 1}
			width++
		}
	}
	own := make([]int, m.rows) // of each row: the column of its singletons
	for i, square := range squares {
		if square > 0 {
			own[i] = width
			width++
		}
	}
	rows := make([]sparseRow, m.rows)
	for i := range rows {
		norm := math.Sqrt(squares[i])
		at, values := m.byRow.line(i)
		for e, j := range at {
			if columns[j].scale == 1 {
				rows[i].add(columns[j].column, values[e])
			} else if norm > 0 {
				columns[j] = mergedColumn{own[i], values[e] / norm}
			}
		}
		if norm > 0 {
			rows[i].add(own[i], norm)
		}
	}
	return newMatrix(width, rows), columns
}
