"""The settings under test, on servers that no other work uses."""

import os

from tests import servers

servers.prepare(os.environ)

from smsmonitor.settings import *  # noqa: E402, F403

# Whitenoise warns of a folder that is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# Pages under test need no collected files.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# A slow hash protects nobody here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
