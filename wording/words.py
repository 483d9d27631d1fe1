"""Words for the codes that stand in rows and answers: states, verbs, statuses, colours. All in sentence
case, inside a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, Promise]

STATES: Words = {
    "draft": _("a draft"),
    "submitted": _("submitted"),
    "verified": _("verified"),
    "signed": _("signed"),
    "published": _("published"),
    "returned": _("returned for correction"),
    "superseded": _("replaced by a newer revision"),
    "cancelled": _("cancelled"),
}
VERBS: Words = {
    "enter": _("change"),
    "submit": _("submit"),
    "recall": _("recall"),
    "verify": _("verify"),
    "return": _("return"),
    "sign": _("sign"),
    "review": _("review"),
    "publish": _("publish"),
    "amend": _("amend"),
    "supersede": _("replace"),
    "cancel": _("give up"),
}
# When a verb is possible at all, said to somebody who tried it at another time.
CONDITIONS: Words = {
    "enter": _("only a draft or a returned report can be changed"),
    "submit": _("only a draft or a returned report can be submitted"),
    "recall": _("a report can be recalled only until the next office has opened it"),
    "verify": _("a report can be verified only after it was submitted, by the office that holds it now"),
    "return": _(
        "a report can be returned only after it was submitted and before it is published, by the office that holds it"
    ),
    "sign": _("a report can be signed only after every verification"),
    "review": _("a report can be reviewed only after it was signed, by the office that the review waits for"),
    "publish": _("a report can be published only after it was signed"),
    "amend": _("only a published report can be amended"),
    "supersede": _("only a published report can be replaced"),
    "cancel": _("only an open revision can be given up"),
}
ROLES: Words = {
    "officer": _("technical officer"),
    "section_head": _("section head"),
    "agency_head": _("agency head"),
    "planner": _("completeness check"),
    "assistant": _("assistant"),
    "oversight": _("central bureau"),
    "leader": _("leader of the government"),
    "inspector": _("inspectorate"),
}
# What a tier does, as a step that comes next or was done.
STEPS: Words = {
    "submit": _("entry"),
    "verify": _("verification"),
    "sign": _("signature"),
    "review": _("review"),
    "publish": _("publication"),
}
# What a return is about (domain.md 2.6); stored as the mark "category-<code>".
CATEGORIES: Words = {
    "evidence": _("Evidence is missing"),
    "payments": _("The figures do not match the payments"),
    "cumulative": _("A cumulative value was entered as one month's"),
    "status": _("The status does not fit the figures"),
    "narrative": _("Problem, follow-up or note need other words"),
    "other": _("Something else"),
}
GRANTS: Words = {
    "extension": _("extension of a deadline"),
    "reopening": _("reopening of locked months"),
    "amendment": _("permission to amend"),
    "waiver": _("waiver of the rule that two tiers need two persons"),
    "assistance": _("mandate to assist"),
}
STATUSES: Words = {
    "BELUM_MULAI": _("not started"),
    "PERSIAPAN": _("preparation"),
    "PENGADAAN": _("in procurement"),
    "PELAKSANAAN": _("under way"),
    "TERHENTI": _("halted"),
    "SELESAI": _("completed"),
    "TIDAK_DILAKSANAKAN": _("will not be carried out"),
    "LANJUT_TAHUN_DEPAN": _("carried over to next year"),
}
MODES: Words = {
    "PERCENT": _("percentage points"),
    "VOLUME": _("output volume"),
    "TIME": _("passing of time"),
    "MILESTONE": _("milestones"),
}
SEVERITIES: Words = {"B": _("Must be corrected"), "W": _("Please check"), "I": _("For information")}
COLOURS: Words = {
    "AHEAD": _("ahead of plan"),
    "GREEN": _("on plan"),
    "YELLOW": _("behind plan"),
    "RED": _("far behind plan"),
}
BANDS: Words = {
    "ST": _("very high"),
    "T": _("high"),
    "S": _("medium"),
    "R": _("low"),
    "SR": _("very low"),
}
