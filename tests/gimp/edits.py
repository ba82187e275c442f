# SPDX-License-Identifier: GPL-3.0-or-later
"""Random edits of a network in the dialog, by the person made of AT-SPI."""

import random

TEXTS = ['conv 4 3x3; relu; maxpool 2', 'conv 2 3x3 pad=same as=a; relu; conv 2 1x1; add a',
         'conv 3 5x5\nmaxpool 300', 'input 28x28x1\nflatten; dense 5; softmax', '',
         'conv kernels=gaussian(1.2),sobel-x\navgpool 2\n', 'conv 2 3x', 'relu; relu; relu']
KINDS = ['ReLU', 'Convolution', 'Max pooling', 'Softmax', 'Flatten', 'Fully connected']


class Edits:
    """Each is one that a person could make at that moment; @made counts them."""

    def __init__(self, person, dialog, seed=4):
        self.person = person
        self.dialog = dialog
        self.random = random.Random(seed)
        # The pane that holds the cards has the parameters below them.
        pane = dialog.layers
        while pane.get_role_name() != 'split pane':
            pane = pane.get_parent()
        self.params = pane.get_child_at_index(1)
        self.undo_button = dialog.param('button', 'Undo')
        self.redo_button = dialog.param('button', 'Redo')
        self.view = dialog.network()
        dialog.page('Layers')
        self.kinds = {self.spin: 5, self.combo: 4, self.check: 3, self.select: 4, self.text: 2,
                      self.undo: 3, self.redo: 2, self.add: 1, self.remove: 1}
        self.made = {kind.__name__: 0 for kind in self.kinds}

    def make(self, n):
        tries = 0
        while sum(self.made.values()) < n:
            tries += 1
            assert tries < 5 * n, f'hardly anything can be done: {self.made}'
            kind, = self.random.choices(list(self.kinds), list(self.kinds.values()))
            try:
                if kind():
                    self.made[kind.__name__] += 1
            except self.person.gone:  # a widget, while we were looking at it
                self.person.has(self.dialog.window, self.person.atspi.StateType.SHOWING)

    def usable(self, root, *roles):
        states = self.person.atspi.StateType
        found = []
        for node in self.person.children(root):
            state = node.get_state_set()
            if state.contains(states.VISIBLE) and state.contains(states.SENSITIVE):
                if node.get_role_name().removeprefix('push ') in roles:
                    found.append(node)
                found += self.usable(node, *roles)
        return found

    def one(self, nodes):
        return self.random.choice(nodes) if nodes else None

    def press(self, button):
        if button is None or not self.person.enabled(button):
            return False
        self.person.press(button)
        return True

    def spin(self):
        spin = self.one(self.usable(self.params, 'spin button'))
        if spin is None:
            return False
        value = self.person.part(spin, 'value')
        most = min(value.get_maximum_value(), 9)
        self.person.set(spin, self.random.uniform(max(value.get_minimum_value(), -3), most))
        return True

    def combo(self):
        combo = self.one(self.usable(self.params, 'combo box'))
        if combo is None:
            return False
        menu = next(self.person.children(combo), None)
        items = list(self.person.children(menu)) if menu is not None else []
        if not items:  # it is going
            return False
        return self.person.part(combo, 'selection').select_child(
            self.random.randrange(len(items)))

    def check(self):
        """Ticks, switches, and what keeps rows and columns alike."""
        root = self.random.choice([self.dialog.layers, self.params])
        return self.press(self.one(self.usable(root, 'check box', 'toggle button')))

    def select(self):
        n = self.dialog.layers.get_child_count()
        return n > 0 and self.person.part(self.dialog.layers, 'selection').select_child(
            self.random.randrange(n))

    def text(self):
        self.person.type(self.view, self.random.choice(TEXTS))
        return True

    def undo(self):
        return self.press(self.undo_button)

    def redo(self):
        return self.press(self.redo_button)

    def add(self):
        self.dialog.add(self.random.choice(KINDS))
        return True

    def more(self):
        return self.one([button for button in self.usable(self.dialog.layers, 'button')
                         if button.get_name() == 'More'])

    def remove(self):
        """With its own menu, like a person without a keyboard."""
        item = self.person.pop_up(self.more, self.dialog.app, 'menu item', 'Remove')
        if item is None:
            return False
        if not self.person.enabled(item):  # the menu of a card that is going
            self.person.dismiss(item)
            return False
        self.person.choose_from(item)
        return True
