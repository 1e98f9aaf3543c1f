-- +goose Up
-- Since when a ticket is worked afresh: what was found before is history, and
-- submits nothing any more.
ALTER TABLE tickets ADD COLUMN redone_at timestamptz;

-- A pause or an extension may lead into a year whose calendar came later.
GRANT UPDATE (calendar) ON deadlines TO hotline_app;
