#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog, driven by a person made of AT-SPI, in a real GIMP on a screen of
its own. A Script-Fu server inside that GIMP tells what the image really holds.

    gui.py PLUG-IN:PROBE [SCREENSHOT-FOLDER]
"""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

sys.dont_write_bytecode = True
loader = SourceFileLoader('run_gimp', str(pathlib.Path(__file__).resolve().parent / 'run-gimp'))
run_gimp = module_from_spec(spec_from_loader('run_gimp', loader))
loader.exec_module(run_gimp)

WAIT = 20  # seconds, for anything


def until(what, thing, seconds=WAIT):
    """Polls: the first true answer of @what; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'waited {seconds} s for {thing}')
        time.sleep(0.05)


# --- a screen, a session and GIMP ---------------------------------------------

@contextlib.contextmanager
def process(command, stdout=sys.stderr, **options):
    """Runs until the block ends, then ends with all that it has started: GIMP's
    plug-ins do not all go when GIMP does."""
    child = subprocess.Popen(command, stdout=stdout, start_new_session=True, **options)
    try:
        yield child
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@contextlib.contextmanager
def screen():
    ours, theirs = os.pipe()
    with process(['Xvfb', '-displayfd', str(theirs), '-nolisten', 'tcp',
                  '-screen', '0', '1400x1000x24'], pass_fds=[theirs]):
        os.close(theirs)
        # To the end of the line: it comes in two pieces, and Xvfb dies when
        # nobody takes the second.
        with os.fdopen(ours) as line:
            number = line.readline().strip()
            assert number, 'Xvfb does not start'
            os.environ['DISPLAY'] = ':' + number
            yield


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Gimp:
    """GIMP with an image of 96×64 open and a Script-Fu server listening."""

    START = '''(begin (script-fu-use-v3)
      (define image (gimp-image-new 96 64 RGB))
      (define picture (gimp-layer-new image "picture" 96 64 RGB-IMAGE 100 LAYER-MODE-NORMAL))
      (gimp-image-insert-layer image picture 0 0)
      (gimp-context-set-foreground '(240 200 40))
      (gimp-context-set-background '(20 40 120))
      (gimp-drawable-edit-gradient-fill picture GRADIENT-RADIAL 0 #f 1 0 #f 48 32 80 32)
      (gimp-image-clean-all image)
      (gimp-display-new image)
      (plug-in-script-fu-server #:run-mode RUN-NONINTERACTIVE #:ip "127.0.0.1" #:port {port}
                                #:logfile "{log}"))'''

    def __init__(self, home, plug_ins, stack):
        run_gimp.prepare(home, plug_ins, ['script-fu', 'script-fu-server'])
        version = subprocess.run(['pkg-config', '--modversion', 'gimp-3.0'], capture_output=True,
                                 text=True, check=True).stdout.strip()
        with open(home / 'gimprc', 'a') as gimprc:  # one that has been welcomed before
            gimprc.write(f'(config-version "{version}")\n(show-welcome-dialog no)\n')
        self.port = free_port()
        self.log = home / 'gimp.log'
        env = dict(os.environ, GIMP3_DIRECTORY=str(home), HOME=str(home), LC_ALL='C.UTF-8',
                   GTK_MODULES='gail:atk-bridge', NO_AT_BRIDGE='0', GTK_THEME='Adwaita')
        start = self.START.format(port=self.port, log=home / 'server.log')
        gimp = shutil.which('gimp') or shutil.which('gimp-3.0')
        with open(self.log, 'w') as log:
            stack.enter_context(process(
                [gimp, '-n', '-s', '-d', '-f', '--batch-interpreter=plug-in-script-fu-eval',
                 '-b', start], env=env, stdout=log, stderr=log))
        self.server = until(self.connect, 'the Script-Fu server', 40)

    def connect(self):
        with contextlib.suppress(OSError):
            return socket.create_connection(('127.0.0.1', self.port), 10)

    def eval(self, script):
        script = f'(begin (script-fu-use-v3) {script})'.encode()
        self.server.sendall(b'G' + struct.pack('>H', len(script)) + script)
        head = self.receive(4)
        text = self.receive(struct.unpack('>H', head[2:])[0]).decode()
        assert head[1] == 0, f'{script.decode()}: {text}'
        return text.strip()

    def receive(self, n):
        data = b''
        while len(data) < n:
            part = self.server.recv(n - len(data))
            assert part, 'GIMP is gone'
            data += part
        return data

    def layers(self):
        """Names of the layers at the top of the stack, and how many are in each."""
        return self.eval('''(let ((image (vector-ref (gimp-get-images) 0)))
          (map (lambda (layer)
                 (list (gimp-item-get-name layer)
                       (if (gimp-item-is-group layer)
                           (vector-length (gimp-item-get-children layer)) 0)))
               (vector->list (gimp-image-get-layers image))))''')


