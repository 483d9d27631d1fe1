"""The pages of posts and who holds them. Who has nothing to see there does not find them."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from approvals import offices, offices_files, offices_law, offices_services, offices_shown
from approvals.offices_forms import Draft, draft_of
from approvals.offices_law import OfficeRefused
from approvals.offices_services import Rotation
from registry.models import Assignment, Government, Post, User
from registry.selectors import government_of
from wording.sentences import say

SALT = "approvals.offices.rotation"


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    if not offices_law.may_see_any(user):
        raise Http404
    return user


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The posts that the reader may see, with their holders."""
    return render(request, "offices/index.html", offices.list_context(_user(request), request.GET))


@require_GET
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Who held, holds and will hold one post."""
    user = _user(request)
    found = get_object_or_404(offices_law.visible_posts(user), pk=pk)
    return render(request, "offices/post.html", offices.post_context(user, found))


@require_GET
def decree(request: HttpRequest, pk: int) -> FileResponse:
    """The file of a decree, to those who may see the post; always downloaded."""
    seen = offices_law.visible_posts(_user(request))
    found = get_object_or_404(Assignment.objects.filter(post__in=seen), pk=pk)
    try:
        content = found.decree_file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=found.decree_name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a post: search, write, see what it does, save."""
    user, held = _user(request), offices_law.authority_of(request.user)  # type: ignore[arg-type]
    found: Post = get_object_or_404(offices_law.visible_posts(user), pk=pk)
    if not held.may(found):
        raise Http404
    return _page(request, draft_of(request, user, found, held))


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """End, prolong or correct an assignment."""
    user, held = _user(request), offices_law.authority_of(request.user)  # type: ignore[arg-type]
    seen = offices_law.visible_posts(user)
    held_by = Assignment.objects.filter(post__in=seen).select_related("person", "post__unit")
    one = get_object_or_404(held_by, pk=pk)
    if not held.may_change(one):
        raise Http404
    return _page(request, draft_of(request, user, one.post, held, one))


def _page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The form, or what it would do, or what was done: by the button that was pressed."""
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do == "look":
        draft.look()
    wish = draft.wish() if do in ("preview", "save") else None
    if wish is None:
        return render(request, "offices/appoint.html", draft.context(), status=422 if draft.errors else 200)
    if do == "save":
        try:
            made = offices_services.appoint(actor=draft.user, wish=wish, seen=request.POST.get("seen", ""))
        except OfficeRefused as refused:
            draft.refuse(refused.code, refused.params)
        else:
            code = "office.done.changed" if draft.assignment else "office.done.appointed"
            messages.success(request, say(code, {"name": made.person.name, "post": str(made.post)}))
            return redirect("offices:post", made.post_id)
    trial = offices_services.tried(actor=draft.user, wish=wish)
    if trial.refused:
        draft.errors = []
        for one in trial.refused:
            draft.refuse(one.code, one.params)
        return render(request, "offices/appoint.html", draft.context(), status=422)
    context = draft.preview(wish, trial, draft.errors)
    return render(request, "offices/look.html", context, status=422 if draft.errors else 200)


# --- Many at once ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
def rotation(request: HttpRequest) -> HttpResponse:
    """Let many people change posts by one file: bring it, see all that it does, apply it."""
    user = _user(request)
    here = government_of(user)
    if here is None or not offices_law.may_rotate(user):
        raise Http404
    if request.method == "GET":
        return _rotation_page(request)
    return _applied(request, user, here) if "preview" in request.POST else _brought(request, user, here)


def _brought(request: HttpRequest, user: User, here: Government) -> HttpResponse:
    upload: Any = request.FILES.get("file")
    if upload is None:
        return _rotation_page(request, sentence=say("office.no_rotation_file"))
    try:
        content = offices_files.small_enough(upload)
    except OfficeRefused as refused:
        return _rotation_page(request, sentence=say(refused.code, refused.params))
    return _looked_at(request, user, here, content, upload.name or "")


def _looked_at(
    request: HttpRequest, user: User, here: Government, content: bytes, name: str, sentence: str = ""
) -> HttpResponse:
    tried = offices_services.rotation_tried(actor=user, government=here, content=content, name=name)
    preview = ""
    if tried.mark:
        told = {"file": offices_files.keep(user, content, name), "name": name, "mark": tried.mark}
        preview = signing.dumps(told, salt=f"{SALT}.{user.pk}")
    return _rotation_page(request, tried=tried, name=name, preview=preview, sentence=sentence)


def _applied(request: HttpRequest, user: User, here: Government) -> HttpResponse:
    try:
        told = signing.loads(request.POST["preview"], salt=f"{SALT}.{user.pk}")
    except signing.BadSignature:
        return _rotation_page(request, sentence=say("office.expired"))
    kept = offices_files.kept(user, told["file"])
    if kept is None:
        return _rotation_page(request, sentence=say("office.file_gone"))
    content, name = kept[0], told["name"]
    try:
        done = offices_services.rotate(
            actor=user, government=here, content=content, name=name, seen=told["mark"]
        )
    except OfficeRefused as refused:
        return _looked_at(request, user, here, content, name, say(refused.code, refused.params))
    if done.errors:
        return _rotation_page(request, tried=done, name=name)
    if done.result.changed:
        messages.success(request, say("office.done.rotated", {"count": len(done.result.written)}))
    else:
        messages.info(request, say("office.rotation_nothing"))
    return redirect("offices:index")


def _rotation_page(
    request: HttpRequest, *, tried: Rotation | None = None, name: str = "", preview: str = "", sentence: str = ""
) -> HttpResponse:  # fmt: skip
    errors = [{"field": "file", "sentence": sentence}] if sentence else []
    errors += offices_shown.problems(tried.errors) if tried else []
    good = tried is not None and not tried.errors
    context = {
        "errors": errors,
        "file_name": name,
        "tried": tried,
        "nothing": say("office.rotation_nothing") if tried and good and not tried.mark else "",
        "rows": offices_shown.written(tried.result.written) if tried and good else [],
        "warnings": offices_shown.problems(tried.result.warnings) if tried and good else [],
        "notes": offices_shown.problems(tried.result.notes) if tried and good else [],
        "effects": offices_shown.shown(tried.effects) if tried and good and tried.mark else None,
        "steps": offices_shown.steps(),
        "preview": preview,
        "crumbs": [*offices.crumbs(), {"label": offices_shown.rotation_label(), "url": ""}],
    }
    return render(request, "offices/rotation.html", context, status=422 if errors else 200)
