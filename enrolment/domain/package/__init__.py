"""The public draw package: what anybody gets who wants to check a draw.

    python -m enrolment.domain.package FOLDER > market.json

turns a package back into the input of ``python -m enrolment.domain.allocation``.
"""

from enrolment.domain.lottery import numbers_csv
from enrolment.domain.package.drawn import CUTOFFS, NUMBERS, RESULT, cutoffs_csv, result_csv
from enrolment.domain.package.folder import (
    DIGESTS,
    FILES,
    SEED,
    Package,
    digests_txt,
    drawn_files,
    frozen_files,
    read,
    read_files,
    roster_sha256,
    write,
)
from enrolment.domain.package.frozen import (
    CLASHES,
    ROSTER,
    SECTIONS,
    read_clashes,
    read_sections,
    roster_csv,
)
from enrolment.domain.package.lines import PackageRefused

__all__ = [
    "CLASHES",
    "CUTOFFS",
    "DIGESTS",
    "FILES",
    "NUMBERS",
    "RESULT",
    "ROSTER",
    "SECTIONS",
    "SEED",
    "Package",
    "PackageRefused",
    "cutoffs_csv",
    "digests_txt",
    "drawn_files",
    "frozen_files",
    "numbers_csv",
    "read",
    "read_clashes",
    "read_files",
    "read_sections",
    "result_csv",
    "roster_csv",
    "roster_sha256",
    "write",
]
