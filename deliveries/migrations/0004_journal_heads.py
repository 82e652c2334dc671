"""Every journal has a head that says where it ends; it outlives a draft that is deleted."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Max

from deliveries import seals


def give_heads(apps: Any, _schema_editor: Any) -> None:
    """Seal the journals that there are as they stand."""
    lines = apps.get_model("deliveries", "AuditEvent").objects
    heads = apps.get_model("deliveries", "JournalHead")
    found = lines.values("delivery_id").annotate(lines=Count("id"), last=Max("id")).order_by("last")
    number, made = 0, []
    for journal in found.iterator():
        number += journal["delivery_id"] is not None
        made.append(
            heads(
                chain=journal["delivery_id"] or 0,
                number=number if journal["delivery_id"] else 0,
                lines=journal["lines"],
                last_hash=lines.get(pk=journal["last"]).hash,
            )
        )
    if made and not any(head.chain == 0 for head in made):
        made.append(heads(chain=0, number=0, last_hash=b""))
    for head in made:
        if head.chain == 0:
            head.journals = number
        head.seal = seals.of_head(head, secret=settings.SECRET_KEY)
    heads.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0003_exclusion_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                ("chain", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(unique=True)),
                ("lines", models.BigIntegerField(default=0)),
                ("last_hash", models.BinaryField(max_length=32)),
                ("journals", models.BigIntegerField(default=0)),
                ("seal", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="delivery",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="deliveries.delivery",
            ),
        ),
        migrations.RunPython(give_heads, migrations.RunPython.noop),
    ]
