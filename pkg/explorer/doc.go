// Package explorer lets a reader walk through the predictions of a part: filter the notes, open one, read it with its words shaded, correct its
// labels.
//
// In flow notes with their labels, predictions and shadings. Out flows an [Explorer], a page.Block: HTML for a page or a notebook, and text
// for a terminal.
//
// # What a reader sees
//
// As HTML an explorer carries its own styles, its script, and its notes as JSON, which the script reads ([Explorer.HTML]). Where no script
// runs, and as text, it shows its default selection as a table and one note; print says only that it is there. It needs the styles of
// page.Assets, and asks nobody for anything. The folder assets holds its template, styles and scripts.
//
// # Corrections
//
// The form of the open note makes a correction, one line of JSON. It goes to the program that listens at [Explorer].Channel, which
// notebook.Explore is; without one the page keeps it for the reader to download.
package explorer
