"""Who composes routes: Hadi holds the central bureau's post, Indra may oversee by a grant. And how a form is sent."""

import re
from html import unescape
from typing import Any

from ledger.recording import recorded
from registry import grants
from registry.models import Post, Unit, User
from tests.cast import World, assign

FIELD = re.compile(r'<input[^>]*? name="([^"]+)"(?:[^>]*? value="([^"]*)")?[^>]*>')
SELECT = re.compile(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')


def bureau(cast: World) -> Post:
    """The post of the central bureau at the government's root, held by Hadi; Indra oversees without an office."""
    root = Unit.objects.get(parent=None)
    with recorded(None):
        for username, name in (("hadi", "Hadi Sastrowardoyo"), ("indra", "Indra Palindih")):
            cast.people[username] = User.objects.create(username=username, name=name)
        post = Post.objects.create(
            unit=root, role="oversight", title="Kepala Bagian Administrasi Pembangunan"
        )
        assign(cast.people["hadi"], post)
        grants.give(grants.OVERSEE, cast.people["indra"], root)
    return post


def typed(page: str) -> dict[str, str]:
    """What a browser would send of the composer's form on a page, as it stands."""
    form = page[page.index('action="/routes/compose/"') :]
    form = form[: form.index("</form>")]
    fields = {}
    for whole in FIELD.finditer(form):
        if 'type="checkbox"' not in whole[0] or " checked" in whole[0]:
            fields[whole[1]] = unescape(whole[2] or "")
    for name, options in SELECT.findall(form):
        found = CHOSEN.search(options)
        fields[name] = unescape(found[1]) if found else ""
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


def sent(client: Any, fields: dict[str, str], do: str, **changed: str) -> Any:
    """Press a button of the composer."""
    return client.post("/routes/compose/", {**fields, **changed, "do": do})
