"""Settings of a test run: an installation's, on servers of its own and with fast passwords."""

import os
from typing import cast

from tests.services import make_ready, worker

make_ready()

from evendas.settings import *  # noqa: E402, F403 - the servers come first
from evendas.settings import (  # noqa: E402
    CHANNEL_LAYERS,
    DATABASES,
    LOCAL_DIR,
    STATIC_ROOT,
    STORAGES,
)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Copied, not migrated once more.
DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["EVENDAS_TEMPLATE"]}

# A race of twenty threads needs as many connections.
DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 30

# How long a lock is waited for is the machine's business, never a verdict.
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=20000 -c statement_timeout=60000"

# Redis publishes across its databases: parallel workers would hear each other.
cast("dict[str, str]", CHANNEL_LAYERS["default"]["CONFIG"])["prefix"] = f"evendas{worker()}"

# Files are counted: parallel workers would see each other's.
STORAGES["default"] = {
    "BACKEND": "sac.media.folder.Folder",
    "OPTIONS": {"location": str(LOCAL_DIR / f"media{worker()}")},
}

# No collectstatic before a test: names stay plain and WhiteNoise finds the files where they are,
# when one is asked for. Else every Client's first request would list and pack them all.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
