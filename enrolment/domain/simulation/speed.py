"""How long people take to send a form: it decides nothing but a queue that is played through."""

# The middle of what people of an age take, by decade from the fifties on: an assumption, stated
# wherever a figure rests on it.
MINUTES = (1.0, 1.5, 3.0, 6.0, 8.0)
WITH_HELPER = 3.3
"""So many times faster is whoever sits beside them."""


def typical_minutes(age: int, *, with_helper: bool) -> float:
    """Return how long people like this one take, were it first come, first served.

    >>> [typical_minutes(age, with_helper=False) for age in (55, 68, 74, 88, 93)]
    [1.0, 1.5, 3.0, 6.0, 8.0]
    """
    decade = min(max(age // 10 - 5, 0), len(MINUTES) - 1)
    return MINUTES[decade] / (WITH_HELPER if with_helper else 1.0)
