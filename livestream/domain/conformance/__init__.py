"""What a stream must keep so that every player plays it: our own reading of the rules.

RFC 8216, and what can be checked of Apple's authoring specification. Nothing here is shared
with the code that packages films.
"""

from livestream.domain.conformance.findings import Finding, Rule
from livestream.domain.conformance.streams import judge

__all__ = ["Finding", "Rule", "judge"]
