// Package column reads columns of strings and integers from a parquet file that may be damaged.
//
// In: a file, as an io.ReaderAt. Out: its columns by name and kind, its metadata, and an iterator over its rows. It knows
// nothing of what the columns mean.
//
// Read are required and optional columns that are not nested, of byte arrays, 32 and 64 bit integers; pages of both
// versions in PLAIN, dictionary, DELTA_BINARY_PACKED and DELTA_LENGTH_BYTE_ARRAY encoding, with or without checksums; and
// the codecs snappy, gzip, zstd and brotli. A row group, a chunk and a page are in memory at a time.
//
// # What is the library's and what is not
//
// Thrift structs, codecs and encodings are decoded by github.com/parquet-go/parquet-go. Pages are read here, because the
// library's own page reader (v0.32.0) trusts what is inside them. With the frame, the footer and all page headers checked
// before it, files with one to three changed bytes still made it
//
//   - allocate 3.3 GiB for a file of 1.5 KB: the length of a run in levels or dictionary indices is allocated as stated, up
//     to 2^31 numbers a run, which ends the process and is nothing that recover catches;
//   - return strings that go on past the end of their page, with what stood in the buffer before: texts of other notes;
//   - return fewer values than there are rows;
//   - panic, which recover does catch.
//
// So these are checked before the library decodes what they describe:
//
//   - the frame of the file, and that chunks and pages lie inside it (file.go, rows.go, page.go);
//   - Thrift structs: the library allocates the stated length of a list and follows any depth of nesting (thrift.go);
//   - sizes and counts of pages, the length that a snappy block states (page.go);
//   - the lengths of runs, levels, dictionary indices, the number of values in a delta encoding (decode.go).
//
// Panics of codecs and encodings become errors. Two things cannot be told: a changed byte inside a value where the writer
// left out page checksums (pyarrow does unless asked), and a file made to unpack to far more than its size, which is bounded
// by 1 GiB a page.
package column
