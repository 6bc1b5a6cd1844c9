"""The demo city 青澜市: a whole city of senior universities made from a seed and a date.

Planning (everything that does not start with ``load_``) is plain Python without a database: the
same seed and the same day give the same plan, byte for byte. Loading writes the plan into the
records and pages of the platform.
"""
