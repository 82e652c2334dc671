"""The sequence and the function behind every time-ordered id."""

from django.db import migrations

from storage.ids import EPOCH_MILLISECONDS, SEQUENCE_BITS

# Volatile on purpose: every row of one statement needs an id of its own.
CREATE = f"""
CREATE SEQUENCE id_sequence AS bigint MINVALUE 0 MAXVALUE {2**SEQUENCE_BITS - 1} CYCLE CACHE 1;
CREATE FUNCTION next_id() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE AS $$
    SELECT (((extract(epoch FROM clock_timestamp()) * 1000)::bigint - {EPOCH_MILLISECONDS})
            << {SEQUENCE_BITS}) | nextval('id_sequence')
$$;
"""
DROP = "DROP FUNCTION next_id(); DROP SEQUENCE id_sequence;"


class Migration(migrations.Migration):
    """Create the id function."""

    initial = True
    operations = [migrations.RunSQL(CREATE, DROP)]
