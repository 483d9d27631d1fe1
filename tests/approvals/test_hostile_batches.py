"""A signed document that waits for a reviewer is not good any more once a report of it was sent back."""

from approvals import services as deciding
from approvals.batches import verification_context
from approvals.models import SigningBatch
from registry.models import User
from submissions.models import Report
from tests.approvals.test_revision_pages import folders, signed  # noqa: F401 - a fixture
from tests.cast import World
from tests.roads import BUREAU, HEAD, SECTION, bureau, follows

WRONG = "Angka tidak cocok dengan SP2D"


def waiting(cast: World) -> tuple[User, Report, SigningBatch]:
    """A report that Citra signed and that Hana of the bureau has to review first."""
    hana = bureau(cast)
    follows(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    cast.items(1)
    (report,) = cast.open()
    deciding.verify(actor=cast.budi, versions=cast.submitted([report], 10))
    batch = signed(cast, [Report.objects.get(pk=report.pk)])
    assert batch.state == "waiting"
    return hana, report, batch


def test_a_returned_document_is_void_though_its_report_was_signed_anew_before_the_worker_looked(
    cast: World,
) -> None:
    hana, report, first = waiting(cast)
    deciding.send_back(actor=hana, versions=cast.versions([report]), reason=WRONG)
    deciding.verify(actor=cast.budi, versions=cast.submitted([report], 20))
    second = signed(cast, [Report.objects.get(pk=report.pk)])
    deciding.review(actor=hana, versions=cast.versions([report]))
    assert deciding.settle_waiting() == 2
    states = dict(SigningBatch.objects.values_list("pk", "state"))
    assert states == {first.pk: "void", second.pk: "published"}


def test_a_document_returned_to_the_signer_is_void(cast: World) -> None:
    hana, report, batch = waiting(cast)
    deciding.send_back(actor=hana, versions=cast.versions([report]), reason=WRONG, to_previous_tier=True)
    assert deciding.settle_waiting() == 1
    assert SigningBatch.objects.get(pk=batch.pk).state == "void"
    signed(cast, [Report.objects.get(pk=report.pk)])
    deciding.review(actor=hana, versions=cast.versions([report]))
    assert deciding.settle_waiting() == 1


def test_one_report_sent_back_leaves_the_document_good_for_the_others(cast: World) -> None:
    hana = bureau(cast)
    follows(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    cast.items(2)
    reports = cast.open()
    deciding.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    batch = signed(cast, list(Report.objects.order_by("pk")))
    back, stays = reports
    deciding.send_back(actor=hana, versions=cast.versions([back]), reason=WRONG)
    assert deciding.settle_waiting() == 0
    deciding.review(actor=hana, versions=cast.versions([stays]))
    assert deciding.settle_waiting() == 1
    told = verification_context(SigningBatch.objects.get(pk=batch.pk))
    assert [one["code"] for one in told["reports"]] == [stays.item.sub_activity_code]
    assert any(back.item.sub_activity_code in note for note in told["notes"])
