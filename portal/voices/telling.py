"""Officials are told of a message that was passed on to them or is asked again: officer, verifier and the agency's head."""

from django.db.models import Q
from django.urls import reverse

from approvals.notices import everyone
from approvals.notices import tell as tell_all
from portal.models import Feedback, FeedbackAct
from portal.voices.acting import number_of
from portal.voices.rights import own_item
from registry.models import Office, Post, User


def tell(feedback: Feedback, act: FeedbackAct, together: str = "") -> None:
    """One notice each; `together` makes one letter of what one act passed on. Nobody of what is with nobody."""
    unit = feedback.routed_to
    if unit is None:
        return
    item = own_item(feedback)
    posts = [item.officer_post_id, item.verifier_post_id] if item else []
    heads = Q(role=Post.Role.AGENCY_HEAD, unit=unit.agency_id or unit.pk)
    held = Office.objects.filter(heads | Q(post__in=[one for one in posts if one]))
    people = User.objects.filter(pk__in=held.values("person")).order_by("pk")
    # What the citizen wrote is read behind the sign-in, not in a letter.
    params = {
        "number": number_of(feedback),
        "unit": unit.name,
        "due_at": (
            feedback.answer_due if act.kind == FeedbackAct.Kind.ROUTE else feedback.close_due
        ).isoformat(),
    }
    tell_all(
        event=f"voices.{act.kind}:{act.pk}",
        code=f"notice.voices.{act.kind}",
        to=everyone(people, params, reverse("voices:message", args=[feedback.pk])),
        urgent=True,
        together=together,
    )
