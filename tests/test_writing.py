"""Who writes sets of rows writes their history too: whatever goes past `save()` does so in a place that is named here.

`.update()`, `bulk_create()`, `bulk_update()` and `.delete()` of a set, and SQL that writes, send no signal, so
django-simple-history sees nothing of them. The ledger does, and `manage.py check_history` finds it then, too late.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

CHECKOUT = Path(__file__).resolve().parent.parent
LOOKED_AT = (
    "config", "portal", "audit", "indicators", "approvals", "submissions", "registry", "workflow", "ledger",
)  # fmt: skip
SETS = {"update", "bulk_create", "bulk_update", "delete", "_raw_delete", "abulk_create", "aupdate", "adelete"}
RAW = re.compile(
    r"(?<!FOR )(?<!DO )(?<!OR )(?<!AFTER )(?<!BEFORE )(?<!NO KEY )\b(?:(?i:UPDATE(?:\s+ONLY)?|INSERT\s+INTO|DELETE\s+FROM"
    r"|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+\"?(?P<table>[\w{}.]+)|(?:UPDATE|INSERT INTO|DELETE FROM) $)"
)
CURE = (
    "writes {what} past save(), so its history would not tell of it. Use save(), registry.imports.writing.Writer or"
    " ledger.history.insert_history in the same transaction, and name the place with its reason in tests/test_writing.py."
)
ANY = "a table chosen at run time"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: file, function or constant, line, and the table."""

    file: str
    name: str
    line: int
    table: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.name}) " + CURE.format(what=self.table)


@dataclass
class _Reader(ast.NodeVisitor):
    """Reads one file and notes every writing of a set; `models` maps the name of a class to its table."""

    file: str
    models: dict[str, str]
    found: list[Place] = field(default_factory=list)
    inside: list[ast.AST] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def _into(self, node: ast.AST, name: str) -> None:
        self.names.append(name)
        self.inside.append(node)
        self.generic_visit(node)
        self.inside.pop()
        self.names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._into(node, node.name)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._into(node, node.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._into(node, node.name)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if not self.names and isinstance(target, ast.Name):
            self._into(node, target.id)
        else:
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if not self.names and isinstance(node.target, ast.Name):
            self._into(node, node.target.id)
        else:
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # words about the code are no SQL
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._sql(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        self._sql(node, text)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in SETS and self._of_a_set(node):
            self._note(node, self._table(node.func.value) or ANY)
        self.generic_visit(node)

    def _of_a_set(self, node: ast.Call) -> bool:
        """dict.update, hash.update and the writer's take what they are given; a queryset's takes names. A file's or a
        storage's delete says which."""
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if verb in ("update", "aupdate"):
            return bool(node.keywords) and not node.args
        if verb in ("delete", "adelete"):
            return not node.args and not node.keywords
        return True

    def _table(self, node: ast.AST) -> str:
        """The table of what a chain of calls begins with; "" when it cannot be told."""
        while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name):
            return ""
        return self.models.get(node.id) or self._assigned(node.id)

    def _assigned(self, name: str) -> str:
        """The table of a variable of the function: what was put into it."""
        for scope in reversed(self.inside):
            for part in ast.walk(scope):
                if isinstance(part, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == name for target in part.targets
                ):
                    value = part.value
                    if not any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(value)):
                        return self._table(value)
        return ""

    def _sql(self, node: ast.AST, text: str) -> None:
        for match in RAW.finditer(text):
            table = (match["table"] or "{").removeprefix("public.")
            if "{" in table:
                self._note(node, ANY)
            elif table.lower() in self.models.values():
                self._note(node, table.lower())

    def _note(self, node: ast.AST, table: str) -> None:
        self.found.append(Place(self.file, ".".join(self.names), getattr(node, "lineno", 0), table))


def writings(source: str, file: str, models: dict[str, str]) -> list[Place]:
    """Every writing of a set in a source."""
    reader = _Reader(file, models)
    reader.visit(ast.parse(source))
    return reader.found


def sources() -> Iterator[tuple[str, str]]:
    for package in LOOKED_AT:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            name = path.relative_to(CHECKOUT).as_posix()
            if "/migrations/" not in name:
                yield name, path.read_text()


