"""From the line of a camera to pieces that people watch, and to a replay seconds after the end."""

from livestream.packaging.masters import NoRoom, hand_over, sweep
from livestream.packaging.packing import Packing

__all__ = ["NoRoom", "Packing", "hand_over", "sweep"]
