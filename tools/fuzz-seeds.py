#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of ONNX's conformance suite with all inputs but one as constants, for ./dev fuzz.

fuzz-seeds.py DATA SEEDS"""
import pathlib
import sys

import onnx

data, seeds = map(pathlib.Path, sys.argv[1:])
for file in sorted(data.glob('*/*/model.onnx')):
    if file.stat().st_size > 16384:
        continue
    folder = file.parent / 'test_data_set_0'
    model = onnx.load(file)
    graph = model.graph
    if len(graph.input) < 2:
        continue
    try:
        tensors = []
        for i in range(len(graph.input)):
            tensor = onnx.TensorProto()
            tensor.ParseFromString((folder / f'input_{i}.pb').read_bytes())
            tensor.name = graph.input[i].name
            tensors.append(tensor)
    except Exception:
        continue
    keep = graph.input[0]
    del graph.input[:]
    graph.input.append(keep)
    graph.initializer.extend(tensors[1:])
    out = model.SerializeToString()
    if len(out) <= 16384:
        (seeds / f'given-{file.parent.parent.name}-{file.parent.name}.onnx').write_bytes(out)
