"""Print every way into the product, and who may go where."""

from typing import Any

from django.core.management.base import BaseCommand

from config import access


class Command(BaseCommand):
    help = "Print every address with what it is and whom it lets in."

    def handle(self, **options: Any) -> None:
        rows = []
        for name, pattern in access.addresses():
            way = access.way_of(name, pattern)
            if way is None:
                rows.append((pattern, name, "?", "no row in config/access/rows.py"))
            elif name in access.ROWS:
                rows.append((pattern, name, way.title, way.audience.in_words()))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
            self.stdout.write("  ".join([*cells, row[3]]))
