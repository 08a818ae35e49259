package baseline

import "gonum.org/v1/gonum/floats"

// matrix is a sparse matrix of texts by features. It keeps its entries by row and by column, so that both products divide into
// parts that share nothing.
type matrix struct {
	rows, columns int
	byRow         entries
	byColumn      entries
}

// entries lists, for each line (a row or a column), where its entries stand in the other direction, ascending, and their values.
type entries struct {
	start  []int // line i is from start[i] to start[i+1]
	at     []int32
	values []float64
}

func (e *entries) line(i int) ([]int32, []float64) {
	return e.at[e.start[i]:e.start[i+1]], e.values[e.start[i]:e.start[i+1]]
}

// sparseRow is one row's entries, the columns ascending.
type sparseRow struct {
	at     []int32
	values []float64
}

func newMatrix(columns int, rows []sparseRow) *matrix {
	m := &matrix{rows: len(rows), columns: columns}
	m.byRow.start = make([]int, 1, len(rows)+1)
	counts := make([]int, columns+1)
	for _, row := range rows {
		m.byRow.at = append(m.byRow.at, row.at...)
		m.byRow.values = append(m.byRow.values, row.values...)
		m.byRow.start = append(m.byRow.start, len(m.byRow.at))
		for _, column := range row.at {
			counts[column+1]++
		}
	}
	for i := range columns {
		counts[i+1] += counts[i]
	}
	size := len(m.byRow.at)
	m.byColumn = entries{start: counts, at: make([]int32, size), values: make([]float64, size)}
	next := append([]int(nil), counts[:columns]...)
	for i, row := range rows {
		for j, column := range row.at {
			m.byColumn.at[next[column]], m.byColumn.values[next[column]] = int32(i), row.values[j]
			next[column]++
		}
	}
	return m
}

const (
	rowChunk    = 16
	columnChunk = 256
)

// times sets out, [rows, width], to the product with weights, [columns, width], plus bias, [width], on every row.
func (m *matrix) times(weights, bias, out []float64) {
	width := len(bias)
	inChunks(m.rows, rowChunk, func(low, high int) {
		for i := low; i < high; i++ {
			at, values := m.byRow.line(i)
			own := out[i*width : (i+1)*width]
			copy(own, bias)
			accumulate(own, at, values, weights)
		}
	})
}

// accumulate adds to out the weighted sum of those lines of table, each as wide as out, that at lists.
func accumulate(out []float64, at []int32, values, table []float64) {
	width := len(out)
	for j, line := range at {
		floats.AddScaled(out, values[j], table[int(line)*width:(int(line)+1)*width])
	}
}

// scatter adds to those lines of table that at lists their values times step.
func scatter(step []float64, at []int32, values, table []float64) {
	width := len(step)
	for j, line := range at {
		floats.AddScaled(table[int(line)*width:(int(line)+1)*width], values[j], step)
	}
}

// transposedSquare returns the sum of the squares of the transposed matrix's product with residuals, [rows, width].
func (m *matrix) transposedSquare(residuals []float64, width int) float64 {
	squares := make([]float64, (m.columns+columnChunk-1)/columnChunk)
	inChunks(m.columns, columnChunk, func(low, high int) {
		own := make([]float64, width)
		for i := low; i < high; i++ {
			at, values := m.byColumn.line(i)
			clear(own)
			accumulate(own, at, values, residuals)
			for _, v := range own {
				squares[low/columnChunk] += v * v
			}
		}
	})
	return floats.Sum(squares)
}
