"""The site for a web server that speaks ASGI."""

import os
from pathlib import Path

from django.core.asgi import get_asgi_application

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
embedded.ready(Path(__file__).resolve().parent.parent)

application = get_asgi_application()
