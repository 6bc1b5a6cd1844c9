"""Every write about people: accounts, learners, helpers, posts. Audit in the same transaction."""

from accounts.services.accounts import (
    PhoneTaken,
    account_for_phone,
    account_to_help,
    change_phone,
    end_sessions,
    staff_account,
)
from accounts.services.deaths import DeathRefused, Shown, note_death, put_death_right
from accounts.services.helping import (
    GrantRefused,
    grant_help,
    note_helping_began,
    note_helping_ended,
    revoke_help,
)
from accounts.services.learners import LearnerRefused, make_learner
from accounts.services.posts import PostRefused, end_post, grant_post

__all__ = [
    "DeathRefused",
    "GrantRefused",
    "LearnerRefused",
    "PhoneTaken",
    "PostRefused",
    "Shown",
    "account_for_phone",
    "account_to_help",
    "change_phone",
    "end_post",
    "end_sessions",
    "grant_help",
    "grant_post",
    "make_learner",
    "note_death",
    "note_helping_began",
    "note_helping_ended",
    "put_death_right",
    "revoke_help",
    "staff_account",
]
