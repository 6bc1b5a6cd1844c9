"""People, offices, and the three books every app writes: audit, outbox, messages."""

from accounts.models.books import AuditEvent, InboundMessage, Message, OutboxMessage
from accounts.models.clock import ClockOffset
from accounts.models.deaths import DeathRecord
from accounts.models.naming import Named, pinyin_of
from accounts.models.people import ConsentRecord, HelperGrant, Learner, LearnerUnit, User
from accounts.models.units import StaffPost, Unit

__all__ = [
    "AuditEvent",
    "ClockOffset",
    "ConsentRecord",
    "DeathRecord",
    "HelperGrant",
    "InboundMessage",
    "Learner",
    "LearnerUnit",
    "Message",
    "Named",
    "OutboxMessage",
    "StaffPost",
    "Unit",
    "User",
    "pinyin_of",
]
