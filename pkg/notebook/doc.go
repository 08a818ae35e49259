// Package notebook shows things in a cell of a notebook on the GoNB kernel. It is the only package that knows the kernel.
//
// In flow sections of the report, figures, tables, text, and progress. Out flows what the front-end displays: JupyterLab, an editor, or
// nbconvert, which executes a notebook without one. A cell is a few lines:
//
//	%%
//	notebook.Show(chapter.Confusions)
//	fmt.Println(len(notebook.LoadErrors().Cases))
//
// The study is that of the profile which SPECIALIST_PROFILE names. What a section or a Load function needs of it is read, and made where it is not
// on disk; a cell reads each result once.
//
// # A cell is a program
//
// GoNB compiles each cell to a program of its own, so nothing here outlives a cell but what it displayed, and a program that ends before
// the kernel has read its last output loses it. [Show], [Run] and the others wait for that, pass an interrupt on, and fail the cell with one line
// where something fails, which makes nbconvert fail too.
//
// # Interactive figures
//
// The first cell of a kernel session that shows a figure embeds plotly.js in its output, once for all figures of the notebook; it is
// embedded again where that cell runs again. Where plotly.js is not there, a line says so and the figures stay pictures.
//
// # Without a kernel
//
// In a program that no kernel started, everything is printed to standard output as text.
package notebook
