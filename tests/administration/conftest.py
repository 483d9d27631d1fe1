"""Root at the administration, reading English."""

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import World


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


@pytest.fixture
def root(cast: World, client: Client) -> Client:
    """The superuser, signed in."""
    client.force_login(cast.root)
    return client
