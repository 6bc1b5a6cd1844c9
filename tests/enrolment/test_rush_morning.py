"""The morning of an opening in small: real programs, a crowd over HTTP, a database killed in it.

Twenty thousand people take minutes and a machine of their own: ``benchmarks/rush.py``, which
this calls; docs/performance.md has what it printed.
"""

import subprocess
import sys

import pytest

from config.embedded.places import ROOT

pytestmark = pytest.mark.threads
SMALL = ("--learners", "300", "--quiet", "1", "--seconds", "90", "--unhurried", "--kill")


def test_on_the_morning_of_an_opening_every_promise_is_kept_though_the_database_is_killed():
    morning = subprocess.run(
        [sys.executable, ROOT / "benchmarks/rush.py", *SMALL],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=420,
        check=False,
    )
    said = [line.partition(" ")[0] for line in morning.stdout.splitlines()]
    assert morning.returncode == 0, morning.stdout + morning.stderr[-3000:]
    assert (said.count("kept"), said.count("told"), said.count("BROKEN")) == (9, 3, 0)
