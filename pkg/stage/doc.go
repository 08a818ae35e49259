// Package stage keeps results on disk and makes those that are missing.
//
// A stage is a function of its inputs: a [Key] names a result by the hash of everything that it depends on, and a [Store] finds the result in a
// folder of that name or has it made there. The folder is locked while it is made and gets its name when it is whole, so that a program
// which was killed leaves either a whole result or none; what a training run needs to go on, its checkpoint, stays in the unfinished folder.
//
// Around it stand what every long computation needs: a [Log] for lines and progress, a [Worker] that runs one request in a process of
// its own, and [WithParent], which ends a notebook cell's work with the command that it serves.
//
// Nothing here knows what the results mean. Their folders are named after DVC's run cache, which keeps the same bargain for shell commands;
// this one holds Go values, and is called in the middle of a program.
package stage
