"""Every way in, and who may go where: the third wall behind row-level security and ``for_user``.

``manage.py pages`` prints this table, the demo writes its examples from it, and
``tests/house/test_access.py`` walks through it as every role. A URL without a row here fails
the tests, so a new door cannot be forgotten.
"""

from config.access.audiences import Answer, Audience, Role
from config.access.rows import ROWS, way_of
from config.access.ways import Way, addresses

__all__ = ["ROWS", "Answer", "Audience", "Role", "Way", "addresses", "way_of"]
