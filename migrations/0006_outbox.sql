-- +goose Up
-- Work in the transaction of its cause. A row is done in the transaction of its
-- effect; the relay only lends it out.
CREATE TABLE outbox (
  id         bigint NOT NULL,
  kind       text COLLATE "C" NOT NULL,
  ticket     bigint,
  args       jsonb NOT NULL DEFAULT '{}',   -- ids only, never personal data
  created_at timestamptz NOT NULL,
  run_at     timestamptz NOT NULL,
  attempt    int NOT NULL DEFAULT 0,
  done_at    timestamptz,
  stopped_at timestamptz,                   -- out of attempts, or refused for good: waits for a person
  error      text NOT NULL DEFAULT '',
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
SELECT app.ensure_partition('outbox', 0);
CREATE INDEX outbox_due ON outbox(run_at) WHERE done_at IS NULL AND stopped_at IS NULL;
CREATE INDEX outbox_stopped ON outbox(stopped_at) WHERE stopped_at IS NOT NULL AND done_at IS NULL;
CREATE INDEX outbox_ticket ON outbox(ticket) WHERE done_at IS NULL;
