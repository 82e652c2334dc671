"""What the web server loads."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from smsmonitor import celery_app, queues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsmonitor.settings")

django_application = get_wsgi_application()

# What has models can only be imported now.
from tracking import redirect  # noqa: E402

application = redirect.at_the_door(django_application)

# A worker may wait for its broker; whoever asks for a page, or rings the doorbell, may not.
celery_app.conf.broker_transport_options = queues.transport_options(
    settings.CELERY_BROKER_URL, patience=1
)

# Modules and tables live as long as the process: the collector need not look at them again.
gc.collect()
gc.freeze()
