// Package report makes the parts of a page: figures, tables and the page itself.
//
// In flow plain data: numbers, labels, captions. Out flow [Figure] and [Table] values, which render as HTML and as plain text, and a
// [Page] that holds them. Nothing here reads results or knows what they mean, and nothing asks the network.
//
// # Figures
//
// [Lines], [Bars], [Heatmap] and [Histogram] each make one figure twice from the same data, in the same colours: a PNG by gonum/plot, at
// two pixels for each CSS pixel, and an interactive twin in plotly.js's JSON. The page shows the picture; where scripts run and
// plotly.js is there ([Script]), the twin takes its place. In print the picture comes back.
//
// # Tables
//
// A [Table] is a caption, columns and rows of cells. As HTML it has a caption, scopes, numbers aligned to the right, and headers that sort
// where scripts run; as text it is aligned for a terminal. A number that is missing shows a dash and a letter, and the reason stands under
// the table. NaN never shows.
//
// # Bytes
//
// The same input gives the same bytes: no clock, no random identifiers, no order of maps.
//
// # The folder page
//
// The folder page holds the styles, the script and the templates that this package embeds. It is also a template folder of
// nbconvert, so an exported notebook looks as a page does:
//
//	jupyter nbconvert --to html --template page --TemplateExporter.extra_template_basedirs=pkg/report NOTEBOOK
package report
