// Package seal puts a checksum over a whole parquet file into the file itself.
//
// In: a file's bytes, written with the option Unsealed. Out: the same bytes with their checksum in place, and on reading, whether the
// checksum is right. The parquet reader follows lengths and offsets of a damaged file out of the file's memory, a fault that recover
// does not catch, and parquet's own checksums do not cover the footer and the page headers. So the metadata holds a SHA-256 of the
// whole file, computed with zeros in its place, which is checked before anything is decoded. Other readers see one more metadata
// entry.
package seal
