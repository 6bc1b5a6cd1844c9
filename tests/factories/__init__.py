"""The dullest valid case of every record; traits name the interesting ones."""
