"""Who stands around the leaders' pages: a regent, the bureau, and sub-activities that ask."""

import csv
import io
from datetime import date
from typing import Any

from django.test import Client

from registry.grants import OVERSEE, give
from registry.models import Assignment, BudgetItem, Post, User
from submissions.models import Report
from tests.portal.world import Agency, World

ASKS = {
    "problems": ["LAND"],
    "problem_text": "Sebagian lahan belum dibebaskan.",
    "follow_up_text": "Musyawarah dengan pemilik lahan",
    "follow_up_pic": "Camat Muara Tujuh",
    "follow_up_due": date(2026, 4, 20),
    "needs_leadership": True,
}


def seated(world: World, username: str, role: str, title: str) -> User:
    """Somebody with an office at the root of the government."""
    person = world.person(username)
    post = Post.objects.create(unit=world.root, role=role, title=title)
    Assignment.objects.create(person=person, post=post, decree_no="SK 9", valid_from=date(2025, 1, 1))
    return person


def regent(world: World) -> User:
    return seated(world, "regent", "leader", "Bupati Mahakarsa Hulu")


def bureau(world: World) -> User:
    person = seated(world, "bureau", "oversight", "Kepala Bagian Organisasi")
    give(OVERSEE, person, world.root)
    return person


def asking(world: World, agency: Agency, item: BudgetItem, month: int, **values: Any) -> Report:
    """A published report that names a problem, by default one that asks for a decision of the leadership."""
    world.done(agency, item, month, 10, **{**ASKS, **values})
    return world.report(item, month)


def rows(client: Client, person: User, address: str) -> list[dict[str, str]]:
    """A page's table as a program reads it."""
    client.force_login(person)
    mark = "&" if "?" in address else "?"
    response = client.get(f"{address}{mark}format=csv")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def page(client: Client, person: User, address: str) -> str:
    """A page in English."""
    client.force_login(person)
    response = client.get(address, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()
