"""Statistics of what goes together in messages, so that failures of a kind are not taken for few.

Partitions made later copy them from their parent.
"""

from django.db import migrations

_MESSAGES = """
    SELECT 'deliveries_message'::regclass AS name
     UNION ALL
    SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'deliveries_message'::regclass
"""


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0005_proofs"),
    ]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE
                partition record;
            BEGIN
                FOR partition IN {_MESSAGES} LOOP
                    EXECUTE format(
                        'CREATE STATISTICS %I (mcv) '
                        'ON delivery_id, status, failure_type, reason FROM %s',
                        partition.name || '_failures', partition.name
                    );
                END LOOP;
            END $$
            """,
            f"""
            DO $$
            DECLARE
                kept record;
            BEGIN
                FOR kept IN SELECT stxname FROM pg_statistic_ext
                             WHERE stxrelid IN (SELECT name FROM ({_MESSAGES}) AS messages) LOOP
                    EXECUTE format('DROP STATISTICS %I', kept.stxname);
                END LOOP;
            END $$
            """,
        ),
    ]
