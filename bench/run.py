#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench [IDS]: Convolens beside other programs, on the same networks with
the same weights and pictures. First every contender's output is compared with
ours on a small picture; then all take turns, each on two threads. Writes
build/bench.md and build/bench.json; ratios above 1 mean that we are ahead."""

import json
import os
import pathlib
import select
import statistics
import subprocess
import sys
import time

import numpy as np

import job
import models
import training

OURS = 'build/bench/bench'
FOLDER = pathlib.Path('build/bench')
LIMIT = 60          # seconds a peer may take to get ready, or for one run
TOLERANCE = 1e-4    # of the range of the output
SMALL = 64, 96

# Memory that is freed is kept for the next run: we write into memory that is
# there already, and PyTorch would get new pages for its maps every time.
KEEP_MEMORY = {'MALLOC_MMAP_MAX_': '0', 'MALLOC_TRIM_THRESHOLD_': str(1 << 40)}

# id: picture, network, and who else can run it
NETWORK_PEERS = ['onnxruntime', 'torch']
WORKLOADS = {
    'W1': ((4000, 6000, 3), 'conv 2 3x3 pad=same; relu', []),
    'W2': ((2048, 2048, 1), 'conv 32 3x3 pad=same; relu; maxpool 2', []),
    'W3': ((1024, 1024, 3),
           'conv 64 3x3 pad=same; relu; conv 64 3x3 pad=same; relu; maxpool 2; '
           'conv 128 3x3 pad=same; relu; conv 128 3x3 pad=same; relu; maxpool 2', []),
    'W4': ((2048, 2048, 3),
           'conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; relu; maxpool 2; '
           'conv 16 3x3 pad=same; relu', []),
    'W5-3': ((4000, 6000, 3), 'conv 3 3x3 pad=same groups=3', ['gmic', 'gegl']),
    'W5-15': ((4000, 6000, 3), 'conv 3 15x15 pad=same groups=3', ['gmic']),
    'W5-31': ((4000, 6000, 3), 'conv 3 31x31 pad=same groups=3', ['gmic']),
    # The same with a kernel that is the product of a column and a row.
    'W5-31s': ((4000, 6000, 3), 'conv 3 31x31 kernels=gaussian(5),gaussian(5),gaussian(5) '
               'pad=same groups=3', ['gmic']),
}
# id: images of a call; all of 10,000 digits
BATCHES = {'W6-1': 1, 'W6-256': 256}
BATCH_NETWORK = ('conv 32 3x3 pad=same; relu; maxpool 2; flatten; dense 128; relu; dense 64; relu; '
                 'dense 10; softmax')
DIGITS = pathlib.Path('build/data/mnist/t10k-images-idx3-ubyte')  # ./dev gets it
NAMES = {'ours': 'Convolens', 'reference': 'oneDNN, whole maps', 'onnxruntime': 'ONNX Runtime',
         'torch': 'PyTorch', 'gmic': "G'MIC", 'gegl': 'GEGL'}


class TooSlow(Exception):
    pass


class Contender:
    TooSlow, LIMIT = TooSlow, LIMIT

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=dict(os.environ, **KEEP_MEMORY))
        self.seconds = []
        try:
            self.note = self.answer().removeprefix('ready ')
        except BaseException:
            self.end()
            raise

    def answer(self):
        # We have no time limit for ourselves.
        limit = None if self.name == 'ours' else LIMIT
        if not select.select([self.process.stdout], [], [], limit)[0]:
            raise TooSlow(self.name)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f'bench: {self.name} gave up')
        return line.strip()

    def order(self, line):
        print(line, file=self.process.stdin, flush=True)
        return self.answer()

    def run(self):
        time.sleep(0.05)    # threads that wait for more work fall asleep
        return float(self.order('run'))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def with_picture(name, shape, text, weights=None):
    size = 'x'.join(str(n) for n in shape)
    if weights:
        return Contender(name, [sys.executable, 'bench/peers.py', name, size, text, weights])
    return Contender(name, [OURS, name, size, text])


def with_images(name, batch, weights):
    what = [str(batch), str(DIGITS), BATCH_NETWORK]
    if name == 'ours':
        return Contender(name, [OURS, 'batch', *what])
    return Contender(name, [sys.executable, 'bench/images.py', name, *what, weights])


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def difference(id, name, ours, other):
    """The largest difference of the two outputs, as a share of the range."""
    _, text, _ = WORKLOADS[id]
    if name == 'gegl':      # one kernel for all channels, another border
        ours, other = ours[2:-2, 2:-2, 0], other[2:-2, 2:-2, 0]
    return float(np.abs(ours - other).max() / (ours.max() - ours.min()))


def check(id, names):
    """Writes the weights; sees that all contenders compute the same."""
    shape, text, _ = WORKLOADS[id]
    shape = SMALL + shape[2:]
    weights = str(FOLDER / 'weights.raw')
    file = FOLDER / 'out.raw'
    ours = None
    for name in names:
        contender = with_picture(name, shape, text, None if name in names[:2] else weights)
        if ours is None:
            contender.order(f'weights {weights}')
            out_shape = [int(n) for n in contender.note.split()[1].split('x')]
        contender.order(f'write {file}')
        contender.end()
        values = np.fromfile(file, np.float32).reshape(out_shape)
        if ours is None:
            ours = values
        error = difference(id, name, ours, values)
        if not error <= TOLERANCE:
            sys.exit(f'bench: {id}: {name} differs from us by {error:g} of the range')
    return weights


def rounds(seconds):
    """How often to run what took so long to warm up."""
    return 9 if seconds < 0.5 else 5 if seconds < 2 else 3 if seconds < 10 else 0


def measure(id):
    shape, text, more = WORKLOADS[id]
    names = ['ours', 'reference'] + NETWORK_PEERS + more
    say(f'{id}: checking')
    weights = check(id, names)
    contenders, slow = [], []
    for name in names:
        say(f'{id}: {NAMES[name]}')
        contender = None
        try:
            contender = with_picture(name, shape, text, None if name in names[:2] else weights)
            first = contender.run()
            contender.rounds = rounds(first)
            if not contender.rounds:    # too slow for more
                contender.seconds.append(first)
            contenders.append(contender)
        except TooSlow:
            if contender:
                contender.end()
            slow.append(name)
    say(f'{id}: measuring')
    for turn in range(max(contender.rounds for contender in contenders)):
        for contender in contenders:
            if turn < contender.rounds:
                contender.seconds.append(contender.run())
    for contender in contenders:
        contender.end()
    return row(id, contenders, slow)


def measure_images(id):
    """As measure(), in images a second; what is computed is compared as well."""
    weights, file = str(FOLDER / 'weights.raw'), FOLDER / 'out.raw'
    contenders, ours = [], None
    say(f'{id}: checking')
    for name in ['ours'] + NETWORK_PEERS:
        contender = with_images(name, BATCHES[id], weights)
        if ours is None:
            contender.order(f'weights {weights}')
        contender.order(f'write {file}')
        values = np.fromfile(file, np.float32)
        if ours is None:
            ours = values
        error = float(np.abs(ours - values).max() / (ours.max() - ours.min()))
        if not error <= TOLERANCE:
            sys.exit(f'bench: {id}: {name} differs from us by {error:g} of the range')
        contenders.append(contender)
    say(f'{id}: measuring')
    for _ in range(9):
        for contender in contenders:
            contender.seconds.append(contender.run())
    for contender in contenders:
        contender.end()
    return row_of_images(id, contenders, len(ours) // 10)


def row_of_images(id, contenders, n):
    speeds = {one.name: n / statistics.median(one.seconds) for one in contenders}
    ours = speeds.pop('ours')
    best = max(speeds, key=speeds.get)
    macs = int(contenders[0].note.split()[0])
    return {
        'id': id, 'network': BATCH_NETWORK, 'picture': f'28x28x1, {BATCHES[id]} in a call',
        'ours': ours, 'unit': 'images/s',
        'best_peer': best, 'best_peer_value': speeds[best], 'ratio': ours / speeds[best],
        'peers': speeds, 'slower_than_limit': [], 'limit': LIMIT,
        'reference': None, 'reference_ratio': None,
        'gflops': 2e-9 * macs * ours, 'gbytes': 4e-9 * (28 * 28 + 10) * ours,
        'spread': {one.name: [n / max(one.seconds), n / min(one.seconds)] for one in contenders},
        'notes': {one.name: one.note for one in contenders[1:]},
    }


def row(id, contenders, slow):
    shape, text, _ = WORKLOADS[id]
    medians = {one.name: statistics.median(one.seconds) for one in contenders}
    ours = medians.pop('ours')
    reference = medians.pop('reference', None)
    best = min(medians, key=medians.get, default=None)
    macs, out_shape = contenders[0].note.split()
    cells = np.prod(shape) + np.prod([int(n) for n in out_shape.split('x')])
    return {
        'id': id, 'network': text, 'picture': 'x'.join(str(n) for n in shape),
        'ours': ours, 'unit': 's',
        'best_peer': best, 'best_peer_value': medians.get(best),
        'ratio': medians[best] / ours if best else None,
        'peers': medians, 'slower_than_limit': slow, 'limit': LIMIT,
        'reference': reference, 'reference_ratio': reference / ours if reference else None,
        'gflops': 2e-9 * int(macs) / ours, 'gbytes': 4e-9 * float(cells) / ours,
        'spread': {one.name: [min(one.seconds), max(one.seconds)] for one in contenders},
        'notes': {one.name: one.note for one in contenders[1:] if one.name != 'reference'},
    }


def table(rows, machine):
    peers = NETWORK_PEERS + ['gmic', 'gegl']
    gemm, copy = machine

    def value(row, name):
        if name in row['slower_than_limit']:
            return f'> {LIMIT}'
        seconds = row[name] if name in row else row['peers'].get(name)
        if row['unit'] != 's':
            return f'{seconds:.0f} /s' if seconds else ''
        return f'{seconds:.4f}' if seconds else ''

    def ratio(number):
        return f'{number:.2f}' if number else ''

    head = (['', 'Convolens'] + [NAMES[name] for name in peers]
            + ['best peer ÷ ours', NAMES['reference'], '÷ ours', 'GFLOP/s', 'of GEMM', 'GB/s',
               'of copy'])
    cells = [head, ['---'] + ['--:'] * (len(head) - 1)]
    for row in rows:
        cells.append([row['id'], value(row, 'ours')] + [value(row, name) for name in peers]
                     + [ratio(row['ratio']), value(row, 'reference'),
                        ratio(row['reference_ratio']),
                        f'{row["gflops"]:.0f}', f'{row["gflops"] / gemm:.0%}',
                        *([f'{row["gbytes"]:.1f}', f'{row["gbytes"] / copy:.0%}']
                          if row['gbytes'] else ['', ''])])
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    lines = ['| ' + ' | '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))) + ' |'
             for line in cells]
    return '\n'.join(lines) + '\n'


def limits():
    """What the machine can do now: GFLOP/s of a matrix product, GB/s of a copy."""
    done = subprocess.run([OURS, 'machine'], stdout=subprocess.PIPE, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def processor():
    for line in open('/proc/cpuinfo'):
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return 'unknown processor'


def report(rows, machine):
    gemm, copy = machine
    notes = sorted({note for row in rows for note in row['notes'].values()})
    networks = ''.join(f'- {row["id"]}: {row["picture"]}: `{row["network"]}`\n' for row in rows)
    return (f'Seconds a run (median, all in turns, two threads each), for W6 and T images a second; '
            f'ratios above 1: we are ahead.\n'
            f'FLOP are two for each multiplication of the network as written (T: forward and '
            f'back); GB are the picture in and the maps out.\n\n{table(rows, machine)}\n{networks}\n'
            f'{processor()}; oneDNN matrix product {gemm:.0f} GFLOP/s, copy {copy:.1f} GB/s.\n'
            + ''.join(f'- {note}\n' for note in notes))


def main():
    if sys.argv[1:2] == ['memory']:
        return job.memory(sys.argv[2:])
    if sys.argv[1:] == ['job']:
        sys.argv[1:] = ['J1']
    known = list(WORKLOADS) + (list(BATCHES) if DIGITS.exists() else []) + list(models.WORKLOADS)
    known += list(training.WORKLOADS)
    ids = sys.argv[1:] or known + ['J1']
    jobs = ['J1'] if 'J1' in ids else []
    # W5 stands for all that begin with W5-.
    ids = [id for wanted in ids for id in known if id == wanted or id.startswith(wanted + '-')]
    ids += jobs
    if not ids:
        sys.exit('bench: the workloads are ' + ', '.join(known) + ', job and memory')
    rows, machine = [], (0, 0)
    for id in ids:
        machine = [max(pair) for pair in zip(machine, limits())]
        rows.append(job.measure_job() if id in jobs
                    else measure_images(id) if id in BATCHES
                    else models.measure(id, Contender, OURS, say) if id in models.WORKLOADS
                    else training.measure(id, Contender, say) if id in training.WORKLOADS
                    else measure(id))
        pathlib.Path('build/bench.json').write_text(json.dumps(rows, indent=2) + '\n')
        pathlib.Path('build/bench.md').write_text(report(rows, machine))
    print(pathlib.Path('build/bench.md').read_text(), end='')


main()
