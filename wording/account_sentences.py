"""What is said about accounts: second factors, sign-in, sessions. Codes as in `wording.catalogue`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACCOUNTS: dict[str, Promise] = {
    "factor.none": _(
        "Your account has no authenticator app yet. Set one up under Account and security, then sign."
    ),
    "factor.wrong": _("This code does not count. Type the 6 digits that your authenticator app shows now."),
    "factor.used": _(
        "This code was used already; each code counts once. If you clicked twice, the first click goes on: look at the "
        "page again. Otherwise wait for the next code, at most 30 seconds, and type that."
    ),
    "factor.paused": _(
        "%(count)s wrong codes in a row: the next try is possible in %(minutes)s minutes. Nothing was changed."
    ),
    "factor.blocked": _(
        "%(count)s wrong codes in a row: codes of this app are not accepted any more. Ask the administrator to remove "
        "it, then set up a new one."
    ),
    "factor.unreadable": _(
        "The secret of your app or of your recovery codes can no longer be read here. Ask the administrator to remove it, "
        "then set up a new one."
    ),
    "factor.passkey": _(
        "The passkey did not answer the question of this page. Nothing was changed; use it once more or type a code."
    ),
    "notice.account.password_changed": _(
        "The password of your account %(name)s was changed on %(done_at)s, and all other sessions have ended. If it was "
        "not you, tell the administrator at once."
    ),
    "notice.account.password_set": _(
        "The password of your account %(name)s was set on %(done_at)s. If it was not you, tell the administrator at once."
    ),
    "notice.account.password_reset": _(
        "The password of your account %(name)s was set anew by a mailed link on %(done_at)s, and all sessions have ended. "
        "If it was not you, tell the administrator at once."
    ),
    "notice.account.totp_activated": _(
        "An authenticator app was set up for your account %(name)s on %(done_at)s. If it was not you, tell the "
        "administrator at once."
    ),
    "notice.account.totp_deactivated": _(
        "The authenticator app of your account %(name)s was removed on %(done_at)s. If it was not you, tell the "
        "administrator at once."
    ),
    "notice.account.webauthn_added": _(
        "A passkey was added to your account %(name)s on %(done_at)s. If it was not you, tell the administrator at once."
    ),
    "notice.account.webauthn_removed": _(
        "A passkey of your account %(name)s was removed on %(done_at)s. If it was not you, tell the administrator at once."
    ),
    "notice.account.recovery_codes_generated": _(
        "New recovery codes were made for your account %(name)s on %(done_at)s; the old ones do not count any more. If it "
        "was not you, tell the administrator at once."
    ),
    "notice.account.link_sent": _(
        "%(person)s, who administers this site, had a link sent to you on %(done_at)s with which you set the password of "
        "your account %(name)s. Nobody but you can use it."
    ),
    "notice.account.sessions_ended": _(
        "%(person)s, who administers this site, signed your account %(name)s out everywhere on %(done_at)s."
    ),
    "notice.account.factors_removed": _(
        "%(person)s, who administers this site, removed the second factor of your account %(name)s on %(done_at)s: "
        "%(reason)s. At your next sign-in you set up a new one. If you did not ask for it, object at once."
    ),
    "account.unknown": _(
        "You have signed in there as %(name)s, and no account here belongs to that name. Accounts are given by your "
        "office: ask its administrator, who needs this name."
    ),
    "account.unnamed": _(
        "Your sign-in was accepted there, but nothing in it says who you are here (%(claim)s is missing). Tell the "
        "administrator of this site."
    ),
    "password.guessable": _(
        "This password is easily guessed: without names, words that everybody uses and repetitions %(length)s of its "
        "characters are left, and at least %(shortest)s are needed. A sentence of your own makes a good one."
    ),
    "sign.missing_code": _(
        "The code of your authenticator app is missing. Type its 6 digits or use your passkey."
    ),
    "subject.notice.account.password_changed": _("Your password was changed"),
    "subject.notice.account.password_set": _("Your password was set"),
    "subject.notice.account.password_reset": _("Your password was set anew"),
    "subject.notice.account.totp_activated": _("An authenticator app was set up"),
    "subject.notice.account.totp_deactivated": _("Your authenticator app was removed"),
    "subject.notice.account.webauthn_added": _("A passkey was added"),
    "subject.notice.account.webauthn_removed": _("A passkey was removed"),
    "subject.notice.account.recovery_codes_generated": _("New recovery codes were made"),
    "subject.notice.account.link_sent": _("A link for your password is on its way"),
    "subject.notice.account.sessions_ended": _("You were signed out everywhere"),
    "subject.notice.account.factors_removed": _("Your second factor was removed"),
}
