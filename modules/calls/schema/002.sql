-- store: cases
-- Who is on duty on which day (V10): on the line, or to collect the day's messages (V03). `hours` is a note for people, e.g. 08:30-12:00.
CREATE TABLE duty_roster (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  day bigint NOT NULL,
  person_id bigint NOT NULL,
  duty text NOT NULL CHECK (duty IN ('line', 'voicemail')),
  hours text,
  created_by bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE UNIQUE INDEX duty_roster_once ON duty_roster (day, person_id, duty, coalesce(hours, ''));
CREATE INDEX duty_roster_org ON duty_roster (org_id, day);

-- Time an operator took to write the call up, of all who had it.
ALTER TABLE calls ADD COLUMN wrap_ms bigint NOT NULL DEFAULT 0;
-- Which call somebody wraps up: the last one taken.
CREATE INDEX call_events_taken ON call_events (person_id, at) WHERE kind IN ('answered', 'guest_answered');
CREATE INDEX calls_began ON calls (org_id, began_at);