@cache
def models() -> dict[str, str]:
    """The table of every model, ours and the libraries', by the name of its class."""
    return {model.__name__: model._meta.db_table for model in apps.get_models(include_auto_created=True)}


@cache
def everything() -> tuple[Place, ...]:
    """Every writing of a set in the product."""
    return tuple(one for file, source in sources() for one in writings(source, file, models()))


def with_history() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if hasattr(model, "history")}


# --- What is allowed, and why ----------------------------------------------------------------------------

HISTORY = "insert_history writes the history of the same rows in the same transaction"
# Places that write tables with a history past save(): each leaves the history itself.
ALLOWED = {
    "registry/imports/writing.py": {
        "Writer.insert": "the writer of sets itself: _remember follows",
        "Writer.update": "the writer of sets itself: _remember follows",
        "Writer.delete": "the writer of sets itself: _remember comes first, while the rows are there",
    },
    "workflow/writing.py": {"statement": "the engine: the history is a part of the same statement"},
    "ledger/history.py": {"history_sql": "writes the history itself"},
    "submissions/services.py": dict.fromkeys(("CHANGED_REPORTS", "CHANGED_LINES", "EXPLAINED"), HISTORY),
    "submissions/evidence.py": dict.fromkeys(("_store", "_say", "remove", "_changed"), HISTORY),
    "submissions/calendar.py": dict.fromkeys(
        ("open_month", "REPORTS", "LINES", "close_month", "EXTENDED"), HISTORY
    ),
    "submissions/pinning.py": dict.fromkeys(("PINNED", "PINNED_LINES", "DROPPED_LINES"), HISTORY),
    "submissions/revisions.py": dict.fromkeys(
        ("NEW_REPORTS", "NEW_LINES", "NEW_EVIDENCE", "NEW_EXPLANATIONS"), HISTORY
    ),
    "approvals/route_services.py": {"FOLLOW": HISTORY},
    "indicators/services.py": dict.fromkeys(("open_quarter", "CHANGED_FIGURES", "CHANGED_PACKS"), HISTORY),
    "indicators/files.py": dict.fromkeys(("attach", "remove", "CHANGED"), HISTORY),
    "indicators/revisions.py": dict.fromkeys(("REVISED", "COPIES"), HISTORY),
    "approvals/keeping/things.py": {
        "drop_rows": "logs without a history, named in the same file; the ledger tells of each row"
    },
    "config/celery.py": {"": "Celery's settings, no table"},
    "portal/api/tokens.py": {
        "found": "the day of its last use, which neither the history nor the ledger tells"
    },
}
# Audited tables without a history may be written as sets: the ledger's triggers tell every change of them, and here is
# why nobody misses the versions.
OWN_HISTORY = {
    "mfa_authenticator": "a key is there or gone; what it holds is nobody's to read",
    "approvals_letter": "says itself when it was sent, once",
    "approvals_notice": "says itself when it was read and mailed, once",
    "approvals_signingentry": "never changed: what a document holds",
    "approvals_disposalitem": "says itself when it was begun, spared and disposed of",
    "approvals_yearbundle": "says itself when it was asked for and made, once",
    "submissions_disposedfile": "never changed",
    "submissions_editor": "never changed: who entered",
    "submissions_opening": "never changed: who looked",
    "submissions_calendaract": "never changed: what the calendar did",
    "submissions_yearact": "never changed: what the calendar did",
    "indicators_packeditor": "never changed: who entered",
    "indicators_packopening": "never changed: who looked",
    "workflow_decision": "never changed: the legal record",
    "workflow_attempt": "never changed: who tried",
}


def judged(places: Iterable[Place], audited: set[str]) -> list[Place]:
    """Those that nothing allows."""
    return [
        place
        for place in places
        if place.name not in ALLOWED.get(place.file, {})
        and (place.table == ANY or place.table in audited)
        and place.table not in OWN_HISTORY
    ]


