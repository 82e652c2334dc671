"""Django's settings; what a site may change comes from the environment (docs/running.md)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from smsmonitor import environment, keys, logs, queues, schedule
from smsmonitor.embedded import places

# Django's generic classes may then be written as such (`ModelForm[Delivery]`) where they run.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
SMSMONITOR_HOME = environment.folder("SMSMONITOR_HOME", default=BASE_DIR / ".data")

# Who we are on the network
HOST = environment.text("HOST", default="127.0.0.1")
PORT = environment.number("PORT", default=8000, least=1, most=65535)
PUBLIC_URL = environment.web_origin("PUBLIC_URL", default=f"http://localhost:{PORT}")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]", PUBLIC_HOST)
)
CSRF_TRUSTED_ORIGINS = [*environment.origins("CSRF_TRUSTED_ORIGINS"), PUBLIC_URL]
BEHIND_TLS = PUBLIC_URL.startswith("https://")

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.text("SECRET_KEY") or keys.kept(SMSMONITOR_HOME)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
METRICS_TOKEN = environment.text("METRICS_TOKEN")
BENCH_HELLO = environment.flag("BENCH_HELLO")

# Servers: the embedded ones unless others are named
DATABASES: dict[str, dict[str, Any]] = {
    "default": environment.database("DATABASE_URL", default=places.database_url(SMSMONITOR_HOME))
}
DATABASES["default"].update(
    {
        "CONN_MAX_AGE": 60,
        # A connection that a restart of PostgreSQL has cut is replaced, not used.
        "CONN_HEALTH_CHECKS": True,
    }
)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {"connect_timeout": 3, "application_name": "smsmonitor"}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = environment.server(
    "REDIS_URL",
    default=places.redis_url(SMSMONITOR_HOME),
    schemes=("redis", "rediss", "unix"),
)
EMBEDDED_SERVERS = tuple(
    server
    for server, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
    if not environment.text(variable)
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "smsmonitor",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

# What the work is allowed
INBOX_BATCH = environment.number("INBOX_BATCH", default=2000, least=1, most=10_000)
INBOX_RETENTION_DAYS = environment.number("INBOX_RETENTION_DAYS", default=7, least=1, most=365)
MESSAGE_RETENTION_MONTHS = environment.number(
    "MESSAGE_RETENTION_MONTHS", default=24, least=1, most=1200
)
PARKED_HOURS = environment.number("PARKED_HOURS", default=72, least=1, most=8760)
CALLBACK_MATCH_DAYS = environment.number("CALLBACK_MATCH_DAYS", default=35, least=1, most=3650)
COUNTRY_DATABASE = environment.file("COUNTRY_DATABASE")
DATA_CENTRES_FILE = environment.file("DATA_CENTRES_FILE")
CALLBACK_MAX_BYTES = environment.number(
    "CALLBACK_MAX_BYTES", default=65_536, least=1024, most=10_485_760
)
LINK_DAYS = environment.number("LINK_DAYS", default=180, least=1, most=3650)
CLICK_SPOOL_MB = environment.number("CLICK_SPOOL_MB", default=256, least=1, most=65_536)
WEB_WORKERS = environment.number("WEB_WORKERS", default=2, least=1, most=64)
WEB_THREADS = environment.number("WEB_THREADS", default=32, least=2, most=256)
WORKER_CONCURRENCY = environment.number("WORKER_CONCURRENCY", default=2, least=1, most=64)
DEMO = environment.flag("DEMO", default=True)

# The house
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "csp",
    "storage",
    "messaging",
    "providers",
    "quarantine",
    "deliveries",
    "tracking",
    "sending",
    "ingestion",
    "dashboard",
    "api",
    "smsmonitor",
]
MIDDLEWARE = [
    "smsmonitor.leftovers.middleware",
    "tracking.redirect.middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "smsmonitor.policy.security_policy",
    "ingestion.shortcut.middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "smsmonitor.urls"
WSGI_APPLICATION = "smsmonitor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Languages and times
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LANGUAGE_CODE = environment.choice("LANGUAGE_CODE", default="en", among=("en", "it"))
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = environment.time_zone("TIME_ZONE", default="UTC")

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = SMSMONITOR_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# People
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# The other storage derives a key for every request, whether there is anything to tell or not.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Two systems on one host must not overwrite each other's sessions.
SESSION_COOKIE_NAME = f"smsmonitor_session_{PORT}"
CSRF_COOKIE_NAME = f"smsmonitor_csrf_{PORT}"

# What browsers may do with our pages
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Machines
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SMS Monitor",
    "DESCRIPTION": "What became of every message of every SMS delivery.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Three nouns have a status, each with words of its own.
    "ENUM_NAME_OVERRIDES": {
        "MessageStatusEnum": "api.fields.MESSAGE_STATUSES",
        "DeliveryStatusEnum": "messaging.statuses.DeliveryStatus",
        "QualificationStatusEnum": "api.serializers.qualifications.STATUSES",
        "AddressStatusEnum": "messaging.statuses.AddressStatus",
        "DecidedStatusEnum": "api.serializers.quarantine.DECIDED",
        "BulkActionEnum": "quarantine.bulk_models.BulkAct.Action",
        "BulkStateEnum": "quarantine.bulk_models.BulkAct.State",
        "AddedStatusEnum": "api.serializers.quarantine.ADDED",
        "FailureTypeEnum": "api.fields.FAILURE_TYPES",
        "ReasonEnum": "api.fields.REASONS",
    },
}

# Work behind the pages
CELERY_BROKER_URL = environment.server(
    "CELERY_BROKER_URL",
    default=queues.broker_of(REDIS_URL),
    schemes=("redis", "rediss", "redis+socket", "amqp", "amqps"),
)
CELERY_BROKER_TRANSPORT_OPTIONS = queues.transport_options(CELERY_BROKER_URL, patience=5)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_TASK_QUEUES = queues.declared(CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = queues.ROUTES
CELERY_TASK_IGNORE_RESULT = True
# No task exists only in the broker, and each may run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
# Celery would otherwise close the database connection around every task.
CELERY_DB_REUSE_MAX = 100_000
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = schedule.entries()
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = "UTC"

LOG_LEVEL = environment.choice(
    "LOG_LEVEL", default="INFO", among=("DEBUG", "INFO", "WARNING", "ERROR")
)
LOG_FORMAT = environment.choice("LOG_FORMAT", default="console", among=("console", "json"))
LOGGING = logs.configuration(level=LOG_LEVEL, as_json=LOG_FORMAT == "json")
