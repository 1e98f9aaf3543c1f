-- +goose Up
-- What an administrator edits, each change one row of one history; lent roles
-- (AB角), absences, and the duty roster.

-- Like 0009's, and the roles and the account are settings too, for the policies below.
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
            set_config('app.desk', '', true), set_config('app.person', '', true), set_config('app.unit', '', true), set_config('app.actor', '', true),
            set_config('app.roles', '', true), set_config('app.account', '', true);
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
          set_config('app.actor', 'person:' || person::text, true),
          set_config('app.roles', array_to_string(roles, ','), true), set_config('app.account', account::text, true);
  RETURN NEXT;
END $$;

-- app.has tells whether whoever entered holds the role now.
CREATE FUNCTION app.has(role text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT role = ANY (string_to_array(coalesce(current_setting('app.roles', true), ''), ','))
$$;
-- app.leads tells whether whoever entered leads the unit, or one above it.
CREATE FUNCTION app.leads(which int) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM public.units u WHERE u.id = which
    AND u.path >= current_setting('app.lo', true) AND u.path < current_setting('app.hi', true))
$$;
-- +goose StatementEnd
GRANT EXECUTE ON FUNCTION app.has, app.leads TO hotline_app, hotline_work;

-- One history of everything that is edited: a change is the next version of its
-- key. Two editors of one version: the second is refused by setting_history_version.
CREATE TABLE setting_history (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text COLLATE "C" NOT NULL CHECK (subject IN ('category','rule','calendar','released','danger','alias','deputy','absence','shift','phones')),
  key     text COLLATE "C" NOT NULL CHECK (key <> ''),
  version int NOT NULL CHECK (version > 0),
  unit    int REFERENCES units,          -- whose it is, of duty and deputies
  before  jsonb,
  after   jsonb,
  why     text NOT NULL CHECK (why <> ''),
  actor   text NOT NULL CHECK (actor <> ''),
  at      timestamptz NOT NULL,
  CONSTRAINT setting_history_version UNIQUE (subject, key, version)
);
CREATE INDEX setting_history_subject ON setting_history(subject, id);
ALTER TABLE setting_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON setting_history FOR SELECT TO hotline_app USING (
  (SELECT app.has('system')) AND unit IS NULL OR (SELECT app.has('security')) AND subject = 'deputy' OR unit IS NOT NULL AND app.leads(unit));
CREATE POLICY write ON setting_history FOR INSERT TO hotline_app WITH CHECK (actor = (SELECT current_setting('app.actor', true)) AND CASE
  WHEN subject IN ('category','rule','calendar','released','danger','alias') THEN unit IS NULL AND (SELECT app.has('system'))
  WHEN subject = 'deputy' THEN unit IS NOT NULL AND ((SELECT app.has('security')) OR app.leads(unit))
  ELSE unit IS NOT NULL AND app.leads(unit) END);
CREATE POLICY work ON setting_history TO hotline_work USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON setting_history TO hotline_app;
GRANT SELECT ON setting_history TO hotline_work;

