"""From a NIP in a plan to the post that enters or verifies a sub-activity."""

from collections.abc import Iterable

from django.db.models import Q

from registry.imports.plan_rows import ItemRow
from registry.imports.problems import Problems, in_words
from registry.models import Assignment, FiscalYear, Post, Unit, User

ROLES = {"officer_nip": Post.Role.OFFICER, "verifier_nip": Post.Role.SECTION_HEAD}


def resolve_posts(
    items: Iterable[ItemRow], unit: Unit, fiscal_year: FiscalYear, problems: Problems
) -> dict[tuple[str, str], Post]:
    """The posts meant by officer_nip and verifier_nip: (column, NIP) -> post held within the agency in that year."""
    said = {(column, item.said[column]): item for item in items for column in ROLES if column in item.said}
    if not said:
        return {}
    numbers = {number for _, number in said}
    people = {person.nip: person for person in User.objects.filter(nip__in=numbers)}
    held = _held(numbers, unit, fiscal_year)
    found: dict[tuple[str, str], Post] = {}
    for (column, number), item in said.items():
        row = item.said_in[column]
        posts = held.get((number, ROLES[column]), {})
        at_unit = {pk: post for pk, post in posts.items() if post.unit_id == unit.pk}
        meant = list((at_unit or posts).values())
        if number not in people:
            problems.add("import.person_unknown", row, column, number, value=number)
        elif not meant:
            problems.add(
                "import.person_without_post", row, column, number, name=people[number].name,
                role=ROLES[column].value, year=fiscal_year.label,
            )  # fmt: skip
        elif len(meant) > 1:
            titles = in_words(str(post) for post in meant)
            problems.add(
                "import.person_several_posts", row, column, number, name=people[number].name,
                role=ROLES[column].value, posts=titles,
            )  # fmt: skip
        else:
            found[column, number] = meant[0]
    return found


def _held(numbers: set[str], unit: Unit, fiscal_year: FiscalYear) -> dict[tuple[str, str], dict[int, Post]]:
    """Posts by (NIP, role) that are held at some time of the year, at the unit's agency and below."""
    within = (unit.agency or unit).path
    rows = Assignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=fiscal_year.start_date),
        person__nip__in=numbers,
        post__unit__path__startswith=within,
        valid_from__lte=fiscal_year.end_date,
    ).select_related("post__unit", "person")
    held: dict[tuple[str, str], dict[int, Post]] = {}
    for each in rows.order_by("post_id"):
        held.setdefault((str(each.person.nip), each.post.role), {})[each.post_id] = each.post
    return held
