"""Reading the environment: one small parser per kind of setting."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """True when the variable says 1, true, yes or on."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def items(name: str) -> list[str]:
    """A comma separated list; empty when unset."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def secret(name: str) -> str:
    """The value, or the content of the file that NAME_FILE points to; empty when neither is set."""
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text().strip() if path else os.environ.get(name, "")


def database(url: str) -> dict[str, Any]:
    """A Django database from a postgresql:// URL; the socket folder may stand in ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; Jenjang runs on PostgreSQL only: postgresql://user:password@host/name"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Prepared statements: planning is the larger part of what an act costs the server (perform-trial 5).
        "OPTIONS": {"prepare_threshold": 5, **query},
    }


def broker(queue_url: str | None) -> tuple[str, dict[str, Any]]:
    """Where Celery's messages go: CELERY_BROKER_URL, else queues in the same PostgreSQL (kombu's pgmq)."""
    url = os.environ.get("CELERY_BROKER_URL") or os.environ.get("DATABASE_QUEUE_URL") or queue_url
    if not url:
        raise ImproperlyConfigured(
            "DATABASE_URL is set, so Celery needs CELERY_BROKER_URL (redis://, amqp://) or DATABASE_QUEUE_URL "
            "(postgresql://jenjang_queue:...@host/name) as well."
        )
    if not url.startswith(("postgres://", "postgresql://")):
        return url, {}
    options = {
        "conn_string": url,
        "init_extension": False,
        # Asked for, not woken: with NOTIFY each process that declares the queue makes its trigger anew, two at once
        # refuse each other, and a worker that lost stays up and takes no task.
        "use_notify": False,
        "wait_time_seconds": 0,
        "polling_interval": 0.25,
        "visibility_timeout": 330,
    }
    return "pgmq://", options


def cache() -> dict[str, Any]:
    """What all web processes must know together (how often somebody knocked): Redis by REDIS_URL, else a table."""
    url = os.environ.get("REDIS_URL")
    if url:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    return {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "jenjang_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # of 300, its default, some would be forgotten too early
    }


def storage(folder: Path) -> dict[str, Any]:
    """Evidence goes to S3 when a bucket is named, else to a private folder outside the web root."""
    bucket = os.environ.get("AWS_STORAGE_BUCKET_NAME")
    if bucket:
        options = {
            "bucket_name": bucket,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        }
        endpoint = os.environ.get("AWS_S3_ENDPOINT_URL")
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": options | ({"endpoint_url": endpoint} if endpoint else {}),
        }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}


def mail(data_dir: Path) -> dict[str, Any]:
    """EMAIL_URL such as smtp://user:password@host:587/?tls=1; unset: every mail becomes a file under the data folder."""
    url = os.environ.get("EMAIL_URL")
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": data_dir / "mail",
        }
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "EMAIL_BACKEND": "approvals.smtp.Backend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": "tls" in query,
        "EMAIL_USE_SSL": "ssl" in query,
        "EMAIL_TIMEOUT": 20,
    }


def single_sign_on() -> dict[str, Any]:
    """The identity provider by OIDC_ISSUER, as allauth wants it; empty without one."""
    issuer = os.environ.get("OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return {}
    acr = items("OIDC_ACR")
    asked = {
        "server_url": issuer,
        "oauth_pkce_enabled": True,
        "auth_params": {"acr_values": " ".join(acr)} if acr else {},
        "scope": items("OIDC_SCOPES") or ["openid", "profile"],
    }
    app = {
        "provider_id": "sso", "name": "OIDC", "client_id": os.environ.get("OIDC_CLIENT_ID", ""),
        "secret": secret("OIDC_CLIENT_SECRET"), "settings": asked,
    }  # fmt: skip
    if not app["client_id"]:
        raise ImproperlyConfigured("OIDC_ISSUER is set, so OIDC_CLIENT_ID must be set as well.")
    return {"openid_connect": {"APPS": [app]}}
