"""The site's Celery with two tasks that leave a trace in a file, and little patience for a lost worker."""

import time
from pathlib import Path

from config.celery import app

app.conf.broker_transport_options = {**app.conf.broker_transport_options, "visibility_timeout": 4}


@app.task
def write(path: str) -> None:
    """Leave a file."""
    Path(path).write_text("done")


@app.task
def write_slowly(begun: str, path: str) -> None:
    """Say that it began; leave a file two seconds later."""
    with Path(begun).open("a") as handle:
        handle.write("begun\n")
    time.sleep(2)
    write(path)
