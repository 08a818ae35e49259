"""The ONNX Runtime side of the speed comparison, see speed.py: speed_onnx.py FILE SAMPLE NOTES TIMES."""

import os
import sys

import onnxruntime

from sample import Sample, infer, pad

file, path, count, repeats = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = os.cpu_count()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
if os.environ.get("OMP_WAIT_POLICY") == "passive":
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
infer(Sample(path).spread(int(count)), lambda notes: session.run(["logits"], pad(notes))[0], int(repeats))
