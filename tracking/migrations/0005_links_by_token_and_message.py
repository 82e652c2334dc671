"""The redirect asks by token and month; with a key of its own for each, some plans read a month."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0005_proofs"),
        ("tracking", "0004_addresses_to_propose"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="link", name="links_by_token"),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["token", "message"], name="links_by_token"),
        ),
    ]
