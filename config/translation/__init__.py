"""The words on screen: found in code and templates, kept in ``locale/``."""
