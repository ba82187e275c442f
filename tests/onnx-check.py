# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds models that we have written against ONNX's own checker and ONNX Runtime.

usage: onnx-check.py FOLDER PROGRAM [ARGUMENT...]

Runs the program, which puts models into FOLDER (its environment's CNN_ONNX_FOLDER), with
an input and our output of each, and compares.
"""
import glob
import multiprocessing
import os
import shutil
import subprocess
import sys

import numpy

CLOSE = 1e-5


def floats(file, shape):
    return numpy.fromfile(file, numpy.float32).reshape(shape)


def difference(got, want):
    """How far two arrays are apart, in shares of what is allowed."""
    both_none = numpy.isnan(got) & numpy.isnan(want)
    got, want = (numpy.where(both_none, 0, a).astype(numpy.float64) for a in (got, want))
    same = got == want
    if same.all():
        return 0.0
    size = numpy.abs(want[numpy.isfinite(want)]).max(initial=0)
    with numpy.errstate(invalid='ignore'):
        apart = numpy.where(same, 0, numpy.abs(got - want))
    return numpy.nan_to_num(apart, nan=numpy.inf).max() / (CLOSE + CLOSE * size)


def standard(file):
    """Whether the file is as ONNX wants it: a sentence on what is wrong, or None."""
    import onnx
    model = onnx.load(file)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # there are many kinds
        return str(error)
    nodes = list(model.graph.node) + [node for f in model.functions for node in f.node]
    foreign = {node.domain for node in nodes} - {'', 'convolens'}
    return f'nodes of {foreign}' if foreign else None


def equal(file):
    """Whether ONNX Runtime gives what we do: a sentence on what is wrong, or None."""
    import onnxruntime
    base = file[:-len('.onnx')]
    with open(base + '.shapes', encoding='utf-8') as lines:
        shape_in, shape_out = ([int(n) for n in next(lines).split()] for _ in range(2))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    picture = floats(base + '.in', shape_in)
    ours = floats(base + '.out', shape_out)
    try:
        session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
        theirs, = session.run(['output'], {'input': picture.transpose(2, 0, 1)[None].copy()})
    except Exception as error:  # there are many kinds
        return str(error)
    declared = [d if isinstance(d, int) else None for d in session.get_outputs()[0].shape]
    if [d or n for d, n in zip(declared, theirs.shape)] != list(theirs.shape):
        return f'output of {theirs.shape}, declared as {declared}'
    if theirs.ndim == 4:
        theirs = theirs[0].transpose(1, 2, 0)
    elif shape_out[:2] == [1, 1]:
        theirs = theirs.reshape(shape_out)
    if theirs.shape != ours.shape:
        return f'output of {theirs.shape}, expected {ours.shape}'
    apart = difference(theirs, ours)
    if apart > 1:
        return f'apart by {apart:.3g} times what is allowed'
    return None


def main():
    folder, program = os.path.abspath(sys.argv[1]), sys.argv[2:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    made = subprocess.run(program, env=dict(os.environ, CNN_ONNX_FOLDER=folder),
                          stdout=subprocess.PIPE, text=True)
    if made.returncode != 0:
        sys.exit(made.stdout)
    bad, kinds = 0, {}
    files = sorted(glob.glob(folder + '/*.onnx'))
    # In processes of their own: the two do not get along in one.
    spawn = multiprocessing.get_context('spawn')
    findings = []
    for look in (standard, equal):
        with spawn.Pool(1) as pool:
            findings.append(pool.map(look, files))
    for file, *wrongs in zip(files, *findings):
        name = os.path.basename(file)[:-len('.onnx')]
        wrong = wrongs[0] or wrongs[1]
        kind = name.rsplit('-', 1)[0]
        good, n = kinds.get(kind, (0, 0))
        kinds[kind] = (good + (wrong is None), n + 1)
        if wrong:
            bad += 1
            with open(file[:-len('.onnx')] + '.shapes', encoding='utf-8') as text:
                print(f'{name}: {wrong}\n{text.read()}')
    for kind, (good, n) in sorted(kinds.items()):
        print(f'{kind:24} {good:4} of {n:4}')
    print(f'{len(files)} models, {bad} wrong')
    sys.exit(bad > 0 or not files)


if __name__ == '__main__':
    main()
