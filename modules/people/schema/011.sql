-- store: cases
CREATE TABLE orgs (
  id bigint NOT NULL PRIMARY KEY,
  parent_id bigint NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  active bigint NOT NULL,
  created_at bigint NOT NULL,
  version bigint NOT NULL
);
INSERT INTO orgs (id, parent_id, name, kind, active, created_at, version) VALUES (0, 0, '', 'installation', 1, 0, 1);

-- Staff and partners (S04). Signing in by name; what the person may do hangs on person_roles.
CREATE TABLE people (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL UNIQUE,
  display_name text NOT NULL,
  phone bytea,
  phone_hint text,
  email bytea,
  email_hint text,
  lang text NOT NULL,
  skills text NOT NULL,
  languages text NOT NULL,
  presence text NOT NULL CHECK (presence IN ('here', 'away', 'off')),
  active bigint NOT NULL,
  password_hash text,
  password_must_change bigint NOT NULL,
  password_at bigint,
  totp_secret bytea,
  totp_on bigint NOT NULL,
  totp_step bigint NOT NULL,
  created_at bigint NOT NULL,
  signed_in_at bigint,
  version bigint NOT NULL
);
CREATE INDEX people_org ON people (org_id, active);
-- Person 1 is the system itself: clocks, jobs, the command line. It can't sign in.
INSERT INTO people (id, org_id, name, name_key, display_name, lang, skills, languages, presence, active,
  password_must_change, totp_on, totp_step, created_at, version)
VALUES (1, 0, 'system', 'system', '系统', 'zh', '[]', '[]', 'off', 0, 0, 0, 0, 0, 1);

CREATE VIEW actor_orgs AS
SELECT p.id AS actor_id, t.org_id AS org_id FROM people p JOIN org_tree t ON t.ancestor_id = p.org_id;

-- Roles are data (T02). Rows of organisation 0 are there for everybody; an organisation adds its own.
CREATE TABLE roles (
  org_id bigint NOT NULL,
  name text NOT NULL,
  label_zh text NOT NULL,
  label_en text NOT NULL,
  tier bigint NOT NULL,
  based_on text NOT NULL,
  PRIMARY KEY (org_id, name)
);

CREATE TABLE person_roles (
  person_id bigint NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (person_id, role)
);
CREATE INDEX person_roles_role ON person_roles (role, person_id);

-- What the head of the hotline changed against the operations' own `role:` lines.
CREATE TABLE role_grants (
  org_id bigint NOT NULL,
  role text NOT NULL,
  op text NOT NULL,
  allow bigint NOT NULL,
  by_id bigint NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (org_id, role, op)
);

-- One row, raised by every change of organisations, roles and grants: nodes reload when it moved.
CREATE TABLE people_version (
  one bigint NOT NULL PRIMARY KEY,
  version bigint NOT NULL
);
INSERT INTO people_version (one, version) VALUES (1, 1);

CREATE TABLE sessions (
  id bigint NOT NULL PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  person_id bigint NOT NULL,
  created_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint,
  ip text,
  agent text
);
CREATE INDEX sessions_person ON sessions (person_id) WHERE ended_at IS NULL;

-- Failed sign-ins, by a hash of the name and of the address they came from.
CREATE TABLE sign_in_failures (
  key text NOT NULL PRIMARY KEY,
  failures bigint NOT NULL,
  last_at bigint NOT NULL,
  locked_until bigint NOT NULL
);

INSERT INTO roles (org_id, name, label_zh, label_en, tier, based_on) VALUES
  (0, 'client', '咨询人', 'Client', 0, '[]'),
  (0, 'external', '外部人员', 'External', 5, '[]'),
  (0, 'adviser', '外部专家', 'Outside adviser', 10, '[]'),
  (0, 'assistant', '律师助理', 'Assistant', 10, '[]'),
  (0, 'operator', '坐席', 'Operator', 20, '[]'),
  (0, 'archivist', '档案管理员', 'Archivist', 20, '[]'),
  (0, 'editor', '编辑', 'Editor', 20, '[]'),
  (0, 'secretariat', '秘书处', 'Secretariat', 20, '[]'),
  (0, 'specialist', '专业坐席', 'Specialist', 30, '[]'),
  (0, 'lawyer', '律师', 'Lawyer', 30, '[]'),
  (0, 'legal_team', '法务团队', 'Legal team', 40, '[]'),
  (0, 'compliance', '合规部', 'Compliance', 40, '[]'),
  (0, 'risk_committee', '风控委员会', 'Risk committee', 50, '[]'),
  (0, 'auditor', '审计员', 'Auditor', 50, '[]'),
  (0, 'partner', '合伙人', 'Partner', 50, '[]'),
  (0, 'supervisor', '热线负责人', 'Head of the hotline', 60, '[]'),
  (0, 'director', '主任', 'Director', 70, '[]'),
  (0, 'admin', '系统管理员', 'Administrator', 90, '[]');
