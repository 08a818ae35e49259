"""Writes the parquet files of this folder, content.jsonl with the same rows, and a data set for pkg/corpus. Needs pyarrow.

forms/                       the rows of content.jsonl, one file for each way of encoding them.
../../corpus/testdata/hub/   a data set as the datasets library lays it out: two parts, class numbers, names in the metadata.
"""

import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
classes = ["Surgery", "Neurology", "Letters", "Pain_Management"]
complaints = ["knee pain", "chest pain", "a headache", "back pain", "shortness of breath"]


def rows(count):
    for i in range(count):
        text = f"Note {i // 2}: the patient reports {complaints[i // 2 % 5]} for {i // 2} days,\nand is caf\u00e9-fit."
        yield {
            "id": None if i == 7 else f"n{i // 2}",
            "text": None if i == 7 else text,
            "label": None if i == 7 else (i * i + i // 2) % 4,
            "description": None if i % 3 == 0 else f"Visit {i % 5}",
            "keywords": "" if i % 4 == 0 else f"{complaints[i % 5]}, visit",
        }


def metadata(names):
    feature = {"names": names, "_type": "ClassLabel"}
    return {"huggingface": json.dumps({"info": {"features": {"text": {"dtype": "string", "_type": "Value"}, "label": feature}}})}


def column(name, values):
    return pa.array([v[name] for v in values], pa.int64() if name == "label" else pa.string())


def table(values, *names):
    return pa.table({name: column(name, values) for name in names})


def write(path, t, row_group_size=None, **options):
    path = here / path
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"write_statistics": False, "store_schema": False, **options}
    with pq.ParquetWriter(path, t.schema, **options) as writer:
        writer.write_table(t, row_group_size)
        writer.add_key_value_metadata(metadata(classes))  # written with the schema otherwise, which is larger


notes = list(rows(24))
with (here / "content.jsonl").open("w") as out:
    for row in notes:
        label = None if row["label"] is None else classes[row["label"]]
        out.write(json.dumps({**row, "label": label}) + "\n")

hub = table([r for r in notes if r["text"]], "text", "label")
write("../../corpus/testdata/hub/data/train-00000-of-00001.parquet", hub.slice(0, 16))
write("../../corpus/testdata/hub/data/test-00000-of-00001.parquet", hub.slice(16))

full = table(notes, "text", "label", "id", "description", "keywords")
named = full.set_column(1, "label", pa.array([None if r["label"] is None else classes[r["label"]] for r in notes]))
plain = dict(use_dictionary=False)
write("forms/snappy.parquet", full, write_statistics=True)
write("forms/v2_zstd.parquet", full, data_page_version="2.0", compression="zstd")
write("forms/v2_uncompressed.parquet", full, data_page_version="2.0", compression="none", **plain)
write("forms/gzip_checksums.parquet", full, compression="gzip", write_page_checksum=True)
write("forms/groups_brotli.parquet", full, compression="brotli", row_group_size=9)
write("forms/pages_uncompressed.parquet", full, compression="none", data_page_size=128, write_batch_size=8)
encodings = {"text": "DELTA_LENGTH_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED", "id": "PLAIN", "description": "DELTA_LENGTH_BYTE_ARRAY", "keywords": "PLAIN"}
write("forms/delta.parquet", full, column_encoding=encodings, **plain)
write("forms/strings.parquet", named.set_column(1, "label", named["label"].dictionary_encode()))
schema = pa.schema([pa.field(f.name, pa.int32() if f.name == "label" else pa.large_string()) for f in full.schema])
write("forms/int32_large.parquet", full.cast(schema))
