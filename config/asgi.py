"""The site for a web server that speaks ASGI."""

from django.core.asgi import get_asgi_application

from config import celery, tracing

tracing.begin()  # before the application: it adds itself to the layers that are built there
application = get_asgi_application()
# Named here so that a page's nudge goes to this app's broker: without it Celery would use an unconfigured one.
queue = celery.app
