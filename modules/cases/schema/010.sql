-- store: cases
-- Every definition a case was ever opened with: running cases are pinned to theirs.
CREATE TABLE definitions (
  id bigint NOT NULL PRIMARY KEY,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  body text NOT NULL,
  created_at bigint NOT NULL
);

-- Numbers go up per text of `number:`, organisation and year.
CREATE TABLE number_series (
  org_id bigint NOT NULL,
  series text NOT NULL,
  year bigint NOT NULL,
  last bigint NOT NULL,
  PRIMARY KEY (org_id, series, year)
);

-- `fields`: JSON, without sealed ones. `sealed`: JSON {name: {hint, v}}, v in base64url.
-- due_at, due_clock, clock_state: of the clock that is due first, kept here for lists.
-- n_*: how many rows hang on it elsewhere, so that a view asks only where there is something.
CREATE TABLE cases (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  number text NOT NULL,
  process text NOT NULL,
  definition_id bigint NOT NULL,
  title text NOT NULL,
  state text NOT NULL,
  ended bigint NOT NULL,
  category text,
  client_id bigint,
  created_by bigint NOT NULL,
  first_asker_id bigint,
  assignee_id bigint,
  assignee_role text,
  parent_id bigint,
  parent_link text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  state_at bigint NOT NULL,
  version bigint NOT NULL,
  due_at bigint,
  due_clock text,
  clock_state text,
  fields text NOT NULL,
  sealed text,
  n_clocks bigint NOT NULL,
  n_tasks bigint NOT NULL,
  n_children bigint NOT NULL,
  n_citations bigint NOT NULL,
  n_attachments bigint NOT NULL,
  UNIQUE (org_id, number)
);
CREATE INDEX cases_org ON cases (org_id, id);
CREATE INDEX cases_open ON cases (org_id, ended, id);
CREATE INDEX cases_assignee ON cases (assignee_id, ended, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX cases_due ON cases (org_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_client ON cases (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX cases_parent ON cases (parent_id) WHERE parent_id IS NOT NULL;

-- The timeline. Never a sealed value.
CREATE TABLE case_events (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  actor_id bigint,
  action text,
  from_state text,
  to_state text,
  text text,
  data text,
  version bigint NOT NULL
);
CREATE INDEX case_events_case ON case_events (case_id, id);

-- A row each time a clock starts. due_at follows from (base_at, length, remaining) in the calendar, so that
-- it can be computed anew when the calendar changes. next_at: when the scheduler has something to do.
CREATE TABLE case_clocks (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  org_id bigint NOT NULL,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'paused', 'stopped')),
  calendar text NOT NULL,
  started_at bigint NOT NULL,
  base_at bigint NOT NULL,
  length text,
  remaining bigint,
  due_at bigint,
  warned bigint NOT NULL,
  next_at bigint,
  paused_at bigint,
  stopped_at bigint,
  breached_at bigint
);
CREATE INDEX case_clocks_case ON case_clocks (case_id, id);
CREATE INDEX case_clocks_next ON case_clocks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX case_clocks_calendar ON case_clocks (calendar, id) WHERE status = 'running';

-- What somebody has to do: a person, or whoever holds the role in the case's organisation.
-- kind: 'task' of an effect, 'review' of a review's open step.
CREATE TABLE case_tasks (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  org_id bigint NOT NULL,
  kind text NOT NULL,
  person_id bigint,
  role text,
  what text NOT NULL,
  until text,
  created_at bigint NOT NULL,
  done_at bigint,
  done_by bigint
);
CREATE INDEX case_tasks_case ON case_tasks (case_id);
CREATE INDEX case_tasks_person ON case_tasks (person_id) WHERE done_at IS NULL;
CREATE INDEX case_tasks_role ON case_tasks (org_id, role) WHERE done_at IS NULL AND role IS NOT NULL;

-- Verdicts of reviews. A review that begins anew has a new round.
CREATE TABLE case_votes (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  review text NOT NULL,
  round bigint NOT NULL,
  step bigint NOT NULL,
  person_id bigint NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('approve', 'reject')),
  opinion text,
  at bigint NOT NULL,
  UNIQUE (case_id, review, round, step, person_id)
);

-- Articles of law as they stood when they were cited.
CREATE TABLE case_citations (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  article_id bigint NOT NULL,
  law text NOT NULL,
  article text NOT NULL,
  text text NOT NULL,
  cited_by bigint NOT NULL,
  cited_at bigint NOT NULL,
  UNIQUE (case_id, article_id)
);

CREATE TABLE case_attachments (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  name text NOT NULL,
  size bigint NOT NULL,
  media_type text NOT NULL,
  blob_id bigint NOT NULL,
  blob_org_id bigint NOT NULL,
  sha256 text NOT NULL,
  at bigint NOT NULL,
  by_id bigint NOT NULL
);
CREATE INDEX case_attachments_case ON case_attachments (case_id);

-- What was given to whom, and when it was opened (D04).
CREATE TABLE case_deliveries (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  field text NOT NULL,
  channel text NOT NULL,
  client_id bigint,
  person_id bigint,
  sent_at bigint NOT NULL,
  opened_at bigint
);
CREATE INDEX case_deliveries_case ON case_deliveries (case_id);

-- Registers kept by law or rule: 'supervision' (P20), 'feedback' (P12), 'borrowing' (A04) …
CREATE TABLE ledger (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  ledger text NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  case_id bigint,
  person_id bigint,
  text text NOT NULL,
  source text
);
CREATE INDEX ledger_page ON ledger (ledger, org_id, id);
CREATE INDEX ledger_case ON ledger (case_id) WHERE case_id IS NOT NULL;

-- A list's filters under a name.
CREATE TABLE views (
  id bigint NOT NULL PRIMARY KEY,
  person_id bigint NOT NULL,
  page text NOT NULL,
  name text NOT NULL,
  query text NOT NULL,
  created_at bigint NOT NULL,
  UNIQUE (person_id, page, name)
);