# --- a person -----------------------------------------------------------------

class Person:
    """Finds widgets by role and name, acts on them."""

    def __init__(self):
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        self.atspi = Atspi
        Atspi.init()

    def application(self, name):
        def look():
            desktop = self.atspi.get_desktop(0)
            for app in self.children(desktop):
                if app.get_name() == name and app.get_child_count() > 0:
                    return app
        return until(look, f'the application {name}', 40)

    def children(self, node):
        for i in range(node.get_child_count()):
            # Widgets come and go while we look.
            with contextlib.suppress(Exception):
                child = node.get_child_at_index(i)
                if child is not None:
                    yield child

    def walk(self, node):
        yield node
        for child in self.children(node):
            yield from self.walk(child)

    def look(self, root, role, name, *, starts=False, showing=False):
        for node in self.walk(root):
            with contextlib.suppress(Exception):
                found = node.get_name()
                if (node.get_role_name().removeprefix('push ') == role and
                        (found.startswith(name) if starts else found == name) and
                        (not showing or self.has(node, self.atspi.StateType.SHOWING))):
                    return node

    def find(self, root, role, name, seconds=WAIT, **how):
        return until(lambda: self.look(root, role, name, **how), f'{role} “{name}”', seconds)

    def has(self, node, state):
        return node.get_state_set().contains(state)

    def enabled(self, node):
        return self.has(node, self.atspi.StateType.SENSITIVE)

    def press(self, node):
        node.get_action_iface().do_action(0)

    def type(self, view, text):
        view.get_editable_text_iface().set_text_contents(text)

    def text(self, view):
        return self.atspi.Text.get_text(view, 0, -1)

    def set(self, spin, value):
        spin.get_value_iface().set_current_value(value)

    def keys(self, widget, *names):
        """Focuses a widget and presses keys, as GDK names them."""
        import gi
        gi.require_version('Gdk', '3.0')
        from gi.repository import Gdk
        widget.get_component_iface().grab_focus()
        until(lambda: self.has(widget, self.atspi.StateType.FOCUSED), 'the focus')
        for name in names:
            self.atspi.generate_keyboard_event(Gdk.keyval_from_name(name), None,
                                               self.atspi.KeySynthType.SYM)

    def choose(self, combo, item):
        menu = next(self.children(combo))
        names = [child.get_name() for child in self.children(menu)]
        combo.get_selection_iface().select_child(names.index(item))

    def chosen(self, combo):
        return combo.get_selection_iface().get_selected_child(0).get_name()


