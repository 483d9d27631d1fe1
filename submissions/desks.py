# ruff: noqa: S608 - names and statements come from migrations, never from a request
"""Who has to act next, as a view of the database: one definition, read from both sides (what waits for me, who has it)."""

BRANCHES = (
    ("p.id = d.officer_post_id", "t.scope = 'item' AND d.tier = 0"),
    ("p.id = d.verifier_post_id", "t.scope = 'item' AND d.tier > 0"),
    ("p.unit_id = d.unit_id", "(t.scope = 'self' OR (t.scope = 'item' AND d.tier > 0 AND d.verifier_post_id IS NULL))"),
    ("p.unit_id = d.parent_id", "t.scope = 'parent'"),
    ("p.unit_id = d.agency_id", "t.scope = 'agency'"),
    ("p.unit_id = d.root_id", "t.scope = 'government'"),
    ("p.unit_id = (SELECT n.id FROM registry_unit n WHERE n.government_id = d.government_id AND n.code = t.unit)",
     "t.scope = 'unit'"),
)  # fmt: skip


def holders_view(name: str, key: str, documents: str) -> str:
    """CREATE VIEW `name` (`key`, post_id, tier): the posts that act next on each document that waits for somebody.

    `documents` selects id, state, tier, route_id, unit_id, parent_id, agency_id, root_id, government_id, officer_post_id and
    verifier_post_id; the last two may be NULL. Plain joins throughout, so that it is quick from either side.
    """
    branches = [
        f"SELECT d.id AS {key}, p.id AS post_id, d.tier FROM ({documents}) d"
        " JOIN workflow_tier t ON t.route_id = d.route_id AND t.number = d.tier"
        f" JOIN registry_post p ON p.role = t.role AND {join}"
        + f" WHERE d.state NOT IN ('superseded', 'cancelled') AND {where}"
        for join, where in BRANCHES
    ]
    return (
        f"CREATE OR REPLACE VIEW {name} AS\n" + "\nUNION ALL ".join(branches) + ";\n"
        f"GRANT SELECT ON {name} TO jenjang_app, jenjang_auditor;"
    )


def holder_guard(name: str, label: str, editors: str, column: str) -> str:
    """A trigger on decisions about `label` (app.model): made by who the transaction says acts, holding the post now, on what
    he did not enter (V-52, V-53; `editors`.`column` names the document). The calendar holds no office: it only publishes
    and supersedes what was signed and gives up revisions whose time has passed; it never decides. Nor is there a decision
    without the step that it makes: who writes both moves the document first, or in the same statement.

    Statement by statement, so that a set costs one look.
    """
    app, model = label.split(".")
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  kind int := (SELECT c.id FROM django_content_type c WHERE c.app_label = '{app}' AND c.model = '{model}');
  many bigint;
  actor bigint;
  wrong bigint;
BEGIN
  -- Most decisions are about something else: they are passed by before the rest is even begun.
  SELECT count(*), min(d.actor_id) INTO many, actor FROM made d WHERE d.content_type_id = kind;
  IF many = 0 THEN
    RETURN NULL;
  END IF;
  -- Whoever acts is one and the same, or one of them is wrong already: the offices of nobody else are looked up.
  WITH held AS MATERIALIZED (SELECT o.post_id, o.title, o.capacity FROM registry_office o WHERE o.person_id = actor)
  SELECT min(d.object_id) INTO wrong FROM made d WHERE d.content_type_id = kind AND (
    coalesce(d.actor_id::text, '') IS DISTINCT FROM coalesce(current_setting('jenjang.actor', true), '')
    OR d.actor_id IS DISTINCT FROM actor
    OR d.step IS DISTINCT FROM (SELECT r.step FROM {app}_{model} r WHERE r.id = d.object_id)
    OR (d.actor_id IS NULL AND (d.verb NOT IN ('publish', 'supersede', 'cancel') OR d.post_id IS NOT NULL))
    OR (d.actor_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM held o
      WHERE o.post_id = d.post_id AND o.title = d.post_title AND o.capacity = d.capacity))
    OR (d.actor_id IS NOT NULL
      AND d.actor_name IS DISTINCT FROM (SELECT u.name FROM registry_user u WHERE u.id = d.actor_id))
    OR (d.verb NOT IN ('submit', 'recall', 'amend', 'supersede', 'cancel') AND (
      EXISTS (SELECT 1 FROM {editors} e WHERE e.{column} = d.object_id AND e.person_id = d.actor_id)
      OR EXISTS (SELECT 1 FROM workflow_decision s WHERE s.content_type_id = d.content_type_id
        AND s.object_id = d.object_id AND s.verb = 'submit' AND s.actor_id = d.actor_id))));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '{model} %: a decision is made by who holds the office and entered nothing', wrong
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS {name} ON workflow_decision;
CREATE TRIGGER {name} AFTER INSERT ON workflow_decision REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
ALTER TABLE workflow_decision ENABLE ALWAYS TRIGGER {name};
"""
