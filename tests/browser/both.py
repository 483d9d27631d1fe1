"""The two processes of a site, from one that has loaded it: the web server is this process, the worker a child of it."""

import json
import os
import sys
from pathlib import Path

from celery.__main__ import main as worker
from gunicorn.app.wsgiapp import run as web  # type: ignore[import-untyped]

import config.celery
import config.wsgi

assert config.celery and config.wsgi  # they are loaded here, once for both


def main(web_arguments: list[str], worker_arguments: list[str], worker_log: Path) -> None:
    """Become both; each says what it has to say in a log of its own."""
    if os.fork():
        sys.argv = web_arguments
        web()
    else:
        with worker_log.open("w") as log:
            for stream in (sys.stdout, sys.stderr):
                os.dup2(log.fileno(), stream.fileno())
        sys.argv = worker_arguments
        worker()


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    main(told["web"], told["worker"], Path(told["log"]))
