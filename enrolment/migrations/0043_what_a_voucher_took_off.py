"""A line says how much of what is taken off comes from a voucher; that stays as written, too."""

from django.db import migrations, models
from django.db.models import F, Q

FROZEN = "order_id,section_id,fee_fen,discount_fen,amount_fen,rule"


def frozen(columns: str) -> str:
    """Say anew which columns of a line nobody changes."""
    return f"""
DROP TRIGGER amounts_stay_as_written ON enrolment_orderline;
CREATE TRIGGER amounts_stay_as_written BEFORE UPDATE ON enrolment_orderline
    FOR EACH ROW EXECUTE FUNCTION refuse_changed_amounts('{columns}');
"""


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0042_cash_is_counted_in_pieces")]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="voucher_fen",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=Q(voucher_fen__lte=F("discount_fen")),
                name="a_voucher_is_part_of_what_is_taken_off",
            ),
        ),
        migrations.RunSQL(frozen(f"{FROZEN},voucher_fen"), frozen(FROZEN)),
    ]
