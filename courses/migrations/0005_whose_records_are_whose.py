"""Attendance and what a term leaves behind are people's records: only their own scope sees them."""

from accounts.policies import RowPolicy
from django.db import migrations

POLICIES = [
    RowPolicy(table, learner="learner_id", follows=("learner_id", "accounts_learner"))
    for table in ("courses_attendance", "courses_termrecord")
]


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_names_for_several"),
        ("accounts", "0002_who_sees_which_rows"),
    ]
    operations = [operation for policy in POLICIES for operation in policy.operations()]
