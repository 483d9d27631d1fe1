"""What is said when a document is signed, and of the certificates with which it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IN_ORDER = _("Before %(month)s is signed: your signing certificate")
LOOK_AT_IT = _("Your signing certificate needs you before %(month)s is signed")

SIGNING: dict[str, Promise] = {
    "batch.capacity": _(
        "The document %(number)s names you as %(before)s, and you sign as %(now)s now. Discard it and prepare a new one."
    ),
    "sign.too_early": _(
        "Your signing certificate is good only from %(valid_at)s on. Nothing was signed; sign after that."
    ),
    "sign.revoked": _(
        "Your signing certificate was revoked on %(revoked_at)s. Nothing was signed; ask the authority for a new one."
    ),
    "sign.untrusted": _(
        "Your signing certificate comes from %(issuer)s, which is not trusted here. Nothing was signed. Ask the "
        "administrator to install the authority's certificate."
    ),
    "sign.tsa_down": _(
        "The timestamp server does not answer. Nothing was signed; try again in some minutes, or tell the administrator."
    ),
    "sign.module_missing": _(
        "The security module of this site is not set up (%(path)s). Nothing was signed; tell the administrator."
    ),
    "sign.module": _(
        "The security module does not work (%(kind)s). Nothing was signed; tell the administrator."
    ),
    "sign.module_busy": _(
        "Others are signing with the security module right now. Nothing was signed; try again in a minute."
    ),
    "sign.pin_locked": _(
        "The PIN of your token is locked. Nothing was signed; ask the administrator to unlock the token."
    ),
    "sign.token_missing": _(
        "No token is called “%(label)s”. Nothing was signed; insert it, or tell the administrator."
    ),
    "sign.token_key": _(
        "There is no signing key called “%(label)s” on your token. Nothing was signed; tell the administrator."
    ),
    "sign.token_certificate": _(
        "There is no certificate called “%(label)s” on your token, or more than one. Nothing was signed; tell the "
        "administrator."
    ),
    "sign.number_unreadable": _(
        "Your national number can no longer be read here. Nothing was signed; ask the administrator to enter it again."
    ),
    "sign.service_unset": _(
        "The address of the signing service is not set. Nothing was signed; tell the administrator."
    ),
    "sign.service_down": _(
        "The signing service cannot be reached. Nothing was published; try again in some minutes."
    ),
    "sign.service_timeout": _(
        "The signing service did not answer in time, so it is not known whether it signed. This document is void and "
        "nothing was published. Prepare it again."
    ),
    "sign.service_account": _(
        "The signing service does not accept this site's account. Nothing was signed; tell the administrator."
    ),
    "sign.service_unknown": _(
        "The signing service does not know you. Nothing was signed; ask the administrator to have you registered."
    ),
    "sign.service_expired": _(
        "The signing service says that your certificate expired. Nothing was signed; renew it there."
    ),
    "sign.service_revoked": _(
        "The signing service says that your certificate was revoked. Nothing was signed; ask there for a new one."
    ),
    "sign.service_refused": _(
        "The signing service refused the document (answer %(status)s). Nothing was signed; tell the administrator."
    ),
    "sign.service_failed": _(
        "The signing service failed (answer %(status)s). Nothing was published; try again in some minutes."
    ),
    "sign.service_garbage": _(
        "What the signing service sent back is no document. Nothing was published; prepare the document again."
    ),
    "sign.service_other": _(
        "The signing service sent back another document than the one you saw. Nothing was published; tell the administrator."
    ),
    "sign.service_unsound": _(
        "The signature that the signing service made does not hold. Nothing was published; tell the administrator."
    ),
    "verify.resigned": _("A further signature was added to the document after the first."),
    "verify.revoked": _("The certificate had been revoked when the document was signed."),
    "verify.expired": _(
        "The certificate is past its end, and the document carries no proof that it was good when it signed."
    ),
    "verify.unstamped": _("The timestamp of the signature does not hold."),
    "cert.good": _("Your signing certificate is in order."),
    "cert.good_until": _("Your signing certificate is in order until %(valid_to_at)s."),
    "cert.ends": _(
        "Your signing certificate ends on %(valid_to_at)s, before the month is due. Renew it now."
    ),
    "cert.expired": _("Your signing certificate expired. Renew it before you sign."),
    "cert.revoked": _("Your signing certificate was revoked. Ask the authority for a new one."),
    "cert.not_in_force": _("The signing service says that your certificate is not in force. Ask there why."),
    "cert.unknown_user": _(
        "The signing service does not know you. Ask the administrator to have you registered."
    ),
    "cert.untrusted": _(
        "Your signing certificate is of no authority that is trusted here. Ask the administrator to install it."
    ),
    "cert.unset": _("Your signing key cannot be found. Ask the administrator to set it up again."),
    "cert.unanswered": _("It could not be found out whether your signing certificate is in order."),
    "cert.unknown": _("How long your signing key is good cannot be read without its passphrase."),
    "cert.due.good": _(
        "%(month)s is due for your signature on %(due_at)s. Your signing certificate is in order."
    ),
    "cert.due.ends": _(
        "%(month)s is due for your signature on %(due_at)s, and your signing certificate ends before. Renew it now."
    ),
    "cert.due.expired": _(
        "%(month)s is due for your signature on %(due_at)s, and your signing certificate expired. Renew it before."
    ),
    "cert.due.revoked": _(
        "%(month)s is due for your signature on %(due_at)s, and your signing certificate was revoked. Ask the authority "
        "for a new one."
    ),
    "cert.due.not_in_force": _(
        "%(month)s is due for your signature on %(due_at)s, and the signing service says that your certificate is not in "
        "force. Ask there why."
    ),
    "cert.due.unknown_user": _(
        "%(month)s is due for your signature on %(due_at)s, and the signing service does not know you. Ask the "
        "administrator to have you registered."
    ),
    "cert.due.untrusted": _(
        "%(month)s is due for your signature on %(due_at)s, and your certificate is of no authority that is trusted here. "
        "Ask the administrator to install it."
    ),
    "cert.due.unset": _(
        "%(month)s is due for your signature on %(due_at)s, and your signing key cannot be found. Ask the administrator to "
        "set it up again."
    ),
    "cert.due.unanswered": _(
        "%(month)s is due for your signature on %(due_at)s. It could not be found out whether your signing certificate is "
        "in order; try a signature early."
    ),
    "cert.due.unknown": _(
        "%(month)s is due for your signature on %(due_at)s. How long your signing key is good cannot be read without its "
        "passphrase; try a signature early."
    ),
    "cert.bureau": _(
        "%(person)s, who signs for %(agency)s, may not be able to: %(month)s is due on %(due_at)s, and something is wrong "
        "with the signing certificate."
    ),
    "signatory.number": _(
        "A national number has 16 digits; %(count)s were given. Correct the file and try again."
    ),
    "signatory.number_missing": _(
        "The signing service needs a national number. Give its file with --number-file."
    ),
    "signatory.label_missing": _("A security module needs the label of the key: --label TOKEN/KEY."),
    "signatory.person": _("Nobody has the user name “%(name)s”. Check it."),
    "subject.cert.due.good": IN_ORDER,
    "subject.cert.due.unknown": IN_ORDER,
    **{
        f"subject.cert.due.{status}": LOOK_AT_IT
        for status in (
            "ends",
            "expired",
            "revoked",
            "not_in_force",
            "unknown_user",
            "untrusted",
            "unset",
            "unanswered",
        )
    },
    "subject.cert.bureau": _("The signing certificate of %(person)s, %(agency)s"),
}