class Dialog:
    """The dialog of Feature Maps, once the menu item has been chosen."""

    def __init__(self, person):
        self.person = person
        self.app = person.application('convolens')
        self.window = person.find(self.app, 'dialog', 'Feature Maps')
        box = person.find(self.window, 'button', 'Cancel').get_parent()
        self.ok = list(person.children(box))[-1]
        self.layers = person.find(self.window, 'list box', 'Layers')

    def page(self, name):
        self.person.press(self.person.find(self.window, 'radio button', name))

    def network(self):
        self.page('Text')
        return self.person.find(self.window, 'text', "Network's text", showing=True)

    def write(self, text):
        self.person.type(self.network(), text)

    def read(self):
        text = self.person.text(self.network())
        self.page('Layers')
        return text

    def says(self, words):
        return self.person.find(self.window, 'label', words, starts=True, showing=True).get_name()

    def offers(self, words):
        """Waits until that is what the button does."""
        until(lambda: self.ok.get_name() == words and self.person.enabled(self.ok),
              f'the button “{words}”, now “{self.ok.get_name()}”')
        return True

    def add(self, kind):
        self.person.press(self.person.find(self.window, 'toggle button', 'Add layer'))
        self.person.press(self.person.find(self.app, 'button', kind, showing=True))

    def select(self, card):
        cards = [item.get_name() for item in self.person.children(self.layers)]
        self.layers.get_selection_iface().select_child(cards.index(card))

    def param(self, role, name, **how):
        return self.person.find(self.window, role, name, **how)

    def range(self):
        """What the scale beside the maps says, once the map is known."""
        scale = self.person.find(self.window, 'drawing area', 'Values and shades')
        return until(scale.get_description, 'the range of the map')

    def end(self, button):
        self.person.press(button if not isinstance(button, str) else
                          self.person.find(self.window, 'button', button))

        def gone():
            try:
                return not self.person.has(self.window, self.person.atspi.StateType.SHOWING)
            except Exception:  # with the process it belonged to
                return True
        until(gone, 'the dialog to close')


# --- the tests ----------------------------------------------------------------

PICTURE = '(("picture" 0))'
WRONG = 'conv 2 3x3\nconvolve 4'
SLOW = 'conv 64 9x9 pad=same\n' * 60


