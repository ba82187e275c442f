#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a network in another program, as bench.c does in ours:

  peers.py onnxruntime|torch|gmic|gegl HxWxC NETWORK WEIGHTS

says "ready" and what it runs with, then answers "run" and "write FILE"."""

import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

THREADS = 2


class Quiet:
    """Drops what C code writes to stderr: Debian's onnx and onnxruntime
    quarrel about who registered an operator first."""

    def __enter__(self):
        self.kept = os.dup(2)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *_):
        os.dup2(self.kept, 2)
        os.close(self.kept)


def picture(shape):
    """What bench.c makes, [channel][row][column]."""
    values = np.arange(np.prod(shape), dtype=np.uint32)
    values = (values * np.uint32(2654435761) >> np.uint32(16)).astype(np.float32) / 65536
    return np.ascontiguousarray(values.reshape(shape).transpose(2, 0, 1))


def layers(text, channels, numbers):
    """The network's layers: (name, kernels, biases, groups) or (name,)."""
    found, at = [], 0
    for words in (layer.split() for layer in text.split(';')):
        if words[0] != 'conv':
            found.append((words[0],))
            continue
        count, size = int(words[1]), int(words[2].split('x')[0])
        groups = next((int(word[7:]) for word in words if word.startswith('groups=')), 1)
        dims = (count, size, size, channels // groups)
        n = int(np.prod(dims))
        kernels = numbers[at:at + n].reshape(dims).transpose(0, 3, 1, 2)
        biases = numbers[at + n:at + n + count]
        found.append(('conv', np.ascontiguousarray(kernels), biases, groups))
        at += n + count
        channels = count
    return found


class OnnxRuntime:
    def __init__(self, picture, layers):
        with Quiet():
            import onnxruntime
            from onnx import TensorProto, helper, numpy_helper
        nodes, constants, last = [], [], 'x'
        for i, (name, *values) in enumerate(layers):
            ins, out = [last], f'y{i}'
            if name == 'conv':
                kernels, biases, groups = values
                for key, value in (f'w{i}', kernels), (f'b{i}', biases):
                    constants.append(numpy_helper.from_array(value, key))
                    ins.append(key)
                node = helper.make_node('Conv', ins, [out], group=groups,
                                        pads=[kernels.shape[2] // 2, kernels.shape[3] // 2] * 2)
            elif name == 'relu':
                node = helper.make_node('Relu', ins, [out])
            else:
                node = helper.make_node('MaxPool', ins, [out], kernel_shape=[2, 2], strides=[2, 2])
            nodes.append(node)
            last = out
        value = helper.make_tensor_value_info
        graph = helper.make_graph(nodes, 'network',
                                  [value('x', TensorProto.FLOAT, (1,) + picture.shape)],
                                  [value(last, TensorProto.FLOAT, None)], constants)
        model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid('', 17)])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        with Quiet():
            self.session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                        providers=['CPUExecutionProvider'])
        self.out = self.session.run(None, {'x': picture[None]})[0]
        # Into memory that is there already, as we do.
        self.binding = self.session.io_binding()
        self.kept = [onnxruntime.OrtValue.ortvalue_from_numpy(v) for v in (picture[None], self.out)]
        self.binding.bind_ortvalue_input('x', self.kept[0])
        self.binding.bind_ortvalue_output(last, self.kept[1])
        self.note = f'ONNX Runtime {onnxruntime.__version__}, {THREADS} threads'

    def run(self):
        start = time.perf_counter()
        self.session.run_with_iobinding(self.binding)
        return time.perf_counter() - start

    def result(self):
        return self.kept[1].numpy()[0]


