"""Two timetables beside each other."""

from datetime import datetime, timedelta

Spans = tuple[tuple[datetime, datetime], ...]
"""Hours of meetings: half-open, in order."""


def overlap(one: Spans, other: Spans, *, gap: timedelta = timedelta(0)) -> bool:
    """Whether two timetables meet, or come nearer to each other than ``gap``.

    Spans are half-open: ending at ten and beginning at ten is no clash.
    """
    first, second = iter(one), iter(other)
    a, b = next(first, None), next(second, None)
    while a and b:
        if a[0] < b[1] + gap and b[0] < a[1] + gap:
            return True
        if a[1] <= b[1]:
            a = next(first, None)
        else:
            b = next(second, None)
    return False
