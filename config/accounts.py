"""Accounts are made by the administrator and the imports: nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Closed registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
