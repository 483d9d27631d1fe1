"""What programs are told that speak with the API, and people who give them keys."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What the person of a key is told of it; see `portal.api.tokens`.
KEYS: dict[str, Promise] = {
    "notice.account.key_made": _(
        "The key %(key)s (%(hint)s…) was made for programs of your account %(name)s on %(done_at)s; it is valid until "
        "%(until_at)s. If it was not you, take it back on the page Keys and tell the administrator at once."
    ),
    "notice.account.key_given": _(
        "%(person)s made the key %(key)s (%(hint)s…) for programs of your account %(name)s on %(done_at)s; it is valid until "
        "%(until_at)s. If you did not ask for it, take it back on the page Keys and object at once."
    ),
    "notice.account.key_issued": _(
        "The key %(key)s (%(hint)s…) was made on the server for programs of your account %(name)s on %(done_at)s; it is valid "
        "until %(until_at)s. If you did not ask for it, take it back on the page Keys and object at once."
    ),
    "notice.account.key_revoked": _(
        "The key %(key)s (%(hint)s…) of your account %(name)s was taken back on %(done_at)s; no program can use it any more. "
        "If it was not you, tell the administrator at once."
    ),
    "subject.notice.account.key_made": _("A key for programs was made"),
    "subject.notice.account.key_given": _("A key for programs was made in your name"),
    "subject.notice.account.key_issued": _("A key for programs was made in your name"),
    "subject.notice.account.key_revoked": _("A key for programs was taken back"),
}

API: dict[str, Promise] = {
    **KEYS,
    "api.sign_in": _("Nobody is named in this request. Send a key: Authorization: Bearer <token>."),
    "api.token": _("This key is not known, was taken back, or has ended. Make a new one on the page Keys."),
    "api.token_read": _("This key may only read. Use one that may enter and act."),
    "api.factor": _(
        "Your office decides, and you have no second factor yet. Set one up on the page Security, then try again."
    ),
    "api.person": _("The identity provider names %(name)s, and nobody here is called that."),
    "api.provider": _("The identity provider cannot be reached to check this key. Try again in a minute."),
    "api.csrf": _(
        "A request with a session needs the CSRF token in X-CSRFToken. Programs use a key instead."
    ),
    "api.fast": _("More than %(limit)s requests in a minute. Wait %(seconds)s seconds."),
    "api.found": _("There is nothing at this address, or nothing that you may see."),
    "api.method": _("This address does not take %(method)s."),
    "api.accept": _("The answer would be JSON, and the request accepts only %(accept)s."),
    "api.type": _("The body is of the type %(type)s. Send %(wanted)s."),
    "api.large": _("The body is larger than %(limit)s bytes. Send less at once."),
    "api.unread": _("The request cannot be read. Check how it is written."),
    "api.fields": _("Some values cannot be taken. Each is named with what is wrong."),
    "api.cursor": _("This cursor is not from this list. Begin again without one."),
    "api.version_missing": _(
        "The version that was seen is missing. Send the ETag of the report in If-Match."
    ),
    "api.version": _("The report was changed since it was read. Read it again, then decide."),
    "api.key": _("The Idempotency-Key was used for another request. Use a new one."),
    "api.key_form": _("The Idempotency-Key has %(length)s signs. Use 1 to %(longest)s printable ones."),
    "api.key_busy": _("The first request with this key is still at work. Ask again in a few seconds."),
    "api.refused": _("%(count)s cells were not taken, so nothing was saved."),
    "api.unsent": _("%(count)s reports were not taken. Each says why."),
    "api.line": _("This report has no line %(account)s %(fund)s."),
    "api.twice": _("%(name)s is named twice. Name it once."),
    "api.yes_no": _("%(value)s is neither 1 nor 0. Send 1 for yes, 0 for no."),
    "api.many": _("%(count)s reports at once are too many. Send at most %(limit)s."),
    "api.manifest": _("The manifest is not that of this document. Read the document again, then sign it."),
    "api.statement": _("The declaration is not accepted. Read it, then send its version, %(version)s."),
    "api.gone": _("This file is not here any more."),
    "api.busy": _("Too much happens at this moment. Ask again in a few seconds."),
    "api.error": _("Something went wrong here. It was noted under %(request)s; ask again later."),
    "api.name": _("The name has %(length)s signs. Use 1 to %(longest)s."),
    "api.days": _("%(days)s days is no length for a key. Use 1 to %(longest)s."),
    "api.scope": _("It is not chosen what the key may do. Choose one."),
    "api.tokens": _("You have %(count)s keys already. Take one back first."),
    "api.revoked": _("The key %(name)s was taken back. No program can use it any more."),
}
