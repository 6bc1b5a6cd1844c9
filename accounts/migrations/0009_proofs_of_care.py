"""Papers that open the reserve for people who need care."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_the_audit_book_locks_nothing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consentrecord',
            name='kind',
            field=models.CharField(choices=[('health', 'health declaration'), ('family', 'family consent'), ('helper', 'consent to a helper'), ('privacy', 'privacy notice'), ('residence', 'proof of residence in the city'), ('work', 'proof of work in the city'), ('child', 'proof of a child who lives in the city'), ('hardship', 'proof of hardship'), ('disability', 'proof of a disability'), ('carer', 'proof of caring for somebody full time')], max_length=12),
        ),
    ]
