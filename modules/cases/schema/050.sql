-- store: cases
-- Who stands on which side of a case, for the check of conflicting interests (P22): the name sealed, found by blind indexes.
CREATE TABLE case_parties (
  id bigint NOT NULL PRIMARY KEY,
  case_id bigint NOT NULL,
  org_id bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('client', 'opponent', 'third', 'witness')),
  client_id bigint,
  name bytea NOT NULL,
  full_blind bytea NOT NULL,
  core_blind bytea NOT NULL,
  pinyin_blind bytea NOT NULL,
  created_at bigint NOT NULL,
  created_by bigint NOT NULL
);
CREATE INDEX case_parties_case ON case_parties (case_id);
CREATE INDEX case_parties_full ON case_parties (full_blind);
CREATE INDEX case_parties_core ON case_parties (core_blind);
CREATE INDEX case_parties_pinyin ON case_parties (pinyin_blind);
