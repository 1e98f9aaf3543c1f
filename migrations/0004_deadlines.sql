-- +goose Up
-- Every duty with a due time is one row here, whatever its subject. A row never
-- lacks the rule version, calendar version and start that produced it.
CREATE TABLE calendars (
  version    text PRIMARY KEY,
  data       jsonb NOT NULL,
  added_at   timestamptz NOT NULL,
  added_by   text NOT NULL,
  active     boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX calendars_active ON calendars(active) WHERE active;

CREATE TABLE deadline_rules (
  code       text NOT NULL,
  version    int NOT NULL,
  data       jsonb NOT NULL,
  added_at   timestamptz NOT NULL,
  added_by   text NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (code, version)
);

CREATE TABLE deadlines (
  id           bigint NOT NULL,
  subject_kind text COLLATE "C" NOT NULL,
  subject      bigint NOT NULL,
  hop          int,
  rule         text COLLATE "C" NOT NULL,
  rule_version int NOT NULL,
  calendar     text NOT NULL,
  start_event  text NOT NULL,
  start_at     timestamptz NOT NULL,
  base_due_at  timestamptz NOT NULL,     -- before pauses and extensions
  due_at       timestamptz NOT NULL,
  provisional  boolean NOT NULL DEFAULT false,
  printed      boolean NOT NULL DEFAULT false,
  met_at       timestamptz,
  met_event    text,
  cancelled_at timestamptz,
  next_card_at timestamptz,
  next_card    text,
  CHECK ((met_at IS NULL) = (met_event IS NULL)),
  -- One index serves the subject's list and the single row: a registration
  -- writes five of these.
  PRIMARY KEY (subject, id)
);
CREATE INDEX deadlines_card ON deadlines(next_card_at) WHERE next_card_at IS NOT NULL AND met_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX deadlines_provisional ON deadlines(id) WHERE provisional AND met_at IS NULL AND cancelled_at IS NULL;

CREATE TABLE cards (
  id        bigint PRIMARY KEY,
  ticket    bigint NOT NULL REFERENCES tickets,
  deadline  bigint NOT NULL,
  level     text NOT NULL CHECK (level IN ('notice','yellow','second','red','escalated2','escalated5')),
  at        timestamptz NOT NULL,
  cleared_at timestamptz,
  cleared_by text,
  UNIQUE (deadline, level),
  FOREIGN KEY (ticket, deadline) REFERENCES deadlines (subject, id)
);
CREATE INDEX cards_ticket ON cards(ticket);

CREATE TABLE notifications (
  id      bigint PRIMARY KEY,
  unit    int NOT NULL REFERENCES units,
  person  int REFERENCES persons,       -- NULL: everyone of the unit with the role
  role    text NOT NULL DEFAULT '',
  ticket  bigint REFERENCES tickets,
  kind    text NOT NULL,
  at      timestamptz NOT NULL,
  read_at timestamptz,
  read_by int REFERENCES persons
);
CREATE INDEX notifications_unit ON notifications(unit, at DESC) WHERE read_at IS NULL;
