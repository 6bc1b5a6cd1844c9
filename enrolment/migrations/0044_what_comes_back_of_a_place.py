"""What was paid goes along with a changed class, and each refund names the place it is about."""

import django.db.models.deletion
from django.db import migrations, models

# The rows of fees keep what they were written with (0041); these columns are written once, too.
FROZEN_WAS = {
    "enrolment_orderline": "order_id,section_id,fee_fen,discount_fen,amount_fen,rule,voucher_fen",
    "enrolment_refund": "unit_id,payment_id,enrolment_id,amount_fen,cause,rule,asked_by_id,"
    "requested_at",
}
FROZEN = {
    "enrolment_orderline": f"{FROZEN_WAS['enrolment_orderline']},tops_up_id",
    "enrolment_refund": f"{FROZEN_WAS['enrolment_refund']},line_id",
}


def kept(frozen: dict[str, str]) -> str:
    """Return the SQL that keeps these columns, in the place of what it kept before."""
    return "".join(
        f"""
DROP TRIGGER amounts_stay_as_written ON {table};
CREATE TRIGGER amounts_stay_as_written BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_amounts('{columns}');
"""
        for table, columns in frozen.items()
    )


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0043_what_a_voucher_took_off")]

    operations = [
        migrations.RemoveConstraint(model_name="orderline", name="a_place_is_owed_for_once"),
        migrations.AddField(
            model_name="orderline",
            name="seen_to_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tops_up",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="topped_up_by",
                to="enrolment.orderline",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="choose_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="enrolment.orderline",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counts", True), ("tops_up", None)),
                fields=("enrolment",),
                name="a_place_is_owed_for_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("choose_until", None), ("state", "requested"), _connector="OR"
                ),
                name="what_is_decided_is_not_chosen",
            ),
        ),
        migrations.RunSQL(kept(FROZEN), kept(FROZEN_WAS)),
    ]
