"""From the film a teacher sent to the replay a learner watches.

``take_up`` looks into a film, shows it as it is where every player can play that, and plans the
work; ``make_unit`` does one part of the work; ``advance`` puts finished parts into the lists in
order and closes these. Each may die anywhere and be done again: nothing that is seen names a
file that is not there, and what another did is never done twice.
"""

from livestream.processing.looking import take_up
from livestream.processing.making import make_unit
from livestream.processing.packing import advance
from livestream.processing.places import Clock, TryLater
from livestream.processing.reconciling import reconcile

__all__ = ["Clock", "TryLater", "advance", "make_unit", "reconcile", "take_up"]
