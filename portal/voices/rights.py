"""Who may do what with citizens' messages, by the offices in force now. Grants let nobody in: messages hold personal words.

The central bureau sees all messages of its government, passes them on, refuses, shows, hides, erases, and answers what was
passed on to nobody. The head of the agency, and whoever holds the verifier's post of the sub-activity, answer what was passed
on to their unit. The sub-activity's officer reads it and notes what he knows.
"""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from portal.models import Feedback
from registry.models import BudgetItem, Office, Post, Unit, User
from registry.selectors import within


@dataclass(frozen=True, slots=True)
class Standing:
    """The offices of one person that matter here."""

    bureaus: tuple[Office, ...] = ()
    heads: tuple[Office, ...] = ()
    posts: tuple[Office, ...] = ()  # officers and whoever verifies

    @property
    def anything(self) -> bool:
        """Whether the desk is there for this person."""
        return bool(self.bureaus or self.heads or self.posts)

    def moderates(self, unit: Unit) -> bool:
        """Whether he is of the bureau of a unit's government."""
        return any(one.unit.government_id == unit.government_id for one in self.bureaus)

    def as_bureau(self, feedback: Feedback) -> Office | None:
        """The bureau's office in which he moderates it."""
        return next((one for one in self.bureaus if one.unit.government_id == feedback.government_id), None)

    def as_answerer(self, feedback: Feedback) -> Office | None:
        """The office in which he answers it; the head's own before a verifier's."""
        if feedback.routed_to is None:
            return self.as_bureau(feedback)
        path, item = feedback.routed_to.path, own_item(feedback)
        heads = (one for one in self.heads if path.startswith(one.unit_path))
        verifier = item.verifier_post_id if item else None
        return next(heads, None) or next((one for one in self.posts if one.post_id == verifier), None)

    def as_reader(self, feedback: Feedback) -> Office | None:
        """The office in which he reads it and may note something."""
        item = own_item(feedback)
        officer = item.officer_post_id if item else None
        own = next((one for one in self.posts if one.post_id == officer), None)
        return self.as_bureau(feedback) or self.as_answerer(feedback) or own


def own_item(feedback: Feedback) -> BudgetItem | None:
    """The sub-activity that a message is about, if it was passed on to the agency that carries it."""
    item, there = feedback.item, feedback.routed_to
    return item if item and there and item.unit.agency_id == there.agency_id else None


def standing(user: User) -> Standing:
    """Where somebody stands now; nowhere for who runs the system, however many offices he was given."""
    if user.is_superuser or not user.is_active:
        return Standing()
    offices = list(Office.objects.filter(person=user.pk).select_related("unit").order_by("pk"))
    head, bureau = Post.Role.AGENCY_HEAD, Post.Role.OVERSIGHT
    return Standing(
        tuple(one for one in offices if one.role == bureau and one.unit.parent_id is None),
        tuple(one for one in offices if one.role == head),
        tuple(one for one in offices if one.role not in (head, bureau)),
    )


def visible(held: Standing) -> QuerySet[Feedback]:
    """The messages that somebody reads: the bureau all of its government, others what was passed on to them."""
    found = Q(government__in=[one.unit.government_id for one in held.bureaus])
    found |= within([one.unit_path for one in held.heads], "routed_to__path")
    posts = [one.post_id for one in held.posts]
    theirs = Q(item__verifier_post__in=posts) | Q(item__officer_post__in=posts)
    found |= theirs & Q(routed_to__agency=F("item__unit__agency"))
    return Feedback.objects.filter(found).select_related(
        "government", "unit", "item", "item__unit", "routed_to"
    )
