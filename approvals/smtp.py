"""Django's SMTP backend with two safeguards, and what a failure of it means for a letter."""

import smtplib
from contextlib import suppress
from email.errors import MessageError
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from workflow.outbox import Undelivered

PERMANENT = 500


class Unanswered(OSError):
    """The whole letter was sent, and the connection was lost before the server said whether it took it."""


class _Watching(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:
            raise Unanswered from error


class _WatchingTls(_Watching, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class Backend(EmailBackend):
    """A lost answer is told from a lost connection; and a letter that was taken stays taken, however the server says goodbye."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchingTls if self.use_ssl else _Watching

    def _close_connection(self, connection: smtplib.SMTP) -> None:
        with suppress(OSError):
            connection.quit()
        connection.close()


def meaning_of(error: Exception) -> Undelivered:
    """What became of a letter whose sending raised this.

    Refused for good is what was said of the address or of the letter itself (5xx); what was said of our own side, our name or
    password, concerns all letters and can be mended.
    """
    kind = type(error).__name__
    if isinstance(error, Unanswered):
        return Undelivered("unanswered", unanswered=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _text in error.recipients.values()), default=0)
        return Undelivered(f"{kind} {code}", final=code >= PERMANENT)
    if isinstance(error, smtplib.SMTPDataError):
        return Undelivered(f"{kind} {error.smtp_code}", final=error.smtp_code >= PERMANENT)
    if isinstance(error, smtplib.SMTPResponseException):
        return Undelivered(f"{kind} {error.smtp_code}", silent=True)
    if isinstance(error, smtplib.SMTPNotSupportedError | MessageError):
        return Undelivered(kind, final=True)  # an address that cannot be written in a mail
    return Undelivered(kind, silent=isinstance(error, OSError))
