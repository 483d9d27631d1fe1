"""What people are told, what the letters' subjects say, and how the outbox speaks of its failures."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTICES: dict[str, Promise] = {
    "notice.report.resubmitted": _(
        "%(person)s (%(office)s) corrected %(code)s %(name)s for %(month)s and submitted it again. It waits for you."
    ),
    "notice.month.opened": _("%(month)s is open: %(count)s reports to enter until %(due_at)s."),
    "notice.outbox.dead": _(
        "%(count)s letters or tasks were given up after many attempts. Look why, mend the cause, then send them again."
    ),
    "notice.cells": _("About: %(cells)s"),
    "subject.notice.report.returned": _("Returned: %(code)s %(name)s, %(month)s"),
    "subject.notice.report.resubmitted": _("Submitted again: %(code)s %(name)s, %(month)s"),
    "subject.notice.report.published": _("Published: %(code)s %(name)s, %(month)s"),
    "subject.notice.month.opened": _("%(month)s is open: %(count)s reports to enter"),
    "subject.notice.outbox.dead": _("%(count)s letters or tasks were given up"),
    "subject.notice.evidence.infected": _("A file with a virus: %(code)s, %(month)s"),
    "notices.quiet_pair": _(
        "One end of the quiet hours is missing. Fill in both times, or leave both empty."
    ),
    "notices.choice": _("“%(value)s” is not one of the choices. Choose one from the list."),
    "notices.time": _("“%(value)s” is no time of day. Write it like 21:00."),
}

# Topics of the outbox, as an administrator reads them.
TOPICS: dict[str, Promise] = {
    "letter": _("Letter"),
    "letter.weekly": _("Weekly summary for leaders"),
    "report.returned": _("Telling of a return"),
    "report.resubmitted": _("Telling of a report submitted again"),
    "report.published": _("Telling of a publication"),
    "month.opened": _("Telling of an open month"),
    "report.reminded": _("Telling of a reminder"),
    "pack.waits": _("Telling whose turn a KPI pack is"),
    "pack.returned": _("Telling of a return"),
    "pack.published": _("Telling of a publication"),
    "office.changed": _("Telling of a change of office"),
    "account.changed": _("Telling of a change of an account"),
    "account.reset": _("Letter for a new password"),
    "account.moved": _("Warning to the earlier address of an account"),
    "ledger.anchor": _("The day's checkpoint of the ledger"),
    "webhook.send": _("Telling another system"),
    **{
        f"request.{kind}": _("Telling about a request")
        for kind in ("asked", "reminded", "escalated", "granted", "denied", "expired", "revoked")
    },
    "calendar.digest": _("Reminder of the calendar"),
    "batch.prepare": _("Printing a document to sign"),
    "decision.told": _("Telling of a leader's decision"),
    "voices.mail": _("Letter to a citizen"),
    "keeping.dispose": _("Carrying out a disposal"),
    "keeping.tell": _("Telling of a hold or a disposal"),
    "keeping.bundle": _("Making a yearly bundle"),
    "evidence.scan": _("Looking for viruses in a file"),
    "evidence.infected": _("Telling of a file with a virus"),
}

# Kinds of failure; the number that may follow is the mail server's.
FAILURES: dict[str, Promise] = {
    "unanswered": _(
        "The connection was lost before the mail server answered; the letter may have arrived. Ask before sending it again."
    ),
    "unmarked": _("The letter was sent, but that could not be written down."),
    "unfinished": _("A worker is at it, or was cut off."),
    "SMTPRecipientsRefused": _("The mail server refuses this address. Correct it in the account."),
    "SMTPDataError": _("The mail server refuses the letter."),
    "SMTPSenderRefused": _("The mail server refuses our own address. Check the settings of mail."),
    "SMTPAuthenticationError": _("The mail server refuses our password. Check the settings of mail."),
    "SMTPServerDisconnected": _("The mail server broke off the connection."),
    "SMTPConnectError": _("The mail server does not let us in."),
    "ConnectionRefusedError": _("The other server cannot be reached."),
    "TimeoutError": _("The other server does not answer."),
    "gaierror": _("The name of the other server is not known. Check the settings."),
}
