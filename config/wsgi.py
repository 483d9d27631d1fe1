"""The site for a web server that speaks WSGI."""

from django.core.wsgi import get_wsgi_application

from config import celery, tracing

tracing.begin()  # before the application: it adds itself to the layers that are built there
application = get_wsgi_application()
# Named here so that a page's nudge goes to this app's broker: without it Celery would use an unconfigured one.
queue = celery.app
