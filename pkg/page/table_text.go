package page

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Text renders the table for a terminal: columns aligned, numbers to the right, notes at the end. It fails as [Table.HTML] does.
func (t Table) Text() (string, error) {
	if err := t.check(); err != nil {
		return "", err
	}
	reasons := t.reasons()
	lines := make([][]string, 0, len(t.Rows)+1)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = oneLine(c.Name)
	}
	lines = append(lines, head)
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = oneLine(c.Text)
			if c.Missing != "" {
				line[i] = "– [" + letter(slices.Index(reasons, c.Missing)) + "]"
			}
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(t.Columns))
	for _, line := range lines {
		for i, s := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}

	var b strings.Builder
	b.WriteString(t.Caption)
	if t.Synthetic {
		b.WriteString(" [" + Badge + "]")
	}
	b.WriteString("\n\n")
	for i, line := range lines {
		b.WriteString(t.align(line, widths))
		if i == 0 {
			rules := make([]string, len(widths))
			for j, w := range widths {
				rules[j] = strings.Repeat("-", w)
			}
			b.WriteString(t.align(rules, widths))
		}
	}
	if len(reasons) > 0 || t.Note != "" || slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Note != "" }) {
		b.WriteString("\n")
	}
	for i, r := range reasons {
		b.WriteString("[" + letter(i) + "] " + r + "\n")
	}
	for _, c := range t.Columns {
		if c.Note != "" {
			b.WriteString(c.Name + ": " + c.Note + "\n")
		}
	}
	if t.Note != "" {
		b.WriteString(t.Note + "\n")
	}
	return b.String(), nil
}

// align writes one line of the table, without blanks at its end.
func (t Table) align(line []string, widths []int) string {
	var b strings.Builder
	for i, s := range line {
		if i > 0 {
			b.WriteString("  ")
		}
		blank := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
		if t.Columns[i].Numeric {
			b.WriteString(blank + s)
		} else {
			b.WriteString(s + blank)
		}
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
