"""What the log says of whom we refused: one line, so that a fault of ours stands out."""

import logging


class RefusalsInOneLine(logging.Filter):
    """Take the traceback from an answer of 4xx, and call it no more than a warning.

    Somebody asked for what is not there or not theirs, and was told so on a page: nothing of
    ours broke. Answers of 5xx, and all that is no answer, pass as they are.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
            record.levelno = min(record.levelno, logging.WARNING)
            record.levelname = logging.getLevelName(record.levelno)
        return True
