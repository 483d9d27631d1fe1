"""Pages beside the signature: trying again with the same reports, and how the signer's certificate stands."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from approvals import services
from approvals.models import SigningBatch
from registry.models import User
from wording.sentences import say
from workflow.engine import Refused

SHOWN = 5  # refusals of reports


@require_POST
def prepare_again(request: HttpRequest, token: str) -> HttpResponse:
    """The reports of a document that became void, on a new one."""
    user: User = request.user  # type: ignore[assignment]
    void = get_object_or_404(SigningBatch, token=token, signer=user)
    try:
        return redirect("approvals:batch", services.prepare_again(actor=user, batch=void).token)
    except services.BatchRefused as refused:
        messages.error(request, say(refused.code, refused.params))
    except Refused as refused:
        messages.error(request, " ".join(say(one.code, one.params) for one in refused.outcomes[:SHOWN]))
    return redirect("approvals:batch", token)


def again(user: User, batch: SigningBatch) -> dict[str, Any]:
    """For the page of a document: where its signer has it prepared again, once it is void."""
    mine = batch.state == SigningBatch.State.VOID and batch.signer_id == user.pk
    return {"again_url": reverse("approvals:prepare_again", args=[batch.token]) if mine else ""}
