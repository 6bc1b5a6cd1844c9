"""A paper may show that somebody lives or works in the city, or has a child there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_what_people_answer")]

    operations = [
        migrations.AlterField(
            model_name="consentrecord",
            name="kind",
            field=models.CharField(
                choices=[
                    ("health", "health declaration"),
                    ("family", "family consent"),
                    ("helper", "consent to a helper"),
                    ("privacy", "privacy notice"),
                    ("residence", "proof of residence in the city"),
                    ("work", "proof of work in the city"),
                    ("child", "proof of a child who lives in the city"),
                ],
                max_length=12,
            ),
        ),
    ]
