-- +goose Up
-- The journal: one appended row per act, chained by hash inside its subject.
-- The logins may INSERT and SELECT; a trigger refuses the rest to everybody but
-- the owner. The Merkle log's tables stand here in their final shape; the
-- sequencer fills them.
CREATE SEQUENCE journal_id;

CREATE TABLE journal (
  id           bigint NOT NULL DEFAULT nextval('journal_id'),
  subject_kind text NOT NULL,
  subject      bigint NOT NULL,
  seq          int NOT NULL CHECK (seq > 0),
  at           timestamptz NOT NULL,              -- when the fact happened
  recorded_at  timestamptz NOT NULL,              -- when it was written down
  actor        text NOT NULL CHECK (actor <> ''), -- person:ID, machine:NAME, platform:NAME, complainant
  unit         int,
  action       text NOT NULL CHECK (action <> ''),
  provenance   text NOT NULL CHECK (provenance IN ('machine','scan','typed')),
  commitments  bytea NOT NULL,                    -- canonical JSON: field -> H(salt || value)
  prev         bytea NOT NULL CHECK (octet_length(prev) = 32),
  hash         bytea NOT NULL CHECK (octet_length(hash) = 32)
) PARTITION BY RANGE (id);

CREATE TABLE journal_body (
  journal bigint NOT NULL,
  body    bytea NOT NULL                          -- canonical JSON: field -> salt, value
) PARTITION BY RANGE (journal);

CREATE TABLE journal_heads (
  kind    text NOT NULL,
  subject bigint NOT NULL,
  seq     int NOT NULL,
  head    bytea NOT NULL,
  PRIMARY KEY (kind, subject)
);

-- Rows not yet given their leaf; inserted in the transaction of the act.
CREATE TABLE journal_pending (
  journal bigint NOT NULL
);
CREATE TABLE leaves (
  n       bigint NOT NULL,
  journal bigint NOT NULL,
  hash    bytea NOT NULL CHECK (octet_length(hash) = 32)
) PARTITION BY RANGE (n);
CREATE TABLE checkpoints (
  size      bigint PRIMARY KEY,
  root      bytea NOT NULL CHECK (octet_length(root) = 32),
  at        timestamptz NOT NULL,
  note      text NOT NULL
);

-- app.refuse_change guards tables whose rows are evidence.
-- +goose StatementBegin
CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'journal rows are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- Partitions: 50 million rows each. app.ensure_partitions is called by a sweep
-- and at every migration; it adds the next one when the newest is half full.
-- +goose StatementBegin
CREATE FUNCTION app.ensure_partition(parent text, n bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  width constant bigint := 50000000;
  child text := format('%s_p%s', parent, n);
BEGIN
  IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', child, parent, n * width, (n + 1) * width);
  IF parent = 'journal' THEN
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (subject_kind, subject, seq)', child || '_subject', child);
    EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION app.refuse_change()', child);
  END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.ensure_partition FROM PUBLIC;

ALTER TABLE journal ADD PRIMARY KEY (id);
ALTER TABLE journal_body ADD PRIMARY KEY (journal);
ALTER TABLE leaves ADD PRIMARY KEY (n);
SELECT app.ensure_partition('journal', 0), app.ensure_partition('journal_body', 0), app.ensure_partition('leaves', 0);

GRANT USAGE ON SEQUENCE journal_id TO hotline_app, hotline_work;
GRANT INSERT, SELECT ON journal, journal_body TO hotline_app, hotline_work;
GRANT INSERT ON journal_pending TO hotline_app, hotline_work;
GRANT SELECT, DELETE ON journal_pending TO hotline_work;
GRANT INSERT, SELECT, UPDATE ON journal_heads TO hotline_app, hotline_work;
GRANT INSERT, SELECT ON leaves, checkpoints TO hotline_work;
GRANT SELECT ON leaves, checkpoints TO hotline_app;
