"""What is handed out of a disposal that was carried out: each thing by its hash, who listed, who approved, by which minutes."""

import json
from datetime import datetime
from typing import Any

from approvals.models import Disposal
from ledger.checkpoints import latest
from registry.models import User

FORM = "jenjang.disposal/1"


def receipt_of(listed: Disposal) -> str:
    """The receipt as the very JSON text that is kept and handed out; its sha256 enters the ledger with the row."""
    unit, checkpoint = listed.unit, latest()
    rows = listed.items.order_by("pk").values_list("what", "row", "sha256", "size", "disposed_at", "spared")
    gone, spared = list[dict[str, Any]](), list[dict[str, Any]]()
    for what, row, digest, size, disposed_at, why in rows.iterator(chunk_size=2_000):
        thing = {"what": what, "row": row, "sha256": digest, "size": size}
        if why:
            spared.append(thing | {"reason": why})
        else:
            gone.append(thing | {"disposed_at": _moment(disposed_at)})
    told = {
        "receipt": FORM,
        "government": {"code": unit.government.code, "name": unit.government.name},
        "unit": {"code": unit.code, "name": unit.name},
        "kind": listed.kind,
        "closed_before": listed.before.isoformat(),
        "list": {
            "token": listed.token, "things": listed.things, "bytes": listed.size, "sha256": listed.digest,
            "by": _person(listed.listed_by), "at": _moment(listed.listed_at),
        },
        "approved": {
            "by": _person(listed.approved_by), "at": _moment(listed.approved_at), "minutes_no": listed.minutes_no,
            "minutes_date": str(listed.minutes_date),
        },
        "carried_out_at": _moment(listed.ended_at),
        "disposed": gone,
        "disposed_bytes": sum(thing["size"] for thing in gone),
        "spared": spared,
        "checkpoint": checkpoint.note if checkpoint else "",
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _person(user: User | None) -> dict[str, Any]:
    return {"id": user.pk, "name": user.name} if user else {}


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""
