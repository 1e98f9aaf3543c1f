-- +goose Up
-- Every branch of a ticket's life: requests with their deciders, pauses,
-- appeals, withdrawal, joint letters, transfers, identities revealed.

ALTER TABLE tickets
  -- 1: this ticket is a 复查; 2: a 复核.
  ADD COLUMN appeal       smallint NOT NULL DEFAULT 0 CHECK (appeal BETWEEN 0 AND 2),
  -- The highest appeal opened against this ticket; 2 makes the matter final.
  ADD COLUMN appealed     smallint NOT NULL DEFAULT 0 CHECK (appealed BETWEEN 0 AND 2),
  -- Whoever handles it sits strictly above this unit.
  ADD COLUMN floor_unit   int REFERENCES units,
  ADD COLUMN withdrawal   text COLLATE "C" CHECK (withdrawal IN ('asked','confirmed','pressured')),
  -- The joint complainants signed that their representatives take the reply for all.
  ADD COLUMN mandate      boolean NOT NULL DEFAULT false,
  ADD COLUMN petition_no  text,
  ADD COLUMN reveal_asked boolean NOT NULL DEFAULT false,
  ADD COLUMN paused_at    timestamptz;

ALTER TABLE deadlines
  ADD COLUMN extended int NOT NULL DEFAULT 0 CHECK (extended >= 0),  -- granted, in the rule's unit
  ADD COLUMN granted_due timestamptz,                                -- the new due time that the platform granted
  ADD COLUMN outer_id bigint;                                        -- the clock it lies inside
GRANT UPDATE (extended, granted_due) ON deadlines TO hotline_app;

-- A clock moved by an extension or a pause may have its cards again.
ALTER TABLE cards ADD COLUMN due_at timestamptz;
ALTER TABLE cards DROP CONSTRAINT cards_deadline_level_key;
CREATE UNIQUE INDEX cards_once ON cards(deadline, level, due_at) NULLS NOT DISTINCT;

ALTER TABLE requests
  ADD COLUMN n       int NOT NULL DEFAULT 1 CHECK (n > 0),
  ADD COLUMN decider text NOT NULL DEFAULT 'above' CHECK (decider IN ('above','platform','custodian','head')),
  ADD COLUMN clock   bigint,       -- the clock an extension is asked for
  ADD COLUMN amount  int,          -- in that clock's unit
  ADD COLUMN wanted  timestamptz,  -- the new due time asked of the platform
  ADD COLUMN until   timestamptz;  -- planned end of a pause, end of a reveal
ALTER TABLE requests DROP CONSTRAINT requests_state_check;
ALTER TABLE requests ADD CONSTRAINT requests_state_check CHECK (state IN ('pending','granted','refused','lapsed'));
UPDATE requests r SET n = (SELECT count(*) FROM requests o WHERE o.ticket = r.ticket AND o.id <= r.id),
  decider = CASE WHEN EXISTS (SELECT 1 FROM orders o WHERE o.ticket = r.ticket) THEN 'platform' ELSE 'above' END;
CREATE UNIQUE INDEX requests_n ON requests(ticket, n);
GRANT UPDATE (until) ON requests TO hotline_app;
GRANT UPDATE (decider) ON requests TO hotline_app;

CREATE TABLE pauses (
  id      bigint PRIMARY KEY,
  ticket  bigint NOT NULL REFERENCES tickets,
  request bigint NOT NULL REFERENCES requests,
  reason  text NOT NULL,
  from_at timestamptz NOT NULL,
  to_at   timestamptz CHECK (to_at >= from_at)
);
CREATE INDEX pauses_ticket ON pauses(ticket);

-- What went to another body: discipline, prosecution, another bureau.
CREATE TABLE transfers (
  id          bigint PRIMARY KEY,
  ticket      bigint NOT NULL REFERENCES tickets,
  body        text NOT NULL CHECK (body <> ''),
  sent_at     timestamptz NOT NULL,
  sent_no     text NOT NULL DEFAULT '',
  accepted_at timestamptz,
  accepted_no text NOT NULL DEFAULT '',
  result      text NOT NULL DEFAULT '',
  result_at   timestamptz,
  actor       text NOT NULL
);
CREATE INDEX transfers_ticket ON transfers(ticket);

