"""What came in from the page of an appointment: everything typed is kept, the file too, and every refusal names its field."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import offices, offices_files, offices_shown
from approvals.offices_law import Authority, Decree, OfficeRefused, Wish, in_force, people_for, today
from approvals.offices_services import Trial
from registry.models import Assignment, Post, User
from submissions.evidence import FileRefused
from submissions.evidence_types import shown_name
from submissions.forms import whole_number
from wording.sentences import say

# The field that a refusal is about; where nothing is said, the page as a whole.
FIELDS = {
    "office.person": "who", "office.nobody": "who", "office.several": "who", "office.self": "who", "office.staff": "who",
    "office.inactive": "who", "office.outside": "who", "office.holds": "who", "office.holds.until": "who",
    "office.kind": "kind", "office.only_plh": "kind", "office.decree_no": "decree_no", "office.note": "note",
    "office.first": "first", "office.order": "last", "office.no_end": "last", "office.past": "first", "office.chain": "last",
    "office.absent": "last", "office.file_kind": "file", "office.file_gone": "file",
}  # fmt: skip
NAMES = (
    "who",
    "person",
    "kind",
    "decree_no",
    "decree_date",
    "first",
    "last",
    "note",
    "file_kept",
    "file_name",
)
OFFERED = 20  # people that fit what was searched for


@dataclass
class Draft:
    """An appointment, or a change of one, as it is being written."""

    user: User
    post: Post
    held: Authority
    assignment: Assignment | None = None
    typed: dict[str, str] = field(default_factory=dict)
    found: list[User] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether only the last day can be changed any more."""
        return self.assignment is not None and self.assignment.valid_from <= today()

    def refuse(self, code: str, params: dict[str, Any] | None = None, field: str = "") -> None:
        """Keep why it was refused, beside the field it is about."""
        self.errors.append({"field": field or FIELDS.get(code, ""), "sentence": say(code, params)})

    def look(self) -> None:
        """Find people by the words that were typed."""
        words = self.typed.get("who", "").split()
        people = people_for(self.held, self.post)
        for word in words:
            people = people.filter(Q(name__icontains=word) | Q(username__iexact=word) | Q(nip=word))
        self.found = list(people.order_by("name", "pk")[: OFFERED + 1]) if words else []
        if words and not self.found:
            self.refuse("office.nobody", {"value": " ".join(words)[:80]})

    def wish(self) -> Wish | None:
        """The wish that was typed; None when something cannot be read, which is then said."""
        if self.begun and self.assignment:
            return self._ending(self.assignment)
        person = self._person()
        first, last = self._day("first"), self._day("last")
        decree_date = self._day("decree_date")
        if not self.typed.get("first", "").strip():
            self.refuse("office.first")
        decree = self._decree()
        if person is None or first is None or self.errors:
            return None
        return Wish(
            post=self.post, person=person, kind=self.typed.get("kind", ""), first=first, last=last,
            decree_no=self.typed.get("decree_no", "").strip(), decree_date=decree_date, decree=decree,
            assignment=self.assignment, note=self.typed.get("note", "").strip(),
        )  # fmt: skip

    def _ending(self, one: Assignment) -> Wish | None:
        last = self._day("last")
        if self.errors:
            return None
        return Wish(
            post=self.post, person=one.person, kind=one.kind, first=one.valid_from, last=last,
            decree_no=one.decree_no, decree_date=one.decree_date, assignment=one,
            note=self.typed.get("note", "").strip(),
        )  # fmt: skip

    def _person(self) -> User | None:
        self.look()
        chosen = whole_number(self.typed.get("person", ""))
        person = User.objects.filter(pk=chosen).first() if chosen else None
        if person is None and len(self.found) == 1:
            person = self.found[0]
        if person is None and len(self.found) > 1:
            self.refuse("office.several", {"count": len(self.found), "value": self.typed["who"][:80]})
        elif person is None and not self.errors:
            self.refuse("office.person")
        elif person is not None:
            # Who was chosen from the list stays chosen, whatever stands in the search.
            self.errors = [one for one in self.errors if one["field"] != "who"]
            self.typed["person"] = str(person.pk)
        return person

    def _day(self, name: str) -> date | None:
        text = self.typed.get(name, "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse("office.day", {"value": text[:40]}, field=name)
            return None

    def bring(self, upload: UploadedFile) -> None:
        """Keep the file that came with the form, so that a page that comes back still has it."""
        try:
            decree = offices_files.decree_of(upload)
        except (OfficeRefused, FileRefused) as refused:
            self.refuse(refused.code, refused.params, field="file")
            return
        self.typed["file_kept"] = offices_files.keep(self.user, decree.content, decree.name)
        self.typed["file_name"] = decree.name

    def _decree(self) -> Decree | None:
        kept = self.typed.get("file_kept", "")
        if not kept:
            return None
        decree = offices_files.kept_decree(self.user, kept)
        if decree is None:
            self.typed["file_kept"] = self.typed["file_name"] = ""
            self.refuse("office.file_gone")
            return None
        # The folder takes plain names only; shown is what the person called it.
        name = shown_name(self.typed.get("file_name", "") or decree.name)
        return replace(decree, name=name)

    def context(self) -> dict[str, Any]:
        """For templates/offices/appoint.html."""
        bureau = self.held.as_bureau(self.post)
        kinds = Assignment.Kind.choices if bureau else [(Assignment.Kind.PLH.value, "Plh.")]
        day = today()
        rows = list(Assignment.objects.filter(post=self.post).select_related("person"))
        return {
            "post": self.post,
            "now": offices.held_on(rows, day),
            "now_name": offices.named(offices.held_on(rows, day).holder),
            "assignment": self.assignment,
            "begun": self.begun,
            "typed": self.typed,
            "kinds": [(code, label, code == self.typed.get("kind", "")) for code, label in kinds],
            "found": [
                (one.pk, one.name, _posts_of(one, day), str(one.pk) == self.typed.get("person"))
                for one in self.found[:OFFERED]
            ],
            "more": len(self.found) > OFFERED,
            "bureau": bureau,
            "errors": self.errors,
            "wrong": {one["field"]: one["sentence"] for one in self.errors if one["field"]},
            "history": offices.history_of(self.assignment) if self.assignment else [],
            "crumbs": self._crumbs(),
        }

    def preview(self, wish: Wish, trial: Trial, errors: list[dict[str, str]]) -> dict[str, Any]:
        """For templates/offices/look.html: what saving would do."""
        return {
            "post": self.post,
            "wish": wish,
            "kind": Assignment.Kind(wish.kind).label,
            "person": wish.person,
            "assignment": self.assignment,
            "hidden": [(name, self.typed.get(name, "")) for name in NAMES],
            "file_name": self.typed.get("file_name", ""),
            "seen": trial.mark,
            "warnings": [say(one.code, one.params) for one in trial.warnings],
            "effects": offices_shown.shown(trial.effects),
            "errors": errors,
            "crumbs": self._crumbs(),
        }

    def _crumbs(self) -> list[dict[str, str]]:
        here = _("Change the assignment") if self.assignment else _("Appoint")
        shown = {"label": self.post.title, "url": reverse("offices:post", args=[self.post.pk])}
        return [*offices.crumbs(), shown, {"label": here, "url": ""}]


def _posts_of(person: User, day: date) -> str:
    held = Assignment.objects.filter(in_force(day), person=person).select_related("post__unit")
    return "; ".join(str(one.post) for one in held[:3])


def draft_of(
    request: HttpRequest, user: User, post: Post, held: Authority, assignment: Assignment | None = None
) -> Draft:
    """The draft that a page shows or sends."""
    draft = Draft(user, post, held, assignment)
    if request.method == "GET":
        draft.typed = _stored(assignment) if assignment else {"kind": "" if held.as_bureau(post) else "plh"}
        draft.typed |= {"who": request.GET["who"]} if "who" in request.GET else {}
        return draft
    draft.typed = {name: request.POST.get(name, "").replace("\x00", "")[:300] for name in NAMES}
    if upload := request.FILES.get("file"):
        draft.bring(upload)
    return draft


def _stored(one: Assignment) -> dict[str, str]:
    return {
        "who": one.person.name,
        "person": str(one.person_id),
        "kind": one.kind,
        "decree_no": one.decree_no,
        "decree_date": one.decree_date.isoformat() if one.decree_date else "",
        "first": one.valid_from.isoformat(),
        "last": one.valid_to.isoformat() if one.valid_to else "",
    }
