"""A book of messages from people: work for the whole city reads it, the door only writes.

What came in is never changed; only what was done about it may be added.
"""

from django.db import migrations, models

from accounts.policies import RowPolicy

RIGHTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON accounts_inboundmessage FROM app;
GRANT UPDATE (answered_at, outcome) ON accounts_inboundmessage TO app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_names_on_the_desks"),
    ]

    operations = [
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("gateway", models.CharField(max_length=120)),
                ("provider_id", models.CharField(max_length=120)),
                ("sender", models.CharField(max_length=20)),
                ("text", models.CharField(max_length=300)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["sender", "received_at"], name="messages_from_a_number")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["gateway", "provider_id"], name="an_inbound_message_counts_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        *RowPolicy("accounts_inboundmessage", anyone_may_add=True).operations(),
    ]
