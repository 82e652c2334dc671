"""Where links lead, their domains and terms, and what else requests tell."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0002_append_only_journal"),
        ("providers", "0001_initial"),
        ("tracking", "0001_initial"),
    ]

    operations = [
        # From which tokens are made: each number once, until there are more than tokens can tell.
        migrations.RunSQL(
            f"CREATE SEQUENCE tracking_link_serial AS bigint MINVALUE 0 MAXVALUE {62**6 - 1} CYCLE",
            "DROP SEQUENCE tracking_link_serial",
        ),
        migrations.CreateModel(
            name="LinkTerms",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="deliveries.delivery",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(verbose_name="days that links work")),
            ],
        ),
        migrations.CreateModel(
            name="ShortDomain",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="providers.provideraccount",
                    ),
                ),
                ("address", models.CharField(max_length=273, verbose_name="short domain")),
                ("host", models.CharField(max_length=253)),
            ],
        ),
        migrations.AddField(
            model_name="click",
            name="headers",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="link",
            name="destination",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.CreateModel(
            name="RememberedUrl",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField(verbose_name="source URL")),
                ("label", models.CharField(max_length=200, verbose_name="label")),
                ("category", models.CharField(blank=True, max_length=100, verbose_name="category")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("tracked", "Tracked"),
                            ("not_tracked", "Not tracked"),
                            ("always", "Always"),
                            ("never", "Never"),
                            ("opt_out", "Opt-out"),
                        ],
                        max_length=12,
                        verbose_name="mode",
                    ),
                ),
                ("modified_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.MD5("url"), name="a_url_is_remembered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("always", "never"))),
                        name="always_or_never_is_remembered",
                    ),
                ],
            },
        ),
    ]
