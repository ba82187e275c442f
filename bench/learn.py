#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench learn [NAMES]: filters learned in GIMP from one photograph of a megapixel,
before and after GIMP's own operations, and judged on another. Writes build/learn.md."""

import pathlib
import sys

import job

PROBE = pathlib.Path('build/tests/gimp/convolens-probe')
SIDE = 1024
LIMIT = 50      # seconds that learning may take
MODELS = ['', 'kernel', 'small network', 'deep network']
NOISE = 2 * 25 / 255    # GIMP's noise has half of this as standard deviation

KERNELS = {
    'sharpen': [0, 0, 0, 0, 0,  0, 0, -1, 0, 0,  0, -1, 5, -1, 0,  0, 0, -1, 0, 0,  0, 0, 0, 0, 0],
    'emboss': [0, 0, 0, 0, 0,  0, -2, -1, 0, 0,  0, -1, 1, 1, 0,  0, 0, 1, 2, 0,  0, 0, 0, 0, 0],
    'a slanted blur': [0.2, 0, 0, 0, 0,  0.05, 0.2, 0.05, 0, 0,  0, 0.05, 0.1, 0.05, 0,
                       0, 0, 0.05, 0.15, 0,  0, 0, 0, 0, 0.1],
}

# name: what makes the picture before, and that after; the model; the bar: dB, or dB more
# than the picture before has, or dB more than the best kernel has
FILTERS = {
    'blur': ('Gaussian blur, σ 1.5', 'nothing', 'blur', 'automatic', ('at least', 50)),
    'sharpen': ('Sharpen (Unsharp Mask)', 'nothing', 'sharpen', 'automatic', ('at least', 50)),
    'emboss': ('Emboss (Convolution Matrix)', 'nothing', 'emboss', 'automatic', ('at least', 50)),
    'desaturate': ('Desaturate, luminance', 'nothing', 'desaturate', 'automatic',
                   ('at least', 40)),
    'sepia': ('Sepia', 'nothing', 'sepia', 'automatic', ('at least', 40)),
    'curves': ('Curves, an S', 'nothing', 'curves', 'automatic', ('at least', 40)),
    'median-kernel': ('Median 3×3', 'nothing', 'median', 'kernel', None),
    'median': ('Median 3×3', 'nothing', 'median', 'automatic', ('more than a kernel', 4)),
    'noise': ('Noise of σ 25 taken away', 'noisy', 'nothing', 'automatic', ('more than before', 6)),
}


def photographs():
    import skimage
    folder = pathlib.Path(skimage.__file__).parent / 'data'
    return str(folder / 'astronaut.png'), str(folder / 'coffee.png')


def run(call):
    first, second = photographs()
    numbers, _ = job.gimp(call, script='learn', plug_ins=(job.PLUG_IN, PROBE),
                          of_gimp=('script-fu', 'file-png'), **{
                              'photo-a': first, 'photo-b': second, 'side': SIDE,
                              'limit': LIMIT, 'noise': NOISE})
    return {name: found[0] for name, found in numbers.items()}


def judge(bar, numbers, kernel):
    """The bar as words, and whether it is met."""
    if bar is None:
        return '', ''
    word, least = bar
    if word == 'at least':
        return f'{least} dB', numbers['after'] >= least
    base, words = {'more than before': (numbers['before'], 'before'),
                   'more than a kernel': (kernel, 'the kernel')}[word]
    if base is None:
        return f'{words} + {least} dB', '?'
    return f'{words} + {least} dB', numbers['after'] >= base + least


def main():
    wanted = sys.argv[1:] or [*FILTERS, 'kernels']
    unknown = set(wanted) - {*FILTERS, 'kernels'}
    if unknown:
        sys.exit('bench learn: there are ' + ', '.join([*FILTERS, 'kernels']))
    lines = ['| filter | learned | in | dB before | dB after | the bar | met | learning, s | '
             'all of it, s |',
             '|---|---|---|--:|--:|---|---|--:|--:|']
    kernel = None
    for name in wanted:
        if name == 'kernels':
            continue
        title, before, after, model, bar = FILTERS[name]
        numbers = run(f'(bench-filter {before} {after} "{model}")')
        if name == 'median-kernel':
            kernel = numbers['after']
        bar_words, met = judge(bar, numbers, kernel)
        met = {True: 'yes', False: 'no'}.get(met, met)
        light = 'linear' if numbers['linear'] else 'perceptual'
        lines.append(f'| {title} | {MODELS[int(numbers["model"])]} | {light} | '
                     f'{numbers["before"]:.1f} | {numbers["after"]:.1f} | {bar_words} | {met} | '
                     f'{numbers["learning"]:.1f} | {numbers["whole"]:.1f} |')
        print(lines[-1], file=sys.stderr, flush=True)
    if 'kernels' in wanted:
        lines += ['', '| kernel, from 32-bit floats | largest difference | the bar | met | '
                      'learning, s | all of it, s |', '|---|--:|---|---|--:|--:|']
        for name, kernel_numbers in KERNELS.items():
            numbers = run(f'(bench-kernel {job.scheme(kernel_numbers)})')
            met = 'yes' if numbers['wrong'] <= 0.01 else 'no'
            lines.append(f'| {name} | {numbers["wrong"]:.1e} | 0.01 | {met} | '
                         f'{numbers["learning"]:.1f} | {numbers["whole"]:.1f} |')
            print(lines[-1], file=sys.stderr, flush=True)
    text = '\n'.join(lines) + '\n'
    pathlib.Path('build/learn.md').write_text(text)
    print(text, end='')


if __name__ == '__main__':
    main()
