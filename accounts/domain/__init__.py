"""Rules about people, numbers and moments: plain Python."""
