"""A session that ended: what was typed comes back to who typed it, secrets to nobody, and nothing to a page elsewhere."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.models import Report
from tests.cast import PASSPHRASE, PASSWORD, PNG, World

OURS, STRANGER = "http://testserver", "https://stranger.test"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def report(cast: World) -> Report:
    cast.item(ceilings=[1_000_000])
    return cast.open()[0]


def typed(report: Report) -> dict[str, Any]:
    line = report.lines.get()
    return {
        f"r{report.pk}-version": str(report.version), f"r{report.pk}-line-{line.pk}": "1.500", f"r{report.pk}-increment": "5",
        f"r{report.pk}-status": "PELAKSANAAN", f"r{report.pk}-public_note": "Baris satu\nbaris <b>dua</b>",
        "number_language": "id", "act": "save",
    }  # fmt: skip


def held(answer: Any) -> dict[str, str]:
    """What the page would send again."""
    page = answer.content.decode().split("<main")[1].split("</main")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {unescape(name): unescape(text) for name, text in found}


def signed_in(cast: World, who: str = "ani", *, strict: bool = True) -> Client:
    client = Client(enforce_csrf_checks=strict)
    client.force_login(cast.people[who], backend=BACKEND)
    client.get("/entry/")  # sets the cookie of the token
    return client


def test_what_ani_posts_after_her_session_ended_comes_back_whole(cast: World, report: Report) -> None:
    fields = typed(report)
    answer = Client().post("/entry/2026-01/?show=empty", fields)
    page = answer.content.decode()
    assert answer.status_code == 401 and answer["Cache-Control"] == "no-store"
    assert {name: text for name, text in held(answer).items() if name != "csrfmiddlewaretoken"} == fields
    assert 'action="/entry/2026-01/?show=empty"' in page
    assert "<b>dua</b>" not in page and "&lt;b&gt;dua&lt;/b&gt;" in page
    assert Report.objects.get(pk=report.pk).version == report.version


def test_after_signing_in_it_is_sent_again_and_stored(cast: World, report: Report) -> None:
    again = held(Client().post("/entry/2026-01/", typed(report)))
    answer = signed_in(cast, strict=False).post("/entry/2026-01/", again)
    assert answer.status_code == 302
    assert report.lines.get().realized == 1500
    assert Report.objects.get(pk=report.pk).public_note == "Baris satu\nbaris <b>dua</b>"


def test_files_are_named_and_asked_for_again(cast: World, report: Report) -> None:
    field = f"r{report.pk}-evidence"
    photo = SimpleUploadedFile("foto jalan.png", PNG, "image/png")
    answer = Client().post("/entry/2026-01/", typed(report) | {field: photo})
    page = answer.content.decode()
    assert "foto jalan.png" in page and f'type="file" multiple name="{field}"' in page
    assert 'enctype="multipart/form-data"' in page


def test_a_decision_is_given_back_as_well(cast: World) -> None:
    answer = Client().post(
        "/inbox/", {"act": "return", "reason": "Bukti belum lengkap", "report": ["7", "9"]}
    )
    assert answer.status_code == 401
    assert held(answer)["reason"] == "Bukti belum lengkap"
    assert answer.content.decode().count('name="report"') == 2


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/sign/", {"passphrase": PASSPHRASE, "period": "2026-01"}),
        ("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "x", "password2": "x"}),
    ],
)
def test_secrets_are_never_given_back(cast: World, address: str, fields: dict[str, str]) -> None:
    answer = Client().post(address, fields)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    stale = signed_in(cast).post(address, fields, headers={"origin": OURS})
    assert stale.status_code == 403
    assert not any(secret in stale.content.decode() for secret in (PASSPHRASE, PASSWORD))


def test_who_only_reads_is_led_to_the_door(cast: World) -> None:
    answer = Client().get("/entry/2026-01/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/entry/2026-01/")


def test_a_script_is_told_in_its_own_language(cast: World, report: Report) -> None:
    answer = Client().post("/entry/2026-01/nil/", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()) == (401, {"login": "/accounts/login/"})
    asked = Client().get("/entry/2026-01/", headers={"accept": "application/json"})
    assert asked.status_code == 401
    stale = signed_in(cast).post(
        "/entry/2026-01/nil/", "{}", content_type="application/json", headers={"origin": OURS}
    )
    assert (stale.status_code, stale.json()) == (403, {"csrf": True})


def test_a_token_of_an_earlier_sign_in_is_renewed_with_all_that_was_typed(
    cast: World, report: Report
) -> None:
    ani, fields = signed_in(cast), typed(report)
    stale = {"csrfmiddlewaretoken": "a" * 64}
    answer = ani.post("/entry/2026-01/", fields | stale, headers={"origin": OURS})
    again = held(answer)
    assert answer.status_code == 403
    assert {name: again[name] for name in fields} == fields
    assert ani.post("/entry/2026-01/", again, headers={"origin": OURS}).status_code == 302
    assert report.lines.get().realized == 1500


def test_a_browser_that_names_only_the_page_before_is_believed_too(cast: World, report: Report) -> None:
    answer = signed_in(cast).post(
        "/entry/2026-01/", typed(report), headers={"referer": f"{OURS}/entry/2026-01/"}
    )
    assert held(answer)[f"r{report.pk}-increment"] == "5"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": STRANGER},
        {"origin": "null"},
        {"origin": "http://testserver.stranger.test"},
        {"origin": "https://testserver"},  # the same name, but not the same site
        {"origin": "http://testserver:81"},
        {"origin": "null", "referer": f"{OURS}/entry/2026-01/"},
        {"origin": STRANGER, "referer": f"{OURS}/entry/2026-01/"},
        {"referer": f"{STRANGER}/"},
        {"referer": "http://[broken"},
        {},
    ],
)
def test_a_page_of_a_stranger_gets_the_plain_refusal(
    cast: World, report: Report, headers: dict[str, str]
) -> None:
    answer = signed_in(cast).post("/entry/2026-01/", typed(report), headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "1.500" not in page and "csrfmiddlewaretoken" not in page
    assert Report.objects.get(pk=report.pk).version == report.version


def test_signing_out_tells_the_browser_to_wipe_what_it_kept(cast: World) -> None:
    ani = signed_in(cast, strict=False)
    assert "Clear-Site-Data" not in ani.get("/entry/")
    assert "Clear-Site-Data" not in ani.get("/accounts/logout/")
    assert ani.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'


def test_the_worker_is_open_to_all_and_never_kept_for_long(cast: World) -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"] == "text/javascript" and answer["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" in answer
    assert Client().post("/sw.js").status_code in (403, 405)
