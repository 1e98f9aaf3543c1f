-- +goose Up
-- Tasks: what is asked of any unit beside the handling one, also of a recused or
-- accused one. A task shows only what is asked. What ties it to its ticket stands
-- in a table of its own, which the addressed unit never reads.

CREATE TABLE tasks (
  id        bigint PRIMARY KEY,
  number    text COLLATE "C" NOT NULL CHECK (number ~ '^R[0-9]{6}-[0-9]{7}$'),   -- drawn by lot: it tells nothing of the ticket, nor how many there are
  kind      text COLLATE "C" NOT NULL CHECK (kind IN ('inquiry','rectify','defence','recheck')),
  unit      int NOT NULL REFERENCES units,          -- the addressed one
  unit_path text COLLATE "C" NOT NULL,
  from_unit int NOT NULL REFERENCES units,
  text      text NOT NULL CHECK (text <> ''),
  urgent    boolean NOT NULL,
  sent_at   timestamptz NOT NULL,
  due_at    timestamptz NOT NULL,                   -- of its clock, kept by a trigger
  state     text COLLATE "C" NOT NULL CHECK (state IN ('sent','signed','answered','accepted','returned','cancelled')),
  round     int NOT NULL DEFAULT 1 CHECK (round > 0),
  note      text NOT NULL DEFAULT '',               -- why the answer was sent back
  signed_by   int REFERENCES persons,
  signed_at   timestamptz,
  answer      text NOT NULL DEFAULT '',
  answered_by int REFERENCES persons,
  answered_at timestamptz,
  ended_at    timestamptz,
  kept_from int[],                                  -- the ticket's recused: the line above the addressed unit may be the accused
  version   int NOT NULL DEFAULT 1,
  seq       int NOT NULL,
  head      bytea NOT NULL CHECK (octet_length(head) = 32),
  CONSTRAINT one_task_number_once UNIQUE (number),
  CONSTRAINT answered_by_somebody CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
  CONSTRAINT answered_before_judged CHECK (state NOT IN ('answered','accepted','returned') OR answered_at IS NOT NULL),
  CONSTRAINT ended_when_settled CHECK ((state IN ('accepted','cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX tasks_unit ON tasks(unit, due_at, id);
CREATE INDEX tasks_from ON tasks(from_unit, due_at, id);
CREATE INDEX tasks_open ON tasks(due_at, id) WHERE ended_at IS NULL;

CREATE TABLE task_links (
  task      bigint PRIMARY KEY REFERENCES tasks,
  ticket    bigint NOT NULL REFERENCES tickets,
  n         int NOT NULL CHECK (n > 0),
  deadline  bigint NOT NULL,                        -- the clock in force
  issued_by int NOT NULL REFERENCES persons,
  CONSTRAINT one_task_of_a_number UNIQUE (ticket, n),
  FOREIGN KEY (ticket, deadline) REFERENCES deadlines (subject, id)
);

-- What came with an answer. The contents lie among the other blobs.
CREATE TABLE task_files (
  id     bigint PRIMARY KEY,
  task   bigint NOT NULL REFERENCES tasks,
  round  int NOT NULL,
  name   text NOT NULL,
  type   text NOT NULL,
  size   bigint NOT NULL,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  actor  text NOT NULL,
  at     timestamptz NOT NULL
);
CREATE INDEX task_files_task ON task_files(task, id);

ALTER TABLE task_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON task_links FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY write ON task_links FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY change ON task_links FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY work ON task_links TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON task_links TO hotline_app, hotline_work;
GRANT UPDATE (deadline) ON task_links TO hotline_app, hotline_work;

-- Leads and investigators of the addressed unit, accused or not; leads above it
-- who are not recused from the ticket; and whoever sees the ticket.
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON tasks FOR SELECT TO hotline_app USING (
  unit = (SELECT (nullif(current_setting('app.keys', true), '')::int[])[array_length(nullif(current_setting('app.keys', true), '')::int[], 1) - 1])
    AND (SELECT current_setting('app.person', true)) <> ''
  OR unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true))
    AND (kept_from IS NULL OR NOT kept_from && (SELECT nullif(current_setting('app.keys', true), '')::int[]))
  OR EXISTS (SELECT 1 FROM task_links l WHERE l.task = id));
CREATE POLICY write ON tasks FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY change ON tasks FOR UPDATE TO hotline_app USING ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY work ON tasks TO hotline_work USING (true) WITH CHECK (true);
-- kept_from is for the policy alone: it would tell who is accused.
GRANT SELECT (id, number, kind, unit, from_unit, text, urgent, sent_at, due_at, state, round, note, signed_by, signed_at, answer, answered_by, answered_at, ended_at, version, seq, head) ON tasks TO hotline_app;
GRANT SELECT ON tasks TO hotline_work;
GRANT INSERT ON tasks TO hotline_app, hotline_work;
-- What was asked, and of whom, nobody changes.
GRANT UPDATE (due_at, state, round, note, signed_by, signed_at, answer, answered_by, answered_at, ended_at, version, seq, head) ON tasks TO hotline_app, hotline_work;

ALTER TABLE task_files ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON task_files FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tasks k WHERE k.id = task));
CREATE POLICY write ON task_files FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY work ON task_files TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON task_files TO hotline_app, hotline_work;

