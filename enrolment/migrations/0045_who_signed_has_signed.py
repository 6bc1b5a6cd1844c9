"""A draw is of the last list, who signed has signed, and what a public draw gave stays.

A signature is a row of its own: who signs the result has still signed the list.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SIGNATURES = """
INSERT INTO enrolment_signature (witness_id, sha256, signed_at, noted_by_id)
SELECT id, signed, signed_at, noted_by_id FROM enrolment_witness
WHERE signed ~ '^[0-9a-f]{64}$' AND signed_at IS NOT NULL;
-- What they point at is looked up now: the table of witnesses changes in this transaction.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
ONE_SIGNATURE = """
UPDATE enrolment_witness w SET signed = s.sha256, signed_at = s.signed_at
FROM (SELECT DISTINCT ON (witness_id) witness_id, sha256, signed_at FROM enrolment_signature
      ORDER BY witness_id, signed_at DESC, id DESC) s
WHERE s.witness_id = w.id;
"""
WITHDRAWN_WHEN = """
UPDATE enrolment_application SET withdrawn_at = begun_at
WHERE state = 'withdrawn' AND withdrawn_at IS NULL;
UPDATE enrolment_application SET withdrawn_at = NULL
WHERE state <> 'withdrawn' AND withdrawn_at IS NOT NULL;
"""

SEALS = """
REVOKE UPDATE, DELETE, TRUNCATE ON enrolment_signature FROM app;
CREATE TRIGGER rows_stay_as_written BEFORE UPDATE OR DELETE ON enrolment_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_to_strike_out();

CREATE FUNCTION refuse_another_witness() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM enrolment_signature s WHERE s.witness_id = OLD.id) THEN
        RAISE EXCEPTION 'witness % has signed, and stays as they were noted', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END;
$$;
CREATE TRIGGER who_signed_stays BEFORE UPDATE OR DELETE ON enrolment_witness
    FOR EACH ROW EXECUTE FUNCTION refuse_another_witness();

-- No later list can come: see refuse_lists_after_chance.
CREATE FUNCTION ensure_the_last_list_is_drawn() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM enrolment_roster r
                   WHERE r.id = NEW.roster_id AND r.term_id = NEW.term_id AND r.version >= 2
                     AND r.version = last_roster_of(NEW.term_id)) THEN
        RAISE EXCEPTION 'a draw is made of the last list of its term, and that is final'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'the_last_list_is_drawn';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER the_last_list_is_drawn BEFORE INSERT ON enrolment_draw
    FOR EACH ROW EXECUTE FUNCTION ensure_the_last_list_is_drawn();

-- Beside a_state_follows_the_list, which rules until the draw is public.
CREATE FUNCTION ensure_a_public_result_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM enrolment_draw d
                   WHERE d.term_id = NEW.term_id AND d.published_at IS NOT NULL)
       OR OLD.state = 'in_draw' AND NEW.state IN ('allocated', 'unallocated')
       OR OLD.state IN ('allocated', 'unallocated') AND NEW.state = 'closed'
          AND EXISTS (SELECT FROM courses_term t
                      WHERE t.id = NEW.term_id AND t.phase = 'archived') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'application % cannot become %: what the draw gave it is public',
        NEW.number, NEW.state USING ERRCODE = 'integrity_constraint_violation',
        HINT = 'A place is declined or withdrawn; the form closes when its term is archived.';
END;
$$;
CREATE TRIGGER a_public_result_stays BEFORE UPDATE OF state ON enrolment_application
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION ensure_a_public_result_stays();
"""
UNSEALED = """
DROP TRIGGER a_public_result_stays ON enrolment_application;
DROP TRIGGER the_last_list_is_drawn ON enrolment_draw;
DROP TRIGGER who_signed_stays ON enrolment_witness;
DROP TRIGGER rows_stay_as_written ON enrolment_signature;
DROP FUNCTION ensure_a_public_result_stays, ensure_the_last_list_is_drawn, refuse_another_witness;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0044_what_comes_back_of_a_place"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                ("noted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("witness", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="enrolment.witness")),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ("signed_at", "pk"),
                "constraints": [
                    models.UniqueConstraint(fields=("witness", "sha256"), name="a_witness_signs_a_digest_once"),
                    models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="what_is_signed_is_a_digest"),
                ],
            },
        ),
        migrations.RunSQL(SIGNATURES, ONE_SIGNATURE),
        migrations.RemoveField("witness", "signed"),
        migrations.RemoveField("witness", "signed_at"),
        migrations.RunSQL(WITHDRAWN_WHEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                condition=Q(("state", "withdrawn"), ("withdrawn_at", None), _connector="XOR"),
                name="what_is_withdrawn_says_when",
            ),
        ),
        migrations.AddConstraint(
            "rosterline",
            models.CheckConstraint(
                condition=Q(max_seats__gte=0, max_seats__lte=2),
                name="a_line_gets_two_seats_at_most",
            ),
        ),
        migrations.AddConstraint(
            "wishresult",
            models.CheckConstraint(
                condition=~Q(code="ADMITTED") | (Q(round__isnull=False) & ~Q(bucket="")),
                name="a_given_seat_has_its_round_and_kind",
            ),
        ),
        migrations.RunSQL(SEALS, UNSEALED),
    ]
