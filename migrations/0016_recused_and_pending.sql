-- +goose Up
-- Whoever is recused from a ticket has it no more. The trigger takes it from
-- him, since somebody who declares an interest himself may not make a row
-- invisible to himself.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION app.keep_recused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.ticket ELSE NEW.ticket END;
  keys int[] := (SELECT array_agg(DISTINCT key) FROM recusals WHERE ticket = t);
BEGIN
  UPDATE tickets SET recused = keys,
    investigator = CASE WHEN -investigator = ANY (keys) THEN NULL ELSE investigator END,
    second_investigator = CASE WHEN -second_investigator = ANY (keys) THEN NULL ELSE second_investigator END
  WHERE id = t;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- Who made the disputed decision may become known later than the unit.
CREATE POLICY change ON respondents FOR UPDATE TO hotline_app USING (EXISTS (SELECT 1 FROM tickets k WHERE k.id = ticket));
GRANT UPDATE (person) ON respondents TO hotline_app, hotline_work;

-- What waits for a decision.
CREATE INDEX requests_pending ON requests(id) WHERE state = 'pending';
