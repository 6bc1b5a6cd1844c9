"""From the line of a camera to pieces that people watch, and to a replay seconds after the end."""

from livestream.packaging.masters import hand_over
from livestream.packaging.packing import Packing

__all__ = ["Packing", "hand_over"]
