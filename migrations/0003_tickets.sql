-- +goose Up
-- The ticket and what hangs on it. Statuses, kinds and the rest are text with
-- CHECK, not enums: enum comparison is not leakproof and so reaches no index
-- under row-level security.
CREATE SEQUENCE ticket_id INCREMENT 100;
-- Children take their ids from per-process blocks as well.
CREATE SEQUENCE row_id INCREMENT 1000;

CREATE TABLE number_days (
  day  date PRIMARY KEY,
  next int NOT NULL
);

CREATE TABLE categories (
  code   text PRIMARY KEY,
  parent text REFERENCES categories,
  name   text NOT NULL,
  gb     text NOT NULL DEFAULT '',
  active boolean NOT NULL DEFAULT true,
  ord    int NOT NULL
);

CREATE TABLE tickets (
  id          bigint PRIMARY KEY,
  number      text COLLATE "C" NOT NULL CHECK (number ~ '^[0-9]{13}$'),
  status      text COLLATE "C" NOT NULL CHECK (status IN ('registered','dispatched','handling','approval','answering','answered','closed','archived')),
  kind        text COLLATE "C" NOT NULL CHECK (kind IN ('inquiry','help','suggestion','complaint','report','praise')),
  track       text COLLATE "C" NOT NULL CHECK (track IN ('own','order','petition')),
  channel     text COLLATE "C" NOT NULL CHECK (channel IN ('call','letter','visit','mail','city12345','public','sheet','referral','finding')),
  naming      text COLLATE "C" NOT NULL CHECK (naming IN ('named','signed','anonymous','joint')),
  secrecy     text COLLATE "C" NOT NULL CHECK (secrecy IN ('open','confidential')),
  urgency     text COLLATE "C" NOT NULL CHECK (urgency IN ('normal','urgent','critical')),
  outcome     text COLLATE "C" CHECK (outcome IN ('answered','resolved','partly','unfounded','unverifiable','explained','refused','redirected','transferred','returned','recalled','withdrawn','final')),
  category    text REFERENCES categories,
  region      text COLLATE "C" NOT NULL DEFAULT '' CHECK (region ~ '^([0-9]{6}([0-9]{3}([0-9]{3})?)?)?$'),
  place       text NOT NULL DEFAULT '',
  title       text NOT NULL DEFAULT '',
  -- What may be read in scope. On a confidential ticket it is the redacted
  -- brief; the words as given lie sealed.
  statement   text NOT NULL,
  brief_by    int REFERENCES persons,
  people      int NOT NULL DEFAULT 1 CHECK (people >= 0),
  desk        int NOT NULL REFERENCES units,
  unit        int NOT NULL REFERENCES units,
  unit_path   text COLLATE "C" NOT NULL,
  county      int GENERATED ALWAYS AS (nullif(split_part(unit_path, '/', 3), '')::int) STORED,
  township    int GENERATED ALWAYS AS (nullif(split_part(unit_path, '/', 4), '')::int) STORED,
  investigator        int REFERENCES persons,
  second_investigator int REFERENCES persons,
  recused     int[],
  sight       int[],
  proposal    jsonb,
  next_due    timestamptz,
  due_at      timestamptz,
  received_at timestamptz NOT NULL,
  entered_at  timestamptz NOT NULL,
  closed_at   timestamptz,
  redos       int NOT NULL DEFAULT 0 CHECK (redos >= 0),
  urges       int NOT NULL DEFAULT 0,
  supervised  boolean NOT NULL DEFAULT false,
  receipt     bytea NOT NULL,
  receipt_issue int NOT NULL DEFAULT 1,
  satisfaction text CHECK (satisfaction IN ('very_satisfied','satisfied','basically','dissatisfied','very_dissatisfied')),
  version     int NOT NULL DEFAULT 1,
  seq         int NOT NULL,
  head        bytea NOT NULL,
  CONSTRAINT closed_has_outcome CHECK ((status IN ('closed','archived')) = (closed_at IS NOT NULL) AND (closed_at IS NULL OR outcome IS NOT NULL))
) WITH (fillfactor = 85);

CREATE UNIQUE INDEX t_number    ON tickets(number);
CREATE INDEX t_open_due    ON tickets(next_due, id)             WHERE closed_at IS NULL;
CREATE INDEX t_open_county ON tickets(county, next_due, id)     WHERE closed_at IS NULL AND county IS NOT NULL;
CREATE INDEX t_open_town   ON tickets(township, next_due, id)   WHERE closed_at IS NULL AND township IS NOT NULL;
CREATE INDEX t_county_id   ON tickets(county, id)               WHERE county IS NOT NULL;
CREATE INDEX t_open_count  ON tickets(unit_path, status) INCLUDE (recused, next_due, desk) WHERE closed_at IS NULL;
CREATE INDEX t_town_id     ON tickets(township, id)             WHERE township IS NOT NULL;
CREATE INDEX t_desk_id     ON tickets(desk, id);
CREATE INDEX t_mine_due    ON tickets(investigator, next_due, id) WHERE closed_at IS NULL AND investigator IS NOT NULL;
CREATE INDEX t_mine_id     ON tickets(investigator, id)         WHERE investigator IS NOT NULL;

