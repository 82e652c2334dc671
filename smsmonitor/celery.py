"""The Celery application; what is configured stands in the settings."""

import gc
import os

from celery import Celery
from celery.signals import task_prerun, worker_process_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsmonitor.settings")

app = Celery("smsmonitor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def leave_dead_connections(**_: object) -> None:
    """Before a task: replace a database connection that a restart of PostgreSQL has cut.

    Celery keeps connections from task to task (CELERY_DB_REUSE_MAX), and does not look at them.
    """
    close_old_connections()


@worker_process_init.connect
def keep_what_is_loaded(**_: object) -> None:
    """Spare the garbage collector what lives as long as the process: modules, classes, tables.

    A batch of callbacks makes some ten thousand tuples, and each thousand of them sets it off.
    """
    gc.collect()
    gc.freeze()
