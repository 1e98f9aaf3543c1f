-- +goose Up
-- Every submission exactly as it arrived, before anything parses it, sealed.
CREATE TABLE submissions (
  id          bigint NOT NULL,
  channel     text NOT NULL,
  source      text NOT NULL,
  source_id   text NOT NULL,
  sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
  raw         bytea NOT NULL,           -- sealed
  received_at timestamptz NOT NULL,
  entered_at  timestamptz NOT NULL,
  disposition text NOT NULL CHECK (disposition IN ('stored','ticketed','appended','refused','bounce','auto_reply','quarantined','unreadable','conflict','event')),
  reason      text NOT NULL DEFAULT '',
  ticket      bigint,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
SELECT app.ensure_partition('submissions', 0);
CREATE INDEX submissions_open ON submissions(id) WHERE disposition IN ('stored','refused','quarantined','unreadable','conflict');

-- The same submission twice gives the same ticket: one key, one submission.
CREATE TABLE submission_keys (
  source     text COLLATE "C" NOT NULL,
  source_id  text COLLATE "C" NOT NULL,
  submission bigint NOT NULL,
  sha256     bytea NOT NULL,
  ticket     bigint,
  CONSTRAINT submission_once PRIMARY KEY (source, source_id)
);

CREATE TABLE mailboxes (
  name        text PRIMARY KEY,
  uidvalidity bigint NOT NULL DEFAULT 0,
  uid         bigint NOT NULL DEFAULT 0,
  server_count bigint NOT NULL DEFAULT 0,
  polled_at   timestamptz,
  ok_at       timestamptz,
  error       text NOT NULL DEFAULT ''
);
-- The mail ledger: one row a message, one disposition a row.
CREATE TABLE mail_ledger (
  mailbox     text COLLATE "C" NOT NULL REFERENCES mailboxes,
  uidvalidity bigint NOT NULL,
  uid         bigint NOT NULL,
  submission  bigint NOT NULL,
  disposition text NOT NULL CHECK (disposition IN ('ticketed','appended','bounce','auto_reply','quarantined','unreadable')),
  reason      text NOT NULL DEFAULT '',
  ticket      bigint REFERENCES tickets,
  at          timestamptz NOT NULL,
  PRIMARY KEY (mailbox, uidvalidity, uid)
);
CREATE INDEX mail_ledger_open ON mail_ledger(at DESC) WHERE disposition IN ('quarantined','unreadable','auto_reply');

-- An order of the 12345 line and the ticket it became.
CREATE TABLE orders (
  platform    text COLLATE "C" NOT NULL,
  order_no    text COLLATE "C" NOT NULL,
  city_no     text COLLATE "C" NOT NULL DEFAULT '',
  ticket      bigint NOT NULL REFERENCES tickets,
  unit_text   text NOT NULL DEFAULT '',
  sign_by     timestamptz,
  handle_by   timestamptz,
  codes       jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'dispatched',
  closed_at   timestamptz,
  PRIMARY KEY (platform, order_no)
);
CREATE INDEX orders_ticket ON orders(ticket);
CREATE INDEX orders_city_no ON orders(city_no) WHERE city_no <> '';

CREATE TABLE order_events (
  platform   text COLLATE "C" NOT NULL,
  event_id   text COLLATE "C" NOT NULL,
  order_no   text COLLATE "C" NOT NULL,
  direction  text NOT NULL CHECK (direction IN ('in','out')),
  event      text NOT NULL,
  at         timestamptz NOT NULL,
  sha256     bytea,
  submission bigint,
  ticket     bigint REFERENCES tickets,
  -- in: applied, kept (conflict or not applicable). out: queued, sent, accepted, refused, failed.
  state      text NOT NULL CHECK (state IN ('applied','kept','conflict','queued','sent','accepted','refused','failed')),
  reason     text NOT NULL DEFAULT '',
  attempts   int NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (platform, direction, event_id)
);
CREATE INDEX order_events_order ON order_events(platform, order_no);
CREATE INDEX order_events_open ON order_events(updated_at) WHERE state IN ('queued','sent','refused','failed','conflict');

-- Nonces outlive their window here, where no Redis wipe reaches.
CREATE TABLE nonces (
  source text NOT NULL,
  nonce  text NOT NULL,
  until  timestamptz NOT NULL,
  CONSTRAINT nonce_once PRIMARY KEY (source, nonce)
);
CREATE INDEX nonces_until ON nonces(until);

-- Pollers that must be single hold a lease; its epoch is checked in the effect.
CREATE TABLE leases (
  name   text PRIMARY KEY,
  holder text NOT NULL,
  epoch  bigint NOT NULL,
  until  timestamptz NOT NULL
);