class Test:
    def __init__(self, gimp, screenshots):
        self.n = 0
        self.gimp = gimp
        self.screenshots = screenshots
        self.person = Person()
        self.app = self.person.application('gimp')

    def check(self, name, true, *found):
        self.n += 1
        print(f'{"" if true else "not "}ok {self.n} - {name}', flush=True)
        for line in () if true else found:
            print(f'# {line!r}')

    def equal(self, name, found, expected):
        self.check(name, found == expected, found, expected)

    def menu(self, *path, **how):
        node = self.app
        for name in path[:-1]:
            node = self.person.find(node, 'menu', name)
        return self.person.find(node, 'menu item', path[-1], **how)

    def undo_item(self):
        """GIMP renames it a moment after the fact."""
        for item in self.person.children(self.person.find(self.app, 'menu', 'Edit')):
            if item.get_name().startswith('Undo'):
                return item

    def undo_says(self, text):
        until(lambda: self.undo_item().get_name() == text, f'“{text}” in the menu')
        return True

    def open(self):
        self.person.press(self.menu('Filters', 'Neural Network', 'Feature Maps…'))
        return Dialog(self.person)

    def layers_become(self, layers):
        until(lambda: self.gimp.layers() == layers, f'{layers}, now {self.gimp.layers()}')
        return True

    def screenshot(self, name):
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            subprocess.run(['import', '-window', 'root', self.screenshots / name], check=True)

    def differences(self, one, other):
        """The greatest difference of pixels in two of the topmost groups, layer by layer."""
        return self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (groups (gimp-image-get-layers image))
              (one (gimp-item-get-children (vector-ref groups {one})))
              (other (gimp-item-get-children (vector-ref groups {other}))))
          (map (lambda (a b) (plug-in-convolens-probe-difference #:drawable a #:other b
                                                                 #:channel -1))
               (vector->list one) (vector->list other)))''')

    def wrong_network(self):
        person, dialog = self.person, self.open()
        self.check('the edge bank stands there first', dialog.offers('Add 8 layers in 1 group'))
        dialog.write(WRONG)
        self.check('a wrong network is said to be, with its place',
                   '“convolve”' in dialog.says('Line 2, column 1:'))
        self.check('and cannot be run', not person.enabled(dialog.ok))
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
        script = text.strip().replace('\n', '; ').replace('"', '\\"')
        self.gimp.eval(f'''(let* ((image (vector-ref (gimp-get-images) 0))
              (layers (gimp-image-get-layers image)))
          (plug-in-convolens-feature-maps #:run-mode RUN-NONINTERACTIVE #:image image
            #:drawables (vector (vector-ref layers 1)) #:network "{script}"))''')
        found = self.differences(0, 1)
        self.equal('its pixels are those that a script gets', found, '(#(0.0) #(0.0))')
        person.press(self.undo_item())
        until(lambda: self.gimp.layers().count('maxpool') == 1, 'one group less')
        person.press(self.undo_item())
        self.check('Undo takes it back', self.layers_become(PICTURE))

    def preset(self):
        person, dialog = self.person, self.open()
        person.press(person.find(dialog.window, 'toggle button', 'Presets'))
        presets = person.find(dialog.app, 'list box', 'Presets', showing=True)
        row = person.find(presets, 'list item', 'Three stages')
        person.keys(row, 'Return')
        self.check('a preset fills in its text',
                   until(lambda: 'maxpool 2' in dialog.read(), 'the text'))
        for box in (node for node in person.walk(dialog.layers)
                    if node.get_role_name() == 'check box' and
                    person.has(node, person.atspi.StateType.SHOWING) and
                    not person.has(node, person.atspi.StateType.CHECKED)):
            person.press(box)
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

    def closed_while_it_computes(self):
        self.gimp.eval('(gimp-image-scale (vector-ref (gimp-get-images) 0) 600 400) '
                       '(gimp-displays-flush)')
        self.undo_says('Undo Scale Image')
        for wait in (0, 0.2, 1):
            dialog = self.open()
            dialog.write(SLOW)
            dialog.offers('Add 64 layers in 1 group')
            dialog.page('Layers')
            time.sleep(wait)
            dialog.end('Cancel')
        self.check('the dialog can be closed while it computes', self.layers_become(PICTURE))

    def cancelled_run(self):
        person = self.person
        dialog = self.open()
        dialog.write(SLOW)
        dialog.offers('Add 64 layers in 1 group')
        dialog.end(dialog.ok)
        cancel = person.find(self.app, 'button', 'Cancel', showing=True)
        self.check('a run shows its progress',
                   person.look(self.app, 'progress bar', '', starts=True, showing=True))
        person.press(cancel)
        until(lambda: not person.look(self.app, 'button', 'Cancel', showing=True), 'it to stop')
        self.check('cancelled it leaves the image alone', self.layers_become(PICTURE))
        self.check('and adds nothing to undo', self.undo_says('Undo Scale Image'))

    def console(self):
        complaints = [line for line in self.gimp.log.read_text(errors='replace').splitlines()
                      if run_gimp.COMPLAINT.search(line)]
        self.check('nothing is said on the console', not complaints, *complaints)

    def run(self):
        self.wrong_network()
        self.editing()
        self.preset()
        self.shown_again()
        self.closed_while_it_computes()
        self.cancelled_run()
        self.console()
        print(f'1..{self.n}')


def inside(plug_in, screenshots):
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix='convolens-gui-')))
        os.environ['XDG_RUNTIME_DIR'] = str(home)  # a temporary folder is ours alone
        stack.enter_context(screen())
        stack.enter_context(process(['openbox'], stderr=subprocess.DEVNULL))
        stack.enter_context(process(['/usr/libexec/at-spi-bus-launcher', '--launch-immediately'],
                                    stderr=subprocess.DEVNULL))
        gimp = Gimp(home, plug_in.split(':'), stack)
        test = Test(gimp, screenshots)
        try:
            test.run()
        except Exception:
            test.screenshot('failed.png')
            print('# ' + gimp.log.read_text(errors='replace').replace('\n', '\n# '))
            raise


def main():
    if sys.argv[1] == '--inside':
        inside(sys.argv[2], pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None)
    else:
        # A session of its own, which ends with us.
        sys.exit(subprocess.run(['dbus-run-session', '--', sys.executable, __file__, '--inside',
                                 *sys.argv[1:]]).returncode)


if __name__ == '__main__':
    main()
