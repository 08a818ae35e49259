// Package checkout finds the project's checkout and what the set-up has put into it.
//
// In flow the environment, the working folder and the running program's own path; out flow folders and files: the bundled base weights,
// the XLA plugin, plotly.js. Nothing here reads or writes results.
package checkout
