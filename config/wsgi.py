"""The site for a web server that speaks WSGI."""

import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
embedded.ready(Path(__file__).resolve().parent.parent)

application = get_wsgi_application()
