"""Signing as it comes from the page of a prepared document."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import batches, services
from approvals.models import SigningBatch
from approvals.services import BatchRefused, SigningRefused
from registry.models import User
from wording.sentences import say
from workflow.engine import Refused


def sign_batch(request: HttpRequest, user: User, batch: SigningBatch) -> dict[str, str]:
    """Sign; returns the sentences to show by field, empty when it is signed and published."""
    password, passphrase = request.POST.get("password", ""), request.POST.get("passphrase", "")
    fields = {"statement": request.POST.get("statement"), "password": password, "passphrase": passphrase}
    missing = {name: say(f"sign.missing_{name}") for name, value in fields.items() if not value}
    if missing:
        return missing
    if request.POST.get("manifest_sha256") != batches.manifest_digest(batch):
        return {"": say("batch.altered", {"number": batch.document_no})}
    try:
        done = services.sign(
            actor=user, batch=batch, password=password, passphrase=passphrase, request=request
        )
    except BatchRefused as refused:
        return {"password" if refused.code == "batch.password" else "": say(refused.code, refused.params)}
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
        "password_error": errors.get("password", ""),
        "passphrase_error": errors.get("passphrase", ""),
    }
