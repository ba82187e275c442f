# SPDX-License-Identifier: GPL-3.0-or-later
"""A real GIMP on a screen of its own, with a Script-Fu server inside that tells what
its images really hold; and a person made of AT-SPI, who finds widgets and uses them."""

import contextlib
import os
import pathlib
import re
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
        self.home = home
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

class Gone(Exception):
    """A widget that was there a moment ago."""


class Person:
    """Finds widgets by role and name, acts on them."""

    def __init__(self):
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi, GLib
        self.atspi = Atspi
        self.gone = (Gone, GLib.Error)  # what comes of a widget that is going
        Atspi.init()

    def applications(self, name):
        for app in self.children(self.atspi.get_desktop(0)):
            with contextlib.suppress(*self.gone):
                if app.get_name() == name and app.get_child_count() > 0:
                    yield app

    def application(self, name):
        return until(lambda: next(self.applications(name), None), f'the application {name}', 40)

    def dialog(self, name, title):
        """A dialog and the application @name that shows it: of that name there may be one more,
        which is ending."""
        def look():
            for app in self.applications(name):
                window = self.look(app, 'dialog', title, showing=True)
                if window is not None:
                    return app, window
        return until(look, f'the dialog “{title}” of {name}', 40)

    def children(self, node):
        # Widgets come and go while we look.
        n = 0
        with contextlib.suppress(*self.gone):
            n = node.get_child_count()
        for i in range(n):
            child = None
            with contextlib.suppress(*self.gone):
                child = node.get_child_at_index(i)
            if child is not None:
                yield child

    def walk(self, node):
        yield node
        for child in self.children(node):
            yield from self.walk(child)

    def look(self, root, role, name, *, starts=False, showing=False):
        for node in self.walk(root):
            with contextlib.suppress(*self.gone):
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

    def shows(self, node):
        with contextlib.suppress(*self.gone):
            return self.has(node, self.atspi.StateType.SHOWING)
        return False

    def part(self, node, what):
        """What a widget can be told. One that is gone has none."""
        part = getattr(node, f'get_{what}_iface')()
        if part is None:
            raise Gone(what)
        return part

    def press(self, node):
        self.part(node, 'action').do_action(0)

    def pop_up(self, button, root, role, name):
        """Presses what @button finds until it shows what it is to show; None where it finds
        nothing. A press comes to nothing on a widget that is just going away, and where a menu
        that is still closing takes it; each such press is told of."""
        for attempt in range(4):
            try:
                node = button()
                if node is None:
                    return None
                if not self.has(node, self.atspi.StateType.CHECKED):
                    self.press(node)
                return self.find(root, role, name, WAIT / 4, showing=True)
            except (AssertionError, *self.gone):
                print(f'# pressed in vain for {role} “{name}”', flush=True)
        raise AssertionError(f'pressed four times for {role} “{name}”')

    def choose_from(self, item):
        """Presses an item of a menu, which then closes, so that it is in nobody's way."""
        self.press(item)
        until(lambda: not self.shows(item), 'the menu to close')

    def dismiss(self, item):
        """Closes the menu that it is in."""
        self.strike('Escape')
        until(lambda: not self.shows(item), 'the menu to close')

    def type(self, view, text):
        self.part(view, 'editable_text').set_text_contents(text)

    def text(self, view):
        return self.atspi.Text.get_text(view, 0, -1)

    def set(self, spin, value):
        self.part(spin, 'value').set_current_value(value)

    def keys(self, widget, *names):
        """Focuses a widget and presses keys, as GDK names them."""
        def focused():
            """A menu that has closed may give the focus back late."""
            if not self.has(widget, self.atspi.StateType.FOCUSED):
                self.part(widget, 'component').grab_focus()
            return self.has(widget, self.atspi.StateType.FOCUSED)
        until(focused, 'the focus')
        self.strike(*names)

    def strike(self, *names):
        """Keys, by their names, wherever the focus is."""
        import gi
        gi.require_version('Gdk', '3.0')
        from gi.repository import Gdk
        for name in names:
            self.atspi.generate_keyboard_event(Gdk.keyval_from_name(name), None,
                                               self.atspi.KeySynthType.SYM)

    @contextlib.contextmanager
    def holding(self, name):
        """Keeps a key down, such as Shift_L."""
        import gi
        gi.require_version('Gdk', '3.0')
        from gi.repository import Gdk
        keymap = Gdk.Keymap.get_for_display(Gdk.Display.get_default())
        code = keymap.get_entries_for_keyval(Gdk.keyval_from_name(name))[1][0].keycode
        self.atspi.generate_keyboard_event(code, None, self.atspi.KeySynthType.PRESS)
        try:
            yield
        finally:
            self.atspi.generate_keyboard_event(code, None, self.atspi.KeySynthType.RELEASE)

    def choose(self, combo, item):
        menu = next(self.children(combo))
        names = [child.get_name() for child in self.children(menu)]
        self.part(combo, 'selection').select_child(names.index(item))

    def chosen(self, combo):
        return self.part(combo, 'selection').get_selected_child(0).get_name()


