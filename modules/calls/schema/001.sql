-- store: cases
-- One row a call. `caller` is sealed (bound to "call.caller"), found again by its blind index; `caller_hint` is what may be shown.
CREATE TABLE calls (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  direction text NOT NULL CHECK (direction IN ('in', 'out', 'callback')),
  hotline text NOT NULL,
  queue text,
  lang text NOT NULL,
  trunk text,
  browser bigint NOT NULL,
  caller bytea,
  caller_hint text,
  caller_blind bytea,
  called text NOT NULL,
  client_id bigint,
  case_id bigint,
  operator_id bigint,
  callback_of bigint,
  began_at bigint NOT NULL,
  queued_at bigint,
  rang_at bigint,
  answered_at bigint,
  ended_at bigint,
  hold_ms bigint NOT NULL,
  outcome text NOT NULL,
  end_reason text,
  rating bigint,
  refused bigint NOT NULL,
  transfers bigint NOT NULL,
  disposition text,
  called_back_by bigint
);
CREATE INDEX calls_org ON calls (org_id, id);
CREATE INDEX calls_operator ON calls (operator_id, id) WHERE operator_id IS NOT NULL;
CREATE INDEX calls_case ON calls (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX calls_client ON calls (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX calls_caller ON calls (caller_blind, id) WHERE caller_blind IS NOT NULL;

-- What happened in a call, in order. Never a number or a name.
CREATE TABLE call_events (
  id bigint NOT NULL PRIMARY KEY,
  call_id bigint NOT NULL,
  at bigint NOT NULL,
  person_id bigint,
  kind text NOT NULL,
  data text
);
CREATE INDEX call_events_call ON call_events (call_id, id);

-- Part 0 is the conversation, 1 and on voicemails. The blob is sealed under a key of its own. keep_until: retention of the hotline;
-- held: a legal hold, nothing destroys it; destroyed_at: the blob is gone, the row stays.
CREATE TABLE call_recordings (
  id bigint NOT NULL PRIMARY KEY,
  call_id bigint NOT NULL,
  org_id bigint NOT NULL,
  part bigint NOT NULL,
  blob_id bigint NOT NULL,
  media_type text NOT NULL,
  sha256 text NOT NULL,
  began_at bigint NOT NULL,
  length_ms bigint NOT NULL,
  lost_ms bigint NOT NULL,
  after_crash bigint NOT NULL,
  keep_until bigint NOT NULL,
  held bigint NOT NULL DEFAULT 0,
  destroyed_at bigint,
  UNIQUE (call_id, part)
);
CREATE INDEX call_recordings_keep ON call_recordings (keep_until) WHERE destroyed_at IS NULL AND held = 0;

-- How an operator's state changed (V10).
CREATE TABLE line_presence (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  person_id bigint NOT NULL,
  at bigint NOT NULL,
  state text NOT NULL,
  reason text
);
CREATE INDEX line_presence_person ON line_presence (person_id, at);
CREATE INDEX line_presence_org ON line_presence (org_id, at);

-- What a supervisor must know: a line without staff, a trunk that is down, a recording that stopped (S03, V05, V10).
CREATE TABLE line_alarms (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL,
  person_id bigint,
  subject text NOT NULL,
  over_at bigint
);
CREATE INDEX line_alarms_org ON line_alarms (org_id, id);
