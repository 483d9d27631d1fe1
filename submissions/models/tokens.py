"""Public names."""

import secrets

# The same for rows that a statement makes: 22 letters, digits and underscores.
PUBLIC_NAME_IN_SQL = "translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '__')"


def new_token() -> str:
    """A public name that cannot be guessed (120 bits); numbers stay inside (design.md 10.12).

    It never begins with a dash: files for spreadsheets would have to write it otherwise, since a dash begins a formula.
    """
    while (token := secrets.token_urlsafe(15)).startswith("-"):
        pass
    return token
