-- +goose Up
-- An UPDATE that reads no column of the row escapes the policy for SELECT. What
-- somebody may not see he may not change blindly either.
DROP POLICY change ON tickets;
CREATE POLICY change ON tickets FOR UPDATE TO hotline_app USING (CASE
  WHEN (SELECT current_setting('app.actor', true)) = '' THEN false
  WHEN (recused IS NULL OR NOT recused && (SELECT nullif(current_setting('app.keys', true), '')::int[])) IS NOT TRUE THEN false
  WHEN unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true)) THEN true
  WHEN desk = (SELECT nullif(current_setting('app.desk', true), '')::int) THEN true
  WHEN investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN second_investigator = (SELECT nullif(current_setting('app.person', true), '')::int) THEN true
  WHEN sight IS NOT NULL AND (SELECT nullif(current_setting('app.unit', true), '')::int) = ANY (sight) THEN true
  WHEN reveal_asked AND (SELECT current_setting('app.custody', true)) <> '' AND starts_with(unit_path, (SELECT current_setting('app.custody', true))) THEN true
  ELSE false END) WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');
DROP POLICY change ON tasks;
CREATE POLICY change ON tasks FOR UPDATE TO hotline_app USING (
  unit = (SELECT (nullif(current_setting('app.keys', true), '')::int[])[array_length(nullif(current_setting('app.keys', true), '')::int[], 1) - 1])
    AND (SELECT current_setting('app.person', true)) <> ''
  OR unit_path >= (SELECT current_setting('app.lo', true)) AND unit_path < (SELECT current_setting('app.hi', true))
    AND (kept_from IS NULL OR NOT kept_from && (SELECT nullif(current_setting('app.keys', true), '')::int[]))
  OR EXISTS (SELECT 1 FROM task_links l WHERE l.task = id)) WITH CHECK ((SELECT current_setting('app.actor', true)) <> '');

-- The keys of submissions name tickets; only machines look them up.
REVOKE SELECT ON submission_keys FROM hotline_app;
REVOKE SELECT (source, source_id, submission, sha256, ticket) ON submission_keys FROM hotline_app;
