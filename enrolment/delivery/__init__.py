"""Handing out what the waiting room publishes."""
