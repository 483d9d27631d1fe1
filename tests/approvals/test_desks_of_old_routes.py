"""The road changes while reports are on it: they stay on the version with which they began, and so do the desks they come to."""

import pytest

from ledger.recording import recorded
from submissions.models import Report
from tests.approvals.test_desks import as_, moved, rows, ticked
from tests.cast import World
from tests.roads import HEAD, follows
from workflow import engine, route

INBOX = "/inbox/"


def verified(cast: World, report: Report) -> None:
    """Budi opens it, because it is unusual, and ticks it in his inbox."""
    budi = as_(cast.budi)
    assert budi.get(f"/reports/{report.token}/").context["actions"]["verify"]
    budi.post(INBOX, ticked(cast, [report]))


@pytest.mark.parametrize("another", [False, True], ids=["a newer version", "another route"])
def test_what_began_with_a_verifier_comes_to_his_desk_although_the_new_road_has_none(
    cast: World, another: bool
) -> None:
    january, february = moved(cast)  # returned after February was verified, and handed in with another figure
    follows(cast, HEAD, code="UJI" if another else cast.agency.route_code)
    budi = as_(cast.budi)
    assert set(rows(budi, INBOX)) == {january.pk, february.pk}
    assert f'href="{INBOX}"' in budi.get("/notices/").content.decode()
    verified(cast, january)
    waits = rows(budi, INBOX)
    assert list(waits) == [february.pk]
    assert waits[february.pk]["moved"].startswith("January 2026 was changed after this month was verified")
    verified(cast, february)
    assert rows(budi, INBOX) == {}, "both are with Citra, and may still come back to him"
    for report in (january, february):
        for verb in (route.SIGN, route.PUBLISH):
            (done,) = engine.perform(verb, Report, cast.versions([report]), actor=cast.citra, whole=True)
            assert done.done, done
    assert budi.get(INBOX).status_code == 404
    assert f'href="{INBOX}"' not in budi.get("/notices/").content.decode()


def test_a_section_head_elsewhere_is_not_offered_the_desk_of_a_road_that_her_unit_never_had(
    cast: World,
) -> None:
    moved(cast)
    fitri = as_(cast.fitri)
    assert fitri.get(INBOX).status_code == 200, "her unit's own road has a verifier too"
    with recorded(None):
        cast.other_agency.route_code = follows(cast, HEAD).code
        cast.other_agency.save(update_fields=["route_code"])
    assert fitri.get(INBOX).status_code == 404
    assert as_(cast.budi).get(INBOX).status_code == 200
