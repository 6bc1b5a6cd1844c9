"""Services of others, played by processes of our own for the demo and the tests.

No app imports them and production does not start them: the product speaks to them over HTTP as
it speaks to the real ones, and only the address is another.
"""
