#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training, T1 to T3 of ./dev bench: small networks learn small pictures in Convolens and in
PyTorch, 64 in a minibatch, by gradient descent with momentum. First both take three
minibatches with the same weights, without dropout, and must say the same losses; then they
take turns.

  training.py HxWxC NETWORK WEIGHTS

is PyTorch, which says "ready" and answers orders as minibatches.c does, and "best": looks how
it is fastest."""

import itertools
import pathlib
import statistics
import sys
import time

import numpy as np

from images import layers
from peers import Quiet, THREADS

OURS = 'build/bench/minibatches'
FOLDER = pathlib.Path('build/bench')
# id: picture, network
WORKLOADS = {
    'T1': ((28, 28, 1), 'conv 32 3x3 pad=same; relu; maxpool 2; flatten; dense 128; relu; '
           'dense 64; relu; dense 10; softmax'),
    'T2': ((28, 28, 1), 'conv 32 3x3; relu; conv 32 3x3; relu; maxpool 2; dropout 0.25; flatten; '
           'dense 128; relu; dropout 0.5; dense 10; softmax'),
    'T3': ((32, 32, 3), 'conv 16 3x3 pad=same; relu; conv 32 3x3 pad=same; relu; maxpool 2; '
           'conv 64 3x3 pad=same; relu; global-avgpool; flatten; dense 10; softmax'),
}
TURNS = 9
STEPS = 32          # minibatches of a turn
CHECKED = 3         # minibatches
TOLERANCE = 1e-4    # of a loss
# The same in minibatches.c.
BATCH, N_IMAGES, N_CLASSES, RATE = 64, 4096, 10, 0.01


def images(shape):
    """What minibatches.c makes: [image][channel][row][column] and the classes."""
    hashed = np.arange(N_IMAGES, dtype=np.uint32) * np.uint32(2654435761)
    labels = (hashed >> np.uint32(16)) % N_CLASSES
    cells = int(np.prod(shape))
    hashed = np.arange(N_IMAGES * cells, dtype=np.uint32) * np.uint32(2654435761)
    noise = ((hashed >> np.uint32(16)).astype(np.float32) / 65536).reshape(N_IMAGES, cells)
    bright = np.arange(cells) * N_CLASSES // cells == labels[:, None]
    values = np.where(bright, np.float32(0.5) + np.float32(0.5) * noise, np.float32(0.5) * noise)
    values = values.reshape(N_IMAGES, *shape).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(values), labels.astype(np.int64)


# --- PyTorch -----------------------------------------------------------------------

class Torch:
    def __init__(self, shape, text, weights):
        with Quiet():
            import torch
        self.torch = torch
        self.values, self.labels = (torch.from_numpy(one) for one in images(shape))
        self.text, self.layers = text, layers(text, (shape[2],) + shape[:2], weights)
        self.prepare(1, False, False)

    def find_best(self):
        """Of the numbers of threads, the layouts in memory, and whether the optimiser takes
        one array after the other or has a loop of its own."""
        tried = []
        for setting in itertools.product(range(1, THREADS + 1), (False, True), (False, True)):
            self.prepare(*setting)
            self.run(2)
            tried.append((min(self.run(4) for _ in range(2)), setting))
        threads, last, fused = min(tried)[1]
        self.prepare(threads, last, fused)
        return (f'PyTorch {self.torch.__version__}, threads: {threads}, '
                + ('channels last' if last else 'contiguous')
                + (', fused optimiser' if fused else ''))

    def module(self, words, values):
        nn = self.torch.nn
        name = words[0]
        if name == 'conv':
            size = values[0].shape[2]
            made = nn.Conv2d(values[0].shape[1], len(values[0]), size,
                             padding=size // 2 if 'pad=same' in words else 0)
        elif name == 'dense':
            made = nn.Linear(values[0].shape[1], len(values[0]))
        else:
            return {'relu': lambda: nn.ReLU(inplace=True), 'maxpool': lambda: nn.MaxPool2d(2),
                    'flatten': nn.Flatten, 'dropout': lambda: nn.Dropout(float(words[1])),
                    'global-avgpool': lambda: nn.AdaptiveAvgPool2d(1)}[name]()
        with self.torch.no_grad():
            made.weight.copy_(self.torch.from_numpy(values[0]))
            made.bias.copy_(self.torch.from_numpy(values[1]))
        return made

    def prepare(self, threads, last, fused):
        torch = self.torch
        torch.set_num_threads(threads)
        layout = torch.channels_last if last else torch.contiguous_format
        # The softmax at the end is the loss's.
        modules = [self.module(part.split(), values)
                   for part, (_, *values) in zip(self.text.split(';')[:-1], self.layers)]
        self.network = torch.nn.Sequential(*modules).to(memory_format=layout).train()
        self.images = self.values.contiguous(memory_format=layout)
        self.optimiser = torch.optim.SGD(self.network.parameters(), RATE, momentum=0.9,
                                         fused=fused)
        self.loss = torch.nn.CrossEntropyLoss()
        self.at = 0

    def step(self):
        chosen = slice(self.at, self.at + BATCH)
        self.at = (self.at + BATCH) % N_IMAGES
        self.optimiser.zero_grad()
        loss = self.loss(self.network(self.images[chosen]), self.labels[chosen])
        loss.backward()
        self.optimiser.step()
        return loss

    def run(self, n):
        start = time.perf_counter()
        for _ in range(n):
            self.step()
        return time.perf_counter() - start


def serve(size, text, weights):
    shape = tuple(int(n) for n in size.split('x'))
    peer = Torch(shape, text, np.fromfile(weights, np.float32))
    print('ready', flush=True)
    for line in sys.stdin:
        order, *n = line.split()
        if order == 'best':
            print(peer.find_best(), flush=True)
        elif order == 'run':
            print(f'{peer.run(int(*n)):.6f}', flush=True)
        else:
            print(*(f'{float(peer.step().detach()):.9g}' for _ in range(int(*n))), flush=True)


# --- measuring -----------------------------------------------------------------------

def contenders(Contender, size, text):
    """Us, then PyTorch with our weights."""
    weights = str(FOLDER / 'weights.raw')
    ours = Contender('ours', [OURS, size, text])
    ours.order(f'weights {weights}')
    return [ours, Contender('torch', [sys.executable, 'bench/training.py', size, text, weights])]


def check(id, Contender, size, text):
    kept = '; '.join(part.strip() for part in text.split(';') if 'dropout' not in part)
    both = contenders(Contender, size, kept)
    losses = [[float(loss) for loss in one.order(f'losses {CHECKED}').split()] for one in both]
    for one in both:
        one.end()
    for ours, other in zip(*losses):
        if not abs(ours - other) <= TOLERANCE * abs(other):
            sys.exit(f'bench: {id}: our losses are {losses[0]}, those of PyTorch {losses[1]}')


def measure(id, Contender, say):
    """The row of the table."""
    shape, text = WORKLOADS[id]
    size = 'x'.join(str(n) for n in shape)
    say(f'{id}: checking')
    check(id, Contender, size, text)
    both = contenders(Contender, size, text)
    note = both[1].order('best')
    say(f'{id}: measuring')
    for turn in range(TURNS + 1):
        for one in both:
            time.sleep(0.05)    # threads that wait for more work fall asleep
            seconds = float(one.order(f'run {STEPS}'))
            if turn > 0:
                one.seconds.append(seconds)
    for one in both:
        one.end()
    n = STEPS * BATCH
    ours, torch = (n / statistics.median(one.seconds) for one in both)
    return {
        'id': id, 'network': text, 'picture': f'{size}, trained, {BATCH} in a minibatch',
        'ours': ours, 'unit': 'samples/s',
        'best_peer': 'torch', 'best_peer_value': torch, 'ratio': ours / torch,
        'peers': {'torch': torch}, 'slower_than_limit': [], 'limit': None,
        'reference': None, 'reference_ratio': None,
        'gflops': 2e-9 * int(both[0].note) * ours, 'gbytes': None,
        'spread': {one.name: [n / max(one.seconds), n / min(one.seconds)] for one in both},
        'notes': {'torch': f'{id}: {note}'},
    }


if __name__ == '__main__':
    serve(*sys.argv[1:])
