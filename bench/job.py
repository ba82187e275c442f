# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs in GIMP, from procedure call to layers in the image.

J1: 8 kernels of 5x5 on a photo of 24 megapixels to 8 layers, beside GIMP's own
Convolution Matrix on 8 copies of the layer, in turns in one GIMP. Ours convolves
and adds up three channels for each layer, GIMP's each channel alone: the same
number of multiplications, as many pixels to write.

memory: W4's network on pictures of 1 to 400 megapixels; seconds, and how much
the plug-in's process takes more than with the least there is to do."""

import importlib.machinery
import importlib.util
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PLUG_IN = pathlib.Path('build/plugin/convolens')
W4 = ('conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; relu; maxpool 2; '
      'conv 16 3x3 pad=same; relu')
W4_MAPS = 16
SIZES = {'1': (1000, 1000), '24': (6000, 4000), '100': (10000, 10000), '400': (20000, 20000)}
TURNS = 3
NOTHING = 'conv 1 1x1 kernels=identity'


def test_module():
    """What the tests know of a GIMP that knows nothing but our plug-in."""
    loader = importlib.machinery.SourceFileLoader('run_gimp', 'tests/gimp/run-gimp')
    loader_spec = importlib.util.spec_from_loader('run_gimp', loader)
    module = importlib.util.module_from_spec(loader_spec)
    loader.exec_module(module)
    return module


def scheme(value):
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, list):
        return '(list ' + ' '.join(scheme(item) for item in value) + ')'
    return str(value)


def peak(pid, name):
    """Bytes that a process has had resident at most; 0 if it is another or gone."""
    try:
        status = pathlib.Path(f'/proc/{pid}/status').read_text()
    except OSError:
        return 0
    found = re.search(r'^VmHWM:\s+(\d+) kB', status, re.M)
    mine = re.search(r'^Name:\s+(\S+)', status, re.M)
    return 1024 * int(found[1]) if found and mine and mine[1] == name else 0


def watch(gimp):
    """The peak of each run of the plug-in, in order, while GIMP runs."""
    peaks = {}
    while gimp.poll() is None:
        children = pathlib.Path(f'/proc/{gimp.pid}/task/{gimp.pid}/children')
        try:
            pids = children.read_text().split()
        except OSError:
            pids = []
        for pid in pids:
            size = peak(pid, PLUG_IN.name)
            if size:
                peaks[pid] = max(size, peaks.get(pid, 0))
        time.sleep(0.02)    # often would take from what is measured
    return list(peaks.values())


def gimp(call, script='job', plug_ins=(PLUG_IN,), of_gimp=('script-fu',), **values):
    """Runs a script of bench/ and an expression after it. Returns the numbers it says,
    a list for each name, and the peaks of the plug-in's processes."""
    defines = ' '.join(f'(define {name} {scheme(value)})' for name, value in values.items())
    script = pathlib.Path(f'bench/{script}.scm').resolve()
    with tempfile.TemporaryDirectory(prefix='gimp-bench-', dir='build') as folder:
        folder = pathlib.Path(folder).resolve()
        test_module().prepare(folder, plug_ins, of_gimp)
        command = [shutil.which('gimp-console') or 'gimp-console-3.0', '-i', '-n', '-d', '-f',
                   '-s', '--quit', '--batch-interpreter=plug-in-script-fu-eval', '-b',
                   f'(begin {defines} (load "{script}") {call})']
        environment = dict(os.environ, GIMP3_DIRECTORY=str(folder), HOME=str(folder), DISPLAY='')
        with tempfile.TemporaryFile('w+', errors='replace') as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
            peaks = watch(process)
            log.seek(0)
            text = log.read()
    seconds = {}
    for name, number in re.findall(r'^bench: (\S+) ([0-9.e-]+)$', text, re.M):
        seconds.setdefault(name, []).append(float(number))
    if process.returncode or 'Error:' in text or not seconds:
        sys.exit('bench: GIMP did not do the job:\n' + text)
    return seconds, peaks


def measure_job():
    """The row J1 of the table."""
    chance = random.Random(1)
    kernels = [[chance.randint(-9, 9) for _ in range(25)] for _ in range(8)]
    literals = ','.join('"[' + ','.join(str(kernel[5 * y:5 * y + 5]) for y in range(5)) + ']"'
                        for kernel in kernels)
    network = f'conv kernels={literals.replace(" ", "")} pad=same border=replicate'
    width, height = SIZES['24']
    seconds, _ = gimp(f'(job {TURNS})', network=network, kernels=kernels, width=width,
                      height=height, placement='scaled')
    ours, peer = (statistics.median(seconds[name]) for name in ('clamp', 'peer'))
    ranges = statistics.median(seconds['range-map'])
    pixels = width * height
    return {
        'id': 'J1', 'network': '8 kernels of 5x5 to 8 layers in GIMP, values 0 to 1',
        'picture': f'{height}x{width}x3', 'ours': ours, 'unit': 's',
        'best_peer': 'gegl', 'best_peer_value': peer, 'ratio': peer / ours,
        'peers': {'gegl': peer}, 'slower_than_limit': [], 'limit': None,
        'reference': None, 'reference_ratio': None,
        'gflops': 2e-9 * pixels * 75 * 8 / ours, 'gbytes': 1e-9 * pixels * 3 * 9 / ours,
        'spread': {'ours': [min(seconds['clamp']), max(seconds['clamp'])],
                   'gegl': [min(seconds['peer']), max(seconds['peer'])]},
        'range-map': ranges,
        'notes': {'gegl': "J1: GEGL is GIMP's Convolution Matrix on 8 copies of the layer; with "
                          f'values from least to greatest ours takes {ranges:.2f} s, '
                          f'{peer / ranges:.1f} times as fast'},
    }


def memory(sizes):
    """A table of what the plug-in takes for pictures of so many megapixels. The start of the
    plug-in and what GIMP itself takes for such layers are measured in the same GIMP, by turns."""
    lines = ['| megapixels | mapping | s | of which start | ns a pixel without it | '
             'GIMP alone, s | peak MiB | more than empty |', '|--:|---|--:|--:|--:|--:|--:|--:|']
    for size in sizes or SIZES:
        width, height = SIZES[size]
        for mapping in 'clamp', 'range-map':
            turns = 1 if size == '400' else TURNS
            seconds, peaks = gimp(f'(memory "{mapping}" {turns})', network=W4, nothing=NOTHING,
                                  maps=W4_MAPS, kernels=[], width=width, height=height,
                                  placement='own-size')
            spent, start, alone = (statistics.median(seconds[name])
                                   for name in ('network', 'start', 'floor'))
            # The start and the network, by turns, after what GIMP asks a new plug-in.
            runs = peaks[-2 * turns:]
            most, empty = max(runs[1::2]), max(runs[0::2])
            lines.append(f'| {size} | {mapping} | {spent:.2f} | {start:.2f} | '
                         f'{1e9 * (spent - start) / (width * height):.1f} | {alone:.2f} | '
                         f'{most / 2**20:.0f} | {(most - empty) / 2**20:.0f} |')
            print(lines[-1], file=sys.stderr, flush=True)
    text = (f'Network: `{W4}`, own size, a picture of noise. Medians of {TURNS} runs, of 400 '
            f'megapixels one. The start is\n`{NOTHING}` on 64x64 pixels, between the others. '
            f'GIMP alone: {W4_MAPS} layers of the same size, inverted.\n\n'
            + '\n'.join(lines) + '\n')
    pathlib.Path('build/memory.md').write_text(text)
    print(text, end='')
