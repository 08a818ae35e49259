package baseline

import "gonum.org/v1/gonum/floats"

// matrix is a sparse matrix of [rows, columns], here texts by features. It holds its entries twice, in compressed rows and in compressed
// columns, so that goroutines can divide its product by rows and its transpose's product by columns without sharing any sum.
type matrix struct {
	rows, columns int
	byRow         compressed
	byColumn      compressed
}

// compressed is the entries of a matrix line by line, a line being a row (CSR) or a column (CSC).
type compressed struct {
	start  []int     // [lines + 1]: the entries of line i are those from start[i] up to start[i+1]
	index  []int32   // of each entry: its column in a row, its row in a column; ascending within a line
	values []float64 // of each entry
}

// line returns the indices and the values of the entries of line i.
func (c *compressed) line(i int) ([]int32, []float64) {
	return c.index[c.start[i]:c.start[i+1]], c.values[c.start[i]:c.start[i+1]]
}

// sparseRow is a row under construction, its columns ascending.
type sparseRow struct {
	columns []int32
	values  []float64
}

func (r *sparseRow) add(column int, value float64) {
	r.columns, r.values = append(r.columns, int32(column)), append(r.values, value)
}

func newMatrix(columns int, rows []sparseRow) *matrix {
	m := &matrix{rows: len(rows), columns: columns}
	m.byRow.start = make([]int, 1, len(rows)+1)
	start := make([]int, columns+1) // of the columns; first their numbers of entries, one place later
	for _, row := range rows {
		m.byRow.index = append(m.byRow.index, row.columns...)
		m.byRow.values = append(m.byRow.values, row.values...)
		m.byRow.start = append(m.byRow.start, len(m.byRow.index))
		for _, column := range row.columns {
			start[column+1]++
		}
	}
	for i := range columns {
		start[i+1] += start[i]
	}
	size := len(m.byRow.index)
	m.byColumn = compressed{start: start, index: make([]int32, size), values: make([]float64, size)}
	next := append([]int(nil), start[:columns]...)
	for i, row := range rows {
		for e, column := range row.columns {
			m.byColumn.index[next[column]], m.byColumn.values[next[column]] = int32(i), row.values[e]
			next[column]++
		}
	}
	return m
}

// How many rows or columns a goroutine takes at a time.
const (
	rowChunk    = 16
	columnChunk = 256
)

// times sets out, [rows, width], to the product with weights, [columns, width], plus bias, [width], in every row.
func (m *matrix) times(weights, bias, out []float64) {
	width := len(bias)
	inChunks(m.rows, rowChunk, func(low, high int) {
		for i := low; i < high; i++ {
			columns, values := m.byRow.line(i)
			own := out[i*width : (i+1)*width]
			copy(own, bias)
			addWeightedLines(own, columns, values, weights)
		}
	})
}

// transposedProductSquaredNorm returns the squared Frobenius norm of the transposed matrix's product with b, [rows, width].
func (m *matrix) transposedProductSquaredNorm(b []float64, width int) float64 {
	sums := make([]float64, (m.columns+columnChunk-1)/columnChunk) // one a chunk, so that the total does not depend on goroutines
	inChunks(m.columns, columnChunk, func(low, high int) {
		own := make([]float64, width)
		for j := low; j < high; j++ {
			rows, values := m.byColumn.line(j)
			clear(own)
			addWeightedLines(own, rows, values, b)
			for _, v := range own {
				sums[low/columnChunk] += v * v
			}
		}
	})
	return floats.Sum(sums)
}

// addWeightedLines adds to out, [width], the sum over e of values[e] x line index[e] of table, [lines, width].
func addWeightedLines(out []float64, index []int32, values, table []float64) {
	width := len(out)
	for e, line := range index {
		floats.AddScaled(out, values[e], table[int(line)*width:(int(line)+1)*width])
	}
}

// addToLines adds values[e] x change, [width], to line index[e] of table, [lines, width], for every e.
func addToLines(table []float64, index []int32, values, change []float64) {
	width := len(change)
	for e, line := range index {
		floats.AddScaled(table[int(line)*width:(int(line)+1)*width], values[e], change)
	}
}
