"""Where files lie during a test: in a folder of its own, or, with JENJANG_TEST_S3, in a bucket of a server that speaks S3."""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings

BUCKET = "jenjang-test"  # made by whoever names the server


def kept_in(folder: Path) -> dict[str, Any]:
    """STORAGES, with `folder` for evidence and documents."""
    server = os.environ.get("JENJANG_TEST_S3")
    return settings.STORAGES | {"default": _bucket(server, folder) if server else _folder(folder)}


def _folder(folder: Path) -> dict[str, Any]:
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}


def _bucket(server: str, folder: Path) -> dict[str, Any]:
    told = {
        "bucket_name": BUCKET,
        "location": hashlib.sha256(str(folder).encode()).hexdigest()[:16],
        "endpoint_url": server,
        "access_key": "test",
        "secret_key": "test",
        "default_acl": "private",
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": told}
