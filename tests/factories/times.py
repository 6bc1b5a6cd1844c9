"""The day on which the tests happen: a Tuesday at ten, inside office and offer hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

TODAY = datetime(2026, 12, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
