#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit These Maps and Refresh, driven by a person made of AT-SPI, in a real GIMP on a screen
of its own.

    gui-edit.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import sys

sys.dont_write_bytecode = True
import gui  # noqa: E402
from person import Dialog, main, until  # noqa: E402

TEXT = '# mine: edges, twice\nconv 4 3x3 pad=same seed=3\nrelu   # only what is positive\n'
OTHER = 'conv 2 5x5 seed=1\n'
SIGNED = 'Signed: 0 is mid-grey'


class Test(gui.Test):
    """With an image whose layers are to be selected."""

    def on_image(self, script):
        """With `image`, `layers` from the top and `picture` at the bottom."""
        return self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (layers (vector->list (gimp-image-get-layers image)))
              (picture (car (reverse layers)))) {script})''')

    def select(self, *places):
        """Layers by their places from the top."""
        layers = ' '.join(f'(list-ref layers {place})' for place in places)
        self.on_image(f'''(gimp-image-set-selected-layers image (vector {layers}))
                          (gimp-displays-flush)''')

    def choose(self, name):
        item = self.menu('Filters', 'Neural Network', name)
        until(lambda: self.person.enabled(item), f'“{name}” to be of use')
        self.person.press(item)

    def edit(self):
        self.choose('Edit These Maps…')
        return Dialog(self.person, 'Edit These Maps')

    def question(self):
        """Whatever GTK calls it."""
        def look():
            for app in self.person.applications('convolens'):
                window = self.person.look(app, 'alert', '', starts=True, showing=True)
                if window is not None:
                    return window
        return until(look, 'the question')

    def numbers(self, place):
        """A number for the pixels of the first layer of a group, and one for the last. Script-Fu
        takes no more of them at once."""
        return [self.on_image(f'''
          (let* ((maps (gimp-item-get-children (list-ref layers {place})))
                 (numbers (plug-in-convolens-probe-read #:drawable (vector-ref maps {which}))))
            (let loop ((i 0) (sum 0))
              (if (< i (vector-length numbers))
                (loop (+ i 1) (+ sum (* (+ 1 (modulo (* i 7919) 1009)) (vector-ref numbers i))))
                sum)))''') for which in ('0', '(- (vector-length maps) 1)')]

    # --- the tests ----------------------------------------------------------------

    def make(self):
        dialog = self.open()
        dialog.write(TEXT)
        dialog.offers('Add 4 layers in 1 group')
        self.person.choose(dialog.param('combo box', 'Values'), SIGNED)
        dialog.page('Layers')
        self.tick_all(dialog)
        dialog.offers('Add 8 layers in 2 groups')
        dialog.end(dialog.ok)
        self.made = until(lambda: 'relu' in self.gimp.layers() and self.gimp.layers(),
                          'the groups')

    def reopened(self):
        self.select(1)
        dialog = self.edit()
        self.check('the ticks are those of the maps',
                   dialog.offers('Change to 8 layers in 2 groups'))
        self.equal('the text is the same to the letter', dialog.read(), TEXT)
        self.equal('so is the mapping',
                   self.person.chosen(dialog.param('combo box', 'Values')), SIGNED)
        self.screenshot('edit-maps.png')
        dialog.write(OTHER)
        dialog.offers('Change to 2 layers in 1 group')
        dialog.end('Cancel')
        self.check('Cancel leaves the image alone', self.layers_become(self.made))
        self.check('and adds nothing to undo', self.undo_says('Undo Feature Maps'))

    def edited(self):
        before = self.numbers(0), self.numbers(1)
        dialog = self.edit()
        dialog.offers('Change to 8 layers in 2 groups')
        dialog.write(OTHER)
        dialog.offers('Change to 2 layers in 1 group')
        dialog.end(dialog.ok)
        self.check('OK changes the maps in their place', self.layers_become(
            '(("1 conv 2 5×5 · 60×92×2" 2) ("picture" 0))'))
        self.check('in one step', self.undo_says('Undo Edit These Maps'))
        self.check('that one Undo takes back', self.undo(self.made))
        self.equal('to the bit', (self.numbers(0), self.numbers(1)), before)
        self.select(0)
        dialog = self.edit()
        self.equal('with the network that they had', dialog.read(), TEXT)
        dialog.end('Cancel')
        self.layers_become(self.made)

    def refreshed(self):
        self.on_image('(plug-in-convolens-probe-fill #:drawable picture #:seed 4)')
        before = self.numbers(0)
        self.select(0, 1)
        self.choose('Refresh')
        until(lambda: self.numbers(0) != before, 'other pixels')
        self.check('Refresh is one step', self.undo_says('Undo Refresh'))
        self.equal('the layers are the same', self.gimp.layers(), self.made)
        self.screenshot('refreshed.png')
        after = self.numbers(0), self.numbers(1)
        self.person.press(self.undo_item())
        until(lambda: self.numbers(0) == before, 'the pixels that were there')
        self.check('that one Undo takes back', True)
        self.select(0)
        self.choose('Refresh')
        until(lambda: self.numbers(0) == after[0], 'the new pixels')
        self.equal('what was made together is refreshed together', self.numbers(1), after[1])

    def picture_gone(self):
        self.on_image('''(let ((other (gimp-layer-copy picture)))
            (gimp-item-set-name other "other")
            (gimp-image-insert-layer image other 0 3)
            (gimp-image-remove-layer image picture)
            (gimp-displays-flush))''')
        before = self.gimp.layers()
        self.select(0)
        self.choose('Refresh')
        window = self.question()
        self.check('a picture that is gone is asked for', self.person.find(
            window, 'label', 'Make it from “other”, the layer below?', showing=True))
        self.screenshot('refresh-gone.png')
        self.person.press(self.person.find(window, 'button', 'Cancel'))
        until(lambda: not self.person.shows(window), 'the question to go')
        self.equal('and nothing happens where nobody wants it', self.gimp.layers(), before)
        self.choose('Refresh')
        window = self.question()
        self.person.press(self.person.find(window, 'button', 'Use the Layer Below'))
        self.check('the layer below serves', self.undo_says('Undo Refresh'))

    def run(self):
        self.make()
        self.reopened()
        self.edited()
        self.refreshed()
        self.picture_gone()
        self.console()
        print(f'1..{self.n}')


if __name__ == '__main__':
    main(lambda gimp, home, screenshots: Test(gimp, screenshots), 'failed-edit.png')
