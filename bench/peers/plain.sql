-- What both peers without Django stand on: rights per unit, a decision per step, an event per changed row.
CREATE TABLE person (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE holder (person_id bigint REFERENCES person, verb text, unit_id bigint, PRIMARY KEY (person_id, verb, unit_id));
CREATE TABLE report (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit_id bigint NOT NULL,
  state text NOT NULL DEFAULT 'draft', version int NOT NULL DEFAULT 1, workflow text);
CREATE TABLE line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, report_id bigint NOT NULL REFERENCES report,
  code text NOT NULL, realized numeric(20, 2) NOT NULL);
CREATE INDEX line_of_report ON line (report_id);
CREATE TABLE decision (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, report_id bigint NOT NULL REFERENCES report,
  verb text NOT NULL, version int NOT NULL, actor_id bigint NOT NULL REFERENCES person, at timestamptz NOT NULL,
  xid bigint NOT NULL);
CREATE INDEX decision_of_report ON decision (report_id);
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, of_table text NOT NULL, of_row bigint NOT NULL,
  payload text NOT NULL);
CREATE INDEX event_of_row ON event (of_table, of_row);

CREATE FUNCTION record_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO event (of_table, of_row, payload) SELECT TG_TABLE_NAME, n.id, json_build_object('op', 'I', 'new', to_json(n),
    'at', clock_timestamp(), 'xid', pg_current_xact_id()::text)::text FROM n;
  RETURN NULL; END $$;
CREATE FUNCTION record_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO event (of_table, of_row, payload) SELECT TG_TABLE_NAME, n.id, json_build_object('op', 'U', 'old', to_json(o),
    'new', to_json(n), 'at', clock_timestamp(), 'xid', pg_current_xact_id()::text)::text FROM n JOIN o USING (id);
  RETURN NULL; END $$;
CREATE TRIGGER recorded AFTER INSERT ON report REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION record_insert();
CREATE TRIGGER recorded AFTER INSERT ON line REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION record_insert();
CREATE TRIGGER changed AFTER UPDATE ON report REFERENCING OLD TABLE AS o NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION record_update();
CREATE TRIGGER changed AFTER UPDATE ON line REFERENCING OLD TABLE AS o NEW TABLE AS n
  FOR EACH STATEMENT EXECUTE FUNCTION record_update();
INSERT INTO person (name) VALUES ('submit'), ('verify'), ('sign'), ('publish');
INSERT INTO holder SELECT id, name, 1 FROM person;
INSERT INTO holder SELECT id, 'enter', 1 FROM person WHERE name = 'submit';