ALTER TABLE attempts ADD COLUMN complainant bigint;   -- of a joint letter: whom it reached
ALTER TABLE replies ADD COLUMN opinion_no text NOT NULL DEFAULT '';   -- 文号 of a written opinion
ALTER TABLE respondents ADD COLUMN person int REFERENCES persons;     -- who made the disputed decision
ALTER TABLE findings ADD COLUMN transfer boolean NOT NULL DEFAULT false;   -- must go to another body
ALTER TABLE findings DROP CONSTRAINT findings_outcome_check;
ALTER TABLE findings ADD CONSTRAINT findings_outcome_check CHECK (outcome IN
  ('true','partly','false','unverifiable','done','not_done','adopted','partly_adopted','not_adopted','answered','upheld','changed','revoked'));

-- +goose StatementBegin
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['pauses','transfers'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket))', t);
    EXECUTE format('CREATE POLICY write ON %I FOR INSERT TO hotline_app WITH CHECK ((SELECT current_setting(''app.actor'', true)) <> '''')', t);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket))', t);
    EXECUTE format('CREATE POLICY work ON %I TO hotline_work USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app, hotline_work', t);
    EXECUTE format('GRANT UPDATE ON %I TO hotline_work', t);
  END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (to_at) ON pauses TO hotline_app;
GRANT UPDATE (accepted_at, accepted_no, result, result_at) ON transfers TO hotline_app;

-- What a unit had once stays out of an accused unit's sight as the ticket itself.
DROP POLICY see ON ticket_sight;
CREATE POLICY see ON ticket_sight FOR SELECT TO hotline_app
  USING (unit = (SELECT nullif(current_setting('app.unit', true), '')::int) AND EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));

-- A custodian on the line sees a ticket once its identity has been asked for.
DROP POLICY see ON tickets;
CREATE POLICY see ON tickets FOR SELECT TO hotline_app USING (CASE
  WHEN (recused IS NULL OR NOT recused && (SELECT nullif(current_setting('app.keys', true), '')::int[])) IS NOT TRUE THEN false
  WHEN unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true)) THEN true
  WHEN desk = (SELECT nullif(current_setting('app.desk', true), '')::int) THEN true
  WHEN investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN second_investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN sight IS NOT NULL AND (SELECT nullif(current_setting('app.unit', true), '')::int) = ANY (sight) THEN true
  WHEN reveal_asked AND (SELECT current_setting('app.custody', true)) <> '' AND starts_with(unit_path, (SELECT current_setting('app.custody', true))) THEN true
  ELSE false END);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION app.enter(token bytea, at timestamptz)
RETURNS TABLE (account int, person int, name text, login text, unit int, path text, unit_kind text, unit_name text, roles text[], seen_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  lo text := '!'; hi text := '!'; desk text := ''; own text := ''; custody text := '';
BEGIN
  SELECT a.id, a.person, p.name, a.login, u.id, u.path, u.kind, u.name, s.seen_at,
         (SELECT coalesce(array_agg(DISTINCT r.role), '{}') FROM account_roles r
           WHERE r.account = a.id AND r.starts_at <= at AND (r.ends_at IS NULL OR r.ends_at > at))
    INTO account, person, name, login, unit, path, unit_kind, unit_name, seen_at, roles
    FROM sessions s JOIN accounts a ON a.id = s.account JOIN persons p ON p.id = a.person JOIN units u ON u.id = a.unit
   WHERE s.token_hash = token AND s.ended_at IS NULL AND s.expires_at > at
     AND s.seen_at > at - interval '30 minutes'
     AND a.active AND (a.valid_until IS NULL OR a.valid_until > at) AND u.active;
  IF NOT FOUND THEN
    PERFORM set_config('app.lo', '!', true), set_config('app.hi', '!', true), set_config('app.keys', '', true), set_config('app.custody', '', true),
            set_config('app.desk', '', true), set_config('app.person', '', true), set_config('app.unit', '', true), set_config('app.actor', '', true);
    RETURN;
  END IF;
  IF 'lead' = ANY (roles) THEN
    lo := path; hi := left(path, -1) || '0';
  END IF;
  IF 'operator' = ANY (roles) THEN desk := unit::text; END IF;
  IF 'investigator' = ANY (roles) OR 'lead' = ANY (roles) THEN own := person::text; END IF;
  IF 'custodian' = ANY (roles) THEN custody := path; END IF;
  PERFORM set_config('app.lo', lo, true), set_config('app.hi', hi, true),
          set_config('app.keys', '{' || replace(trim(both '/' from path), '/', ',') || ',' || (-person)::text || '}', true),
          set_config('app.desk', desk, true), set_config('app.person', own, true), set_config('app.custody', custody, true),
          set_config('app.unit', CASE WHEN lo = '!' THEN '' ELSE unit::text END, true),
          set_config('app.actor', 'person:' || person::text, true);
  RETURN NEXT;
END $$;

-- A confidential identity opens to the person whose reveal was granted, until it ends.
CREATE OR REPLACE FUNCTION app.vault_open(which bigint, journal_row bigint) RETURNS TABLE (complainant bigint, role text, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t tickets; keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  me int := nullif(current_setting('app.person', true), '')::int;
  desk_unit int := nullif(current_setting('app.desk', true), '')::int;
  seen timestamptz;
BEGIN
  SELECT j.recorded_at INTO seen FROM journal j WHERE j.id = journal_row AND j.subject_kind = 'ticket' AND j.subject = which
     AND j.action = 'contact_viewed' AND j.actor = current_setting('app.actor', true)
     AND j.xmin::text = (txid_current() % (2^32)::bigint)::text;
  IF NOT FOUND THEN RAISE EXCEPTION 'no journal row for this view' USING ERRCODE = 'insufficient_privilege'; END IF;
  SELECT * INTO t FROM tickets WHERE id = which;
  IF NOT FOUND OR keys IS NULL OR (t.recused IS NOT NULL AND t.recused && keys) THEN
    RAISE EXCEPTION 'not to be seen' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (t.investigator = me OR t.second_investigator = me OR t.desk = desk_unit) IS NOT TRUE THEN
    RAISE EXCEPTION 'only the assigned investigator or the desk' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF t.secrecy = 'confidential' AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.ticket = which AND r.kind = 'reveal' AND r.state = 'granted'
       AND r.asked_by = me AND r.until > seen) THEN
    RAISE EXCEPTION 'confidential: needs a granted request' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT c.id, c.role, c.sealed FROM complainants c WHERE c.ticket = which ORDER BY c.id;
END $$;

-- A ticket split off or appealed has the same complainants. Their seals are
-- bound to their own ids and are copied unopened, by whoever has just changed the
-- first ticket in this very transaction (and so may see it).
CREATE FUNCTION app.copy_complainants(source bigint, target bigint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  n int; tx text := (txid_current() % (2^32)::bigint)::text;
BEGIN
  PERFORM 1 FROM tickets a, tickets b WHERE a.id = source AND b.id = target AND a.xmin::text = tx AND b.xmin::text = tx;
  IF NOT FOUND THEN RAISE EXCEPTION 'not both of this transaction' USING ERRCODE = 'insufficient_privilege'; END IF;
  INSERT INTO complainants (id, ticket, role, sealed, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx, checked_at, check_failed)
    SELECT id, target, role, sealed, shown, shown_phone, has_phone, has_mail, phone_idx, id_idx, name_idx, checked_at, check_failed
      FROM complainants WHERE ticket = source;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.copy_complainants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.copy_complainants TO hotline_app, hotline_work;
