"""Signing as it comes from the page of a prepared document."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import batches, services
from approvals.factors import FactorRefused, factor_of, offered
from approvals.models import SigningBatch
from approvals.services import BatchRefused, SigningRefused
from registry.models import User
from wording.sentences import say
from workflow.engine import Refused

UNDER_WAY = (
    SigningBatch.State.SIGNING,
    SigningBatch.State.SIGNED,
    SigningBatch.State.WAITING,
    SigningBatch.State.PUBLISHED,
)


def sign_batch(request: HttpRequest, user: User, batch: SigningBatch) -> dict[str, str]:
    """Sign; returns the sentences to show by field, empty when it is signed and published."""
    factor, passphrase = factor_of(request), request.POST.get("passphrase", "")
    fields = {
        "statement": request.POST.get("statement"),
        "code": factor.code or factor.assertion,
        "passphrase": passphrase,
    }
    missing = {name: say(f"sign.missing_{name}") for name, value in fields.items() if not value}
    if missing:
        return missing
    if request.POST.get("manifest_sha256") != batches.manifest_digest(batch):
        return {"": say("batch.altered", {"number": batch.document_no})}
    try:
        done = services.sign(actor=user, batch=batch, factor=factor, passphrase=passphrase, request=request)
    except FactorRefused as refused:
        # A second click brings the code of the first one: it is led to what the first one does.
        under_way = SigningBatch.objects.filter(pk=batch.pk, signer=user, state__in=UNDER_WAY).exists()
        return {} if under_way else {"code": say(refused.code, refused.params)}
    except BatchRefused as refused:
        return {"": say(refused.code, refused.params)}
    except SigningRefused as refused:
        return {"passphrase" if refused.code == "sign.passphrase" else "": say(refused.code, refused.params)}
    except Refused as refused:
        return {"": " ".join(say(one.code, one.params) for one in refused.outcomes[:5])}
    told = _("Signed and published.") if done.state == SigningBatch.State.PUBLISHED else _("Signed.")
    messages.success(request, told)
    return {}


def sign_words(errors: dict[str, str]) -> dict[str, Any]:
    """The declaration and the errors, for templates/approvals/sign.html."""
    return {
        "statement": _(
            "I have read this document. The figures are those of my agency, and I answer for them."
        ),
        "errors": [{"field": field, "sentence": sentence} for field, sentence in errors.items()],
        "statement_error": errors.get("statement", ""),
        "code_error": errors.get("code", ""),
        "passphrase_error": errors.get("passphrase", ""),
    }


def sign_form(request: HttpRequest, user: User) -> dict[str, Any]:
    """What only the form of who may sign needs: the tick as it was, and which factors are offered."""
    return {"ticked": request.POST.get("statement") == "1", **offered(user)}
