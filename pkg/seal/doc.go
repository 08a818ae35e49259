// Package seal puts a checksum over a whole parquet file into the file itself.
//
// In: a file's bytes, written with the option Unsealed. Out: the same bytes with their checksum in place, and on reading, whether
// it is theirs. The parquet reader follows lengths and offsets of a damaged file into foreign memory, which no recover catches,
// and parquet's own checksums leave out the footer and the page headers. So the metadata carries a SHA-256 of the whole file,
// computed with zeros in its own place, and nothing is decoded before it is checked. Other readers see one metadata entry more.
package seal
