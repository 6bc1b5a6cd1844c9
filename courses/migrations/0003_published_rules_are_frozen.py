"""Rules that have been published cannot be changed or removed, by whatever code or hand."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION published_rules_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'version % of these rules has been published', OLD.version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_rules_are_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_rules_are_frozen BEFORE UPDATE OR DELETE ON courses_termpolicy
    FOR EACH ROW EXECUTE FUNCTION published_rules_are_frozen();
"""
THAW = """
DROP TRIGGER published_rules_are_frozen ON courses_termpolicy;
DROP FUNCTION published_rules_are_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_pages")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
