-- +goose Up
-- Documents issued on a ticket: 受理告知书, 核查通知, 答复书 and the rest. What was
-- issued stays as it was; a signed copy comes back as an attachment, a mistake is
-- cancelled and keeps its number.

-- What begins the unit's document numbers; empty: made from its name.
ALTER TABLE units ADD COLUMN document_prefix text NOT NULL DEFAULT '' CHECK (char_length(document_prefix) <= 20);

CREATE TABLE documents (
  id        bigint PRIMARY KEY,
  ticket    bigint NOT NULL REFERENCES tickets,
  kind      text COLLATE "C" NOT NULL CHECK (kind <> ''),
  unit      int NOT NULL REFERENCES units,
  year      int NOT NULL,
  serial    int NOT NULL CHECK (serial > 0),
  number    text NOT NULL CHECK (number <> ''),
  token     text COLLATE "C" NOT NULL CHECK (char_length(token) >= 16),  -- in the QR code
  content   jsonb NOT NULL,
  sha256    bytea NOT NULL CHECK (octet_length(sha256) = 32),
  issued_by int NOT NULL REFERENCES persons,
  issued_at timestamptz NOT NULL,
  attachment    bigint,                     -- the signed copy
  returned_by   int REFERENCES persons,
  returned_at   timestamptz,
  cancelled_by  int REFERENCES persons,
  cancelled_at  timestamptz,
  cancel_reason text NOT NULL DEFAULT '',
  CONSTRAINT one_number_once UNIQUE (unit, year, serial),
  CONSTRAINT one_token_once UNIQUE (token),
  CONSTRAINT returned_as_a_file CHECK ((returned_at IS NULL) = (attachment IS NULL)),
  CONSTRAINT cancelled_for_a_reason CHECK ((cancelled_at IS NULL) = (cancel_reason = ''))
);
CREATE INDEX documents_ticket ON documents(ticket, id);

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON documents FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY write ON documents FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY change ON documents FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY work ON documents TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON documents TO hotline_app, hotline_work;
-- Nobody changes what was issued, the machines least of all.
GRANT UPDATE (attachment, returned_by, returned_at, cancelled_by, cancelled_at, cancel_reason) ON documents TO hotline_app;

-- The last number of a unit's year. Nobody reads it: it tells how much a unit writes.
CREATE TABLE document_serials (
  unit int NOT NULL REFERENCES units,
  year int NOT NULL,
  last int NOT NULL,
  PRIMARY KEY (unit, year)
);

-- app.next_document takes the next number of the caller's own unit (a section's
-- is its bureau's). The row's lock is held until the transaction ends, and one
-- that is rolled back gives the number back: there is no gap and no double.
-- +goose StatementBegin
CREATE FUNCTION app.next_document(whose int, in_year int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  own int := keys[array_length(keys, 1) - 1];
  n int;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM units u WHERE u.id = own AND (u.id = whose OR u.kind = 'section' AND u.parent = whose)) THEN
    RAISE EXCEPTION 'not the number of the own unit' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO document_serials AS s (unit, year, last) VALUES (whose, in_year, 1)
    ON CONFLICT (unit, year) DO UPDATE SET last = s.last + 1 RETURNING last INTO n;
  RETURN n;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.next_document FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.next_document TO hotline_app;
