// Package profile holds the settings that a study is made from.
//
// In flow the name of an embedded profile or a YAML file that extends one, and key=value settings on top; out flows a [Profile], a plain value that
// [Profile.Check] has found fit to run. Each key has one place: its struct field, with its YAML name; [Keys] lists them for the
// command's help. A profile crosses to other processes as JSON: to workers, and to notebook cells through [FromEnvironment].
//
// Nothing here runs anything.
package profile
