"""Why something was done stands in the ledger as a fingerprint of the words that a row keeps; the words themselves do not."""

import hashlib
import json
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection

from approvals import offices_law, offices_services, services
from approvals.factors import enrol
from approvals.models import Notice, Request, RequestAct
from ledger.recording import recorded
from registry.models import Assignment, Unit
from submissions import comments
from submissions import services as entering
from submissions.models import Report
from submissions.services import LineEntry
from tests.approvals.bureau import Bureau, bureau
from tests.approvals.test_offices import wish
from tests.cast import World
from tests.config.signing_in import confirm, signed_in, told
from workflow.models import Decision, Grant

__all__ = ["bureau"]


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def why(table: str, row: int, op: str = "") -> list[str | None]:
    """The reasons that the events of a row carry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = %s AND of_row = %s ORDER BY id", [table, row]
        )
        events = [json.loads(payload) for (payload,) in cursor.fetchall()]
    return [one["reason_sha256"] for one in events if op in ("", one["op"])]


def acts(case: Request) -> dict[str, RequestAct]:
    return {f"{act.kind} {act.step}".strip(): act for act in case.acts.all()}


def test_a_return_carries_the_reason_of_its_decision(cast: World) -> None:
    cast.items(2)
    reports = cast.open()
    versions = cast.submitted(reports, 10)
    services.send_back(actor=cast.budi, versions=versions, reason="  Uang dan volume tidak cocok \n")
    decisions = list(Decision.objects.filter(verb="return"))
    assert len(decisions) == 2
    for decision in decisions:
        assert why("workflow_decision", decision.pk) == [digest(decision.reason)]
        assert why("submissions_report", decision.object_id)[-1] == digest(decision.reason)
    submitted = Decision.objects.filter(verb="submit").first()
    assert submitted and why("workflow_decision", submitted.pk) == [None]


def test_a_request_its_answer_its_grant_and_the_end_of_it_carry_their_own_words(bureau: Bureau) -> None:
    case = bureau.ask("waiver", reason="Kepala bidang juga Plt. kepala dinas ")
    bureau.answer(case, "hadi", reason="Tidak ada pejabat lain sampai April")
    bureau.revoke(case, reason="Kepala dinas yang baru sudah dilantik")
    case.refresh_from_db()
    grant, done = Grant.objects.get(), acts(case)
    assert why("approvals_request", case.pk)[0] == digest(case.reason)
    for name in ("asked", "agreed review", "revoked"):
        assert why("approvals_requestact", done[name].pk) == [digest(done[name].reason)], name
    assert why("workflow_grant", grant.pk) == [digest(grant.reason), digest(grant.revoke_reason)]
    # What came of the answer in the same act is done for the answer's reason.
    assert why("approvals_requestact", done["granted"].pk) == [digest(done["agreed review"].reason)]


def test_a_refusal_carries_its_reason(bureau: Bureau) -> None:
    case = bureau.ask("waiver")
    bureau.answer(case, "hadi", agree=False, reason="Pejabat definitif sudah kembali bertugas")
    refused = acts(case)["refused review"]
    assert why("approvals_requestact", refused.pk) == [digest(refused.reason)]


def test_a_moved_deadline_carries_the_reason_of_the_request(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension", reason="Server SIPD padam dua hari penuh")
    bureau.answer(case, "hadi")
    assert why("submissions_period", cast.period().pk)[-1] == digest(Request.objects.get().reason)


def test_an_appointment_carries_its_decree_and_a_change_its_note(bureau: Bureau) -> None:
    house = bureau.cast

    def appointed(by: str, **said: Any) -> Assignment:
        asked = wish(house, **said)
        seen = offices_law.mark_of(asked.post)
        return offices_services.appoint(actor=house.people[by], wish=asked, seen=seen)

    made = appointed("citra")
    assert why("registry_assignment", made.pk) == [digest(made.decree_no)]
    appointed("hadi", first="2026-02-05", note="SK diperbaiki", assignment=Assignment.objects.get(pk=made.pk))
    note = Assignment.history.filter(id=made.pk).latest().history_change_reason
    assert why("registry_assignment", made.pk, "U") == [digest(note)]


def test_the_removal_of_a_factor_carries_what_the_administrator_wrote(cast: World) -> None:
    enrol(cast.root)
    enrol(cast.citra)
    root = signed_in(cast.root)
    confirm(root, cast.root)
    key = Authenticator.objects.get(user=cast.citra).pk
    words = {"act": "remove", "reason": "Telepon hilang, surat 12/2026"}
    assert root.post(f"/accounts/people/{cast.citra.pk}/", words).status_code == 302
    assert told(cast.citra) == ["factors_removed"]
    kept = Notice.objects.get(person=cast.citra, code="notice.account.factors_removed")
    assert why("mfa_authenticator", key, "D") == [digest(kept.params["reason"])]


def test_a_reason_ends_with_its_act_and_holds_for_what_is_done_within_it(cast: World) -> None:
    def renamed(name: str, reason: str = "") -> None:
        with recorded(cast.root, reason):
            unit = Unit.objects.get(pk=cast.agency.pk)
            unit.name = name
            unit.save()

    with recorded(cast.root, "Perda 3/2026"):
        renamed("Satu")
        renamed("Dua", "Surat 9")
        cast.agency.refresh_from_db()
        cast.agency.name = "Tiga"
        cast.agency.save()
    renamed("Empat")
    perda, letter = digest("Perda 3/2026"), digest("Surat 9")
    assert why("registry_unit", cast.agency.pk, "U") == [perda, letter, perda, None]


def test_no_word_that_anybody_typed_is_in_any_event(cast: World, bureau: Bureau) -> None:
    typed = {
        "problem_text": "Tanah warga bernama Sulastri belum dibebaskan",
        "follow_up_text": "Menemui keluarga Sulastri di kecamatan",
        "follow_up_pic": "Pak Darmawan Subrata",
        "physical_reason": "Hujan lebat menurut keterangan Pak Darmawan",
        "public_note": "Pekerjaan tertunda karena cuaca",
    }
    said = [
        "Koreksi kwitansi toko Ibu Rahayu",
        "Bandingkan dengan kwitansi Ibu Rahayu",
        "Kwitansi Ibu Rahayu tidak cocok",
    ]
    (first, *_rest) = cast.reports()
    line = first.lines.get()
    entry = cast.entry(
        first, problems=["LAND"], follow_up_due=date(2026, 12, 15),
        lines={line.pk: LineEntry(realized=None, correction_reason=said[0])}, **typed,
    )  # fmt: skip
    assert entering.save_entries(actor=cast.ani, entries=[entry]).versions
    cast.submitted([first], 10, **typed, problems=["LAND"])
    comments.say(actor=cast.budi, report=first, version=cast.versions([first])[first.pk], mark=f"line-{line.pk}",
                 text=said[1])  # fmt: skip
    services.send_back(actor=cast.budi, versions=cast.versions([first]), reason=said[2])
    case = bureau.ask("waiver", reason="Ibu kandung Kepala Dinas dirawat di rumah sakit")
    bureau.answer(case, "hadi", reason="Surat dokter Budiarto sudah diperiksa")
    bureau.revoke(case, reason="Ibu kandung beliau sudah pulih kembali")
    acts_said = list(case.acts.exclude(reason="").values_list("reason", flat=True))
    assert len(acts_said) == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload, ' ') FROM ledger.event")
        (everything,) = cursor.fetchone()
    for words in (*typed.values(), *said, *acts_said):
        assert words not in everything
        assert digest(words) in everything, words
    assert Report.objects.get(pk=first.pk).state == "returned"
