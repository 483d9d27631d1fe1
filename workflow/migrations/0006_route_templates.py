"""The routes of domain.md 4.1 as data; DINAS came with 0003. A government composes its own versions from them."""

from typing import Any

from django.db import migrations


def tier(verb: str, role: str, scope: str, label: str, **more: Any) -> dict[str, Any]:
    return {"verb": verb, "role": role, "scope": scope, "label": label, **more}


def vacant(days: int) -> dict[str, int]:
    return {"escalate_days": days}


OFFICER = tier("submit", "officer", "item", "PPTK")
ROUTES = {
    "SETDA": ("Sekretariat Daerah", [
        OFFICER, tier("verify", "section_head", "item", "Kepala Bagian", **vacant(3)),
        tier("verify", "assistant", "agency", "Asisten", when=[{"fact": "ceiling", "op": ">=", "value": "1000000000"}]),
        tier("sign", "agency_head", "agency", "Sekretaris Daerah"),
        tier("review", "oversight", "government", "Bagian Organisasi")]),
    "SETWAN": ("Sekretariat DPRD", [
        OFFICER, tier("verify", "section_head", "item", "Kepala Bagian", **vacant(3)),
        tier("sign", "agency_head", "agency", "Sekretaris DPRD")]),
    "INSPEKTORAT": ("Inspektorat", [
        OFFICER, tier("verify", "section_head", "item", "Sekretaris atau Irban", **vacant(3)),
        tier("sign", "agency_head", "agency", "Inspektur"), tier("review", "oversight", "government", "Sekretaris Daerah")]),
    "KECAMATAN": ("Kecamatan", [
        OFFICER, tier("verify", "section_head", "agency", "Sekretaris Camat", **vacant(3)),
        tier("sign", "agency_head", "agency", "Camat")]),
    "KELURAHAN": ("Kelurahan", [
        OFFICER, tier("verify", "section_head", "self", "Lurah", **vacant(3)),
        tier("sign", "agency_head", "agency", "Camat")]),
    "UPTD": ("UPTD dan puskesmas", [
        OFFICER, tier("verify", "section_head", "self", "Kepala UPTD", **vacant(3)),
        tier("verify", "section_head", "item", "Kepala Bidang", due_days=2), tier("sign", "agency_head", "agency", "Kepala Dinas")]),
    "RSUD": ("RSUD dan BLUD", [
        OFFICER, tier("verify", "section_head", "item", "Kepala Bidang atau Wakil Direktur", **vacant(3)),
        tier("sign", "agency_head", "self", "Direktur")]),
    "SMALL": ("Perangkat daerah kecil", [
        OFFICER, tier("verify", "section_head", "agency", "Sekretaris", **vacant(3)),
        tier("sign", "agency_head", "agency", "Kepala")]),
    "PSE": ("Public sector entity", [
        tier("submit", "officer", "self", "Finance officer"), tier("verify", "agency_head", "self", "Chief Executive", due_days=5),
        tier("sign", "agency_head", "parent", "Line department", due_days=5),
        tier("review", "oversight", "government", "Corporate Governance Unit", blocks=True, due_days=10)]),
    "KPDEPT": ("KP department", [
        OFFICER, tier("verify", "section_head", "item", "Additional Secretary", **vacant(3)),
        tier("sign", "agency_head", "agency", "Secretary"),
        tier("review", "oversight", "government", "SDPMR desk of the Finance Department")]),
    "KABPROV": ("Kabupaten ke provinsi", [
        OFFICER, tier("verify", "section_head", "item", "Kepala Bagian Adbang", **vacant(3)),
        tier("verify", "planner", "agency", "Bappeda"), tier("sign", "agency_head", "agency", "Sekretaris Daerah"),
        tier("review", "oversight", "government", "Biro Administrasi Pembangunan")]),
}  # fmt: skip


def ship(apps: Any, schema_editor: Any) -> None:
    RouteVersion = apps.get_model("workflow", "RouteVersion")
    for code, (name, tiers) in ROUTES.items():
        RouteVersion.objects.using(schema_editor.connection.alias).create(
            code=code, number=1, name=name, tiers=tiers
        )


class Migration(migrations.Migration):
    dependencies = [("workflow", "0005_grants_and_tiers")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
