"""SpiffWorkflow 3.2.0: the process is restored from its JSON, one task is done, and it is stored again."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from SpiffWorkflow import TaskState  # type: ignore[import-not-found,import-untyped,unused-ignore]
from SpiffWorkflow.bpmn import BpmnWorkflow  # type: ignore[import-not-found,import-untyped,unused-ignore]
from SpiffWorkflow.bpmn.parser import BpmnParser  # type: ignore[import-not-found,import-untyped,unused-ignore]
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # type: ignore[import-not-found,import-untyped,unused-ignore]

from bench.peers.base import Wrong, must
from bench.peers.plain import MOVES, PlainPeer

MODEL = Path(__file__).parent / "report.bpmn"
PERSON = "SELECT name FROM person WHERE id = %(actor)s"
ENTER = """
WITH made AS (INSERT INTO report (unit_id, workflow) SELECT %(unit)s, %(workflow)s WHERE EXISTS (SELECT FROM holder h
    WHERE h.person_id = %(actor)s AND h.verb = 'enter' AND h.unit_id = %(unit)s) RETURNING id),
  filled AS (INSERT INTO line (report_id, code, realized) SELECT made.id, t.code, t.realized
    FROM made, unnest(%(codes)s::text[], %(sums)s::numeric[]) AS t(code, realized))
SELECT id FROM made"""
LOCK = """
SELECT r.workflow, r.state, EXISTS (SELECT FROM holder h WHERE h.person_id = %(actor)s AND h.verb = %(verb)s
  AND h.unit_id = r.unit_id) FROM report r WHERE r.id = %(id)s FOR UPDATE"""
STORE = """
WITH moved AS (UPDATE report SET state = %(target)s, version = version + 1, workflow = %(workflow)s WHERE id = %(id)s
    RETURNING id, version)
INSERT INTO decision (report_id, verb, version, actor_id, at, xid)
SELECT id, %(verb)s, version, %(actor)s, now(), pg_current_xact_id()::text::bigint FROM moved RETURNING id"""


@cache
def model() -> Any:
    """The process as the parser reads it, once."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(MODEL))
    return parser.get_spec("report")


class Spiff(PlainPeer):
    """Its state travels whole with every act."""

    name = "spiff"
    errors = (psycopg.Error, Wrong)

    def open(self) -> None:
        super().open()
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def enter(self, pool: str, ticket: Any) -> int:
        typed = self.rows(pool)
        self.ask(PERSON, typed)
        workflow = BpmnWorkflow(model())
        workflow.do_engine_steps()
        ((pk,),) = self.ask(ENTER, typed | {"workflow": self.serializer.serialize_json(workflow)})
        return int(pk)

    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        for pk in ids:
            asked = {"id": pk, "verb": verb, "actor": self.people[verb], "target": MOVES[verb][1]}
            self.ask(PERSON, asked)
            with self.connection.transaction():
                ((stored, state, held),) = self.ask(LOCK, asked)
                must(held and state == MOVES[verb][0], f"{verb} is refused")
                workflow = self.serializer.deserialize_json(stored)
                (task,) = workflow.get_tasks(state=TaskState.READY)
                must(task.task_spec.bpmn_id == verb, f"{task.task_spec.bpmn_id} is next, not {verb}")
                task.run()
                workflow.do_engine_steps()
                must(workflow.is_completed() == (verb == "publish"), "the process ends with publication")
                self.ask(STORE, asked | {"workflow": self.serializer.serialize_json(workflow)})
