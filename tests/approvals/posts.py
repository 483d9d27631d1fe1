"""Posts as a browser meets them: who signs in, how a form is sent, and files of a rotation."""

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registry.models import Post, User
from tests.approvals.bureau import Bureau
from tests.cast import World

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
HEADING = "username,name,nip,unit_code,role,title,kind,decree_no,decree_date,valid_from,valid_to"
UNIT = "1.03.1.04.0.00.01.0000"
TYPED = {
    "who": "budi",
    "kind": "plh",
    "decree_no": "800/17/2026",
    "decree_date": "2026-02-02",
    "first": "2026-02-04",
    "last": "2026-02-10",
}


def placed(bureau: Bureau) -> World:
    """Hadi heads the central bureau; January of two sub-activities is open; it is 3 February 2026."""
    bureau.cast.posts["bureau"] = bureau.posts["bureau"]
    return bureau.cast


def browser_of(who: User) -> Client:
    """Somebody's browser, signed in, in English."""
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(house: World, post: str = "agency_head") -> str:
    return f"/offices/posts/{house.posts[post].pk}/appoint/"


def hidden(page: Any) -> dict[str, str]:
    """What a browser would send of the hidden fields of a page."""
    found = HIDDEN.findall(page.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def said(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def row(person: User, post: Post, first: str, last: str = "", kind: str = "definitive") -> str:
    cells = (
        person.username,
        person.name,
        person.nip,
        post.unit.code,
        post.role,
        post.title,
        kind,
        "821/9/2026",
        "",
        first,
        last,
    )
    return ",".join(f'"{cell or ""}"' for cell in cells)


def people_file(*rows: str, name: str = "mutasi.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADING, *rows, ""]).encode())


def exchange(house: World) -> list[str]:
    """From 9 February on Ani heads the section and Budi enters."""
    return [
        row(house.ani, house.posts["section_head"], "2026-02-09"),
        row(house.budi, house.posts["officer"], "2026-02-09"),
    ]
