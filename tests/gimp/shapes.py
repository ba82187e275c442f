# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of three shapes to learn from, as IDX files and as PNG files in folders, and
sets of them that are broken in one way each."""

import pathlib
import random
import struct
import zlib

SIDE = 12
NAMES = 'disc', 'level', 'upright'


def shape(label, chance):
    """A shape somewhere on a page that is not quite clean, rows of bytes."""
    x, y = chance.uniform(4, 7), chance.uniform(4, 7)
    ink, radius = chance.uniform(150, 255), chance.uniform(2.4, 3.4)

    def covered(i, j):
        dx, dy = abs(j - x), abs(i - y)
        if label == 0:
            return dx * dx + dy * dy <= radius * radius
        return (dy if label == 1 else dx) <= 0.8 and (dx if label == 1 else dy) <= 3.5
    return [[min(255, int(chance.uniform(0, 40) + (ink if covered(i, j) else 0)))
             for j in range(SIDE)] for i in range(SIDE)]


def write_idx(folder, name, pictures, labels):
    folder.mkdir(parents=True, exist_ok=True)
    head = struct.pack('>4B3I', 0, 0, 8, 3, len(pictures), SIDE, SIDE)
    (folder / f'{name}-images-idx3-ubyte').write_bytes(
        head + bytes(value for picture in pictures for row in picture for value in row))
    (folder / f'{name}-labels-idx1-ubyte').write_bytes(
        struct.pack('>4BI', 0, 0, 8, 1, len(labels)) + bytes(labels))


def write_png(file, picture):
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data +
                struct.pack('>I', zlib.crc32(kind + data)))
    rows = b''.join(b'\0' + bytes(row) for row in picture)
    file.write_bytes(b'\x89PNG\r\n\x1a\n' +
                     chunk(b'IHDR', struct.pack('>2I5B', SIDE, SIDE, 8, 0, 0, 0, 0)) +
                     chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def write(folder):
    folder = pathlib.Path(folder)
    chance = random.Random(12)
    labels = [i % 3 for i in range(480)]
    pictures = [shape(label, chance) for label in labels]
    write_idx(folder / 'idx', 'train', pictures[:360], labels[:360])
    write_idx(folder / 'idx', 't10k', pictures[360:], labels[360:])
    write_idx(folder / 'only-train', 'train', pictures[:360], labels[:360])
    for i in range(180):
        into = folder / 'pictures' / NAMES[labels[i]]
        into.mkdir(parents=True, exist_ok=True)
        write_png(into / f'{i:03}.png', pictures[i])
    (folder / 'pictures' / 'disc' / '000.png').write_bytes(b'\x89PNG\r\n\x1a\nnot a picture')

    write_idx(folder / 'short', 'train', pictures[:60], labels[:60])
    file = folder / 'short' / 'train-images-idx3-ubyte'
    file.write_bytes(file.read_bytes()[:-100])
    write_idx(folder / 'one-class', 'train', pictures[:60:3], labels[:60:3])
    write_idx(folder / 'fewer-labels', 'train', pictures[:60], labels[:59])
    write_idx(folder / 'other-test', 'train', pictures[:60], labels[:60])
    write_idx(folder / 'other-test', 't10k', pictures[:60], [label + 1 for label in labels[:60]])
    (folder / 'empty').mkdir()
    (folder / 'loose.idx').write_bytes(
        (folder / 'idx' / 'train-images-idx3-ubyte').read_bytes())
