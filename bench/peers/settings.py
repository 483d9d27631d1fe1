"""Settings of the peers that are Django applications: Django's own defaults, and what each stack asks for."""

import os

from config import environment

SECRET_KEY = "only for comparing, no page is served"  # noqa: S105
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": environment.database(os.environ["DATABASE_URL"]) | {"OPTIONS": {}}}
STACKS = {
    "viewflow": ["viewflow", "viewflow.workflow", "simple_history", "bench.peers.flowing"],
    "fsm": ["guardian", "simple_history", "django_fsm_log", "bench.peers.stacked"],
}
PEER = os.environ["BENCH_PEER"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", *STACKS[PEER]]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if PEER == "fsm":
    AUTHENTICATION_BACKENDS.append("guardian.backends.ObjectPermissionBackend")
ANONYMOUS_USER_NAME = None
VIEWFLOW = {"AUTOREGISTER": False}
