"""The site's settings over a private PostgreSQL of the tests' own."""

import os
from pathlib import Path

from celery import current_app

for name in [
    key for key in os.environ if key.startswith(("DATABASE_", "AWS_", "CELERY_")) or key == "EMAIL_URL"
]:
    del os.environ[name]
os.environ["JENJANG_TEST"] = "1"
os.environ["JENJANG_DATA"] = os.environ.get(
    "JENJANG_TEST_DATA", str(Path(__file__).resolve().parent.parent / "build" / "test-data")
)

from config.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns of a folder that is not there

# A nudge stays in this process; tests that want a worker start a real one on a database of its own.
current_app.conf.broker_url = "memory://"

MIDDLEWARE = [
    "tests.static_once.StaticOnce" if one.endswith(".WhiteNoiseMiddleware") else one
    for one in MIDDLEWARE  # noqa: F405
]
