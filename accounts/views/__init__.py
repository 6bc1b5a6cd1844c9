"""The doors of this floor."""
