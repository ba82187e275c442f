#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layer groups as classes in Train Classifier's window, in a real GIMP on a screen of its own.

    gui-classes.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import contextlib
import pathlib
import sys

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

sys.dont_write_bytecode = True
from person import main, until  # noqa: E402

loader = SourceFileLoader('gui_train', str(pathlib.Path(__file__).resolve().parent /
                                           'gui-train.py'))
gui_train = module_from_spec(spec_from_loader('gui_train', loader))
loader.exec_module(gui_train)

# Discs, bars and squares of any size and place, 24 of the first two, 6 of the last.
DRAW = '''
(define school (gimp-image-new 64 64 RGB))
(define seed 7)
(define (chance from to)
  (set! seed (modulo (+ (* seed 1103515245) 12345) 2147483648))
  (+ from (* (- to from) (/ (quotient seed 256) 8388608.0))))
(define (draw-class name n select)
  (let ((group (gimp-group-layer-new school name)))
    (gimp-image-insert-layer school group 0 0)
    (let loop ((i 1))
      (if (<= i n)
        (let ((sample (gimp-layer-new school (string-append name " " (number->string i)) 64 64
                                      RGBA-IMAGE 100 LAYER-MODE-NORMAL))
              (size (chance 14 34)))
          (gimp-image-insert-layer school sample group 0)
          (gimp-drawable-fill sample FILL-TRANSPARENT)
          (gimp-context-set-foreground (list (chance 0 160) (chance 0 160) (chance 0 160)))
          (select (chance 2 (- 62 size)) (chance 2 (- 62 size)) size)
          (gimp-drawable-edit-fill sample FILL-FOREGROUND)
          (loop (+ i 1)))))
    (gimp-selection-none school)
    (gimp-item-set-expanded group #f)))
(draw-class "disc" 24
  (lambda (x y size) (gimp-image-select-ellipse school CHANNEL-OP-REPLACE x y size size)))
(draw-class "bar" 24
  (lambda (x y size) (gimp-image-select-rectangle school CHANNEL-OP-REPLACE x y size
                                                  (* size 0.3))))
(draw-class "square" 6
  (lambda (x y size) (gimp-image-select-rectangle school CHANNEL-OP-REPLACE x y size size)))
(gimp-image-clean-all school)
(gimp-display-new school)
'''


class Test(gui_train.Test):
    def source(self):
        return self.find('combo box', 'Images from')

    def network(self):
        return self.person.text(self.find('text', "Network's text", showing=True))

    def value(self, name):
        return self.person.part(self.find('spin button', name), 'value').get_current_value()

    def chosen_at_once(self):
        self.gimp.eval(DRAW)
        self.open()
        chosen = self.person.chosen(self.source())
        self.check('an image with layer groups is chosen', chosen.startswith('The layer groups of'),
                   chosen)
        found = self.says('54 images')
        self.check('it says what it found', 'of 28×28×1 in 3 classes' in found and
                   'bar: 24, disc: 24, square: 6' in found, found)
        self.check('and warns of few', bool(self.says('⚠ Few images (square: 6)')))
        self.check('with a network for as many classes',
                   bool(until(lambda: 'dense 3; softmax' in self.network(), 'the text')))
        self.check('and settings for few images',
                   (self.value('Epochs'), self.value('Batch')) == (60.0, 16.0))
        self.check('files are not asked for',
                   self.person.look(self.window, 'text', 'Labels', showing=True) is None)

    def learns(self):
        self.press('Train')
        right = until(self.result, 'the result', 60)
        self.check('the layers are told apart', float(right.split()[0]) >= 80.0, right)
        self.screenshot('classes-result.png')

    def result(self):
        for node in self.person.walk(self.window):
            with contextlib.suppress(Exception):
                if node.get_name().endswith('validation images are told right'):
                    return node.get_name()

    def mistake(self):
        """Of a network that has learnt nothing; a click on it selects the layer."""
        self.person.set(self.find('spin button', 'Epochs'), 1)
        self.person.set(self.find('spin button', 'Learning rate'), 0.00001)
        self.person.set(self.find('spin button', 'Validation'), 0.5)
        self.press('Train')
        without = self.person.find(self.plug_in, 'button', 'Train without Saving')
        self.person.press(without)
        self.says('1 epoch ·')

        def item():
            for node in self.person.walk(self.window):
                with contextlib.suppress(Exception):
                    if node.get_role_name() == 'drawing area' and self.person.shows(node) and \
                            node.get_name().startswith(('bar taken', 'disc taken')):
                        return node
        area = until(item, 'a mistake')
        name = area.get_description()
        place = area.get_extents(self.person.atspi.CoordType.SCREEN)
        self.screenshot('classes-mistakes.png')

        def selected():
            self.person.atspi.generate_mouse_event(place.x + place.width // 2,
                                                   place.y + place.height // 2, 'b1c')
            return self.gimp.eval('(gimp-item-get-name (vector-ref (gimp-image-get-selected-layers '
                                  'school) 0))').strip('"') == name
        self.check('a click on a mistake selects its layer', until(selected, f'“{name}”'), name)

    def says_why_not(self):
        self.gimp.eval('(gimp-image-insert-layer school (gimp-group-layer-new school "none yet") '
                       '0 0)')
        self.person.set(self.find('spin button', 'Epochs'), 2)
        self.check('an empty group is named', self.says('The layer group “none yet” has no layers'))
        self.person.choose(self.source(), 'Files')
        self.check('files can be chosen instead',
                   bool(self.person.find(self.window, 'text', 'Labels', showing=True)) and
                   bool(self.says('choose what to learn from')))
        self.screenshot('classes-files.png')

    def once_more(self):
        """The last choice comes back while the image is open, and not afterwards."""
        self.gimp.eval('(gimp-image-remove-layer school (gimp-image-get-layer-by-name school '
                       '"none yet"))')
        image = next(name for name in self.sources() if self.gimp.eval(
            '(gimp-image-get-name school)').strip('"') in name)
        self.person.choose(self.source(), image)
        self.says('54 images')
        self.close()
        self.open()
        self.check('what was chosen last is chosen', self.person.chosen(self.source()) == image,
                   self.person.chosen(self.source()))
        self.end(self.find('button', 'Cancel'))
        self.gimp.eval('(let loop ((i 9)) (if (> i 0) (begin (if (gimp-display-id-is-valid i) '
                       '(gimp-display-delete i)) (loop (- i 1)))))')
        self.open()
        self.check('of an image that is closed nothing is left',
                   self.person.chosen(self.source()) == 'Files' and len(self.sources()) == 1,
                   self.sources())
        self.end(self.find('button', 'Cancel'))

    def sources(self):
        menu = next(self.person.children(self.source()))
        return [child.get_name() for child in self.person.children(menu)]

    def close(self):
        self.press('Close')
        self.end(self.person.find(self.plug_in, 'button', 'Close without Saving', showing=True))

    def run(self):
        self.chosen_at_once()
        self.learns()
        self.mistake()
        self.says_why_not()
        self.once_more()
        said = [line for line in self.gimp.log.read_text(errors='replace').splitlines()
                if 'image-of-classes' in line]
        self.check('nothing is said of the image on the console', not said, said)
        print(f'1..{self.n}')


if __name__ == '__main__':
    main(Test, 'failed-classes.png')
