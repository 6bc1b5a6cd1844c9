"""The one writer of tables that leave the house: CSV and xlsx, with no cell that calculates.

A name that begins with ``=`` must not become a formula in somebody's spreadsheet: in xlsx every
text is written as text; in CSV, which knows no types, it is led by an apostrophe. Amounts are
numbers with two digits.
"""

import csv
import io
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse
from django.utils.timezone import is_aware, localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

CALCULATES = ("=", "+", "-", "@")  # of either width, whatever blanks come before
BREAKS = ("\t", "\r", "\n")
LONGEST = 32_000  # characters a cell of a spreadsheet holds
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Rows a file may have: a spreadsheet is built cell by cell, while somebody waits.
MOST_ROWS = {"csv": 200_000, "xlsx": 20_000}


@dataclass(frozen=True, slots=True)
class Fen:
    """An amount in a cell."""

    fen: int

    @property
    def yuan(self) -> Decimal:
        """The number with two digits that stands there."""
        return Decimal(self.fen).scaleb(-2)


Row = Sequence[Any]


def sheet(name: str, kind: str, rows: Iterable[Row]) -> FileResponse:
    """Return a table as a file to be kept. ``rows``: the heads first.

    It is written out here, while the rows may still be read, to a file and not to memory.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    WRITERS[kind](file, rows)
    length = file.tell()
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.{kind}")
    response["Content-Type"], response["Content-Length"] = KINDS[kind], str(length)
    return response


def _write_csv(file: IO[bytes], rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows([csv_cell(cell) for cell in row] for row in rows)
    text.detach()


def csv_cell(cell: Any) -> str:
    """Return a cell as it stands in a file of comma-separated values: never one that calculates.

    >>> csv_cell("=1+1"), csv_cell(" ＝1+1"), csv_cell("1+1"), csv_cell(Fen(-50))
    ("'=1+1", "' ＝1+1", '1+1', '-0.50')
    """
    if isinstance(cell, Fen):
        return f"{cell.yuan:.2f}"
    words = _words(cell)
    begins = unicodedata.normalize("NFKC", words).lstrip()
    led = begins.startswith(CALCULATES) or words[:1] in BREAKS
    return f"'{words}" if led else words


def _write_xlsx(file: IO[bytes], rows: Iterable[Row]) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows:
        page.append(list(_cells(page, row)))
    book.save(file)


def _cells(page: Any, row: Row) -> Iterator[WriteOnlyCell]:
    for value in row:
        if isinstance(value, Fen):
            cell = WriteOnlyCell(page, value=value.yuan)
            cell.number_format = "0.00"
        else:
            cell = WriteOnlyCell(page, value=_words(value))
            cell.data_type = "s"
        yield cell


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = localtime(value) if is_aware(value) else value
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(ILLEGAL_CHARACTERS_RE.sub("", str(value)))[:LONGEST]


WRITERS: dict[str, Callable[[IO[bytes], Iterable[Row]], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
}