class Torch:
    def __init__(self, picture, layers):
        with Quiet():
            import torch
        self.torch = torch
        self.layers = layers
        picture = torch.from_numpy(picture[None])
        # The layout and the number of threads that are best on part of it.
        part = picture[:, :, :max(picture.shape[2] // 8, 64)]
        tried = []
        for layout in torch.contiguous_format, torch.channels_last:
            self.prepare(part, layout)
            for threads in range(1, THREADS + 1):
                torch.set_num_threads(threads)
                self.run()
                tried.append((min(self.run() for _ in range(3)), threads, layout))
        _, threads, layout = min(tried, key=lambda one: one[0])
        torch.set_num_threads(threads)
        self.prepare(picture, layout)
        self.note = (f'PyTorch {torch.__version__}, threads: {threads}, '
                     + str(layout).removeprefix('torch.').replace('_', ' '))

    def prepare(self, picture, layout):
        torch = self.torch
        self.picture = picture.contiguous(memory_format=layout)
        self.steps = []
        for name, *values in self.layers:
            if name == 'conv':
                kernels, biases, groups = values
                self.steps.append((name, (
                    torch.from_numpy(kernels).contiguous(memory_format=layout),
                    torch.from_numpy(biases), 1,
                    (kernels.shape[2] // 2, kernels.shape[3] // 2), 1, groups)))
            else:
                self.steps.append((name, ()))

    def forward(self):
        functional = self.torch.nn.functional
        maps = self.picture
        for name, values in self.steps:
            if name == 'conv':
                maps = functional.conv2d(maps, *values)
            elif name == 'relu':
                maps = functional.relu_(maps)
            else:
                maps = functional.max_pool2d(maps, 2)
        return maps

    def run(self):
        with self.torch.inference_mode():
            start = time.perf_counter()
            maps = self.forward()
            seconds = time.perf_counter() - start
        del maps
        return seconds

    def result(self):
        with self.torch.inference_mode():
            return self.forward()[0].contiguous().numpy()


class Gmic:
    """Its own clock around one correlate; a process for each run, because it
    takes no orders. Depthwise layers only."""

    def __init__(self, picture, layers):
        (name, kernels, biases, groups), = layers
        self.folder = tempfile.TemporaryDirectory()
        self.shape = picture.shape
        self.save('picture', picture)
        self.save('kernel', kernels[:, 0])
        version = subprocess.run(['gmic', 'version'], capture_output=True, text=True)
        self.note = "G'MIC " + re.search(r'\d+\.\d+\.\d+', version.stdout + version.stderr)[0]

    def file(self, name):
        return f'{self.folder.name}/{name}.cimg'

    def save(self, name, values):
        depth, height, width = values.shape
        with open(self.file(name), 'wb') as file:
            file.write(b'1 float little_endian\n%d %d 1 %d\n' % (width, height, depth))
            file.write(values.tobytes())

    def call(self, *more):
        done = subprocess.run(['gmic', self.file('picture'), self.file('kernel'), 'tic',
                               'correlate[0]', '[1],0', 'toc', *more],
                              capture_output=True, text=True, check=True)
        minutes, seconds = re.search(r'Elapsed time: (?:(\d+) min\w* )?([0-9.]+) s',
                                     done.stdout + done.stderr).groups()
        return 60 * int(minutes or 0) + float(seconds)

    def run(self):
        return self.call()

    def result(self):
        self.call('keep[0]', 'output', self.file('out') + ',float')
        with open(self.file('out'), 'rb') as file:
            data = file.read()
        n = int(np.prod(self.shape))
        return np.frombuffer(data[-4 * n:], np.float32).reshape(self.shape)


class Gegl:
    """gegl:convolution-matrix, up to 5x5, one kernel for all channels."""

    def __init__(self, picture, layers):
        (name, kernels, biases, groups), = layers
        import gi
        gi.require_version('Gegl', '0.4')
        from gi.repository import Gegl
        Gegl.init(None)
        Gegl.config().set_property('threads', THREADS)
        Gegl.config().set_property('use-opencl', False)
        self.shape = picture.shape
        self.area = Gegl.Rectangle.new(0, 0, picture.shape[2], picture.shape[1])
        self.format = 'RGB float'
        buffers = [Gegl.Buffer.new(self.format, 0, 0, picture.shape[2], picture.shape[1])
                   for _ in range(2)]
        buffers[0].set(self.area, self.format, picture.transpose(1, 2, 0).tobytes())
        self.out = buffers[1]
        graph = Gegl.Node()
        source, matrix, self.sink = (graph.create_child('gegl:' + name) for name in (
            'buffer-source', 'convolution-matrix', 'write-buffer'))
        source.set_property('buffer', buffers[0])
        self.sink.set_property('buffer', self.out)
        for name in 'normalize', 'alpha-weight', 'alpha':
            matrix.set_property(name, False)
        matrix.set_property('divisor', 1.0)
        rows = kernels.shape[2]
        for row in range(5):
            for column in range(5):
                y, x = row - (5 - rows) // 2, column - (5 - rows) // 2
                value = kernels[0, 0, y, x] if 0 <= y < rows and 0 <= x < rows else 0
                matrix.set_property('abcde'[column] + str(row + 1), float(value))
        source.link(matrix)
        matrix.link(self.sink)
        self.kept = graph, matrix, source
        version = '.'.join(str(part) for part in Gegl.get_version())
        self.note = f'GEGL {version}, {THREADS} threads'

    def run(self):
        self.kept[2].set_property('buffer', self.kept[2].get_property('buffer'))
        start = time.perf_counter()
        self.sink.process()
        return time.perf_counter() - start

    def result(self):
        self.run()
        from gi.repository import Gegl
        data = self.out.get(self.area, 1.0, self.format, Gegl.AbyssPolicy.NONE)
        depth, height, width = self.shape
        return np.frombuffer(data, np.float32).reshape(height, width, depth).transpose(2, 0, 1)


PEERS = {'onnxruntime': OnnxRuntime, 'torch': Torch, 'gmic': Gmic, 'gegl': Gegl}


def main():
    name, shape, text, weights = sys.argv[1:]
    shape = tuple(int(n) for n in shape.split('x'))
    peer = PEERS[name](picture(shape), layers(text, shape[2], np.fromfile(weights, np.float32)))
    print('ready', peer.note, flush=True)
    for line in sys.stdin:
        order, *file = line.split()
        if order == 'run':
            print(f'{peer.run():.6f}', flush=True)
        else:
            np.ascontiguousarray(peer.result().transpose(1, 2, 0)).tofile(file[0])
            print('done', flush=True)


if __name__ == '__main__':
    main()
