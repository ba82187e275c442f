#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench editor: how long a person waits. From an edit to fresh maps, in the editor
alone; and from the menu to the dialog, in a real GIMP, on a small picture and on one of
24 megapixels."""

import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
tree = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(tree / 'tests' / 'gimp'))
import person as gui

TURNS = 5


def opening(gimp, person):
    """Seconds from the menu item to the dialog, the median of some."""
    menu = person.find(person.application('gimp'), 'menu', 'Filters')
    menu = person.find(menu, 'menu', 'Neural Network')
    item = person.find(menu, 'menu item', 'Feature Maps…')
    found = []
    for _ in range(TURNS):
        start = time.monotonic()
        person.press(item)
        application = person.application('convolens')
        person.find(application, 'dialog', 'Feature Maps', showing=True)
        found.append(time.monotonic() - start)
        gui.Dialog(person).end('Cancel')
    return statistics.median(found)


def inside(plug_in):
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ['XDG_RUNTIME_DIR'] = str(home)
        stack.enter_context(gui.screen())
        stack.enter_context(gui.process(['openbox'], stderr=subprocess.DEVNULL))
        stack.enter_context(gui.process(['/usr/libexec/at-spi-bus-launcher',
                                         '--launch-immediately'], stderr=subprocess.DEVNULL))
        gimp = gui.Gimp(home, [plug_in], stack)
        person = gui.Person()
        print(f'from the menu to the dialog, median of {TURNS}:')
        print(f'  on 96x64: {opening(gimp, person):.2f} s')
        gimp.eval('(gimp-image-scale (vector-ref (gimp-get-images) 0) 6000 4000) '
                  '(gimp-displays-flush)')
        print(f'  on 6000x4000: {opening(gimp, person):.2f} s', flush=True)


if sys.argv[1:2] == ['--inside']:
    inside(sys.argv[2])
else:
    subprocess.run([tree / 'tests/ui/with-screen', tree / 'build/bench/bench-preview'], check=True)
    sys.exit(subprocess.run(['dbus-run-session', '--', sys.executable, __file__, '--inside',
                             tree / 'build/plugin/convolens']).returncode)
