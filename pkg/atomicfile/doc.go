// Package atomicfile writes files that are whole or not there.
//
// In: bytes for a path. Out: a file that was written under a hidden name in the same folder, flushed to disk and renamed, so that a full
// disk, a kill or a power cut leaves what was at the path before. On Unix this is github.com/google/renameio, which has no Windows build.
package atomicfile
