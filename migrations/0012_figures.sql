-- +goose Up
-- Figures: one narrow row a ticket, computed from its journal and clocks by a
-- sweep; views that let a caller count what the policies let him see; the
-- ledgers' exports in the journal.
CREATE TABLE ticket_facts (
  ticket      bigint PRIMARY KEY REFERENCES tickets,
  seq         int NOT NULL,            -- the journal row up to which this was computed
  unit        int NOT NULL,
  unit_path   text COLLATE "C" NOT NULL,
  county      int,
  township    int,
  desk        int NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  channel     text COLLATE "C" NOT NULL,
  naming      text COLLATE "C" NOT NULL,
  clue        boolean NOT NULL,        -- somebody is accused, or it went to another body
  received_at timestamptz NOT NULL,
  -- The latest moment that any figure asks for: a period looks no further back.
  last_at     timestamptz NOT NULL,
  -- Who says so: 0 nobody yet, 1 a machine saw it, 2 a scan shows it, 3 somebody typed it.
  sent_at     timestamptz, sent_by     smallint NOT NULL DEFAULT 0, returned boolean NOT NULL,
  sign_due    timestamptz, sign_by     smallint NOT NULL DEFAULT 0, sign_ok boolean NOT NULL,
  contact_due timestamptz, contact_by  smallint NOT NULL DEFAULT 0, contact_ok boolean NOT NULL,
  due_at      timestamptz, due_by      smallint NOT NULL DEFAULT 0, due_ok boolean NOT NULL,
  follow_due  timestamptz, follow_by   smallint NOT NULL DEFAULT 0, followed boolean NOT NULL,
  asked_at    timestamptz, asked_by    smallint NOT NULL DEFAULT 0, resolved boolean, satisfied boolean,
  ended_at    timestamptz, ended_by    smallint NOT NULL DEFAULT 0, redone boolean NOT NULL,
  closed_at   timestamptz, closed_by   smallint NOT NULL DEFAULT 0, minutes int,
  stage       smallint NOT NULL        -- how far it has come: 1 registered … 6 closed
);
CREATE INDEX facts_last     ON ticket_facts(last_at);
CREATE INDEX facts_county   ON ticket_facts(county, last_at) WHERE county IS NOT NULL;
CREATE INDEX facts_town     ON ticket_facts(township, last_at) WHERE township IS NOT NULL;
CREATE INDEX facts_desk     ON ticket_facts(desk, last_at);
CREATE INDEX facts_received ON ticket_facts(received_at, ticket);
CREATE INDEX facts_clues    ON ticket_facts(received_at, ticket) WHERE clue;

-- How far the sweep has read the journal. Rows up to `position` are final;
-- up to `next_position` they are once every transaction before `next_horizon` has ended.
CREATE TABLE facts_progress (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  position      bigint NOT NULL DEFAULT 0,
  next_position bigint NOT NULL DEFAULT 0,
  next_horizon  xid8,
  marked_at     timestamptz,
  swept_at      timestamptz
);
INSERT INTO facts_progress DEFAULT VALUES;
GRANT SELECT, INSERT, UPDATE, DELETE ON ticket_facts TO hotline_work;
GRANT SELECT, UPDATE ON facts_progress TO hotline_work;
GRANT SELECT ON facts_progress TO hotline_app;
GRANT SELECT ON SEQUENCE journal_id TO hotline_work;

CREATE INDEX recusals_key ON recusals(key, ticket);
-- The board reads the open tickets from this index alone.
CREATE INDEX t_open_board ON tickets(unit_path, status) INCLUDE (id, recused, next_due, desk, county, township, received_at, category, kind, channel) WHERE closed_at IS NULL;
DROP INDEX t_open_count;
CREATE INDEX cards_open ON cards(ticket) INCLUDE (level) WHERE cleared_at IS NULL;

-- my_facts, my_open, my_cards: what the caller may count. A lead counts his unit
-- and below, an operator the desk; nobody counts what is hidden from him. They
-- run with their owner's rights, because under the policies no index would serve;
-- the scope is that of the policy on tickets for a unit or a desk.
CREATE VIEW my_facts WITH (security_barrier) AS
SELECT * FROM ticket_facts f
 WHERE CASE
    WHEN (SELECT session_user = 'hotline_work') THEN true
    WHEN (SELECT nullif(current_setting('app.keys', true), '') IS NULL) THEN false
    WHEN unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true)) THEN true
    WHEN desk = (SELECT nullif(current_setting('app.desk', true), '')::int) THEN true
    ELSE false END
   AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.ticket = f.ticket AND r.key = ANY ((SELECT nullif(current_setting('app.keys', true), '')::int[])::int[]));

CREATE VIEW my_open WITH (security_barrier) AS
SELECT id, status, unit_path, county, township, desk, next_due, received_at, category, kind, channel FROM tickets
 WHERE closed_at IS NULL AND CASE
    WHEN (SELECT session_user = 'hotline_work') THEN true
    WHEN (recused IS NULL OR NOT recused && (SELECT nullif(current_setting('app.keys', true), '')::int[])) IS NOT TRUE THEN false
    WHEN (SELECT nullif(current_setting('app.keys', true), '') IS NULL) THEN false
    WHEN unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true)) THEN true
    WHEN desk = (SELECT nullif(current_setting('app.desk', true), '')::int) THEN true
    ELSE false END;

-- The highest card that lies on an open ticket.
CREATE VIEW my_cards WITH (security_barrier) AS
SELECT o.id, o.unit_path, o.county, o.township, o.desk, c.card FROM my_open o
  JOIN (SELECT ticket, max(CASE level WHEN 'notice' THEN 1 WHEN 'yellow' THEN 2 WHEN 'second' THEN 3 WHEN 'red' THEN 4 WHEN 'escalated2' THEN 5 ELSE 6 END) AS card
          FROM cards WHERE cleared_at IS NULL GROUP BY ticket) c ON c.ticket = o.id;
GRANT SELECT ON my_facts, my_open, my_cards TO hotline_app, hotline_work;

-- An export is chained to no subject, only to the log: one row of its own.
CREATE POLICY see_own_exports ON journal FOR SELECT TO hotline_app USING (subject_kind = 'export' AND actor = (SELECT current_setting('app.actor', true)));
