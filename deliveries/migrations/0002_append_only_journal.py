"""The journal can be added to, and in no other way changed."""

from django.db import migrations

CREATE = """
CREATE FUNCTION refuse_to_change_the_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER the_journal_is_append_only
    BEFORE UPDATE OR DELETE ON deliveries_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_journal();
CREATE TRIGGER the_journal_is_never_emptied
    BEFORE TRUNCATE ON deliveries_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_journal();
"""
DROP = """
DROP TRIGGER the_journal_is_never_emptied ON deliveries_auditevent;
DROP TRIGGER the_journal_is_append_only ON deliveries_auditevent;
DROP FUNCTION refuse_to_change_the_journal();
"""


class Migration(migrations.Migration):
    """Put the triggers on the journal."""

    dependencies = [("deliveries", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
