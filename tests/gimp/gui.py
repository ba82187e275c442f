#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog, driven by a person made of AT-SPI, in a real GIMP on a screen of
its own. A Script-Fu server inside that GIMP tells what the image really holds.

    gui.py PLUG-IN [SCREENSHOT-FOLDER]
"""

import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

from importlib.machinery import SourceFileLoader

HERE = pathlib.Path(__file__).resolve().parent
run_gimp = SourceFileLoader('run_gimp', str(HERE / 'run-gimp')).load_module()

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
def process(command, **options):
    child = subprocess.Popen(command, **options)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
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

    def __init__(self, home, plug_in, stack):
        run_gimp.prepare(home, [plug_in], ['script-fu', 'script-fu-server'])
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

    def applications(self):
        desktop = self.atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            with contextlib.suppress(Exception):
                yield desktop.get_child_at_index(i)

    def walk(self, node, depth=0):
        yield node
        if depth > 30:
            return
        for i in range(node.get_child_count()):
            with contextlib.suppress(Exception):
                child = node.get_child_at_index(i)
                if child is not None:
                    yield from self.walk(child, depth + 1)

    def application(self, name):
        def look():
            for app in self.applications():
                if app is not None and app.get_name() == name:
                    return app
        return until(look, f'the application {name}', 40)

    def find(self, root, role, name=None, wait=True):
        def look():
            for node in self.walk(root):
                with contextlib.suppress(Exception):
                    if node.get_role_name().removeprefix('push ') == role and name in (None, node.get_name()):
                        return node
        return until(look, f'{role} “{name}”') if wait else look()

    def press(self, node):
        node.get_action_iface().do_action(0)

    def has(self, node, state):
        return node.get_state_set().contains(state)

    def enabled(self, node):
        return self.has(node, self.atspi.StateType.SENSITIVE)

    def type(self, view, text):
        view.get_editable_text_iface().set_text_contents(text)

    def text(self, view):
        return self.atspi.Text.get_text(view, 0, -1)

    def tree(self, node):
        for n in self.walk(node):
            with contextlib.suppress(Exception):
                print('#', n.get_role_name(), repr(n.get_name()))


class Dialog:
    def __init__(self, person):
        self.person = person
        self.app = person.application('convolens')
        self.window = person.find(self.app, 'dialog', 'Feature Maps')
        self.ok = person.find(self.window, 'button', 'OK')
        self.cancel = person.find(self.window, 'button', 'Cancel')
        self.network = person.find(self.window, 'text', 'Network')

    def says(self, words):
        """The label that begins with these words."""
        def look():
            for node in self.person.walk(self.window):
                with contextlib.suppress(Exception):
                    if node.get_role_name() == 'label' and node.get_name().startswith(words):
                        return node
        return until(look, f'the words “{words}”')

    def choose(self, combo, item):
        box = self.person.find(self.window, 'combo box', combo)
        self.person.press(box)
        self.person.press(self.person.find(self.app, 'menu item', item))
        return box

    def gone(self):
        def look():
            try:
                return not self.person.has(self.window, self.person.atspi.StateType.SHOWING)
            except Exception:
                return True
        until(look, 'the dialog to close')


# --- the tests ----------------------------------------------------------------

def main():
    print('# nothing yet')


if __name__ == '__main__':
    main()
