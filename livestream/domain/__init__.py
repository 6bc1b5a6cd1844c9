"""The rules of the cloud classroom: plain Python, no database, no clock, no process."""
