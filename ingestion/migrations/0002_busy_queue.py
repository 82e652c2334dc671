"""The queue lives by inserts and deletes: vacuum it often, so that claiming stays fast."""

from django.db import migrations

TUNE = """
ALTER TABLE ingestion_queueitem SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_cost_delay = 0, fillfactor = 90
);
"""
RESET = """
ALTER TABLE ingestion_queueitem RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_cost_delay, fillfactor
);
"""


class Migration(migrations.Migration):
    """Tell autovacuum about the queue."""

    dependencies = [("ingestion", "0001_initial")]
    operations = [migrations.RunSQL(TUNE, RESET)]
