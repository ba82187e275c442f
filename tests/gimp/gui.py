#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog, driven by a person made of AT-SPI, in a real GIMP on a screen of
its own. A Script-Fu server inside that GIMP tells what the image really holds.

    gui.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import re
import sys
import time

sys.dont_write_bytecode = True
from classifying import classifying  # noqa: E402
from edits import Edits  # noqa: E402
from person import Case, Dialog, main, until  # noqa: E402


# --- the tests ----------------------------------------------------------------

PICTURE = '(("picture" 0))'
WRONG = 'conv 2 3x3\nconvolve 4'
SLOW = 'conv 64 9x9 pad=same\n' * 60

# A kernel of three channels, of each of them, and of none.
SUMS = 'conv stride=2 bias={} kernels="[{},{},{}]"'
KERNELS = ['[[1,0,-2,1,0],[0,3,0,0,1],[1,0,0,-1,0]]', '[[0,0,1,0,0],[2,-1,0,0,0],[0,0,0,1,-4]]',
           '[[-1,0,0,0,2],[0,0,5,0,0],[0,1,0,0,0]]']
ZERO = '[[0,0,0,0,0],[0,0,0,0,0],[0,0,0,0,0]]'


class Test(Case):
    def open(self):
        self.person.press(self.menu('Filters', 'Neural Network', 'Feature Maps…'))
        return Dialog(self.person)

    def open_anew(self):
        """Whatever was chosen last."""
        dialog = self.open()
        dialog.reset()
        dialog.offers('Add 8 layers in 1 group')
        return dialog

    def differences(self, one, other):
        """The greatest difference of pixels in two of the topmost groups, layer by layer."""
        return self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (groups (gimp-image-get-layers image))
              (one (gimp-item-get-children (vector-ref groups {one})))
              (other (gimp-item-get-children (vector-ref groups {other}))))
          (map (lambda (a b)
                 (vector (vector-ref (plug-in-convolens-probe-difference
                                       #:drawable a #:other b #:channel -1) 0)))
               (vector->list one) (vector->list other)))''')

    def script(self, text, arguments=''):
        """What a script gets with that network, just above the picture; its name."""
        text = text.strip().replace('\n', '; ').replace('"', '\\"')
        return self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (layers (vector->list (gimp-image-get-layers image)))
              (picture (car (reverse layers))))
          (gimp-item-get-name (vector-ref (plug-in-convolens-feature-maps
            #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector picture)
            #:network "{text}" {arguments}) 0)))''')

    def undo_steps(self, n):
        """So many, each of which takes layers away."""
        for _ in range(n):
            before = self.gimp.layers()
            self.person.press(self.undo_item())
            until(lambda: self.gimp.layers() != before, 'a step back')

    def channel_range(self, channel):
        """The least and the greatest 255th of the picture, as it is stored."""
        found = self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (layers (vector->list (gimp-image-get-layers image)))
              (numbers (plug-in-convolens-probe-read #:drawable (car (reverse layers)))))
          (let loop ((i {channel}) (least 9) (most -9))
            (if (< i (vector-length numbers))
              (loop (+ i 3) (min least (vector-ref numbers i)) (max most (vector-ref numbers i)))
              (list (round (* 255 least)) (round (* 255 most))))))''')
        return [float(number) for number in re.findall(r'[\d.]+', found)]

    def tick_all(self, dialog):
        states = self.person.atspi.StateType
        for box in self.person.walk(dialog.layers):
            if box.get_role_name() == 'check box' and self.person.has(box, states.SHOWING) and \
                    not self.person.has(box, states.CHECKED):
                self.person.press(box)

    def wrong_network(self):
        person, dialog = self.person, self.open()
        self.check('the edge bank stands there first', dialog.offers('Add 8 layers in 1 group'))
        self.check('with nothing to undo',
                   not person.enabled(person.find(dialog.window, 'button', 'Undo')))
        dialog.write(WRONG)
        self.check('a wrong network is said to be, with its place',
                   '“convolve”' in dialog.says('Line 2, column 1:'))
        self.check('and cannot be run', until(lambda: not person.enabled(dialog.ok),
                                              'the button to be of no use'))
        dialog.page('Layers')
        self.check('its card is there all the same, with what is wrong',
                   person.find(dialog.window, 'list item', '2', starts=True))
        self.screenshot('feature-maps-wrong.png')
        dialog.write('conv 3 3x3; relu')
        self.check('a right one is said to be', dialog.offers('Add 3 layers in 1 group'))
        dialog.end('Cancel')
        self.check('Cancel leaves the image alone', self.layers_become(PICTURE))
        self.check('and adds nothing to undo', self.undo_says('Undo Gradient'))

    def editing(self):
        """A network made by hand gives just what a script gets with its text."""
        person, dialog = self.person, self.open()
        dialog.write('conv kernels=identity,identity\n')
        dialog.offers('Add 2 layers in 1 group')
        dialog.page('Layers')
        dialog.add('ReLU')
        dialog.add('Max pooling')
        dialog.select('1 Convolution')
        person.choose(dialog.param('combo box', 'Padding'), 'Same size')
        person.set(dialog.param('spin button', 'Stride: rows'), 2)
        person.choose(dialog.param('combo box', 'Kind of kernel'), 'Laplacian')
        grid = dialog.param('drawing area', 'Row 1, column 1', starts=True)
        person.keys(grid, 'minus', '3', 'Return')
        until(lambda: '-3' in dialog.read(), 'the number in the text')
        text = dialog.read()
        self.check('what was done by hand is in the text',
                   'stride=2' in text and 'pad=same' in text and 'relu' in text and
                   'maxpool' in text and 'identity' in text, text)
        dialog.select('3 Max pooling')
        self.check('the preview has the range of its map', ' ' in dialog.range())
        self.screenshot('feature-maps.png')
        dialog.offers('Add 2 layers in 1 group')
        dialog.end(dialog.ok)
        until(lambda: 'maxpool' in self.gimp.layers(), 'the group')
        self.check('OK makes the group', self.gimp.layers().count('maxpool') == 1)
        self.check('in one step', self.undo_says('Undo Feature Maps'))
        self.script(text)
        found = self.differences(0, 1)
        self.equal('its pixels are those that a script gets', found, '(#(0.0) #(0.0))')
        person.press(self.undo_item())
        until(lambda: self.gimp.layers().count('maxpool') == 1, 'one group less')
        person.press(self.undo_item())
        self.check('Undo takes it back', self.layers_become(PICTURE))

    def preset(self):
        person, dialog = self.person, self.open()
        row = person.find(dialog.presets(), 'list item', 'Three stages')
        person.keys(row, 'Return')
        self.check('a preset fills in its text',
                   until(lambda: 'maxpool 2' in dialog.read(), 'the text'))
        self.tick_all(dialog)
        self.check('ticks choose the layers', dialog.offers('Add 18 layers in 3 groups'))
        dialog.end(dialog.ok)
        until(lambda: '1 conv' in self.gimp.layers(), 'the groups')
        made = self.gimp.layers()
        self.check('OK makes the groups', made.startswith('(("3 maxpool 2×2 · 32×48×6" 6) ') and
                   made.endswith('("picture" 0))'), made)
        self.check('in one step', self.undo_says('Undo Feature Maps'))
        self.screenshot('feature-maps-made.png')
        person.press(self.undo_item())
        self.check('that one Undo takes back', self.layers_become(PICTURE))
        self.check('to where it was', self.undo_says('Undo Gradient'))

        person.press(self.menu('Filters', 'Repeat "Feature Maps"'))
        self.check('Repeat does the same with the last values', self.layers_become(made))
        until(lambda: self.undo_says('Undo Feature Maps'), 'the undo step')
        person.press(self.undo_item())
        self.layers_become(PICTURE)

    def shown_again(self):
        dialog = self.open()
        self.check('the dialog remembers', dialog.offers('Add 18 layers in 3 groups') and
                   'maxpool 2' in dialog.read())
        dialog.end('Cancel')

    def settings(self):
        """GIMP's own buttons reach the editor."""
        person, dialog = self.person, self.open()
        dialog.write('conv 2 3x3\n')
        dialog.offers('Add 2 layers in 1 group')
        dialog.reset()
        self.check('Reset brings back what there is at first',
                   dialog.offers('Add 8 layers in 1 group') and 'sobel-x' in dialog.read())
        mapping = dialog.param('combo box', 'Values')
        person.choose(mapping, 'Signed: 0 is mid-grey')
        dialog.write('conv 5 3x3; relu\n')
        dialog.offers('Add 5 layers in 1 group')
        dialog.page('Layers')
        self.tick_all(dialog)
        dialog.offers('Add 10 layers in 2 groups')
        person.press(person.find(dialog.window, 'button', 'Save Settings'))
        dialog.write('conv 2 3x3\n')
        dialog.offers('Add 2 layers in 1 group')
        person.choose(mapping, 'Clamp: 0 to 1 as they are')
        load = person.find(dialog.window, 'button', 'Load Saved Settings')
        until(lambda: person.enabled(load), 'settings to load')
        person.press(load)
        self.check('saved settings come back, ticks too',
                   dialog.offers('Add 10 layers in 2 groups'))
        self.equal('the text with them', dialog.read(), 'conv 5 3x3; relu\n')
        self.equal('and the choices', person.chosen(mapping), 'Signed: 0 is mid-grey')
        dialog.reset()
        dialog.offers('Add 8 layers in 1 group')
        dialog.end('Cancel')

    def arithmetic(self):
        """The cell at the middle of a map, three to the right and one below."""
        person, dialog = self.person, self.open_anew()
        dialog.write(SUMS.format('0.5', *KERNELS))
        dialog.offers('Add 1 layer in 1 group')
        dialog.page('Layers')
        dialog.range()
        maps = dialog.maps()
        field = dialog.param('button', 'Select receptive field')
        self.check('without a cell there is no field', not person.enabled(field))
        with person.holding('Shift_L'):
            person.keys(maps, 'Right')
        place = re.compile(r'Row (\d+), column (\d+)')
        first = until(lambda: place.search(maps.get_description()), 'the cell of the keyboard')
        row, column = int(first[1]), int(first[2])  # counted from 1
        self.check('the keyboard begins at the middle of the map',
                   abs(row - 16) <= 1 and abs(column - 24) <= 1, row, column)
        with person.holding('Shift_L'):
            person.keys(maps, 'Right', 'Right', 'Right', 'Down')
        words = f'Row {row + 1}, column {column + 3}'
        until(lambda: words in maps.get_description(), words)
        person.keys(maps, 'space')
        until(lambda: person.enabled(field), 'the arithmetic')
        self.screenshot('feature-maps-arithmetic.png')
        person.press(field)
        x, y = 2 * (column + 3 - 1), 2 * (row + 1 - 1)
        bounds = f'(#t {x} {y} {x + 5} {y + 3})'
        self.check('what the cell sees becomes the selection', until(
            lambda: self.gimp.eval('(gimp-selection-bounds (vector-ref (gimp-get-images) 0))') ==
            bounds, f'the selection {bounds}'))
        self.check('as a step of its own', self.undo_says('Undo Rectangle Select'))
        self.undo(PICTURE)

        person.press(dialog.param('button', 'Add partial sums as layers'))
        made = until(lambda: '2 conv' in self.gimp.layers() and self.gimp.layers(), 'the groups')
        self.check('the partial sums become layers', re.fullmatch(
            r'\(\("2 conv[^"]*31×46×1" 1\) \("1 conv[^"]*31×46×3" 3\) \("picture" 0\)\)', made),
            made)
        self.check('with the dialog still there', dialog.offers('Add 1 layer in 1 group'))
        dialog.end('Cancel')
        self.check('they stay when the dialog is cancelled', self.layers_become(made))
        self.sums_are_right()
        self.check('one step takes them back', self.undo(PICTURE))

    def sums_are_right(self):
        """Each channel's layer is what a network gives that sees nothing else."""
        zeros = [ZERO] * 3
        for i in range(3):
            kernel = zeros[:i] + [KERNELS[i]] + zeros[i + 1:]
            self.script(SUMS.format('no', *kernel))
        self.script(SUMS.format('0.5', *KERNELS))
        found = self.gimp.eval('''(let* ((image (vector-ref (gimp-get-images) 0))
              (groups (gimp-image-get-layers image))
              (layers (lambda (i) (gimp-item-get-children (vector-ref groups i))))
              (of-channel (lambda (i) (vector-ref (layers 1) i)))
              (far (lambda (a b) (vector-ref (plug-in-convolens-probe-difference
                #:drawable a #:other b #:channel -1) 0))))
          (map far
            (list (vector-ref (layers 0) 0) (of-channel 0) (of-channel 1) (of-channel 2))
            (map (lambda (i) (vector-ref (layers i) 0)) '(5 2 3 4))))''')
        # Numbers are added up in another order.
        self.check('their pixels are what a script gets, channel by channel',
                   all(float(number) < 1.01 / 255 for number in found.strip('()').split()), found)
        self.undo_steps(4)
        until(lambda: self.gimp.layers().count('conv') == 2, 'the two groups alone')

    def linear_input(self):
        """The red of the picture, as it is stored and in proportion to the light."""
        person, dialog = self.person, self.open_anew()
        text = 'conv kernels="[[[1]],[[0]],[[0]]]" bias=no'
        dialog.write(text)
        dialog.offers('Add 1 layer in 1 group')
        dialog.page('Layers')

        def shows(least, most):
            found = re.match(r'Values from ([\d.e-]+) to ([\d.e-]+);', dialog.range())
            return found and abs(float(found[1]) - least) < 1e-5 and \
                abs(float(found[2]) - most) < 1e-5
        stored = [number / 255 for number in self.channel_range(0)]
        light = [number / 12.92 if number <= 0.04045 else ((number + 0.055) / 1.055) ** 2.4
                 for number in stored]
        self.check('the preview has the range of the stored numbers',
                   until(lambda: shows(*stored), f'{stored}, now {dialog.range()}'))
        person.choose(dialog.param('combo box', 'Input'), 'Linear, in proportion to the light')
        self.check('and that of the light where it is asked for',
                   until(lambda: shows(*light), f'{light}, now {dialog.range()}'))
        dialog.offers('Add 1 layer in 1 group')
        dialog.end(dialog.ok)
        until(lambda: 'conv' in self.gimp.layers(), 'the group')
        self.script(text, '#:input-encoding "linear"')
        self.equal('OK makes what a script gets with linear input', self.differences(0, 1),
                   '(#(0.0))')
        self.script(text)
        self.check('which is something else than without', self.differences(0, 2) != '(#(0.0))')
        self.undo_steps(3)
        self.layers_become(PICTURE)

    def contact_sheet(self):
        person, dialog = self.person, self.open_anew()
        person.choose(dialog.param('combo box', 'Placement'),
                      'Contact sheet: all maps in one layer')
        self.check('a contact sheet is one layer', dialog.offers('Add 1 layer in 1 group'))
        # Of colours: the way from them to grey is babl's choice each time.
        text = 'conv 6 5x5 seed=9'
        dialog.write(text)
        until(lambda: dialog.read() == text, 'the text')
        dialog.offers('Add 1 layer in 1 group')
        dialog.end(dialog.ok)
        until(lambda: 'conv' in self.gimp.layers(), 'the sheet')
        self.script(text, '#:placement "contact-sheet"')
        self.equal('and is the one that a script gets', self.differences(0, 1), '(#(0.0))')
        self.undo_steps(2)
        self.layers_become(PICTURE)

    def own_preset(self):
        person, dialog = self.person, self.open()
        text = '# mine\nconv 7 3x3 seed=5\nrelu\n'
        dialog.reset()
        dialog.write(text)
        dialog.offers('Add 7 layers in 1 group')
        dialog.presets()
        person.press(person.find(dialog.app, 'button', 'Save as…', showing=True))
        person.type(person.find(dialog.app, 'text', 'Name', showing=True), 'Seven of mine')
        save = person.find(dialog.app, 'button', 'Save', showing=True)
        until(lambda: person.enabled(save), 'the button to save')
        person.press(save)
        file = self.gimp.home / 'convolens' / 'Seven of mine.cnn'
        until(file.exists, 'the file')
        self.equal('a network of one\'s own is kept in GIMP\'s folder', file.read_text(), text)
        dialog.end('Cancel')

        dialog = self.open_anew()
        person.keys(person.find(dialog.presets(), 'list item', 'Seven of mine'), 'Return')
        self.check('and chosen again another time', dialog.offers('Add 7 layers in 1 group'))
        self.equal('to the letter', dialog.read(), text)
        dialog.end('Cancel')

    def hundred_edits(self):
        """Whatever a person does: each edit is one that can be made at that moment."""
        dialog = self.open_anew()
        edits = Edits(self.person, dialog)
        edits.make(100)
        print(f'# {edits.made}')
        self.check('a hundred edits are made, of each kind some', all(edits.made.values()),
                   edits.made)
        dialog.write('conv 3 3x3\n')
        self.check('the dialog is well after them', dialog.offers('Add 3 layers in 1 group'))
        dialog.end('Cancel')
        self.check('Cancel leaves no trace of them', self.layers_become(PICTURE))
        self.check('and nothing to undo', self.undo_says('Undo Gradient'))

    def closed_while_it_computes(self):
        self.gimp.eval('(gimp-image-scale (vector-ref (gimp-get-images) 0) 600 400) '
                       '(gimp-displays-flush)')
        self.undo_says('Undo Scale Image')
        for wait in (0, 0.2, 1):
            dialog = self.open_anew()
            dialog.write(SLOW)
            dialog.offers('Add 64 layers in 1 group')
            dialog.page('Layers')
            time.sleep(wait)
            dialog.end('Cancel')
        self.check('the dialog can be closed while it computes', self.layers_become(PICTURE))

    def cancelled_run(self):
        person = self.person
        dialog = self.open_anew()
        dialog.write(SLOW)
        dialog.offers('Add 64 layers in 1 group')
        dialog.end(dialog.ok)
        cancel = person.find(self.app, 'button', 'Cancel', showing=True)
        self.check('a run shows its progress',
                   person.find(self.app, 'progress bar', '', starts=True, showing=True))
        person.press(cancel)
        until(lambda: not person.look(self.app, 'button', 'Cancel', showing=True), 'it to stop')
        self.check('cancelled it leaves the image alone', self.layers_become(PICTURE))
        self.check('and adds nothing to undo', self.undo_says('Undo Scale Image'))

    def applying(self):
        """The other procedure, whose dialog has widgets of GIMP's own."""
        person = self.person
        person.press(self.menu('Filters', 'Neural Network', 'Apply Network…'))
        _app, window = person.dialog('convolens', 'Apply Network')
        button = person.find(window, 'button', 'Apply')
        self.check('without a model it says what to choose',
                   person.find(window, 'label', 'Choose a model', starts=True, showing=True) and
                   not person.enabled(button))
        network, mean, _scale = [node for node in person.walk(window)
                                 if node.get_role_name() == 'text'][:3]
        person.type(network, 'input ?x?x1; neg; add values=1')
        until(lambda: person.enabled(button), 'the network to be looked at')
        self.check('a network as text says what will come of it',
                   person.find(window, 'label', "The network runs at the picture's own size.",
                               starts=True, showing=True))
        self.check('what is guessed stands in the settings',
                   person.text(mean) == '0', person.text(mean))
        self.screenshot('apply.png')
        person.press(button)
        self.check('the result is a layer',
                   self.layers_become('(("Applied network" 0) ("picture" 0))'))
        self.undo(PICTURE)

    def run(self):
        self.wrong_network()
        self.editing()
        self.preset()
        self.shown_again()
        self.settings()
        self.arithmetic()
        self.linear_input()
        self.contact_sheet()
        self.own_preset()
        self.hundred_edits()
        self.closed_while_it_computes()
        self.cancelled_run()
        self.applying()
        classifying(self)
        self.console()
        print(f'1..{self.n}')


if __name__ == '__main__':
    main(lambda gimp, home, screenshots: Test(gimp, screenshots), 'failed.png')
