"""Work in the background: `celery -A config.celery worker` and `... beat`.

The broker is in settings: queues in the same PostgreSQL unless CELERY_BROKER_URL names Redis or RabbitMQ.
"""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config import embedded


def queue_login(url: str) -> str:
    """A PostgreSQL URL in the form that pgmq's client passes on whole.

    It takes five values out, joins them unquoted into a libpq string and drops all others. So each value is handed
    over quoted, and the others (sslmode and the like) ride behind the password.
    """
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    quoted = {
        name: "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for name, value in given.items()
    }
    five = {
        name: quoted.pop(name) for name in ("host", "port", "dbname", "user", "password") if name in quoted
    }
    rest = "".join(f" {name}={value}" for name, value in quoted.items())
    return make_conninfo(**five | {"password": five.get("password", "''") + rest})


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
embedded.ready(Path(__file__).resolve().parent.parent)

app = Celery("jenjang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if str(settings.CELERY_BROKER_URL).startswith("pgmq:"):
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    app.conf.update(
        broker_url="pgmq://localhost",  # only so that kombu does not warn of a missing host; conn_string decides
        broker_transport_options={**options, "conn_string": queue_login(options["conn_string"])},
        # Remote control needs a queue named after the host, which may be longer than the 47 characters a queue has.
        worker_enable_remote_control=False,
    )
