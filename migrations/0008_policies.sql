-- +goose Up
-- Who may see and write what. People come in as hotline_app, machines as
-- hotline_work; neither can bypass these.
-- No settings, no rows.
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON tickets FOR SELECT TO hotline_app USING (CASE
  WHEN (recused IS NULL OR NOT recused && (SELECT nullif(current_setting('app.keys', true), '')::int[])) IS NOT TRUE THEN false
  WHEN unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true)) THEN true
  WHEN desk = (SELECT nullif(current_setting('app.desk', true), '')::int) THEN true
  WHEN investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN second_investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN sight IS NOT NULL AND (SELECT nullif(current_setting('app.unit', true), '')::int) = ANY (sight) THEN true
  ELSE false END);
CREATE POLICY open_one ON tickets FOR INSERT TO hotline_app
  WITH CHECK (unit = desk AND (SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY change ON tickets FOR UPDATE TO hotline_app USING ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY work ON tickets TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON tickets TO hotline_app, hotline_work;
GRANT UPDATE ON tickets TO hotline_app, hotline_work;
ALTER TABLE ticket_sight ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON ticket_sight FOR SELECT TO hotline_app USING (unit = (SELECT nullif(current_setting('app.unit', true), '')::int));
GRANT SELECT ON ticket_sight TO hotline_app;
GRANT USAGE ON SEQUENCE ticket_id, row_id TO hotline_app, hotline_work;
GRANT SELECT, INSERT, UPDATE ON number_days TO hotline_app, hotline_work;
GRANT SELECT ON categories, calendars, deadline_rules TO hotline_app, hotline_work;

-- Children: read through their ticket; written by the one whose transaction it
-- is (the version-checked ticket row guards the rest).
-- +goose StatementBegin
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['complainants','accused','respondents','allegations','findings','hops','replies','attempts','requests','relations','attachments','co_handlers','recusals','cards'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket))', t);
    EXECUTE format('CREATE POLICY write ON %I FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting(''app.actor'', true)) <> '''')', t);
    EXECUTE format('CREATE POLICY work ON %I TO hotline_work USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT INSERT ON %I TO hotline_app, hotline_work', t);
    EXECUTE format('GRANT SELECT ON %I TO hotline_work', t);
    IF t <> 'complainants' THEN EXECUTE format('GRANT SELECT ON %I TO hotline_app', t); END IF;
  END LOOP;
  FOREACH t IN ARRAY ARRAY['findings','hops','replies','attempts','requests','relations','attachments','cards','complainants'] LOOP
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket))', t);
    EXECUTE format('GRANT UPDATE ON %I TO hotline_work', t);
  END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (superseded, cosigned_at) ON findings TO hotline_app;
GRANT UPDATE (signed_by, signed_at, ended_at) ON hops TO hotline_app;
GRANT UPDATE (approved_by, approved_at, public_text, internal_text, legal_basis, appeal_notice, resolved, unresolved_reason) ON replies TO hotline_app;
GRANT UPDATE (state, evidence, provider_id, error) ON attempts TO hotline_app;
GRANT UPDATE (state, decided_by, decided_at, decision_note) ON requests TO hotline_app;
GRANT UPDATE (undone_at) ON relations TO hotline_app;
GRANT UPDATE (state, note) ON attachments TO hotline_app;
GRANT UPDATE (cleared_at, cleared_by) ON cards TO hotline_app;
-- Identities: masks and indexes only. The sealed column has one reader, app.vault_open.
GRANT SELECT (id, ticket, role, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx, checked_at, check_failed) ON complainants TO hotline_app;
GRANT UPDATE (checked_at, check_failed) ON complainants TO hotline_app;
GRANT DELETE ON recusals TO hotline_work;

ALTER TABLE sealed_statements ENABLE ROW LEVEL SECURITY;
CREATE POLICY write ON sealed_statements FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY work ON sealed_statements TO hotline_work USING (true) WITH CHECK (true);
GRANT INSERT ON sealed_statements TO hotline_app, hotline_work;
GRANT SELECT ON sealed_statements TO hotline_work;

ALTER TABLE deadlines ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON deadlines FOR SELECT TO hotline_app USING (subject_kind = 'ticket' AND EXISTS (SELECT 1 FROM tickets k WHERE k.id = subject));
CREATE POLICY write ON deadlines FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY change ON deadlines FOR UPDATE TO hotline_app USING (subject_kind = 'ticket' AND EXISTS (SELECT 1 FROM tickets k WHERE k.id = subject));
CREATE POLICY work ON deadlines TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON deadlines TO hotline_app, hotline_work;
-- A due time is never edited by a person's transaction; pauses and extensions add to base_due_at.
GRANT UPDATE (due_at, met_at, met_event, cancelled_at, next_card_at, next_card) ON deadlines TO hotline_app;
GRANT UPDATE ON deadlines TO hotline_work;

ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON journal FOR SELECT TO hotline_app USING (subject_kind = 'ticket' AND EXISTS (SELECT 1 FROM tickets k WHERE k.id = subject));
CREATE POLICY write ON journal FOR INSERT TO hotline_app WITH CHECK (actor = (SELECT current_setting('app.actor', true)));
CREATE POLICY work ON journal TO hotline_work USING (true) WITH CHECK (true);
ALTER TABLE journal_body ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON journal_body FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM journal j WHERE j.id = journal));
CREATE POLICY write ON journal_body FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
CREATE POLICY work ON journal_body TO hotline_work USING (true) WITH CHECK (true);

ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON notifications FOR SELECT TO hotline_app USING (
  unit = (SELECT (nullif(current_setting('app.keys', true), '')::int[])[array_length(nullif(current_setting('app.keys', true), '')::int[], 1) - 1])
  AND (ticket IS NULL OR EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket)));
CREATE POLICY change ON notifications FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY work ON notifications TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT ON notifications TO hotline_app;
GRANT UPDATE (read_at, read_by) ON notifications TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON notifications TO hotline_work;
GRANT INSERT, SELECT, UPDATE ON cards TO hotline_work;

-- Submissions: a person may add one, only machines read them back.
GRANT INSERT ON submissions, submission_keys TO hotline_app;
GRANT SELECT (source, source_id, submission, sha256, ticket) ON submission_keys TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON submissions, submission_keys, mailboxes, mail_ledger, orders, order_events, nonces, leases TO hotline_work;
GRANT DELETE ON nonces TO hotline_work;
GRANT SELECT ON mailboxes TO hotline_app;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON orders FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY work ON orders TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT ON orders TO hotline_app;
ALTER TABLE order_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON order_events FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
CREATE POLICY write ON order_events FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting('app.actor', true)) <> '' AND direction = 'out');
CREATE POLICY work ON order_events TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON order_events TO hotline_app;

GRANT INSERT ON outbox TO hotline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO hotline_work;
GRANT INSERT ON text_pending TO hotline_app, hotline_work;
GRANT SELECT, DELETE ON text_pending TO hotline_work;
GRANT SELECT, INSERT, UPDATE, DELETE ON ticket_text TO hotline_work;
GRANT SELECT, INSERT ON blobs TO hotline_work;
GRANT INSERT ON blobs TO hotline_app;

-- The text not yet indexed, for a query to scan: ids only, read through the policies.
-- +goose StatementBegin
CREATE FUNCTION app.unindexed(most int) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS $$
  SELECT ticket FROM text_pending ORDER BY ticket DESC LIMIT most
$$;

-- app.open_counts counts the open tickets of the caller's unit and below ('unit')
-- or of the caller's desk ('desk') by status, with those due before `at` and
-- before `tonight`: exactly those the policy lets through, but read from the
-- index alone, which under the policy would not do.
CREATE FUNCTION app.open_counts(of text, at timestamptz, tonight timestamptz) RETURNS TABLE (state text, n bigint, overdue bigint, due bigint)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = public, pg_temp SET jit = off
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  lo text := current_setting('app.lo', true);  hi text := current_setting('app.hi', true);
  keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  own int := nullif(current_setting('app.desk', true), '')::int;
BEGIN
  IF keys IS NULL THEN RETURN; END IF;
  IF of = 'unit' THEN
    RETURN QUERY SELECT status, count(*), count(*) FILTER (WHERE next_due < at), count(*) FILTER (WHERE next_due < tonight)
      FROM tickets WHERE closed_at IS NULL AND unit_path >= lo AND unit_path < hi AND (recused IS NULL OR NOT recused && keys) GROUP BY status;
  ELSIF of = 'desk' THEN
    RETURN QUERY SELECT status, count(*), count(*) FILTER (WHERE next_due < at), count(*) FILTER (WHERE next_due < tonight)
      FROM tickets WHERE closed_at IS NULL AND desk = own AND (recused IS NULL OR NOT recused && keys) GROUP BY status;
  END IF;
END $$;

-- app.vault_open is the only way to a sealed identity: the caller has just
-- written, in this very transaction, the journal row that says so.
CREATE FUNCTION app.vault_open(which bigint, journal_row bigint) RETURNS TABLE (complainant bigint, role text, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t tickets; keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  me int := nullif(current_setting('app.person', true), '')::int;
  desk_unit int := nullif(current_setting('app.desk', true), '')::int;
BEGIN
  PERFORM 1 FROM journal j WHERE j.id = journal_row AND j.subject_kind = 'ticket' AND j.subject = which
     AND j.action = 'contact_viewed' AND j.actor = current_setting('app.actor', true)
     AND j.xmin::text = (txid_current() % (2^32)::bigint)::text;
  IF NOT FOUND THEN RAISE EXCEPTION 'no journal row for this view' USING ERRCODE = 'insufficient_privilege'; END IF;
  SELECT * INTO t FROM tickets WHERE id = which;
  IF NOT FOUND OR keys IS NULL OR (t.recused IS NOT NULL AND t.recused && keys) THEN
    RAISE EXCEPTION 'not to be seen' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF t.secrecy = 'confidential' THEN RAISE EXCEPTION 'confidential: needs a granted request' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF (t.investigator = me OR t.second_investigator = me OR t.desk = desk_unit) IS NOT TRUE THEN
    RAISE EXCEPTION 'only the assigned investigator or the desk' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT c.id, c.role, c.sealed FROM complainants c WHERE c.ticket = which ORDER BY c.id;
END $$;

-- The public status: what a complainant with number and code may read, no more.
CREATE FUNCTION app.open_by_receipt(num text, mac bytea) RETURNS TABLE (
  ticket bigint, number text, kind text, status text, outcome text, received_at timestamptz, closed_at timestamptz, unit_name text, due_at timestamptz, reply text, replied_at timestamptz, appeal_notice text)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS $$
  SELECT t.id, t.number, t.kind, t.status, t.outcome, t.received_at, t.closed_at, u.name, t.due_at, r.public_text, r.approved_at, r.appeal_notice
    FROM tickets t JOIN units u ON u.id = t.unit
    LEFT JOIN LATERAL (SELECT * FROM replies r WHERE r.ticket = t.id AND (r.approved_at IS NOT NULL) AND t.status IN ('answering','answered','closed','archived') ORDER BY n DESC LIMIT 1) r ON true
   WHERE t.number = num AND t.receipt = mac
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.unindexed, app.open_counts, app.vault_open, app.open_by_receipt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.unindexed, app.open_counts, app.vault_open, app.open_by_receipt TO hotline_app;
GRANT EXECUTE ON FUNCTION app.ensure_partition TO hotline_work;
