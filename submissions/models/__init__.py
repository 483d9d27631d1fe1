"""What is reported: periods, one report per sub-activity and month, its lines, its evidence, its payments."""

from submissions.models.calendar import (
    CalendarAct,
    CalendarFault,
    CalendarRule,
    Heartbeat,
    Holiday,
    Period,
    YearAct,
)
from submissions.models.evidence import DisposedFile, Evidence, EvidenceScan, Upload
from submissions.models.leading import LeaderDecision
from submissions.models.payments import Payment, PaymentImport, PaymentKind, PaymentMapping
from submissions.models.reports import (
    Comment,
    Editor,
    Explanation,
    Opening,
    Report,
    ReportLine,
)
from submissions.models.tokens import PUBLIC_NAME_IN_SQL, new_token

__all__ = [
    "PUBLIC_NAME_IN_SQL",
    "CalendarAct",
    "CalendarFault",
    "CalendarRule",
    "Comment",
    "DisposedFile",
    "Editor",
    "Evidence",
    "EvidenceScan",
    "Explanation",
    "Heartbeat",
    "Holiday",
    "LeaderDecision",
    "Opening",
    "Payment",
    "PaymentImport",
    "PaymentKind",
    "PaymentMapping",
    "Period",
    "Report",
    "ReportLine",
    "Upload",
    "YearAct",
    "new_token",
]