-- +goose StatementBegin
CREATE FUNCTION app.keep_task_due() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE tasks t SET due_at = NEW.due_at FROM task_links l WHERE l.ticket = NEW.subject AND l.deadline = NEW.id AND t.id = l.task;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_task_due AFTER UPDATE OF due_at ON deadlines FOR EACH ROW
  WHEN (OLD.due_at IS DISTINCT FROM NEW.due_at AND NEW.rule LIKE 'task%') EXECUTE FUNCTION app.keep_task_due();

CREATE FUNCTION app.keep_task_hidden() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_TABLE_NAME = 'task_links' THEN
    UPDATE tasks t SET kept_from = k.recused FROM tickets k WHERE k.id = NEW.ticket AND t.id = NEW.task;
  ELSE
    UPDATE tasks t SET kept_from = NEW.recused FROM task_links l WHERE l.ticket = NEW.id AND t.id = l.task;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_task_hidden AFTER INSERT ON task_links FOR EACH ROW EXECUTE FUNCTION app.keep_task_hidden();
CREATE TRIGGER keep_task_hidden AFTER UPDATE OF recused ON tickets FOR EACH ROW
  WHEN (OLD.recused IS DISTINCT FROM NEW.recused) EXECUTE FUNCTION app.keep_task_hidden();
-- +goose StatementEnd

-- A task has a journal of its own, read by who sees the task.
DROP POLICY see ON journal;
CREATE POLICY see ON journal FOR SELECT TO hotline_app USING (CASE subject_kind
  WHEN 'ticket' THEN EXISTS (SELECT 1 FROM tickets k WHERE k.id = subject)
  WHEN 'task' THEN EXISTS (SELECT 1 FROM tasks k WHERE k.id = subject)
  ELSE false END);

-- The addressed unit is told of the task, not of the ticket.
ALTER TABLE notifications ADD COLUMN task bigint REFERENCES tasks;
DROP POLICY see ON notifications;
CREATE POLICY see ON notifications FOR SELECT TO hotline_app USING (
  unit = (SELECT (nullif(current_setting('app.keys', true), '')::int[])[array_length(nullif(current_setting('app.keys', true), '')::int[], 1) - 1])
  AND (ticket IS NULL OR EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket))
  AND (task IS NULL OR EXISTS (SELECT 1 FROM tasks k WHERE k.id = task)));
DROP POLICY change ON notifications;
CREATE POLICY change ON notifications FOR UPDATE TO hotline_app USING (
  (ticket IS NULL OR EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket)) AND (task IS NULL OR EXISTS (SELECT 1 FROM tasks k WHERE k.id = task)));