-- tickets.sight turned about, so that a unit finds what it had once.
CREATE TABLE ticket_sight (
  unit   int NOT NULL,
  ticket bigint NOT NULL,
  PRIMARY KEY (unit, ticket)
);
-- +goose StatementBegin
CREATE FUNCTION app.keep_sight() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM ticket_sight WHERE ticket = NEW.id AND TG_OP = 'UPDATE' AND unit = ANY (OLD.sight) AND NOT unit = ANY (coalesce(NEW.sight, '{}'));
  INSERT INTO ticket_sight (unit, ticket) SELECT DISTINCT u, NEW.id FROM unnest(NEW.sight) u ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_sight_of_new AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.sight IS NOT NULL) EXECUTE FUNCTION app.keep_sight();
CREATE TRIGGER keep_sight AFTER UPDATE OF sight ON tickets FOR EACH ROW WHEN (OLD.sight IS DISTINCT FROM NEW.sight) EXECUTE FUNCTION app.keep_sight();

CREATE TABLE recusals (
  ticket bigint NOT NULL REFERENCES tickets,
  key    int NOT NULL,   -- unit id, or minus person id
  reason text NOT NULL CHECK (reason IN ('accused','relative','interest','demanded','first_handler')),
  note   text NOT NULL DEFAULT '',
  at     timestamptz NOT NULL,
  actor  text NOT NULL,
  PRIMARY KEY (ticket, key, reason)
);
-- +goose StatementBegin
CREATE FUNCTION app.keep_recused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  t bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.ticket ELSE NEW.ticket END;
BEGIN
  UPDATE tickets SET recused = (SELECT array_agg(DISTINCT key) FROM recusals WHERE ticket = t) WHERE id = t;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_recused AFTER INSERT OR UPDATE OR DELETE ON recusals FOR EACH ROW EXECUTE FUNCTION app.keep_recused();

CREATE TABLE complainants (
  id        bigint NOT NULL,
  ticket    bigint NOT NULL REFERENCES tickets,
  role      text NOT NULL CHECK (role IN ('caller','beneficiary','representative','signer')),
  sealed    bytea NOT NULL,
  -- What may be shown: masks on an open ticket, a pseudonym on a confidential one.
  shown     text NOT NULL DEFAULT '',
  shown_phone text NOT NULL DEFAULT '',
  has_phone boolean NOT NULL DEFAULT false,
  has_mail  boolean NOT NULL DEFAULT false,
  phone_idx bytea,
  id_idx    bytea,
  name_idx  bytea,
  checked_at timestamptz,
  check_failed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (ticket, id)
);
CREATE INDEX complainants_phone ON complainants(phone_idx) WHERE phone_idx IS NOT NULL;
CREATE INDEX complainants_id ON complainants(id_idx) WHERE id_idx IS NOT NULL;
CREATE INDEX complainants_name ON complainants(name_idx) WHERE name_idx IS NOT NULL;

-- The statement of a confidential ticket as it was given.
CREATE TABLE sealed_statements (
  ticket bigint PRIMARY KEY REFERENCES tickets,
  sealed bytea NOT NULL
);

CREATE TABLE accused (
  id     bigint PRIMARY KEY,
  ticket bigint NOT NULL REFERENCES tickets,
  unit   int REFERENCES units,
  person text NOT NULL DEFAULT '',
  post   text NOT NULL DEFAULT '',
  CHECK (unit IS NOT NULL OR person <> '')
);
CREATE INDEX accused_ticket ON accused(ticket);
CREATE TABLE respondents (
  ticket bigint NOT NULL REFERENCES tickets,
  unit   int NOT NULL REFERENCES units,
  PRIMARY KEY (ticket, unit)
);

CREATE TABLE allegations (
  id     bigint PRIMARY KEY,
  ticket bigint NOT NULL REFERENCES tickets,
  n      int NOT NULL CHECK (n > 0),
  text   text NOT NULL CHECK (text <> ''),
  category text REFERENCES categories,
  UNIQUE (ticket, n)
);
CREATE TABLE findings (
  id          bigint PRIMARY KEY,
  ticket      bigint NOT NULL REFERENCES tickets,
  allegation  bigint NOT NULL REFERENCES allegations,
  outcome     text NOT NULL CHECK (outcome IN ('true','partly','false','unverifiable','done','not_done','adopted','partly_adopted','not_adopted','answered')),
  method      text NOT NULL,
  met         text NOT NULL DEFAULT '',
  met_at      timestamptz,
  evidence    text NOT NULL DEFAULT '',
  corrected   text NOT NULL DEFAULT '',
  recovered_cents bigint NOT NULL DEFAULT 0 CHECK (recovered_cents >= 0),
  author      int NOT NULL REFERENCES persons,
  second      int REFERENCES persons,
  second_name text NOT NULL DEFAULT '',
  cosigned_at timestamptz,
  at          timestamptz NOT NULL,
  superseded  boolean NOT NULL DEFAULT false
);
CREATE INDEX findings_ticket ON findings(ticket);

