"""Where one lands after signing in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.context import links_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first of one's own pages: what waits comes before what can be looked at."""
    links = links_of(request.user)
    return redirect(links[0][0] if links else "portal:home")
