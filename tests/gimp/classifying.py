# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog that says what a picture shows."""

import time

from person import until

PICTURE = '(("picture" 0))'

# The mean of each colour is the score of a class; the picture is yellow on much blue.
MEANS = 'input 4x4x3; mul values=1; global-avgpool'


# A second's work or more.
SLOW = 'input 224x224x3; ' + 'conv 256 3x3 pad=same; ' * 8 + 'global-avgpool'


def classifying(test):
    person = test.person
    person.press(test.menu('Filters', 'Neural Network', 'Classify…'))
    _app, window = person.dialog('convolens', 'Classify')
    bars = person.find(window, 'drawing area', 'Probabilities')
    seen = person.find(window, 'drawing area', 'What the network sees')
    until(bars.get_description, 'the answer of the network of digits')
    test.check('without a model the network of digits looks for one',
               person.find(window, 'label', 'The ink is brighter than its paper.', starts=True,
                           showing=True))
    test.equal('as MNIST has them', seen.get_description(), '28×28')

    network = [node for node in person.walk(window) if node.get_role_name() == 'text'][0]
    person.type(network, MEANS)
    until(lambda: seen.get_description() == '4×4', 'the answer')
    test.check('a network as text says what it sees',
               person.find(window, 'label', 'The network sees the picture in 4×4 pixels.',
                           showing=True))
    test.equal('what it sees is shown', seen.get_description(), '4×4')
    first, second, third = bars.get_description().split('; ')
    test.check('the most likely class comes first',
               first.startswith('2: ') and second.startswith('1: ') and third.startswith('0: '),
               bars.get_description())
    test.check('the shares are those of all', abs(sum(
        float(part.split(': ')[1].split()[0]) for part in (first, second, third)) - 100) < 0.2,
               bars.get_description())
    test.screenshot('classify.png', 'Classify')

    before = bars.get_description()
    person.type(network, MEANS.replace('values=1', 'values=-1'))
    until(lambda: bars.get_description() != before, 'another answer')
    test.check('another network gives another answer at once',
               bars.get_description().startswith('0: '), bars.get_description())
    person.type(network, MEANS)
    until(lambda: bars.get_description() == before, 'the first answer again')

    # The window lives while a large network is asked, and what was changed meanwhile counts.
    person.type(network, SLOW)
    began = asked = time.monotonic()
    longest = 0.0
    while bars.get_description() == before and asked < began + 60:
        longest, asked = max(longest, time.monotonic() - asked), time.monotonic()
    test.check('the window answers while the network is asked', longest < (asked - began) / 2,
               f'{longest:.2f} of {asked - began:.2f} s')
    until(lambda: seen.get_description() == '224×224', 'the answer of the large network')
    person.type(network, SLOW + '; mul values=2')
    person.type(network, MEANS)
    until(lambda: bars.get_description() == before, 'the answer to the last question')

    person.choose(person.find(window, 'combo box', 'Where it sees that'),
                  'A layer above the picture')
    button = person.find(window, 'button', 'Add Layer')
    until(lambda: person.enabled(button), 'the button')
    person.press(button)
    test.check('where it sees that is a layer',
               test.layers_become('(("Where “2” is seen" 0) ("picture" 0))'))
    test.undo(PICTURE)
