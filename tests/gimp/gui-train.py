#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Train Classifier, driven by a person made of AT-SPI, in a real GIMP on a screen of its own.

    gui-train.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import contextlib
import re
import sys

sys.dont_write_bytecode = True
import shapes  # noqa: E402
from person import Case, main, until  # noqa: E402

NETWORK = ('input 12x12x1\nconv 16 5x5 pad=same\nrelu\nmaxpool 2\nflatten\ndense 3\nsoftmax\n')


class Test(Case):
    def __init__(self, gimp, data, screenshots):
        super().__init__(gimp, screenshots)
        self.data = data

    def find(self, role, name, **how):
        return self.person.find(self.window, role, name, **how)

    def press(self, name):
        button = self.find('button', name)
        until(lambda: self.person.enabled(button), f'“{name}” to be of use')
        self.person.press(button)

    def says(self, words, seconds=20):
        return self.person.find(self.window, 'label', words, seconds=seconds, starts=True,
                                showing=True).get_name()

    def open(self):
        menu = self.person.find(self.app, 'menu', 'Filters')
        menu = self.person.find(menu, 'menu', 'Neural Network')
        item = self.person.find(menu, 'menu item', 'Train Classifier…')
        until(lambda: self.person.enabled(item), 'the menu item to be of use')
        self.person.press(item)
        self.plug_in = self.person.application('convolens')
        self.window = self.person.find(self.plug_in, 'dialog', 'Train Classifier')

    def end(self, button):
        self.person.press(button)

        def gone():
            try:
                return not self.person.has(self.window, self.person.atspi.StateType.SHOWING)
            except Exception:  # with the process it belonged to
                return True
        until(gone, 'the dialog to close')

    def epoch(self):
        """Of the line that says how far it is."""
        return int(re.match(r'Epoch (\d+)', self.says('Epoch ')).group(1))

    # --- the tests ---------------------------------------------------------------

    def fill(self, epochs):
        self.person.type(self.find('text', "Network's text", showing=True), NETWORK)
        self.person.type(self.find('text', 'Images'), str(self.data / 'idx'))
        self.person.type(self.find('text', 'Save as'), str(self.data / 'gui.onnx'))
        spin = self.find('spin button', 'Epochs')
        self.person.set(spin, epochs)

    def without_image(self):
        self.gimp.eval('(gimp-display-delete 1)')
        self.check('no image is open', self.gimp.eval('(vector-length (gimp-get-images))') == '0')
        self.open()
        self.check('the dialog opens without an image', True)

    def found_images(self):
        self.fill(100000)
        found = self.says('360 images')
        self.check('it says what it found',
                   found.startswith('360 images of 12×12×1 in 3 classes, and 120 to test with') and
                   '0: 120, 1: 120, 2: 120' in found, found)

    def pauses(self):
        self.press('Train')
        until(lambda: self.epoch() >= 3, 'some epochs')
        self.screenshot('train-dialog.png', 'Train Classifier')
        self.press('Pause')
        self.press('Resume')
        before = self.epoch()
        until(lambda: self.epoch() > before, 'it to go on')
        self.check('it goes on after a pause', True)

    def keeps(self):
        self.press('Stop and Keep')
        def result():
            for node in self.person.walk(self.window):
                with contextlib.suppress(Exception):
                    if node.get_name().endswith('of 120 test images are told right'):
                        return node.get_name()
        right = until(result, 'the result')
        self.check('it tells the test images apart', float(right.split()[0]) >= 95.0, right)
        self.screenshot('train-result.png', 'Train Classifier')
        self.check('the network is in the file',
                   (self.data / 'gui.onnx').exists() and bool(self.says('Saved as')))

    def refuses(self):
        self.person.type(self.find('text', 'Images'), str(self.data / 'one-class'))
        self.press('Train')
        self.check('what cannot be learnt is said', 'nothing to tell apart' in
                   self.says('“' + str(self.data / 'one-class')))

    def warns(self):
        self.person.type(self.find('text', 'Images'), str(self.data / 'idx'))
        self.person.type(self.find('text', 'Save as'), '')
        self.person.set(self.find('spin button', 'Epochs'), 2)
        self.press('Train')
        self.says('Not saved yet')
        self.press('Close')
        self.person.find(self.plug_in, 'label', 'The trained network is not saved.')
        back = self.person.find(self.plug_in, 'button', 'Go Back')
        self.person.press(back)
        self.check('what was learnt is not lost without a question', self.says('Not saved yet'))
        self.press('Close')
        self.end(self.person.find(self.plug_in, 'button', 'Close without Saving', showing=True))

    def run(self):
        self.without_image()
        self.found_images()
        self.pauses()
        self.keeps()
        self.refuses()
        self.warns()
        print(f'1..{self.n}')


def make_test(gimp, home, screenshots):
    shapes.write(home / 'shapes')
    return Test(gimp, home / 'shapes', screenshots)


if __name__ == '__main__':
    main(make_test, 'failed-train.png')
