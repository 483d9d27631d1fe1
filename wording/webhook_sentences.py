"""What is said about webhooks: addresses outside that are told what was done here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WEBHOOKS: dict[str, Promise] = {
    "webhook.office": _("Webhooks are looked after by the administrator and the bureau."),
    "webhook.name": _("The name is missing, or longer than %(longest)s characters. Write a short one."),
    "webhook.topics": _("Nothing is chosen to be told. Choose at least one event."),
    "webhook.scope": _("It is not chosen whose reports it is about. Choose the government or one agency."),
    "webhook.twice": _(
        "This address is registered already for the same agency. Use that one, or remove it first."
    ),
    "webhook.url": _(
        "This is no web address. Write it out, for example https://example.org/hook, with %(longest)s signs at most."
    ),
    "webhook.https": _(
        "The address must begin with https://. Anything else could be read and changed on its way."
    ),
    "webhook.credentials": _(
        "The address contains a user name. Leave it out: messages are signed with the secret instead."
    ),
    "webhook.port": _("Port %(port)s is not allowed. Use %(usual)s, or one from %(first)s on."),
    "webhook.unknown_host": _("The name %(host)s cannot be found. Check how it is written."),
    "webhook.private": _(
        "%(host)s leads to a private, local or reserved address, where nothing is sent to. Use an address that the internet "
        "knows."
    ),
    "webhook.state": _("This webhook is in another state by now. Look at the page again."),
    "webhook.rotated": _("The secret was changed meanwhile. Use the newest one, or change it once more."),
    "webhook.not_active": _("This webhook is not active. Resume it first."),
    "webhook.no_delivery": _("This message is not one of this webhook. Look at the list again."),
    "webhook.waits": _(
        "This message is being sent at this very moment. Wait a few seconds, then look again."
    ),
    "webhook.done.test": _("A test is on its way. Its result appears below."),
    "webhook.done.pause": _("Paused. What happens meanwhile is kept and sent when it is resumed."),
    "webhook.done.resume": _("Resumed. What was held is on its way."),
    "webhook.done.remove": _("%(name)s was removed. Nothing is sent to it any more."),
    "webhook.done.resend": _("The message is on its way once more, with the same id."),
    "notice.webhook.disabled": _(
        "The webhook %(name)s has failed since %(since_at)s and was switched off. Have its receiver looked at, then resume it."
    ),
}

# Why there was no answer, or not a good one: words in a table, no sentences.
WHY: dict[str, Promise] = {
    "no_answer": _("no answer"),
    "timeout": _("no answer in time"),
    "certificate": _("its certificate cannot be trusted"),
    "redirect": _("it points elsewhere, which is not followed"),
    "gone": _("it says that it is gone"),
    "status": _("it did not accept the message"),
    "unknown_host": _("its name cannot be found"),
    "private": _("its name leads to a private address"),
    "https": _("it is not reached by https"),
    "url": _("it is no web address"),
    "credentials": _("it contains a user name"),
    "port": _("its port is not allowed"),
}
