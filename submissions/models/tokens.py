"""Public names."""

import secrets


def new_token() -> str:
    """A public name that cannot be guessed (120 bits); numbers stay inside (design.md 10.12)."""
    return secrets.token_urlsafe(15)
