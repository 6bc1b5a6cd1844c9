"""The functions of the database, one readable file for each piece of work."""
