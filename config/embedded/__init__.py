"""What ./run, ./test and throwaway test services stand on.

Standard library only: this package has to work before anything is installed.
Nothing in the product imports it; it starts the product.
"""


class StartRefused(Exception):
    """Why we cannot go on and what to do about it, in words for the person at the terminal."""
