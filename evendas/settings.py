"""Settings of an installation, all from the environment. A wrong value stops the start."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet, MultiFernet
from csp.constants import NONCE, NONE, SELF
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from evendas.logs import logging_config
from evendas.timetable import ROUTES, beat_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Who we are ---------------------------------------------------------------------------------
# A machine of `make demo` or of the tests: the simulator and the seed run only there.
DEMO: bool = env.bool("EVENDAS_DEMO", default=False)
DEBUG: bool = env.bool("EVENDAS_DEBUG", default=False)
PORT: int = env.int("EVENDAS_PORT", default=8000)
SIMULATOR_PORT: int = env.int("EVENDAS_SIMULATOR_PORT", default=8001)
LOCAL_DIR = Path(env.str("EVENDAS_LOCAL_DIR", default=str(BASE_DIR / ".local")))


def _required(name: str, hint: str, *, demo: str) -> str:
    """Return what only a demo may leave out; the hint ends the sentence that stops the start."""
    value: str = env.str(name, default=demo if DEMO or DEBUG else "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {hint}.")
    return value


SECRET_KEY = _required(
    "EVENDAS_SECRET_KEY", "give it a long random value", demo="demo-only-not-a-secret"
)
# Fernet keys, newest first; older ones still decrypt (rotation).
ENCRYPTION_KEYS: list[str] = _required(
    "EVENDAS_ENCRYPTION_KEYS",
    "give it Fernet keys, newest first",
    demo="ZGVtby1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDAwMDE=",
).split(",")
try:
    MultiFernet([Fernet(key) for key in ENCRYPTION_KEYS])
except ValueError as error:
    raise ImproperlyConfigured(f"EVENDAS_ENCRYPTION_KEYS: {error}") from error

# The address people use, and the one the gateway posts its webhooks to.
PUBLIC_URL = _required(
    "EVENDAS_PUBLIC_URL", "give it the address people use", demo=f"http://127.0.0.1:{PORT}"
).rstrip("/")
# Empty is unset: compose files and .env files write it so.
WEBHOOK_BASE_URL: str = (env.str("EVENDAS_WEBHOOK_BASE_URL", default="") or PUBLIC_URL).rstrip("/")
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
if not (HTTPS or DEMO or DEBUG):
    raise ImproperlyConfigured("EVENDAS_PUBLIC_URL: people's passwords need an https address.")
# A webhook refused for its host is never told again: the address given to the gateway is ours too.
ALLOWED_HOSTS: list[str] = [
    *filter(None, env.list("EVENDAS_ALLOWED_HOSTS", default=[])),
    *filter(None, (urlsplit(url).hostname for url in (PUBLIC_URL, WEBHOOK_BASE_URL))),
    "localhost",
    "127.0.0.1",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- The gateways of this installation: address and key are never typed by a store --------------
GATEWAYS = {
    "evolution": {
        "url": _required(
            "EVENDAS_GATEWAY_URL",
            "give it the gateway's address",
            demo=f"http://127.0.0.1:{SIMULATOR_PORT}",
        ),
        "key": _required(
            "EVENDAS_GATEWAY_KEY", "give it the gateway's global key", demo="demo-gateway-key"
        ),
    },
}
# Webhook bodies above this are refused with 413 (Evolution retries 413, never 400).
WEBHOOK_MAX_BYTES = 25 * 1024 * 1024

# Where orders are asked for that Nuvemshop only announces. Its pages disagree on the header that
# carries the token: they are tried in this order.
NUVEMSHOP_URL: str = env.str(
    "EVENDAS_NUVEMSHOP_URL", default="https://api.nuvemshop.com.br"
).rstrip("/")
NUVEMSHOP_HEADERS: list[str] = env.list(
    "EVENDAS_NUVEMSHOP_HEADERS", default=["Authorization", "Authentication"]
)

# The largest file of a kind, in bytes: WhatsApp's own limits.
MEDIA_LIMITS: dict[str, int] = {
    kind: megabytes * 1024 * 1024
    for kind, megabytes in {
        **dict.fromkeys(("image", "sticker", "audio", "voice"), 16),
        "video": 64,
        "document": 100,
    }.items()
}

# Seconds. Tests and drills scale them together.
_scale: float = env.float("EVENDAS_CLOCK_SCALE", default=1.0)
SEND_READ_TIMEOUT = 20 * _scale
SEND_LEASE = 35 * _scale
SEND_SECONDS_PER_BYTE = _scale / (256 * 1024)  # what a file adds to both
UNKNOWN_ASK_AFTER = 30 * _scale
UNKNOWN_SHOW_AFTER = 60 * _scale
# After so long in the queue a person must say whether a message is still to be sent.
SEND_HOLD_AFTER = 7200 * _scale
# So long closing can be undone, and its text waits.
CLOSE_UNDO_FOR: float = env.float("EVENDAS_CLOSE_UNDO_FOR", default=10 * _scale)
SEND_BACKOFF = [1 * _scale, 2 * _scale, 4 * _scale, 8 * _scale, 10 * _scale]
SWEEP_EVERY = 5 * _scale
# Numbers that are connected: how often each is looked after, and how often one looks who is due.
LOOK_EVERY = 300 * _scale
WATCH_EVERY = 30 * _scale
# What was said so lately is not asked of the gateway: its webhook may be on its way.
RECONCILE_MARGIN = 30 * _scale
# Down for so long, a number is written about to the store's admins.
TELL_DOWN_AFTER = 300 * _scale
# An event that failed is tried again after twice this, four times this… up to ten minutes.
INBOX_RETRY_AFTER: float = env.float("EVENDAS_INBOX_RETRY_AFTER", default=5 * _scale)
INBOX_LONGEST_RETRY = 600 * _scale
# Days for which a body that was understood is kept; one that is parked is kept for ever.
INBOX_KEEP_DAYS: int = env.int("EVENDAS_INBOX_KEEP_DAYS", default=30)
# A shop's own server answers within this; an order that was sent for is sent for again after this.
SHOP_TIME = 20 * _scale
ORDER_FETCH_LEASE = 60 * _scale
# A spreadsheet of orders whose worker is not heard of for so long is another's to go on with.
IMPORT_LEASE = 60 * _scale
# Days for which its file is kept, from when it was handed in.
IMPORT_KEEP_DAYS: int = env.int("EVENDAS_IMPORT_KEEP_DAYS", default=7)
# A file is handed over within this, or asked for again: so often, after these pauses.
MEDIA_FETCH_TIME = 60 * _scale
MEDIA_LEASE = 300 * _scale
MEDIA_TRIES = 8
MEDIA_BACKOFF = [pause * _scale for pause in (5, 15, 45, 120, 300, 600)]
# A number may be away for days; WhatsApp keeps a file for about two weeks.
MEDIA_WAITS = 14 * 86_400 * _scale

# --- Django -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "django_htmx",
    "lucide",
    "csp",
    "axes",
    "evendas.accounts",
    "automacao",
    "pedidos",
    "sac",
    "evendas.health",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a fifth; Django pads them and masks its token against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "evendas.accounts.middleware.TermsGate",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "evendas.urls"
ASGI_APPLICATION = "evendas.asgi.application"
WSGI_APPLICATION = "evendas.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "evendas.context.csp_nonce",
                "sac.context.frame",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **env.db_url(
            "DATABASE_URL", default=f"postgresql://evendas@127.0.0.1:{PORT + 1432}/evendas"
        ),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "pool": {
                "min_size": 1,
                "max_size": env.int("EVENDAS_DB_POOL", default=10),
                "timeout": 10,
            },
            "options": (
                "-c lock_timeout=2000 -c statement_timeout=15000"
                " -c idle_in_transaction_session_timeout=30000"
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default=f"redis://127.0.0.1:{PORT + 2379}/0")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": "evendas"},
    }
}

# --- Celery: Redis is a doorbell; the work is in rows ---------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "inbound"
CELERY_TASK_ROUTES = ROUTES
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "socket_connect_timeout": 2,
    # A host that swallows packets closes nothing: without it a ring waits for a quarter of an hour.
    "socket_timeout": 5,
    "socket_keepalive": True,
}
# Each worker also hears what is sent to it alone: `evendas.watchdog` asks whether it does.
CELERY_WORKER_DIRECT = True
CELERY_BEAT_SCHEDULER = "evendas.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = beat_schedule(
    scale=_scale, sweep=SWEEP_EVERY, look=LOOK_EVERY, watch=WATCH_EVERY
)

# --- Health, in seconds ---------------------------------------------------------------------------
# How often a process gives a sign of life, and the ages above which /pronto/ answers 503.
PULSE_EVERY: float = env.float("EVENDAS_PULSE_EVERY", default=10.0)
HEALTH_LIMITS: dict[str, float] = {
    "pulse": env.float("EVENDAS_PULSE_LIMIT", default=60.0),
    "inbox": env.float("EVENDAS_INBOX_LIMIT", default=30.0),
    "outbox": env.float("EVENDAS_OUTBOX_LIMIT", default=120.0),
}
# A worker that hears nothing for so long, or whose threads all hang for so long, ends itself.
DEAF_AFTER: float = env.float("EVENDAS_DEAF_AFTER", default=60.0)
STUCK_AFTER: float = env.float("EVENDAS_STUCK_AFTER", default=900.0)
# What a process that is asked to stop, or gives itself up, has to end well; texts are out by then.
LEAVE_WITHIN: float = env.float("EVENDAS_LEAVE_WITHIN", default=30.0)
# A file that worker and beat touch while they are well, for whoever looks after the process.
LIFESIGN: str = env.str("EVENDAS_LIFESIGN", default="")

# --- People, sessions, passwords ------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "evendas.accounts.backends.StoreBackend",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("email", "full_name")},
        "MinimumLengthValidator": {},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
# The link of a forgotten password, in seconds.
PASSWORD_RESET_TIMEOUT = 3600
# At most 10 tries in 15 minutes per account and per address (QUALITY.md, ASVS 6.3.1).
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
# It would forgive the whole address: the sign-in page forgives the account alone.
AXES_RESET_ON_SUCCESS = False
# A failed try is written down with what was posted: never with a password, old or new.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_SENSITIVE_PARAMETERS += ["old_password", "new_password1", "new_password2"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-sessao" if HTTPS else "sessao"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, PUBLIC_URL.replace("http", "ws", 1)],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- E-mail ---------------------------------------------------------------------------------------
# smtp+tls://user:password@server:587; a demo's mails stand in the log of its outbound worker.
_mail = env.email_url_config(
    _required("EVENDAS_EMAIL_URL", "name a mail server, or dummymail://", demo="consolemail://")
)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = (
    env.str("EVENDAS_EMAIL_FROM", default="")
    or f"E-Vendas SAC <nao-responda@{urlsplit(PUBLIC_URL).hostname}>"
)

# --- Language, time, files ------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
# Files being taken in wait here: /tmp may be memory.
MEDIA_WORK_DIR = LOCAL_DIR / "at-work"
FILE_UPLOAD_HANDLERS = ["sac.media.receiving.BoundedUpload"]
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("EVENDAS_STATIC_ROOT", default=str(LOCAL_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [*global_settings.STATICFILES_FINDERS, "evendas.packs.PackFinder"]
# Files of messages: a folder that web processes and workers share, or a bucket when one is named.
_BUCKET: str = env.str("EVENDAS_S3_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "sac.media.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": _BUCKET,
            "endpoint_url": env.str("EVENDAS_S3_ENDPOINT", default="") or None,
            "region_name": env.str("EVENDAS_S3_REGION", default="") or None,
            "access_key": env.str("EVENDAS_S3_KEY", default="") or None,
            "secret_key": env.str("EVENDAS_S3_SECRET", default="") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }
    if _BUCKET
    else {
        "BACKEND": "sac.media.folder.Folder",
        "OPTIONS": {
            "location": env.str("EVENDAS_MEDIA_ROOT", default="") or str(LOCAL_DIR / "media")
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = logging_config(env.str("EVENDAS_LOG_LEVEL", default="INFO"))
