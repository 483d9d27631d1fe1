"""Fixtures of the packs' stories."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from registry.models import User
from tests.files import kept_in
from tests.indicators.province import Province, furnish


@pytest.fixture
def province(database: None, clock: Any) -> Province:
    return furnish(clock)


@pytest.fixture(autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    settings.STORAGES = kept_in(tmp_path_factory.mktemp("files"))


@pytest.fixture
def as_() -> Callable[[User], Client]:
    def signed_in(person: User) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