CREATE TABLE hops (
  id        bigint PRIMARY KEY,
  ticket    bigint NOT NULL REFERENCES tickets,
  n         int NOT NULL CHECK (n > 0),
  unit      int NOT NULL REFERENCES units,
  from_unit int NOT NULL REFERENCES units,
  reason    text NOT NULL DEFAULT '',
  sent_by   text NOT NULL,
  sent_at   timestamptz NOT NULL,
  signed_by int REFERENCES persons,
  signed_at timestamptz,
  ended_at  timestamptz,
  UNIQUE (ticket, n)
);

CREATE TABLE replies (
  id            bigint PRIMARY KEY,
  ticket        bigint NOT NULL REFERENCES tickets,
  n             int NOT NULL CHECK (n > 0),
  public_text   text NOT NULL CHECK (public_text <> ''),
  internal_text text NOT NULL DEFAULT '',
  legal_basis   text NOT NULL DEFAULT '',
  appeal_notice text NOT NULL DEFAULT '',
  resolved      boolean,
  unresolved_reason text NOT NULL DEFAULT '',
  author        text NOT NULL,
  at            timestamptz NOT NULL,
  approved_by   int REFERENCES persons,
  approved_at   timestamptz,
  UNIQUE (ticket, n)
);
CREATE TABLE attempts (
  id          bigint PRIMARY KEY,
  ticket      bigint NOT NULL REFERENCES tickets,
  reply       bigint NOT NULL REFERENCES replies,
  way         text NOT NULL CHECK (way IN ('sms','mail','call','letter','face','status_page','city12345')),
  state       text NOT NULL CHECK (state IN ('queued','accepted','delivered','failed','unreachable','uncertain')),
  at          timestamptz NOT NULL,
  actor       text NOT NULL,
  provider_id text NOT NULL DEFAULT '',
  evidence    text NOT NULL DEFAULT '',
  provenance  text NOT NULL CHECK (provenance IN ('machine','scan','typed')),
  error       text NOT NULL DEFAULT ''
);
CREATE INDEX attempts_ticket ON attempts(ticket);

CREATE TABLE requests (
  id        bigint PRIMARY KEY,
  ticket    bigint NOT NULL REFERENCES tickets,
  kind      text NOT NULL CHECK (kind IN ('return','extension','pause','reveal')),
  state     text NOT NULL CHECK (state IN ('pending','granted','refused')),
  reason    text NOT NULL CHECK (reason <> ''),
  basis     text NOT NULL DEFAULT '',
  evidence  text NOT NULL DEFAULT '',
  unit      int NOT NULL REFERENCES units,
  asked_by  int NOT NULL REFERENCES persons,
  asked_at  timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  decision_note text NOT NULL DEFAULT '',
  CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE INDEX requests_ticket ON requests(ticket);

CREATE TABLE relations (
  id     bigint PRIMARY KEY,
  ticket bigint NOT NULL REFERENCES tickets,
  other  bigint NOT NULL REFERENCES tickets CHECK (other <> ticket),
  kind   text NOT NULL CHECK (kind IN ('same_matter','same_person','same_household','same_accused','follows_up','appeal_of','split_from')),
  note   text NOT NULL DEFAULT '',
  actor  text NOT NULL,
  at     timestamptz NOT NULL,
  undone_at timestamptz
);
CREATE INDEX relations_ticket ON relations(ticket);
CREATE INDEX relations_other ON relations(other);

-- File contents by digest, sealed. Rows of attachments point here.
CREATE TABLE blobs (
  sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
  size   bigint NOT NULL,
  sealed bytea NOT NULL
);
CREATE TABLE attachments (
  id        bigint PRIMARY KEY,
  ticket    bigint NOT NULL REFERENCES tickets,
  name      text NOT NULL,
  type      text NOT NULL DEFAULT 'application/octet-stream',
  size      bigint NOT NULL DEFAULT 0,
  sha256    bytea,
  purpose   text NOT NULL DEFAULT 'statement' CHECK (purpose IN ('statement','id','contact','handling','evidence')),
  source_url text NOT NULL DEFAULT '',
  state     text NOT NULL CHECK (state IN ('stored','waiting','failed','refused')),
  note      text NOT NULL DEFAULT '',
  actor     text NOT NULL,
  at        timestamptz NOT NULL
);
CREATE INDEX attachments_ticket ON attachments(ticket);

-- Contact with a person that the desk must make or made; urges, notes and
-- lateness statements are journal rows and need no table of their own.
CREATE TABLE co_handlers (
  ticket bigint NOT NULL REFERENCES tickets,
  unit   int NOT NULL REFERENCES units,
  at     timestamptz NOT NULL,
  actor  text NOT NULL,
  PRIMARY KEY (ticket, unit)
);
