-- +goose Up
-- What 0009 lacked: tickets opened beside another, and what a lead records for
-- the platform.

-- Extensions are read from the granted requests.
ALTER TABLE deadlines DROP COLUMN extended;
GRANT UPDATE (provisional) ON deadlines TO hotline_app;

-- The adjudication that a lead read on the platform's page.
CREATE POLICY change ON orders FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
GRANT UPDATE (state) ON orders TO hotline_app;

-- app.adopt finishes a ticket opened in this very transaction beside `source`,
-- which the caller has changed in it too (and so may see): an appeal has its
-- level and its floor, and both have the same complainants. Their seals are bound
-- to their own ids and are copied unopened. A unit that splits a ticket keeps
-- the new one in sight.
DROP FUNCTION app.copy_complainants;
-- +goose StatementBegin
CREATE FUNCTION app.adopt(source bigint, child bigint, level int, floor int, watcher int[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  n int; tx text := (txid_current() % (2^32)::bigint)::text;
BEGIN
  PERFORM 1 FROM tickets a, tickets b WHERE a.id = source AND b.id = child AND a.xmin::text = tx AND b.xmin::text = tx AND b.seq = 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'not both of this transaction' USING ERRCODE = 'insufficient_privilege'; END IF;
  INSERT INTO complainants (id, ticket, role, sealed, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx, checked_at, check_failed)
    SELECT id, child, role, sealed, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx, checked_at, check_failed
      FROM complainants WHERE ticket = source;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE tickets SET appeal = level, floor_unit = nullif(floor, 0), sight = nullif(watcher, '{}') WHERE id = child;
  RETURN n;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.adopt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.adopt TO hotline_app, hotline_work;
