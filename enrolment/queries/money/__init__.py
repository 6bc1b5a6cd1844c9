"""Questions about money, for pages and for the rounds."""
