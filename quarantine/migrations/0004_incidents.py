"""Incidents, and how messages end by place and moment."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quarantine", "0003_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("country", models.CharField(blank=True, max_length=2)),
                ("network", models.CharField(blank=True, max_length=6)),
                ("prefix", models.CharField(blank=True, max_length=255)),
                ("at", models.DateTimeField()),
                ("messages", models.IntegerField()),
                ("failed", models.IntegerField()),
                ("fresh", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                ("least_messages", models.PositiveIntegerField(default=200)),
                ("least_percent", models.PositiveSmallIntegerField(default=50)),
                ("times_usual", models.PositiveSmallIntegerField(default=5)),
                ("new_percent", models.PositiveSmallIntegerField(default=80)),
                ("quiet_minutes", models.PositiveSmallIntegerField(default=10)),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddField(
            model_name="fact",
            name="account_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="fact",
            name="country",
            field=models.CharField(blank=True, db_default="", max_length=2),
        ),
        migrations.AddField(
            model_name="fact",
            name="network",
            field=models.CharField(blank=True, db_default="", max_length=6),
        ),
        migrations.AddField(
            model_name="fact",
            name="prefix",
            field=models.CharField(blank=True, db_default="", max_length=255),
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("country", models.CharField(blank=True, max_length=2)),
                ("network", models.CharField(blank=True, max_length=6)),
                ("prefix", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("confirmed", "Confirmed"),
                            ("dismissed", "Dismissed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("failing_until", models.DateTimeField()),
                ("held_from", models.DateTimeField()),
                ("held_until", models.DateTimeField(null=True)),
                ("messages", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("usual", models.FloatField(null=True)),
                ("held", models.PositiveIntegerField(default=0)),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("settled", models.BooleanField(default=False)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="change",
            name="incident",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="quarantine.incident"
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="incident",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="quarantine.incident",
            ),
        ),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("says", 2)),
                fields=["account_id", "at"],
                name="failures_of_an_account",
            ),
        ),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(
                condition=models.Q(("incident__isnull", False)),
                fields=["incident", "delivery_id"],
                name="failures_held_by_incident",
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(fields=["account_id", "at"], name="tallies_of_an_account"),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(
                condition=models.Q(("fresh", True)),
                fields=["account_id"],
                name="tallies_not_looked_at",
            ),
        ),
        migrations.AddIndex(
            model_name="tally",
            index=models.Index(fields=["at"], name="tallies_by_age"),
        ),
        migrations.AddField(
            model_name="watch",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="watch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="quarantine.watch"
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(
                fields=("version",), name="a_watch_has_one_row_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("least_messages__gt", 0),
                    ("quiet_minutes__gt", 0),
                    ("times_usual__gt", 0),
                    ("least_percent__range", (1, 100)),
                    ("new_percent__range", (1, 100)),
                ),
                name="a_watch_looks_for_something",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["account_id", "held_until"], name="incidents_of_an_account"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("settled", False)), fields=["id"], name="incidents_to_settle"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("began_at__lt", models.F("failing_until")),
                    ("held_from__lte", models.F("began_at")),
                ),
                name="an_incident_lasts_a_while",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("held_until", None), models.Q(("state", "withdrawn"), _negated=True)
                ),
                fields=("account_id", "country", "network", "prefix"),
                name="one_incident_goes_on_in_a_place",
            ),
        ),
    ]
