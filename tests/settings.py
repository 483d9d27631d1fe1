"""The site's settings over a private PostgreSQL of the tests' own."""

import os
from pathlib import Path

for name in [
    key for key in os.environ if key.startswith(("DATABASE_", "AWS_", "CELERY_")) or key == "EMAIL_URL"
]:
    del os.environ[name]
os.environ["JENJANG_TEST"] = "1"
os.environ["JENJANG_DATA"] = os.environ.get(
    "JENJANG_TEST_DATA", str(Path(__file__).resolve().parent.parent / "build" / "test-data")
)

from config.settings import *  # noqa: E402, F403
