-- +goose Up
-- Text search: Han bigrams written by Go into a table of its own, behind the
-- intake. Scope tokens stand beside the words: uID for the handling unit and
-- each unit above it, dID the desk, pID the investigators, sID units with sight.
-- Run tokens name the runs of ids in which the ticket lies: aN ids N*2^10 and
-- the 2^10 that follow, bN 2^13, cN 2^16, eN 2^19, fN 2^22.
-- The vectors lie out of line, so that many hits stand on few pages.
CREATE TABLE ticket_text (
  ticket bigint PRIMARY KEY,
  tsv    tsvector NOT NULL
) WITH (toast_tuple_target = 128);
-- Only the indexing worker writes here, so the pending list costs no request a
-- wait, and it takes a third off the work of a batch. It is kept short because
-- every step of a search reads all of it, and emptied by the worker (app.settle_texts)
-- whenever nothing waits.
CREATE INDEX ticket_text_tsv ON ticket_text USING gin (tsv) WITH (fastupdate = on, gin_pending_list_limit = 1024);
-- +goose StatementBegin
CREATE FUNCTION app.settle_texts() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT gin_clean_pending_list('ticket_text_tsv')
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.settle_texts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.settle_texts TO hotline_work;
-- not_before spares a new ticket its first indexing where routing changes its
-- scope within the second; a search scans the tail itself.
CREATE TABLE text_pending (
  ticket     bigint NOT NULL,
  not_before timestamptz
);
CREATE INDEX text_pending_ticket ON text_pending(ticket);

-- app.search_ids gives the newest `most` tickets below `before` (NULL: of all)
-- that hold the words and that the caller may see, the newest first. Fewer than
-- `most` are all there are.
-- It walks runs of ids from the newest down, each as long as the hits so far
-- suggest: at most eight times what has been walked, and never so long that a
-- word frequent long ago gives more hits than can be sorted in some milliseconds.
-- It applies scope and recusal itself (@@ is not leakproof, so the planner would
-- not use the index under a policy); the outer query reads the tickets through
-- the policies once more.
-- +goose StatementBegin
CREATE FUNCTION app.search_ids(words text, before bigint, most int) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = public, pg_temp SET jit = off
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  lo text := current_setting('app.lo', true);  hi text := current_setting('app.hi', true);
  keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  desk_unit int := nullif(current_setting('app.desk', true), '')::int;
  me int := nullif(current_setting('app.person', true), '')::int;
  own int := nullif(current_setting('app.unit', true), '')::int;
  scope text := ''; base tsquery; slice text; hit bigint;
  upper_run bigint;   -- runs of 2^10 below this one are still to be walked
  walked bigint := 0; -- runs walked
  longest bigint;     -- runs to walk in one step
  want bigint; level int; size bigint; n bigint; found int := 0;
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
  base := to_tsquery('simple', words);
  IF scope <> '' THEN base := to_tsquery('simple', scope) && base; END IF;
  IF before IS NULL THEN
    SELECT max(ticket) + 1 INTO before FROM ticket_text;
    IF before IS NULL THEN RETURN; END IF;
  END IF;
  upper_run := ((before - 1) >> 10) + 1;
  longest := greatest(32, upper_run / 32);
  WHILE upper_run > 0 LOOP
    want := CASE WHEN walked = 0 THEN 1 ELSE least(longest, walked * 7, 1 + walked * (most - found) * 3 / greatest(found * 2, 1)) END;
    level := 0; size := 1;
    WHILE level < 4 AND size * 8 <= want AND upper_run % (size * 8) = 0 LOOP
      level := level + 1; size := size * 8;
    END LOOP;
    n := upper_run % (size * 8) / size;
    n := least(greatest(want / size, 1), CASE WHEN n = 0 THEN 8 ELSE n END);
    SELECT string_agg(substr('abcef', level + 1, 1) || k, ' | ') INTO slice FROM generate_series(upper_run / size - n, upper_run / size - 1) k;
    FOR hit IN
      SELECT t.id FROM (
        SELECT x.ticket FROM (SELECT ticket FROM ticket_text WHERE tsv @@ (to_tsquery('simple', slice) && base) OFFSET 0) x
         WHERE x.ticket < before ORDER BY x.ticket DESC OFFSET 0
      ) m JOIN tickets t ON t.id = m.ticket
      WHERE (t.recused IS NULL OR NOT t.recused && keys)
        AND ((t.unit_path >= lo AND t.unit_path < hi) OR t.desk = desk_unit OR t.investigator = me OR t.second_investigator = me OR own = ANY (t.sight))
      ORDER BY m.ticket DESC LIMIT most - found
    LOOP
      found := found + 1;
      RETURN NEXT hit;
    END LOOP;
    EXIT WHEN found >= most;
    walked := walked + n * size;
    upper_run := upper_run - n * size;
  END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.search_ids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.search_ids TO hotline_app;
