-- +goose Up
-- Likely relations: other tickets of the same person, of the same accused, with
-- the same number printed, or with alike words. They are found here and shown;
-- only a person joins them.

-- The newest first from the index, however often a phone or name came.
CREATE INDEX complainants_phone_ticket ON complainants(phone_idx, ticket) WHERE phone_idx IS NOT NULL;
CREATE INDEX complainants_id_ticket    ON complainants(id_idx, ticket)    WHERE id_idx IS NOT NULL;
CREATE INDEX complainants_name_ticket  ON complainants(name_idx, ticket)  WHERE name_idx IS NOT NULL;
DROP INDEX complainants_phone, complainants_id, complainants_name;
CREATE INDEX accused_unit   ON accused(unit, ticket)   WHERE unit IS NOT NULL;
CREATE INDEX accused_person ON accused(person, ticket) WHERE person <> '';
CREATE INDEX orders_no ON orders(order_no);
CREATE INDEX t_petition_no ON tickets(petition_no) WHERE petition_no IS NOT NULL;

-- +goose StatementBegin
-- app.likely_ids gives tickets that share a sign with one: phone, citizen id or
-- name of a complainant, an accused unit or person, or a number of another track
-- (order or petition) among `numbers`. At most `most` of the newest by each key, so
-- that a number that a call centre gives for everybody costs no more than a person's.
-- It applies no scope: the caller reads the tickets through the policies.
CREATE FUNCTION app.likely_ids(which bigint, numbers text[], most int) RETURNS TABLE (ticket bigint, sign text, detail text)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT x.ticket, 'phone', '' FROM (SELECT DISTINCT phone_idx FROM complainants WHERE ticket = which AND phone_idx IS NOT NULL) m
    CROSS JOIN LATERAL (SELECT c.ticket FROM complainants c WHERE c.phone_idx = m.phone_idx ORDER BY c.ticket DESC LIMIT most) x
  UNION ALL
  SELECT x.ticket, 'id', '' FROM (SELECT DISTINCT id_idx FROM complainants WHERE ticket = which AND id_idx IS NOT NULL) m
    CROSS JOIN LATERAL (SELECT c.ticket FROM complainants c WHERE c.id_idx = m.id_idx ORDER BY c.ticket DESC LIMIT most) x
  UNION ALL
  SELECT x.ticket, 'name', '' FROM (SELECT DISTINCT name_idx FROM complainants WHERE ticket = which AND name_idx IS NOT NULL) m
    CROSS JOIN LATERAL (SELECT c.ticket FROM complainants c WHERE c.name_idx = m.name_idx ORDER BY c.ticket DESC LIMIT most) x
  UNION ALL
  SELECT x.ticket, 'accused_unit', m.unit::text FROM (SELECT DISTINCT unit FROM accused WHERE ticket = which AND unit IS NOT NULL) m
    CROSS JOIN LATERAL (SELECT c.ticket FROM accused c WHERE c.unit = m.unit ORDER BY c.ticket DESC LIMIT most) x
  UNION ALL
  SELECT x.ticket, 'accused_person', m.person FROM (SELECT DISTINCT person FROM accused WHERE ticket = which AND person <> '') m
    CROSS JOIN LATERAL (SELECT c.ticket FROM accused c WHERE c.person = m.person ORDER BY c.ticket DESC LIMIT most) x
  UNION ALL
  SELECT o.ticket, 'order', o.order_no FROM orders o WHERE o.order_no = ANY (numbers)
  UNION ALL
  SELECT o.ticket, 'order', o.city_no FROM orders o WHERE o.city_no = ANY (numbers) AND o.city_no <> ''
  UNION ALL
  SELECT t.id, 'petition', t.petition_no FROM tickets t WHERE t.petition_no = ANY (numbers)
  UNION ALL
  SELECT t.id, 'number', t.number FROM tickets t WHERE t.number = ANY (numbers);
END $$;

-- app.alike_ids gives the newest `most` tickets since a time that hold the words and
-- that the caller may see, as app.search_ids does, in one step: it is for queries of
-- rare words only. The outer query reads them through the policies once more.
CREATE FUNCTION app.alike_ids(words text, since timestamptz, most int) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = public, pg_temp SET jit = off
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  lo text := current_setting('app.lo', true);  hi text := current_setting('app.hi', true);
  keys int[] := nullif(current_setting('app.keys', true), '')::int[];
  desk_unit int := nullif(current_setting('app.desk', true), '')::int;
  me int := nullif(current_setting('app.person', true), '')::int;
  own int := nullif(current_setting('app.unit', true), '')::int;
BEGIN
  IF keys IS NULL OR words = '' THEN RETURN; END IF;
  RETURN QUERY
  SELECT t.id FROM (
    SELECT x.ticket FROM (SELECT ticket FROM ticket_text WHERE tsv @@ to_tsquery('simple', words) OFFSET 0) x ORDER BY x.ticket DESC LIMIT 3000
  ) m JOIN tickets t ON t.id = m.ticket
  WHERE t.received_at >= since AND (t.recused IS NULL OR NOT t.recused && keys)
    AND ((t.unit_path >= lo AND t.unit_path < hi) OR t.desk = desk_unit OR t.investigator = me OR t.second_investigator = me OR own = ANY (t.sight))
  ORDER BY m.ticket DESC LIMIT most;
END $$;

-- app.word_hits tells in about how many texts a word stands, as ANALYZE last saw
-- it; words that it leaves out are rare.
CREATE FUNCTION app.word_hits(words text[]) RETURNS TABLE (word text, hits real)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS $$
  SELECT x.word, x.share * greatest(c.reltuples, 0)
    FROM pg_class c, pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) x(word, share)
   WHERE c.oid = 'ticket_text'::regclass AND s.schemaname = 'public' AND s.tablename = 'ticket_text' AND s.attname = 'tsv' AND x.word = ANY (words)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION app.likely_ids, app.alike_ids, app.word_hits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.likely_ids, app.alike_ids, app.word_hits TO hotline_app;
