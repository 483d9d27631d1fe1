"""What is done at random to a government is done to the months it means."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from bench.shaking import Shaker
from submissions.calendar import open_month
from tests.portal.world import World
from workflow.models import Grant


def test_the_month_that_closes_a_year_is_named_so(clock: Callable[[datetime], None]) -> None:
    """Month 13 begins with December and is another one: reopened and amended it is 2026-13."""
    world = World(clock)
    works = world.agency("1.03", "Dinas PUPR")
    item = world.item(works, "1.03.00", Decimal(1000))
    open_month(fiscal_year=world.year, month=13)
    report = world.report(item, 13)
    clock(datetime(2027, 2, 1, tzinfo=UTC))
    world.done(works, item, 13, Decimal(10), increment=Decimal(10))
    shaker = Shaker(world.year, Random(20260103))
    assert shaker.amend()
    clock(report.period.lock_at.replace(year=2028))
    shaker._reopened(report)
    assert {(one.kind, *one.subjects) for one in Grant.objects.all()} == {
        ("amendment", "2026-13"), ("reopening", "2026-13"),
    }  # fmt: skip
