#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/torch-losses.h: what PyTorch's losses are in 100 minibatches of a small network,
with each optimiser. Run by hand, where python3-torch is:

  tests/torch-reference.py > tests/torch-losses.h

In double precision, so that the numbers are PyTorch's formulas and not its rounding. Weights
and pictures are drawn by a formula that test-train-torch.c has too.

Where a value comes so near a kink that rounding decides on which side it is, no two programs
agree from there on: plans for which PyTorch's own float32 is not within a tenth of what the
test allows are refused here; another rate goes past it."""

import sys

import numpy as np
import torch
from torch import nn

NETWORK = ('conv 8 3x3 stride=2 pad=1 bias=no; batchnorm; relu; conv 6 3x3 pad=same groups=2; '
           'prelu slope=0,0,0,0,0,0; maxpool 2; flatten; dense 12; relu; dense 5; softmax')
SHAPE = 12, 10, 3
N_CLASSES, N_IMAGES, BATCH, N_STEPS = 5, 60, 16, 100
STEPS_PER_EPOCH = -(-N_IMAGES // BATCH)

# optimiser and schedule as we write them; rate and greatest norm; PyTorch's
SGD, ADAM, ADAMW, RMSPROP = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW,
                             torch.optim.RMSprop)
PLANS = [
    ('sgd', 'constant', 0.05, 0, SGD, {}, None),
    ('sgd decay=0.02', 'cosine', 0.1, 0, SGD, {'weight_decay': 0.02}, 'cosine'),
    ('momentum 0.9', 'constant', 0.01, 0, SGD, {'momentum': 0.9}, None),
    ('momentum 0.5 decay=0.05', 'step 10 gamma=0.5', 0.05, 0, SGD,
     {'momentum': 0.5, 'weight_decay': 0.05}, 'step'),
    ('nesterov 0.9', 'constant', 0.01, 0, SGD, {'momentum': 0.9, 'nesterov': True}, None),
    ('nesterov 0.8 decay=0.01', 'one-cycle', 0.05, 0.5, SGD,
     {'momentum': 0.8, 'nesterov': True, 'weight_decay': 0.01}, 'one-cycle'),
    ('adam', 'constant', 0.003, 0, ADAM, {}, None),
    ('adam beta1=0.8 beta2=0.95 decay=0.02', 'constant', 0.003, 0, ADAM,
     {'betas': (0.8, 0.95), 'weight_decay': 0.02}, None),
    ('adamw', 'constant', 0.004, 0, ADAMW, {}, None),
    ('adamw decay=0.5', 'constant', 0.005, 0, ADAMW, {'weight_decay': 0.5}, None),
    ('rmsprop', 'constant', 0.001, 0, RMSPROP, {}, None),
    ('rmsprop alpha=0.9 momentum=0.5 decay=0.02', 'constant', 0.001, 1, RMSPROP,
     {'alpha': 0.9, 'momentum': 0.5, 'weight_decay': 0.02}, None),
]

# Weights in our order and with our dimensions: what they are drawn around, and how far.
WEIGHTS = [
    ('0.weight', (8, 3, 3, 3), 0, 0.5),
    ('1.weight', (8,), 1, 0.25),
    ('1.bias', (8,), 0, 0.25),
    ('3.weight', (6, 3, 3, 4), 0, 0.5),
    ('3.bias', (6,), 0, 0.25),
    ('4.weight', (6,), 0.25, 0.25),
    ('7.weight', (12, 36), 0, 0.5),
    ('7.bias', (12,), 0, 0.25),
    ('9.weight', (5, 12), 0, 0.5),
    ('9.bias', (5,), 0, 0.25),
]


def drawn(seed, n):
    """From 0 to 1, in steps of 2^-24."""
    bits = (np.arange(n, dtype=np.uint32) + np.uint32(1 + 7919 * seed)) * np.uint32(2654435761)
    bits = (bits ^ bits >> np.uint32(16)) * np.uint32(2246822519)
    return ((bits ^ bits >> np.uint32(13)) >> np.uint32(8)) / 2.0 ** 24


def images():
    """[image][row][column][channel] and their classes: noise, and brighter in every fifth cell,
    from another one on for each class."""
    cells = int(np.prod(SHAPE))
    labels = np.arange(N_IMAGES) % N_CLASSES
    values = np.stack([drawn(1000 + i, cells) for i in range(N_IMAGES)])
    values += 0.25 * (np.arange(cells) % N_CLASSES == labels[:, None])
    return values.reshape(N_IMAGES, *SHAPE), labels


class Flatten(nn.Module):
    """Row by row, the channels of a cell together, as we lay it out."""

    def forward(self, maps):
        return maps.permute(0, 2, 3, 1).flatten(1)


def network():
    made = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 6, 3, padding=1, groups=2), nn.PReLU(6), nn.MaxPool2d(2), Flatten(),
        nn.Linear(36, 12), nn.ReLU(), nn.Linear(12, 5)).double()
    have = dict(made.named_parameters())
    assert list(have) == [name for name, *_ in WEIGHTS]
    for number, (name, shape, centre, spread) in enumerate(WEIGHTS):
        values = centre + spread * (2 * drawn(number, int(np.prod(shape))) - 1)
        values = values.reshape(shape)
        if len(shape) == 4:
            values = values.transpose(0, 3, 1, 2)
        have[name].data.copy_(torch.from_numpy(values))
    return made


def losses(plan, kind):
    _, _, rate, clip, optimiser, settings, schedule = plan
    made = network().to(kind).train()
    values, labels = images()
    values = torch.from_numpy(values.transpose(0, 3, 1, 2).copy()).to(kind)
    labels = torch.from_numpy(labels)
    optimiser = optimiser(made.parameters(), lr=rate, **settings)
    rates = torch.optim.lr_scheduler
    schedule = {
        None: lambda: rates.ConstantLR(optimiser, 1.0),
        'cosine': lambda: rates.CosineAnnealingLR(optimiser, N_STEPS),
        'step': lambda: rates.StepLR(optimiser, 10 * STEPS_PER_EPOCH, 0.5),
        'one-cycle': lambda: rates.OneCycleLR(optimiser, rate, N_STEPS, cycle_momentum=False),
    }[schedule]()
    found = []
    for step in range(N_STEPS):
        first = step % STEPS_PER_EPOCH * BATCH
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(made(values[first:first + BATCH]),
                                           labels[first:first + BATCH])
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(made.parameters(), clip)
        optimiser.step()
        schedule.step()
        found.append(loss.item())
    return np.array(found)


def main():
    torch.set_num_threads(1)
    print('/* SPDX-License-Identifier: GPL-3.0-or-later */\n#pragma once\n')
    print(f'/* Made by torch-reference.py with PyTorch {torch.__version__}. */\n')
    text = NETWORK.replace('; prelu', '; " \\\n  "prelu').replace('; dense 12', '; " \\\n  "dense 12')
    print(f'#define TORCH_NETWORK \\\n  "{text}"\n')
    for name, value in (('HEIGHT', SHAPE[0]), ('WIDTH', SHAPE[1]), ('CHANNELS', SHAPE[2]),
                        ('CLASSES', N_CLASSES), ('IMAGES', N_IMAGES), ('BATCH', BATCH),
                        ('STEPS', N_STEPS)):
        print(f'#define TORCH_{name} {value}')
    print('\n/* Numbers of a weight, what they are drawn around and how far. */\n'
          'static const struct\n{\n  gsize n;\n  float centre, spread;\n} torch_weights[] = {')
    for _, shape, centre, spread in WEIGHTS:
        print(f'  {{ {int(np.prod(shape))}, {float(centre)}f, {float(spread)}f }},')
    print('};\n\n/* The loss of each minibatch, before its step. */\n'
          'static const struct\n{\n  const char *optimiser, *schedule;\n  double      rate, clip;\n'
          '  double      losses[TORCH_STEPS];\n} torch_plans[] = {')
    for plan in PLANS:
        optimiser, schedule, rate, clip, *_ = plan
        found = losses(plan, torch.float64)
        single = losses(plan, torch.float32)
        off = np.max(np.abs(single / found - 1))
        print(f'{optimiser}, {schedule}: {found[0]:.3f} to {found[-1]:.3f}; in float32 off by '
              f'{off:.1e}', file=sys.stderr)
        if off > 1e-5:
            sys.exit(f'{optimiser} with the rate {rate} is at a kink')
        print(f'  {{ "{optimiser}", "{schedule}", {rate}, {float(clip)}, {{')
        words = [f'{loss:.8g}' for loss in found]
        for at in range(0, N_STEPS, 7):
            print('      ' + ', '.join(words[at:at + 7]) + ',')
        print('    } },')
    print('};')


main()
