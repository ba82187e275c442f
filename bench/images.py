#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a small network on many images in another program, as bench.c's "batch"
does in ours:

  images.py onnxruntime|torch N FILE NETWORK WEIGHTS

says "ready" and what it runs with, then answers "run" (all images of the IDX
file, N in a call) and "write FILE"."""

import sys
import time

import numpy as np

from peers import Quiet, THREADS


def images(file, batch):
    """[image][1][row][column], 0 to 1; only what fills calls."""
    data = np.fromfile(file, np.uint8)
    n, height, width = data[4:16].view('>u4')
    n = n // batch * batch
    values = data[16:16 + n * height * width].astype(np.float32) / 255
    return values.reshape(n, 1, height, width)


def layers(text, shape, numbers):
    """The network's layers: (name, weights, biases) or (name,). The weights of a
    dense layer after flatten are put in the peers' order, channels first."""
    channels, height, width = shape
    found, at, flat = [], 0, None

    def take(*dims):
        nonlocal at
        at += int(np.prod(dims))
        return numbers[at - int(np.prod(dims)):at].reshape(dims)

    for words in (layer.split() for layer in text.split(';')):
        name = words[0]
        if name == 'conv':
            count, size = int(words[1]), int(words[2].split('x')[0])
            kernels = take(count, size, size, channels).transpose(0, 3, 1, 2)
            found.append((name, np.ascontiguousarray(kernels), take(count)))
            channels = count
            if 'pad=same' not in words:
                height, width = height - size + 1, width - size + 1
        elif name == 'dense':
            count = int(words[1])
            weights = take(count, channels)
            if flat:
                weights = weights.reshape(count, *flat).transpose(0, 3, 1, 2).reshape(count, -1)
                flat = None
            found.append((name, np.ascontiguousarray(weights), take(count)))
            channels = count
        else:
            found.append((name,))
            if name == 'maxpool':
                height, width = height // 2, width // 2
            elif name == 'global-avgpool':
                height = width = 1
            elif name == 'flatten':
                flat = height, width, channels
                channels *= height * width
    return found


class OnnxRuntime:
    def __init__(self, images, batch, layers):
        with Quiet():
            import onnxruntime
            from onnx import TensorProto, helper, numpy_helper
        nodes, constants, last = [], [], 'x'
        kinds = {'conv': ('Conv', {'pads': [1] * 4}), 'relu': ('Relu', {}),
                 'maxpool': ('MaxPool', {'kernel_shape': [2, 2], 'strides': [2, 2]}),
                 'flatten': ('Flatten', {}), 'dense': ('Gemm', {'transB': 1}),
                 'softmax': ('Softmax', {})}
        for i, (name, *values) in enumerate(layers):
            ins, out = [last], f'y{i}'
            for key, value in zip((f'w{i}', f'b{i}'), values):
                constants.append(numpy_helper.from_array(value, key))
                ins.append(key)
            kind, attributes = kinds[name]
            nodes.append(helper.make_node(kind, ins, [out], **attributes))
            last = out
        value = helper.make_tensor_value_info
        shape = (batch,) + images.shape[1:]
        units = len(layers[-2][2])
        graph = helper.make_graph(nodes, 'network', [value('x', TensorProto.FLOAT, shape)],
                                  [value(last, TensorProto.FLOAT, None)], constants)
        model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid('', 17)])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        with Quiet():
            session = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                                   providers=['CPUExecutionProvider'])
        # Everything that can be done before is done before: each call reads and
        # writes memory that is there already.
        self.images = images
        self.out = np.zeros((len(images), units), np.float32)
        self.bindings = []
        for i in range(0, len(images), batch):
            binding = session.io_binding()
            binding.bind_input('x', 'cpu', 0, np.float32, shape, images[i:i + batch].ctypes.data)
            binding.bind_output(last, 'cpu', 0, np.float32, (batch, units),
                                self.out[i:i + batch].ctypes.data)
            self.bindings.append(binding)
        self.session = session
        self.note = f'ONNX Runtime {onnxruntime.__version__}, {THREADS} threads'

    def run(self):
        call = self.session.run_with_iobinding
        start = time.perf_counter()
        for binding in self.bindings:
            call(binding)
        return time.perf_counter() - start

    def result(self):
        self.run()
        return self.out


class Torch:
    def __init__(self, images, batch, layers):
        with Quiet():
            import torch
        self.torch = torch
        self.steps = [(name, [torch.from_numpy(value) for value in values])
                      for name, *values in layers]
        self.calls = [torch.from_numpy(images[i:i + batch]) for i in range(0, len(images), batch)]
        tried = []
        for threads in range(1, THREADS + 1):
            torch.set_num_threads(threads)
            part = self.calls[:max(len(self.calls) // 20, 4)]
            self.time(part)
            tried.append((min(self.time(part) for _ in range(3)), threads))
        threads = min(tried)[1]
        torch.set_num_threads(threads)
        self.note = f'PyTorch {torch.__version__}, threads: {threads}'

    def forward(self, values):
        functional = self.torch.nn.functional
        for name, weights in self.steps:
            if name == 'conv':
                values = functional.conv2d(values, *weights, padding=1)
            elif name == 'dense':
                values = functional.linear(values, *weights)
            elif name == 'relu':
                values = functional.relu_(values)
            elif name == 'maxpool':
                values = functional.max_pool2d(values, 2)
            elif name == 'flatten':
                values = values.flatten(1)
            else:
                values = functional.softmax(values, 1)
        return values

    def time(self, calls):
        with self.torch.inference_mode():
            start = time.perf_counter()
            for values in calls:
                self.forward(values)
            return time.perf_counter() - start

    def run(self):
        return self.time(self.calls)

    def result(self):
        with self.torch.inference_mode():
            return self.torch.cat([self.forward(values) for values in self.calls]).numpy()


PEERS = {'onnxruntime': OnnxRuntime, 'torch': Torch}


def main():
    name, batch, file, text, weights = sys.argv[1:]
    values = images(file, int(batch))
    peer = PEERS[name](values, int(batch),
                       layers(text, values.shape[1:], np.fromfile(weights, np.float32)))
    print('ready', peer.note, flush=True)
    for line in sys.stdin:
        order, *out = line.split()
        if order == 'run':
            print(f'{peer.run():.6f}', flush=True)
        else:
            np.ascontiguousarray(peer.result()).tofile(out[0])
            print('done', flush=True)


if __name__ == '__main__':
    main()
