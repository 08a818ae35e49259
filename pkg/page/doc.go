// Package page makes the parts of a page: figures, tables and the page itself, and prints it.
//
// In flow plain data: numbers, labels, captions, and text in Markdown. Out flow [Figure], [Table] and [Prose] values, each a [Block] that
// renders as HTML and as plain text, a [Page] that holds them, and its print as a PDF. Other packages make blocks of their own, such as
// package explorer. Nothing here reads results or knows what they mean, and nothing asks the network.
//
// # Figures
//
// [Lines], [Bars], [Heatmap] and [Histogram] each make one figure twice from the same data, in the same colours: a PNG by gonum/plot, at
// two pixels for each CSS pixel, and an interactive figure in plotly.js's JSON. The page shows the picture; where scripts run and
// plotly.js is there ([Script]), the interactive figure takes its place. In print the picture comes back.
//
// # Tables
//
// A [Table] is a caption, columns and rows of cells. As HTML it has a caption, scopes, numbers aligned to the right, and headers that sort
// where scripts run; as text it is aligned for a terminal. A number that is missing shows a dash and a letter, and the reason stands under
// the table. NaN never shows. On a screen a table that is too wide scrolls in its own box; on paper its letters get smaller.
//
// # The page
//
// A [Page] is chapters and sections with a table of contents: beside the text on a wide screen, a bar on top that unfolds on a narrow one, a
// list on paper. It works from a file, holds all that it shows, and is made for light and dark screens, keyboards and screen readers. [Markdown]
// makes the text of its sections, [Join] their figures and tables, and [Parts] takes over what a notebook's cell has shown. [PDF]
// prints it with the Chromium that the variable CHROME names or that is on PATH.
//
// The folder page holds its styles, scripts and templates, and those of figures and tables.
//
// # Bytes
//
// The same input gives the same bytes: no clock, no random identifiers, no order of maps. A PDF is the exception: Chromium writes the time
// into it.
package page
