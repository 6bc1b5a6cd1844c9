"""Handing out the files of replays to those who hold a signed path."""
