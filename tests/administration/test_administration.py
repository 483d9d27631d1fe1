"""What superusers and staff may keep in the administration, and that it does not exist for anybody else."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from approvals import services as approvals
from approvals.signatories import set_signatory
from config.admin import OURS, Administration
from ledger.recording import recorded
from registry.models import BudgetItem, FiscalYear, Nomenclature, Post, Unit, UnitUserPermission, User
from submissions.models import CalendarRule, Holiday
from tests.cast import PASSWORD, World, assign
from tests.settled import settled

NEW_PASSWORD = "tujuh belas ribu pulau"
EXPECTED = {
    "registry": {
        "user", "government", "unit", "post", "fiscalyear", "nomenclature", "budgetitem", "unituserpermission",
    },
    "submissions": {"calendarrule", "holiday", "period"},
    "workflow": {"outbox", "routeversion"},
    "approvals": {"signatory", "signingbatch"},
}  # fmt: skip
LOOKED_AT = (
    "submissions_period", "workflow_outbox", "workflow_routeversion", "approvals_signingbatch", "approvals_signatory",
)  # fmt: skip
NAMES = [f"{app}_{model}" for app, models in EXPECTED.items() for model in sorted(models)]


def last_event(table: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = %s ORDER BY id DESC LIMIT 1", [table]
        )
        return dict(json.loads(cursor.fetchone()[0]))


def test_only_our_own_master_data_is_kept_here() -> None:
    site = admin.site
    assert isinstance(site._wrapped, Administration)
    found: dict[str, set[str]] = {}
    for model in site._registry:
        found.setdefault(model._meta.app_label, set()).add(str(model._meta.model_name))
    assert found == EXPECTED
    assert set(found) == OURS


@pytest.mark.parametrize("person", ["ani", "citra", "dewi", "gita"])
@pytest.mark.parametrize(
    "path", ["", "login/", "registry/unit/", "registry/user/add/", "nowhere/", "jsi18n/"]
)
def test_for_everybody_else_it_does_not_exist(cast: World, client: Client, person: str, path: str) -> None:
    client.force_login(cast.people[person])
    assert client.get(f"/admin/{path}").status_code == 404


def test_a_visitor_is_sent_to_the_sites_own_sign_in(cast: World, client: Client) -> None:
    answer = client.get("/admin/registry/unit/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
    client.force_login(cast.root)
    assert client.get("/admin/login/").status_code == 404


@pytest.fixture
def everything(cast: World) -> World:
    """A world with at least one row of each kind."""
    cast.item()
    reports = cast.open()
    cast.submitted(reports)
    assert approvals.verify(actor=cast.budi, versions=cast.versions(reports))[0].done
    with recorded(None):
        Holiday.objects.create(government=cast.government, day=date(2026, 1, 1), name="Tahun Baru")
        CalendarRule.objects.create(fiscal_year=cast.year)
        Nomenclature.objects.create(government=cast.government, year=2026, code="1.03", name="Pekerjaan Umum")
    approvals.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    set_signatory(actor=None, person=cast.citra, backend="pkcs11", label="citra/kunci")
    return cast


def model_of(name: str) -> Any:
    return apps.get_model(name.replace("_", "."))


@pytest.mark.parametrize("name", NAMES)
def test_root_opens_every_list_and_every_row_of_it(everything: World, root: Client, name: str) -> None:
    assert root.get(reverse(f"admin:{name}_changelist")).status_code == 200
    rows = list(model_of(name).objects.all()[:3])
    assert rows
    for row in rows:
        assert root.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
        assert root.get(reverse(f"admin:{name}_history", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_deleted_but_a_grant(everything: World, root: Client, name: str) -> None:
    row = model_of(name).objects.first()
    answer = root.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
    kept = name != "registry_unituserpermission"
    assert answer.status_code == (403 if kept else 302)
    assert model_of(name).objects.filter(pk=row.pk).exists() is kept


@pytest.mark.parametrize("name", LOOKED_AT)
def test_what_the_system_writes_can_only_be_looked_at(everything: World, root: Client, name: str) -> None:
    row = model_of(name).objects.first()
    assert root.get(reverse(f"admin:{name}_add")).status_code == 403
    assert root.post(reverse(f"admin:{name}_change", args=[row.pk]), {"state": "void"}).status_code == 403


def test_a_change_names_root_in_ledger_and_history(cast: World, root: Client) -> None:
    post = cast.posts["section_head"]
    answer = root.post(
        reverse("admin:registry_post_change", args=[post.pk]), {"title": "Kepala Bidang Jalan dan Jembatan"}
    )
    assert answer.status_code == 302
    event = last_event("registry_post")
    assert (event["op"], event["actor"]) == ("U", str(cast.root.pk))
    assert event["new"]["title"] == "Kepala Bidang Jalan dan Jembatan"
    newest = Post.history.filter(id=post.pk).latest("history_id")
    assert (newest.title, newest.history_type, newest.history_user) == (
        "Kepala Bidang Jalan dan Jembatan", "~", cast.root,
    )  # fmt: skip
    assert Post.history.filter(id=post.pk).count() == 2
    assert newest.history_date.astimezone().date() == date(2026, 2, 3)
    listed = root.get(reverse("admin:registry_post_history", args=[post.pk])).content.decode()
    assert "Kepala Bidang Jalan dan Jembatan" in listed
    assert "style=" not in listed


def test_a_new_unit_is_kept_in_history_with_the_path_the_database_gave_it(cast: World, root: Client) -> None:
    answer = root.post(
        reverse("admin:registry_unit_add"),
        {
            "government": cast.government.pk,
            "parent": cast.agency.pk,
            "kind": "SECTION",
            "code": "1.03.1.04.0.00.01.0001",
            "name": "Bidang Bina Marga",
            "route_code": "DINAS",
        },
    )
    assert answer.status_code == 302
    unit = Unit.objects.get(code="1.03.1.04.0.00.01.0001")
    kept = Unit.history.get(id=unit.pk)
    assert (kept.path, kept.agency_id) == (unit.path, cast.agency.pk)
    assert unit.path.startswith(cast.agency.path)


def test_a_unit_keeps_its_place(cast: World, root: Client) -> None:
    root.post(
        reverse("admin:registry_unit_change", args=[cast.agency.pk]),
        {
            "parent": cast.other_agency.pk,
            "code": cast.agency.code,
            "name": "Dinas PUPR",
            "route_code": "DINAS",
        },
    )
    moved = Unit.objects.get(pk=cast.agency.pk)
    assert (moved.name, moved.path) == ("Dinas PUPR", cast.agency.path)


def test_the_parts_of_the_agency_index_are_set_for_a_year_and_are_100_together(
    cast: World, root: Client
) -> None:
    url = reverse("admin:registry_fiscalyear_change", args=[cast.year.pk])
    parts = {"index_timeliness": 20, "index_physical": 45, "index_financial": 25, "index_quality": 9}
    form = {"label": "2026", "start_date": "2026-01-01", "end_date": "2026-12-31"} | parts
    page = root.post(url, form, headers={"accept-language": "en"}).content.decode()
    assert (
        "The four parts of the agency index add up to 99. They must add up to 100" in page
        and 'value="45"' in page
    )
    assert root.post(url, form | {"index_quality": 10}).status_code == 302
    told = last_event("registry_fiscalyear")
    assert [told[when]["index_physical"] for when in ("old", "new")] == [35, 45]
    assert last_event("registry_historicalfiscalyear")["new"]["index_quality"] == 10
    with pytest.raises(IntegrityError, match="index_of_100"), transaction.atomic():
        FiscalYear.objects.filter(pk=cast.year.pk).update(index_quality=11)


def test_an_old_version_is_not_put_back_unseen(cast: World, root: Client) -> None:
    post = cast.posts["officer"]
    version = Post.history.filter(id=post.pk).first()
    url = f"/admin/registry/post/{post.pk}/history/{version.pk}/"
    assert root.get(url).status_code == 404
    assert root.post(url, {"title": "x"}).status_code == 404


def test_only_posts_of_the_own_agency_and_role_can_be_named_on_a_sub_activity(
    cast: World, root: Client
) -> None:
    item = cast.item()
    url = reverse("admin:registry_budgetitem_change", args=[item.pk])
    form = root.get(url).context["adminform"].form
    assert list(form.fields["officer_post"].queryset) == [cast.posts["officer"]]
    assert list(form.fields["verifier_post"].queryset) == [cast.posts["section_head"]]
    root.post(
        url, {"officer_post": cast.posts["other_officer"].pk, "verifier_post": cast.posts["section_head"].pk}
    )
    assert BudgetItem.objects.get(pk=item.pk).officer_post == cast.posts["officer"]
    root.post(url, {"officer_post": cast.posts["officer"].pk, "verifier_post": "", "sub_activity_code": "9"})
    changed = BudgetItem.objects.get(pk=item.pk)
    assert (changed.verifier_post, changed.sub_activity_code) == (None, item.sub_activity_code)


PERSON = {"username": "hani", "name": "Hani Sagara", "nip": "", "rank": "", "email": "", "language": "id"}


def test_a_person_is_made_without_a_password_and_nobody_gives_him_one(cast: World, root: Client) -> None:
    assert root.post(reverse("admin:registry_user_add"), PERSON | {"is_active": "on"}).status_code == 302
    person = User.objects.get(username="hani")
    assert (person.has_usable_password(), person.nip, person.is_staff) == (False, None, False)
    url = f"/admin/registry/user/{person.pk}/password/"
    given = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "set-password": "1"}
    assert (root.get(url).status_code, root.post(url, given).status_code) == (404, 404)
    assert not User.objects.get(pk=person.pk).has_usable_password()
    page = root.get(reverse("admin:registry_user_change", args=[person.pk])).content.decode()
    assert f'href="/accounts/people/{person.pk}/"' in page
    kept = User.history.filter(id=person.pk).latest("history_id")
    assert kept.history_user == cast.root
    assert not hasattr(kept, "password")


def test_the_form_of_a_person_has_no_password_in_it(cast: World, root: Client) -> None:
    text = settled(root.get(reverse("admin:registry_user_change", args=[cast.ani.pk])).content.decode())
    assert "pbkdf" not in text and "scrypt" not in text and "md5" not in text
    assert not re.search(r'name="password', text)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_who_holds_an_office_cannot_administer(cast: World, root: Client, right: str) -> None:
    given = PERSON | {"username": "citra", "name": "Citra Hastapura", "is_active": "on", right: "on"}
    answer = root.post(reverse("admin:registry_user_change", args=[cast.citra.pk]), given)
    assert answer.status_code == 200
    said = answer.content.decode()
    assert "Citra Hastapura is assigned to Kepala Dinas Pekerjaan Umum, Dinas Pekerjaan Umum" in said
    citra = User.objects.get(pk=cast.citra.pk)
    assert (citra.is_staff, citra.is_superuser) == (False, False)


def test_who_will_hold_an_office_cannot_administer_and_who_has_left_it_can(cast: World, root: Client) -> None:
    url = reverse("admin:registry_user_change", args=[cast.gita.pk])
    given = PERSON | {"username": "gita", "name": "Gita Karangjati", "is_active": "on", "is_staff": "on"}
    assign(cast.gita, cast.posts["section_head"], kind="plt", start="2026-06-01", end="2026-06-30")
    assert root.post(url, given).status_code == 200
    cast.at("2026-07-01 08:00")
    assert root.post(url, given).status_code == 302
    assert User.objects.get(pk=cast.gita.pk).is_staff


def test_a_grant_is_given_and_taken_back_with_the_givers_name_in_the_ledger(
    cast: World, root: Client, client: Client
) -> None:
    right = Permission.objects.get(codename="audit_unit")
    given = {"user": cast.gita.pk, "permission": right.pk, "content_object": cast.agency.pk}
    assert root.post(reverse("admin:registry_unituserpermission_add"), given).status_code == 302
    grant = UnitUserPermission.objects.get(user=cast.gita)
    event = last_event("registry_unituserpermission")
    assert (event["op"], event["actor"], event["new"]["user_id"]) == ("I", str(cast.root.pk), cast.gita.pk)
    reader = Client()
    reader.force_login(cast.gita)
    assert reader.get("/audit/").status_code == 200
    url = reverse("admin:registry_unituserpermission_delete", args=[grant.pk])
    assert root.post(url, {"post": "yes"}).status_code == 302
    event = last_event("registry_unituserpermission")
    assert (event["op"], event["actor"]) == ("D", str(cast.root.pk))
    assert reader.get("/audit/").status_code == 404


def test_only_the_three_rights_on_units_can_be_given(cast: World, root: Client) -> None:
    url = reverse("admin:registry_unituserpermission_add")
    offered = root.get(url).context["adminform"].form.fields["permission"].queryset
    assert {right.codename for right in offered} == {"see_unit", "audit_unit", "oversee_unit"}
    other = Permission.objects.get(codename="delete_unit")
    given = {"user": cast.gita.pk, "permission": other.pk, "content_object": cast.agency.pk}
    assert root.post(url, given).status_code == 200
    assert not UnitUserPermission.objects.filter(user=cast.gita).exists()


def staff(cast: World, client: Client) -> Client:
    with recorded(None):
        person = User.objects.create_user("indra", PASSWORD, name="Indra Telaga", is_staff=True)
    client.force_login(person)
    return client


def test_staff_keep_master_data(cast: World, client: Client) -> None:
    given = {"government": cast.government.pk, "day": "2026-03-19", "name": "Nyepi"}
    assert staff(cast, client).post(reverse("admin:submissions_holiday_add"), given).status_code == 302
    assert Holiday.objects.get(name="Nyepi").history.get().history_user.username == "indra"


def test_staff_look_at_people_and_grants_and_change_neither(cast: World, client: Client) -> None:
    indra = staff(cast, client)
    own = User.objects.get(username="indra")
    grant = UnitUserPermission.objects.get(user=cast.dewi)
    assert indra.get(reverse("admin:registry_user_change", args=[cast.ani.pk])).status_code == 200
    given = PERSON | {
        "username": "indra",
        "name": "Indra",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
    }
    assert indra.post(reverse("admin:registry_user_change", args=[own.pk]), given).status_code == 403
    assert indra.post(reverse("admin:registry_user_add"), PERSON).status_code == 403
    password = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "set-password": "1"}
    assert indra.post(f"/admin/registry/user/{cast.citra.pk}/password/", password).status_code == 404
    assert indra.post(reverse("admin:registry_unituserpermission_add"), {}).status_code == 403
    url = reverse("admin:registry_unituserpermission_delete", args=[grant.pk])
    assert indra.post(url, {"post": "yes"}).status_code == 403
    assert not User.objects.get(pk=own.pk).is_superuser
    assert User.objects.get(pk=cast.citra.pk).check_password(PASSWORD)


def test_the_policy_of_scripts_and_styles_has_no_exception_here(cast: World, root: Client) -> None:
    cast.item()
    for path in ("", "registry/unit/", "registry/unit/add/", f"registry/user/{cast.ani.pk}/password/"):
        answer = root.get(f"/admin/{path}")
        assert "unsafe" not in answer["Content-Security-Policy"]
        text = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path