@pytest.fixture
def audited(db: None) -> set[str]:
    """The tables that have the ledger's triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'ledger_update'")
        return {name for (name,) in cursor.fetchall()}


def test_nobody_writes_a_set_past_its_history(audited: set[str]) -> None:
    wrong = judged(everything(), audited)
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_allowed_is_still_there_and_still_keeps_its_history(audited: set[str]) -> None:
    used = {(one.file, one.name) for one in everything()}
    named = {(file, name) for file, names in ALLOWED.items() for name in names}
    assert named - used == set()
    for file, names in ALLOWED.items():
        if HISTORY in names.values():
            assert "insert_history(" in (CHECKOUT / file).read_text(), file
    assert not set(OWN_HISTORY) & with_history()
    assert set(OWN_HISTORY) <= audited


PLANTED = {
    "Unit.objects.filter(pk=1).update(name='x')": "registry_unit",
    "Unit.objects.filter(pk=1).update(**values)": "registry_unit",
    "Report.objects.bulk_create(rows)": "submissions_report",
    "Report.objects.bulk_update(rows, ['state'])": "submissions_report",
    "Evidence.objects.all().delete()": "submissions_evidence",
    "Evidence.objects.filter(pk=1)._raw_delete('default')": "submissions_evidence",
    "await Unit.objects.aupdate(name='x')": "registry_unit",
    "held = Unit.objects.select_for_update()\n    held.filter(pk=1).update(name='x')": "registry_unit",
    "report.lines.update(realized=0)": ANY,
    "report.lines.all().delete()": ANY,
    "model._default_manager.bulk_create(rows)": ANY,
    "cursor.execute('UPDATE registry_unit SET name = %s', ['x'])": "registry_unit",
    'cursor.execute("update only \\"registry_unit\\" set name = 1")': "registry_unit",
    "cursor.execute('WITH m AS (DELETE FROM public.submissions_report RETURNING id) SELECT 1')": "submissions_report",
    "cursor.execute('INSERT INTO submissions_report (id) VALUES (1)')": "submissions_report",
    "cursor.execute('TRUNCATE registry_unit')": "registry_unit",
    "cursor.execute('MERGE INTO registry_unit USING x ON true WHEN MATCHED THEN DELETE')": "registry_unit",
    "cursor.execute(f'UPDATE {table} SET a = 1')": ANY,
    "cursor.execute('UPDATE {} SET a = 1'.format(table))": ANY,
    "cursor.execute('DELETE FROM ' + table)": ANY,
}
HARMLESS = (
    "found.update({'a': 1})",
    "digest.update(b'x')",
    "writer.update(rows, ('name',))",
    "case.file.delete(save=False)",
    "default_storage.delete(name)",
    "Outbox.objects.filter(pk=1).update(done_at=None)",
    "cursor.execute('SELECT id FROM registry_unit FOR UPDATE')",
    "cursor.execute('INSERT INTO workflow_outbox AS o (key) VALUES (1) ON CONFLICT (key) DO UPDATE SET key = 2')",
    "cursor.execute('SELECT name FROM registry_unit')",
)


@pytest.mark.parametrize("line", PLANTED)
def test_a_planted_writing_is_found_and_told_with_its_cure(line: str, audited: set[str]) -> None:
    source = f"async def planted(cursor, table, rows, report, model, values):\n    {line}\n"
    (found,) = judged(writings(source, "submissions/planted.py", models()), audited)
    assert (found.file, found.name, found.table) == ("submissions/planted.py", "planted", PLANTED[line])
    assert found.line in (2, 3)
    assert "insert_history" in str(found) and str(found).startswith("submissions/planted.py:")


@pytest.mark.parametrize("line", HARMLESS)
def test_what_writes_no_audited_set_is_left_alone(line: str, audited: set[str]) -> None:
    source = f"def harmless(cursor, found, digest, writer, rows, case):\n    {line}\n"
    assert judged(writings(source, "submissions/planted.py", models()), audited) == []


def test_a_constant_and_a_method_are_named_as_their_reader_knows_them(audited: set[str]) -> None:
    source = "SQL: str = 'UPDATE registry_unit SET a = 1'\nclass A:\n    def b(self):\n        Unit.objects.update(code='')\n"
    assert [one.name for one in judged(writings(source, "x.py", models()), audited)] == ["SQL", "A.b"]
