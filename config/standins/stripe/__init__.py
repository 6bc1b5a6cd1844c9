"""A stateful stand-in for Stripe: pages of payment, refunds, signed notifications, books.

What is asked of it is checked against the typed parameters of the client we install, so it
refuses what Stripe refuses in that version. It takes no money. ``docs/payments.md`` says how far
it goes.
"""
