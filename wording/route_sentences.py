"""What is said about routes: what is wrong with one as data, and which of its tiers lead to nobody."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROUTES: dict[str, Promise] = {
    "fault.form": _(
        "Tier %(tier)s cannot be read: %(value)s. A tier has at least a verb, a role and a scope, each one a text."
    ),
    "fault.first": _(
        "A route begins with entry and has no other tier that enters. Let the first tier enter, and no other."
    ),
    "fault.length": _(
        "The route has %(length)s tiers; it needs at least 2 and at most %(longest)s. Add tiers, or remove some."
    ),
    "fault.unsigned": _("No tier signs, so nothing would ever be published. Add a tier that signs."),
    "fault.order": _(
        "The tiers are not in order: first entry, then verification, then signature, then review. Move them."
    ),
    "fault.conditions": _(
        "The tiers have %(count)s conditions together; at most %(most)s are possible. Remove some, or split the route in two."
    ),
    "fault.embargo": _(
        "The embargo has %(hours)s hours; 0 to %(longest)s are possible. Write a number between them."
    ),
    "fault.verb": _("“%(verb)s” is nothing that a tier does. Choose to verify, to sign or to review."),
    "fault.role": _("“%(role)s” is no role of posts. Choose one from the list."),
    "fault.scope": _("“%(scope)s” is no place where a post can be looked for. Choose one from the list."),
    "fault.unit": _(
        "A unit's code belongs to the scope “a named unit”, and only to it. Write the code, or choose another scope."
    ),
    "fault.quorum": _(
        "%(quorum)s persons are asked for; 1 to %(most)s are possible. Write a number between them."
    ),
    "fault.entry": _(
        "Entry has no condition and one person: every report begins there. Remove its condition, and ask for one person."
    ),
    "fault.blocks": _("Only a review can hold publication. Choose review, or let this tier hold nothing."),
    "fault.late_block": _(
        "A review that holds publication comes after one that does not. Put the one that holds it first."
    ),
    "fault.days": _(
        "%(days)s days are given; 0 to %(most)s are possible. Write a number between them, or none."
    ),
    "fault.condition": _(
        "The condition “%(fact)s %(op)s %(value)s” cannot be judged. Choose a fact, a comparison that fits it, and a value: "
        "an amount without separators for the ceiling, a code for the fund source or the kind of unit."
    ),
    "fault.passed_over": _(
        "A report with a ceiling of %(ceiling_rp)s can pass every tier that signs, so nobody would sign it. Add a tier that "
        "signs without a condition, or conditions that leave none out."
    ),
    "fault.never": _(
        "No report can meet all conditions of this tier, so it would never be asked. Change its conditions, or remove it."
    ),
    "fault.dead_end": _(
        "A report that is %(state)s at tier %(tier)s could never be published. Add the tier that lets it go on."
    ),
    "fault.unreached": _("No report could ever become %(state)s. Add the tier that leads there."),
    "resolve.no_route": _(
        "%(place)s follows the route “%(route_code)s”, which does not exist (units that do: %(count)s). Give it another route."
    ),
    "resolve.unknown_unit": _(
        "Tier %(tier)s names the unit “%(unit)s”, which does not exist. Look its code up in the unit list."
    ),
    "resolve.unnamed": _(
        "Tier %(tier)s: %(item)s of %(place)s names no post (sub-activities that name none there: %(count)s). Name the post "
        "of its %(role)s."
    ),
    "resolve.other_role": _(
        "Tier %(tier)s: %(item)s of %(place)s names %(post)s, which is no post of the %(role)s. Name another post."
    ),
    "resolve.no_place": _(
        "Tier %(tier)s: %(place)s has no unit at that place in the tree (%(scope)s). Choose another scope."
    ),
    "resolve.no_post": _(
        "Tier %(tier)s: %(place)s has no post of the %(role)s. Create the post, or look for it elsewhere."
    ),
    "resolve.few_posts": _(
        "Tier %(tier)s: %(quorum)s persons are asked for and %(place)s has %(count)s posts of the %(role)s. Ask for fewer, "
        "or create posts."
    ),
    "resolve.vacant": _(
        "Tier %(tier)s: nobody holds %(post)s, %(place)s, from %(first_on)s to %(last_on)s. Assign somebody, or who acts for "
        "the holder."
    ),
    "resolve.few": _(
        "Tier %(tier)s: %(quorum)s persons are asked for and %(place)s has %(count)s of the %(role)s from %(first_on)s to "
        "%(last_on)s. Assign more, or ask for fewer."
    ),
    "resolve.stand_in": _(
        "Tier %(tier)s: nobody holds %(post)s, %(place)s, from %(first_on)s to %(last_on)s; after %(days)s days %(person)s "
        "acts in its place. Assign somebody sooner."
    ),
    "resolve.self": _(
        "Tier %(tier)s: only %(person)s could %(verb)s what he enters himself (%(item)s, %(place)s) from %(first_on)s to "
        "%(last_on)s, and nobody decides on his own entries. Assign another person to one of the two posts."
    ),
    "resolve.twice": _(
        "Tier %(tier)s: only %(person)s could act, at tier %(other)s too (%(item)s, %(place)s), from %(first_on)s to "
        "%(last_on)s. Assign another person, or ask for a waiver."
    ),
    "compose.code": _(
        "“%(value)s” is no code of a route. Write 2 to 20 capital letters and digits, a letter first, for example DINAS."
    ),
    "compose.name": _(
        "The name has %(length)s characters; 1 to %(longest)s are possible. Write what the route is called."
    ),
    "compose.embargo": _("“%(value)s” is no number of hours. Write a whole number, or nothing."),
    "compose.label": _("The name has %(length)s characters; at most %(longest)s are possible. Shorten it."),
    "compose.faults": _(
        "Things to correct before the route can be saved: %(count)s. They stand at their tiers."
    ),
    "compose.office": _(
        "Routes are saved, and given to units, by the post of the central bureau, which you do not hold now. Ask its holder."
    ),
    "compose.unchanged": _(
        "Nothing differs from %(route)s, so there is no new version. Change something first."
    ),
    "compose.taken": _(
        "There is a route “%(value)s” already. Write another code, or compose the next version of that route."
    ),
    "compose.others": _(
        "Units of another government follow the route “%(value)s” too, so a new version would bind them as well. Compose a "
        "route of your own from it, under another code, and let your units follow that."
    ),
    "compose.moved": _(
        "You began with version %(base)s; meanwhile %(person)s saved version %(number)s. Nothing is lost: open that version "
        "beside this page, and begin again from it."
    ),
    "compose.no_route": _("There is no route “%(value)s”. Choose one from the list."),
    "compose.no_units": _("No unit is ticked. Tick at least one."),
    "compose.saved": _(
        "%(route)s is saved. Months that open from now on follow it, the next one being %(coming_month)s; reports of open "
        "months keep the version they have."
    ),
    "compose.given": _(
        "Units that follow %(route)s from the next month on: %(count)s. Reports of open months keep the route they have."
    ),
    "compose.passed_over": _(
        "Units that follow another route than when you opened the page, or this one already, stayed as they are: %(count)s."
    ),
}
