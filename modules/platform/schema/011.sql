-- store: cases
-- Live events (kept a day), messages that leave, and everybody's own list of messages.
CREATE TABLE feed (
  id bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  org_id bigint NOT NULL,
  person_id bigint NOT NULL,
  role text,
  case_id bigint NOT NULL,
  kind text NOT NULL,
  data text
);

CREATE TABLE outbox (
  id bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  org_id bigint NOT NULL,
  channel text NOT NULL CHECK (channel IN ('mail', 'sms', 'webhook')),
  person_id bigint NOT NULL,
  client_id bigint NOT NULL,
  address bytea,
  template text NOT NULL,
  params text,
  case_id bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
  attempts bigint NOT NULL,
  next_at bigint NOT NULL,
  sent_at bigint,
  error text
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE status = 'queued';
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id <> 0;

CREATE TABLE inbox (
  id bigint NOT NULL PRIMARY KEY,
  at bigint NOT NULL,
  org_id bigint NOT NULL,
  person_id bigint NOT NULL,
  template text NOT NULL,
  params text,
  case_id bigint NOT NULL,
  read_at bigint
);
CREATE INDEX inbox_person ON inbox (person_id, id);
CREATE INDEX inbox_unread ON inbox (person_id) WHERE read_at IS NULL;