class Dialog:
    """The dialog of Feature Maps, once the menu item has been chosen; or another with the
    editor in it."""

    def __init__(self, person, title='Feature Maps'):
        self.person = person
        self.app, self.window = person.dialog('convolens', title)
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
        toggle = self.person.find(self.window, 'toggle button', 'Add layer')
        self.person.choose_from(self.person.pop_up(lambda: toggle, self.app, 'button', kind))

    def select(self, card):
        cards = [item.get_name() for item in self.person.children(self.layers)]
        self.person.part(self.layers, 'selection').select_child(cards.index(card))

    def param(self, role, name, **how):
        return self.person.find(self.window, role, name, **how)

    def maps(self):
        """The area that shows them."""
        return self.person.find(self.window, 'drawing area', 'Feature maps')

    def reset(self):
        """To what the procedure does when it is told nothing."""
        reset = self.person.find(self.window, 'button', 'Reset')
        self.person.choose_from(self.person.pop_up(lambda: reset, self.app, 'button',
                                                   'Reset to Factory Defaults'))

    def presets(self):
        toggle = self.person.find(self.window, 'toggle button', 'Presets')
        return self.person.pop_up(lambda: toggle, self.app, 'list box', 'Presets')

    def range(self):
        """What the scale beside the maps says, once the map is known."""
        scale = self.person.find(self.window, 'drawing area', 'Values and shades')
        return until(scale.get_description, 'the range of the map')

    def end(self, button):
        self.person.press(button if not isinstance(button, str) else
                          self.person.find(self.window, 'button', button))
        until(lambda: not self.person.shows(self.window), 'the dialog to close')


# --- tests -----------------------------------------------------------------------

# What GTK 3 says when the person looks at a spin button in the moment in which its window goes:
# its accessible object asks a widget that is no more for its range. No other code asks for a
# range of ATK's.
GONE_SPIN_BUTTON = re.compile(r"gtk_spin_button_get_adjustment: assertion 'GTK_IS_SPIN_BUTTON "
                              r"\(spin_button\)'|atk_range_\w+: assertion 'range != NULL'")


class Case:
    """What a test of GIMP's windows has: a GIMP, a person before it, and checks."""

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

    def screenshot(self, name, window='root'):
        """Of all there is, or of the window of that title."""
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            subprocess.run(['import', '-window', window, self.screenshots / name], check=True)

    def menu(self, *path, **how):
        node = self.app
        for name in path[:-1]:
            node = self.person.find(node, 'menu', name)
        return self.person.find(node, 'menu item', path[-1], **how)

    def undo_item(self):
        """GIMP renames it a moment after the fact."""
        def look():
            for item in self.person.children(self.person.find(self.app, 'menu', 'Edit')):
                if item.get_name().startswith('Undo'):
                    return item
        return until(look, 'Undo in the menu')

    def undo_says(self, text):
        until(lambda: self.undo_item().get_name() == text, f'“{text}” in the menu')
        return True

    def layers_become(self, layers):
        until(lambda: self.gimp.layers() == layers, f'{layers}, now {self.gimp.layers()}')
        return True

    def undo(self, layers):
        """One step; then the image has just those layers."""
        self.person.press(self.undo_item())
        return self.layers_become(layers)

    def console(self):
        complaints = [line for line in self.gimp.log.read_text(errors='replace').splitlines()
                      if run_gimp.COMPLAINT.search(line) and not GONE_SPIN_BUTTON.search(line)]
        self.check('nothing is said on the console', not complaints, *complaints)


def inside(make_test, failed):
    plug_in = sys.argv[2]
    screenshots = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix='convolens-gui-')))
        os.environ['XDG_RUNTIME_DIR'] = str(home)  # a temporary folder is ours alone
        stack.enter_context(screen())
        stack.enter_context(process(['openbox'], stderr=subprocess.DEVNULL))
        stack.enter_context(process(['/usr/libexec/at-spi-bus-launcher', '--launch-immediately'],
                                    stderr=subprocess.DEVNULL))
        gimp = Gimp(home, plug_in.split(':'), stack)
        test = make_test(gimp, home, screenshots)
        try:
            test.run()
        except Exception:
            test.screenshot(failed, 'root')
            print('# ' + gimp.log.read_text(errors='replace').replace('\n', '\n# '))
            raise


def main(make_test, failed):
    """Runs what @make_test makes of a GIMP, its folder and a folder for screenshots; @failed is
    the screenshot of a failure."""
    if sys.argv[1] == '--inside':
        inside(make_test, failed)
    else:
        # A session of its own, which ends with us.
        sys.exit(subprocess.run(['dbus-run-session', '--', sys.executable, sys.argv[0],
                                 '--inside', *sys.argv[1:]]).returncode)
