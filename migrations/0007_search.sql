-- +goose Up
-- Text search: Han bigrams written by Go into a table of its own, behind the
-- intake. Scope tokens stand beside the words: uID for the handling unit and
-- each unit above it, dID the desk, pID the investigators, sID units with sight,
-- mYYYYMM the month of entry.
CREATE TABLE ticket_text (
  ticket bigint PRIMARY KEY,
  tsv    tsvector NOT NULL
);
-- Only the indexing worker writes here, so the pending list costs no request a
-- wait, and it takes a third off the work of a batch. It is kept short because
-- every search reads it.
CREATE INDEX ticket_text_tsv ON ticket_text USING gin (tsv) WITH (fastupdate = on, gin_pending_list_limit = 2048);
-- not_before spares a new ticket its first indexing where routing changes its
-- scope within the second; a search scans the tail itself.
CREATE TABLE text_pending (
  ticket     bigint NOT NULL,
  not_before timestamptz
);
CREATE INDEX text_pending_ticket ON text_pending(ticket);

-- app.search_ids walks the newest month, three more, then everything, and stops
-- at `most` ids the caller may see. It applies scope and recusal itself (@@ is
-- not leakproof, so the planner would not use the index under a policy); the
-- outer query reads the tickets through the policies once more.
-- +goose StatementBegin
CREATE FUNCTION app.search_ids(words text, months text[], most int) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
  lo text := current_setting('app.lo', true);  hi text := current_setting('app.hi', true);
  keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  desk_unit int := nullif(current_setting('app.desk', true), '')::int;
  me int := nullif(current_setting('app.person', true), '')::int;
  own int := nullif(current_setting('app.unit', true), '')::int;
  scope text := ''; slice text; q tsquery; found int := 0; seen bigint[] := '{}'; r record; n int := 0;
BEGIN
  IF keys IS NULL OR words = '' THEN RETURN; END IF;
  -- The city sees every handling unit: its own token would only cost time.
  IF own IS NOT NULL AND lo <> '/1/' THEN
    scope := 'u' || own || ' | s' || own;
    IF desk_unit IS NOT NULL THEN scope := scope || ' | d' || desk_unit; END IF;
    IF me IS NOT NULL THEN scope := scope || ' | p' || me; END IF;
  ELSIF own IS NULL THEN
    IF desk_unit IS NOT NULL THEN scope := 'd' || desk_unit; END IF;
    IF me IS NOT NULL THEN scope := scope || CASE WHEN scope = '' THEN '' ELSE ' | ' END || 'p' || me; END IF;
    IF scope = '' THEN RETURN; END IF;
  END IF;
  FOR n IN 1..3 LOOP
    slice := CASE n WHEN 1 THEN months[1] WHEN 2 THEN array_to_string(months[2:4], ' | ') ELSE '' END;
    CONTINUE WHEN n < 3 AND coalesce(slice, '') = '';
    q := to_tsquery('simple', words);
    IF slice <> '' THEN q := to_tsquery('simple', slice) && q; END IF;
    IF scope <> '' THEN q := to_tsquery('simple', scope) && q; END IF;
    FOR r IN
      SELECT t.id FROM (
        SELECT x.ticket FROM (SELECT ticket FROM ticket_text WHERE tsv @@ q LIMIT 20000 OFFSET 0) x ORDER BY x.ticket DESC
      ) m JOIN tickets t ON t.id = m.ticket
      WHERE (t.recused IS NULL OR NOT t.recused && keys)
        AND ((t.unit_path >= lo AND t.unit_path < hi) OR t.desk = desk_unit OR t.investigator = me OR t.second_investigator = me OR own = ANY (t.sight))
      ORDER BY m.ticket DESC LIMIT most
    LOOP
      CONTINUE WHEN r.id = ANY (seen);
      seen := seen || r.id; found := found + 1;
      RETURN NEXT r.id;
      IF found >= most THEN RETURN; END IF;
    END LOOP;
  END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.search_ids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_ids TO hotline_app;