-- The state tables are changed by the system's administrator only.
-- +goose StatementBegin
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['categories','deadline_rules','calendars','settings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO hotline_app, hotline_work USING (true)', t);
    EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO hotline_app WITH CHECK ((SELECT app.has(''system'')))', t);
    EXECUTE format('GRANT INSERT ON %I TO hotline_app', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['categories','calendars','settings'] LOOP
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO hotline_app USING ((SELECT app.has(''system'')))', t);
  END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE categories ADD COLUMN en text NOT NULL DEFAULT '';
GRANT UPDATE (parent, name, en, gb, active, ord) ON categories TO hotline_app;
GRANT UPDATE (active) ON calendars TO hotline_app;
GRANT UPDATE (value) ON settings TO hotline_app;

-- +goose StatementBegin
-- app.set_aliases gives a place its other names.
CREATE FUNCTION app.set_aliases(which int, names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT app.has('system') THEN RAISE EXCEPTION 'only the system''s administrator' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE units SET aliases = names WHERE id = which;
END $$;

-- app.set_phones sets the numbers of a unit; its lead, or one above, may.
CREATE FUNCTION app.set_phones(which int, day text, night text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT app.leads(which) THEN RAISE EXCEPTION 'not a lead of the unit' USING ERRCODE = 'insufficient_privilege'; END IF;
  UPDATE units SET phone = day, night_phone = night WHERE id = which;
END $$;
-- +goose StatementEnd

-- Roles are lent by whoever holds the right, for dated periods. The caller has
-- just written, in this very transaction, the journal row that says so.
-- +goose StatementBegin
CREATE FUNCTION app.journaled_account(which int, what text, journal_row bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM journal j WHERE j.id = journal_row AND j.subject_kind = 'account' AND j.subject = which AND j.action = what
     AND j.actor = current_setting('app.actor', true) AND j.xmin::text = (txid_current() % (2^32)::bigint)::text;
  IF NOT FOUND THEN RAISE EXCEPTION 'no journal row for this' USING ERRCODE = 'insufficient_privilege'; END IF;
END $$;

-- app.may_lend tells whether whoever entered may lend the role to the account,
-- or end such a loan: a lead of the account's unit or one above, in their own
-- right and never as a deputy, the roles of a unit; security every role. Nobody
-- lends to themselves, under whichever account.
CREATE FUNCTION app.may_lend(borrower int, lent text, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM accounts b, accounts me
     WHERE b.id = borrower AND b.active AND me.id = nullif(current_setting('app.account', true), '')::int AND b.person <> me.person
       AND (app.has('security')
         OR lent IN ('lead','investigator','operator') AND app.leads(b.unit)
            AND EXISTS (SELECT 1 FROM account_roles r WHERE r.account = me.id AND r.role = 'lead' AND r.lent_by IS NULL
                          AND r.starts_at <= at AND (r.ends_at IS NULL OR r.ends_at > at))))
$$;

CREATE FUNCTION app.lend(borrower int, lent text, from_at timestamptz, to_at timestamptz, at timestamptz, journal_row bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  offices constant text[] := '{system,security,journal}';
BEGIN
  PERFORM app.journaled_account(borrower, 'role_lent', journal_row);
  IF NOT app.may_lend(borrower, lent, at) THEN RAISE EXCEPTION 'may not lend this' USING ERRCODE = 'insufficient_privilege'; END IF;
  IF from_at < at - interval '1 minute' OR to_at <= from_at OR to_at > from_at + interval '184 days' THEN
    RAISE EXCEPTION 'not a period' USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_period';
  END IF;
  PERFORM 1 FROM accounts WHERE id = borrower FOR UPDATE;
  IF lent = ANY (offices) AND EXISTS (SELECT 1 FROM account_roles r JOIN accounts a ON a.id = r.account
       WHERE a.person = (SELECT person FROM accounts WHERE id = borrower) AND r.role = ANY (offices) AND r.role <> lent AND (r.ends_at IS NULL OR r.ends_at > from_at)) THEN
    RAISE EXCEPTION 'two of system, security and journal in one hand' USING ERRCODE = 'check_violation', CONSTRAINT = 'one_office';
  END IF;
  IF EXISTS (SELECT 1 FROM account_roles r WHERE r.account = borrower AND r.role = lent AND r.starts_at < to_at AND (r.ends_at IS NULL OR r.ends_at > from_at)) THEN
    RAISE EXCEPTION 'has it already' USING ERRCODE = 'check_violation', CONSTRAINT = 'has_role';
  END IF;
  INSERT INTO account_roles (account, role, starts_at, ends_at, lent_by)
    VALUES (borrower, lent, from_at, to_at, nullif(current_setting('app.account', true), '')::int);
END $$;

-- app.end_loan ends a loan now; one that has not begun yet is taken back whole.
CREATE FUNCTION app.end_loan(borrower int, lent text, from_at timestamptz, at timestamptz, journal_row bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  n int;
BEGIN
  PERFORM app.journaled_account(borrower, 'role_returned', journal_row);
  IF NOT app.may_lend(borrower, lent, at) THEN RAISE EXCEPTION 'may not end this' USING ERRCODE = 'insufficient_privilege'; END IF;
  DELETE FROM account_roles WHERE account = borrower AND role = lent AND starts_at = from_at AND lent_by IS NOT NULL AND starts_at >= at;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n = 0 THEN
    UPDATE account_roles SET ends_at = at WHERE account = borrower AND role = lent AND starts_at = from_at AND lent_by IS NOT NULL AND ends_at > at;
    GET DIAGNOSTICS n = ROW_COUNT;
  END IF;
  RETURN n > 0;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.set_aliases, app.set_phones, app.may_lend, app.lend, app.end_loan, app.journaled_account FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.set_aliases, app.set_phones, app.may_lend, app.lend, app.end_loan TO hotline_app;

CREATE TABLE absences (
  id       bigint PRIMARY KEY,
  unit     int NOT NULL REFERENCES units,
  person   int NOT NULL REFERENCES persons,
  from_at  timestamptz NOT NULL,
  to_at    timestamptz NOT NULL,
  ended_at timestamptz,                -- back early, or never gone
  CONSTRAINT absence_period CHECK (to_at > from_at)
);
CREATE INDEX absences_unit ON absences(unit, to_at);
CREATE INDEX absences_person ON absences(person, to_at);

CREATE TABLE duty_shifts (
  id         bigint PRIMARY KEY,
  unit       int NOT NULL REFERENCES units,
  person     int NOT NULL REFERENCES persons,
  phone      text NOT NULL DEFAULT '' CHECK (phone ~ '^[0-9+ -]{0,20}$'),
  from_at    timestamptz NOT NULL,
  to_at      timestamptz NOT NULL,
  removed_at timestamptz,
  CONSTRAINT shift_period CHECK (to_at > from_at AND to_at <= from_at + interval '7 days')
);
CREATE UNIQUE INDEX duty_shifts_once ON duty_shifts(unit, person, from_at) WHERE removed_at IS NULL;
CREATE INDEX duty_shifts_now ON duty_shifts(to_at) WHERE removed_at IS NULL;

-- +goose StatementBegin
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['absences','duty_shifts'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY see ON %I FOR SELECT TO hotline_app USING (app.leads(unit) OR (SELECT app.has(''security'')) OR unit = (SELECT nullif(current_setting(''app.desk'', true), '''')::int))', t);
    EXECUTE format('CREATE POLICY add ON %I FOR INSERT TO hotline_app WITH CHECK (app.leads(unit))', t);
    EXECUTE format('CREATE POLICY change ON %I FOR UPDATE TO hotline_app USING (app.leads(unit))', t);
    EXECUTE format('CREATE POLICY work ON %I FOR SELECT TO hotline_work USING (true)', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO hotline_app', t);
    EXECUTE format('GRANT SELECT ON %I TO hotline_work', t);
  END LOOP;
END $$;
-- +goose StatementEnd
GRANT UPDATE (ended_at) ON absences TO hotline_app;
GRANT UPDATE (removed_at) ON duty_shifts TO hotline_app;

