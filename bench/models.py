#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole .onnx models in Convolens and in ONNX Runtime, M1 to M4 of ./dev bench: a
classifier of SqueezeNet's shape and a super-resolution network, on 1 megapixel as fast
as they can, on 24 megapixels within 512 MiB beside the picture and the result.

  models.py FILE HxWxC MIB

is ONNX Runtime, which says "ready" and answers orders as bench.c does; MIB is what it may
take, 0 for all there is."""

import os
import pathlib
import resource
import statistics
import sys
import time

import numpy as np

from peers import Quiet, THREADS, picture

FOLDER = pathlib.Path('build/bench')
SMALL = '96x128'
TOLERANCE = 1e-4    # of the range of the output
# id: model, picture, MiB
WORKLOADS = {
    'M1': ('squeezenet', (1024, 1024, 3), 0),
    'M2': ('super-resolution', (1024, 1024, 1), 0),
    'M3': ('squeezenet', (4000, 6000, 3), 512),
    'M4': ('super-resolution', (4000, 6000, 1), 512),
}


class Maker:
    """Puts a graph together; weights are drawn, the same every time."""

    def __init__(self, channels):
        with Quiet():
            from onnx import helper, numpy_helper
        self.helper, self.numpy_helper = helper, numpy_helper
        self.nodes, self.constants = [], []
        self.chance = np.random.default_rng(1)
        self.last, self.channels = 'input', channels

    def node(self, op, inputs=None, **attributes):
        name = f'{op.lower()}{len(self.nodes)}'
        self.nodes.append(self.helper.make_node(op, inputs or [self.last], [name], name,
                                                **attributes))
        self.last = name
        return name

    def conv(self, count, size, pad=0, stride=1, relu=True):
        names = [self.last]
        scale = np.sqrt(2 / (self.channels * size * size))
        for value in (self.chance.normal(0, scale, (count, self.channels, size, size)),
                      self.chance.normal(0, 0.01, count)):
            names.append(f'weight{len(self.constants)}')
            self.constants.append(self.numpy_helper.from_array(value.astype(np.float32),
                                                               names[-1]))
        self.node('Conv', names, kernel_shape=[size] * 2, pads=[pad] * 4, strides=[stride] * 2)
        self.channels = count
        return self.node('Relu') if relu else self.last

    def save(self, file, channels):
        helper, floats = self.helper, 1
        graph = helper.make_graph(
            self.nodes, 'network',
            [helper.make_tensor_value_info('input', floats, [1, channels, 'height', 'width'])],
            [helper.make_tensor_value_info(self.last, floats, None)], self.constants)
        model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid('', 13)])
        pathlib.Path(file).write_bytes(model.SerializeToString())


def squeezenet(file):
    """As SqueezeNet 1.1: Iandola and others, 2016."""
    make = Maker(3)
    make.conv(64, 3, stride=2)
    for i, (squeeze, expand) in enumerate([(16, 64), (16, 64), (32, 128), (32, 128), (48, 192),
                                           (48, 192), (64, 256), (64, 256)]):
        if i in (0, 2, 4):
            make.node('MaxPool', kernel_shape=[3, 3], strides=[2, 2])
        squeezed = make.conv(squeeze, 1)
        left = make.conv(expand, 1)
        make.last, make.channels = squeezed, squeeze
        right = make.conv(expand, 3, pad=1)
        make.node('Concat', [left, right], axis=1)
        make.channels = 2 * expand
    make.conv(1000, 1)
    make.node('GlobalAveragePool')
    make.node('Flatten')
    make.node('Softmax', axis=1)
    make.save(file, 3)


def super_resolution(file):
    """Three times as large, by sub-pixel convolution: Shi and others, 2016."""
    make = Maker(1)
    make.conv(64, 5, pad=2)
    make.conv(64, 3, pad=1)
    make.conv(32, 3, pad=1)
    make.conv(9, 3, pad=1, relu=False)
    make.node('DepthToSpace', blocksize=3, mode='CRD')
    make.save(file, 1)


MODELS = {'squeezenet': squeezenet, 'super-resolution': super_resolution}


# --- ONNX Runtime ------------------------------------------------------------

class OnnxRuntime:
    def __init__(self, file, values, mebibytes):
        with Quiet():
            import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        with Quiet():
            self.session = onnxruntime.InferenceSession(file, options,
                                                        providers=['CPUExecutionProvider'])
        self.values = values[None]
        if mebibytes:
            self.limit(mebibytes)
        self.note = f'ONNX Runtime {onnxruntime.__version__}, {THREADS} threads'

    def limit(self, mebibytes):
        """What it may take beyond what it has now and the result."""
        grows = 9 if self.values.shape[1] == 1 else 0
        result = self.values.nbytes * grows
        status = pathlib.Path('/proc/self/status').read_text()
        has = int(status.split('VmData:')[1].split()[0]) << 10
        most = has + result + (mebibytes << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))

    def run(self):
        start = time.perf_counter()
        self.out = self.session.run(None, {'input': self.values})[0]
        return time.perf_counter() - start


def serve(file, size, mebibytes):
    shape = tuple(int(n) for n in size.split('x'))
    peer = OnnxRuntime(file, picture(shape), int(mebibytes))
    print('ready', peer.note, flush=True)
    for line in sys.stdin:
        order, *to = line.split()
        try:
            seconds = peer.run()
        except Exception as problem:    # what ONNX Runtime raises has no class of its own
            sys.exit(f'bench: ONNX Runtime: {str(problem).splitlines()[0][-200:]}')
        if order == 'run':
            print(f'{seconds:.6f}', flush=True)
        else:
            out = peer.out if peer.out.ndim == 2 else peer.out.transpose(0, 2, 3, 1)
            np.ascontiguousarray(out).tofile(to[0])
            print('done', flush=True)


# --- measuring ------------------------------------------------------------------

def contenders(Contender, ours, file, size, mebibytes):
    os.environ['BENCH_MEMORY'] = str(mebibytes)
    yield Contender('ours', [ours, 'ours', size, file])
    yield Contender('onnxruntime', [sys.executable, 'bench/models.py', file, size, str(mebibytes)])


def check(Contender, ours, file, channels):
    outputs = []
    for contender in contenders(Contender, ours, file, f'{SMALL}x{channels}', 0):
        contender.order(f'write {FOLDER / "out.raw"}')
        contender.end()
        outputs.append(np.fromfile(FOLDER / 'out.raw', np.float32))
    error = np.abs(outputs[0] - outputs[1]).max() / np.ptp(outputs[0])
    if not error <= TOLERANCE:
        sys.exit(f'bench: {file}: ONNX Runtime differs from us by {error:g} of the range')


def peak(contender):
    status = pathlib.Path(f'/proc/{contender.process.pid}/status').read_text()
    return int(status.split('VmHWM:')[1].split()[0]) / 1024


def measure(id, Contender, ours, say):
    """The row of the table."""
    name, shape, mebibytes = WORKLOADS[id]
    file = str(FOLDER / f'{name}.onnx')
    size = 'x'.join(str(n) for n in shape)
    MODELS[name](file)
    say(f'{id}: checking')
    check(Contender, ours, file, shape[2])
    say(f'{id}: measuring')
    seconds, peaks, notes, macs, out = {}, {}, {}, 0, ''
    runs = list(contenders(Contender, ours, file, size, mebibytes))
    for turn in range(4 if mebibytes else 8):
        for contender in list(runs):
            try:
                spent = contender.run()
            except (SystemExit, Contender.TooSlow) as problem:
                if contender.name == 'ours':
                    raise
                why = (f'within {Contender.LIMIT} s' if isinstance(problem, Contender.TooSlow)
                       else f'within {mebibytes} MiB beside what it begins with and the result')
                notes[contender.name] = f'{id}: ONNX Runtime does not finish a run {why}'
                contender.end()
                runs.remove(contender)
                continue
            if turn > 0:
                seconds.setdefault(contender.name, []).append(spent)
            peaks[contender.name] = peak(contender)
            if contender.name == 'ours':
                macs, out = contender.note.split()
    for contender in runs:
        contender.end()
    medians = {one: statistics.median(spent) for one, spent in seconds.items()}
    mine = medians.pop('ours')
    best = 'onnxruntime' if 'onnxruntime' in medians else None
    cells = np.prod(shape) + np.prod([int(n) for n in out.split('x')])
    notes['peak'] = f'{id}: at most in memory, pictures among it: ' + ', '.join(
        f'{one} {size:.0f} MiB' for one, size in peaks.items())
    return {
        'id': id, 'network': f'{name}.onnx' + (f', {mebibytes} MiB' if mebibytes else ''),
        'picture': size, 'ours': mine, 'unit': 's', 'best_peer': best,
        'best_peer_value': medians.get(best), 'ratio': medians[best] / mine if best else None,
        'peers': medians, 'slower_than_limit': [], 'limit': None,
        'reference': None, 'reference_ratio': None,
        'gflops': 2e-9 * int(macs) / mine, 'gbytes': 4e-9 * float(cells) / mine,
        'spread': {one: [min(spent), max(spent)] for one, spent in seconds.items()},
        'notes': notes,
    }


if __name__ == '__main__':
    serve(*sys.argv[1:])
