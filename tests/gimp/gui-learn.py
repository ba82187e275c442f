#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn Filter from Layers, driven by a person made of AT-SPI, in a real GIMP on a screen of its
own.

    gui-learn.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import re
import sys
import time

sys.dont_write_bytecode = True
from person import Case, main, until  # noqa: E402

TITLE = 'Learn Filter from Layers'

# Noise on the picture, larger; above it the same, blurred, which both are selected.
PICTURES = '''(let* ((image (vector-ref (gimp-get-images) 0))
       (picture (vector-ref (gimp-image-get-layers image) 0))
       (blurred 0))
  (gimp-image-scale image 480 320)
  (gimp-drawable-merge-new-filter picture "gegl:noise-rgb" 0 LAYER-MODE-REPLACE 1.0
                                  "red" 0.4 "green" 0.4 "blue" 0.4)
  (set! blurred (gimp-layer-copy picture FALSE))
  (gimp-image-insert-layer image blurred 0 0)
  (gimp-item-set-name blurred "blurred")
  (gimp-drawable-merge-new-filter blurred "gegl:gaussian-blur" 0 LAYER-MODE-REPLACE 1.0
                                  "std-dev-x" 0.8 "std-dev-y" 0.8)
  (gimp-image-set-selected-layers image (vector picture blurred))
  (gimp-image-clean-all image)
  (gimp-displays-flush))'''
LAYERS = '(("blurred" 0) ("picture" 0))'


class Test(Case):
    def find(self, role, name, **how):
        return self.person.find(self.window, role, name, **how)

    def button(self, name):
        button = self.find('button', name)
        until(lambda: self.person.enabled(button), f'“{name}” to be of use')
        return button

    def press(self, name):
        self.person.press(self.button(name))

    def says(self, words, seconds=60):
        return self.person.find(self.window, 'label', words, seconds=seconds, starts=True,
                                showing=True).get_name()

    def open(self):
        item = self.menu('Filters', 'Neural Network', 'Learn Filter from Layers…')
        until(lambda: self.person.enabled(item), 'the menu item to be of use')
        self.person.press(item)
        _app, self.window = self.person.dialog('convolens', TITLE)
        # That of the dialog is beside Cancel; GIMP has one more in its menus.
        box = self.find('button', 'Cancel').get_parent()
        self.ok = list(self.person.children(box))[-1]

    def end(self, button):
        self.person.press(button)

        def gone():
            return not self.person.shows(self.window)
        until(gone, 'the dialog to close')

    def choose(self, combo, item):
        self.person.choose(self.find('combo box', combo), item)

    def screenshot(self, name, window=TITLE):
        # Without the tooltip of what the pointer happens to be at.
        self.person.atspi.generate_mouse_event(2, 2, 'abs')
        time.sleep(0.5)
        super().screenshot(name, window)

    # --- the tests ---------------------------------------------------------------

    def pictures(self):
        self.gimp.eval(PICTURES)
        self.layers_become(LAYERS)

    def troubles(self):
        self.open()
        person = self.person
        before, after = self.find('combo box', 'Before'), self.find('combo box', 'After')
        self.check('the lower layer is before, the upper one after',
                   person.chosen(before) == 'picture' and person.chosen(after) == 'blurred',
                   person.chosen(before), person.chosen(after))
        self.check('nothing is learnt yet, and there is nothing to add',
                   self.says('Nothing is learnt yet') and not person.enabled(self.ok))
        self.screenshot('learn-dialog.png')
        person.choose(after, 'picture')
        self.says('“picture” is both before and after')
        self.check('what is wrong is said at once, and cannot be learnt',
                   not person.enabled(self.find('button', 'Learn')))
        person.press(self.find('button', 'Exchange Before and After'))
        person.choose(after, 'blurred')
        self.check('and can once it is put right', self.button('Learn'))

    def learns(self):
        self.press('Learn')
        learnt = self.says('Learnt: a ')
        found = re.search(r'(\d+)×\1 kernel.*, ([\d.]+) dB', learnt)
        self.check('a blur is one kernel that nobody tells from it',
                   found and float(found.group(2)) >= 50.0, learnt)
        self.screenshot('learn-result.png')
        until(lambda: self.person.enabled(self.ok), 'OK to be of use')
        self.end(self.ok)
        until(lambda: self.gimp.layers() != LAYERS, 'the layers')
        layers = self.gimp.layers()
        self.check('its result and what remains are layers above the picture',
                   layers.count('" 0)') == 4 and layers.endswith('("picture" 0))'), layers)
        differences = self.gimp.eval('''(let ((layers (gimp-image-get-layers
                (vector-ref (gimp-get-images) 0))))
            (vector-ref (plug-in-convolens-probe-difference #:drawable (vector-ref layers 0)
                          #:other (vector-ref layers 2) #:channel -1) 0))''')
        self.check('the result is the blurred layer but for a shade or two',
                   float(differences) <= 2.5 / 255, differences)
        self.undo(LAYERS)
        self.check('one step back takes both away', True)

    def lives(self):
        self.open()
        self.press('Learn')
        self.says('Learnt: a ')
        live = self.find('button', 'As Live Filter')
        if self.person.enabled(live):
            self.end(live)
            until(lambda: self.filters() != '0', 'the filter')
            self.check('a kernel becomes a live filter', self.layers_become(LAYERS))
            self.person.press(self.undo_item())
            until(lambda: self.filters() == '0', 'the filter to go')
        else:
            self.check('a kernel cannot become a live filter', False)

    def filters(self):
        return self.gimp.eval('''(let* ((image (vector-ref (gimp-get-images) 0))
              (layers (gimp-image-get-layers image)))
          (vector-length (gimp-drawable-get-filters (vector-ref layers 1))))''')

    def cancelled(self):
        said = self.undo_item().get_name()
        self.open()
        # What a blur has taken away is not soon found again.
        self.person.press(self.find('button', 'Exchange Before and After'))
        self.choose('Model', 'Deep network')
        self.person.set(self.find('spin button', 'Seconds'), 600)
        self.press('Learn')
        self.says('Learning a ')
        self.press('Cancel Learning')
        self.check('learning can be cancelled', self.says('Cancelled; nothing was learnt'))
        self.press('Learn')
        self.says('Learning a ')
        self.screenshot('learn-running.png')
        self.end(self.find('button', 'Cancel'))
        self.check('a window that closes while it learns leaves no trace',
                   self.layers_become(LAYERS) and self.undo_says(said))

    def run(self):
        self.pictures()
        self.troubles()
        self.learns()
        self.lives()
        self.cancelled()
        self.console()
        print(f'1..{self.n}')


if __name__ == '__main__':
    main(lambda gimp, home, screenshots: Test(gimp, screenshots), 'failed-learn.png')
