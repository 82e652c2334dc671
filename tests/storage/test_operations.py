from django.apps import apps
from django.db import connection


def test_every_index_and_constraint_of_every_model_is_in_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes UNION ALL SELECT conname FROM pg_constraint"
        )
        made = {name for (name,) in cursor.fetchall()}

    declared = {
        declaration.name
        for model in apps.get_models()
        for declaration in [*model._meta.indexes, *model._meta.constraints]
    }
    assert declared - made == set()
