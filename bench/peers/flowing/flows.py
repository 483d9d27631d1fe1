"""The way of a report as a flow: one human task per decision."""

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process

from bench.peers.base import Wrong


def no_page(request: Any, **options: Any) -> Any:
    """The tasks are done from code; nothing may ask for their pages."""
    raise Wrong("a page was asked for")


class ReportFlow(flow.Flow):
    """Entered, then submitted, verified, signed, published; each by whoever has the right to."""

    process_class = Process
    # Without a lock two people could do one task; waiting for the row is the fastest kind it has.
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)

    start = flow.StartHandle(this.begin).Next(this.submit)
    submit = flow.View(no_page).Permission("flowing.submit_a_report").Next(this.verify)
    verify = flow.View(no_page).Permission("flowing.verify_a_report").Next(this.sign)
    sign = flow.View(no_page).Permission("flowing.sign_a_report").Next(this.publish)
    publish = flow.View(no_page).Permission("flowing.publish_a_report").Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, report: Any) -> Any:
        """A process for a report that was entered."""
        activation.process.artifact = report
        return activation.process
