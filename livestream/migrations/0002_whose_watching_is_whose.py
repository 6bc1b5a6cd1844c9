"""What a person watched, and how far, is theirs: the database keeps it from everybody else."""

from accounts.policies import RowPolicy
from django.db import migrations

POLICIES = [
    # Rights without a learner are those of teachers, staff and visitors of public replays.
    RowPolicy(
        "livestream_watchgrant",
        learner="learner_id",
        follows=("learner_id", "accounts_learner"),
        also="livestream_watchgrant.learner_id IS NULL",
    ),
    RowPolicy(
        "livestream_watchstate", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
    RowPolicy(
        "livestream_watchrange", learner="learner_id", follows=("learner_id", "accounts_learner")
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("livestream", "0001_recordings_and_rights"),
        ("accounts", "0002_who_sees_which_rows"),
    ]

    operations = [operation for policy in POLICIES for operation in policy.operations()]
