-- store: clients
-- Client master data, in a store and with keys of its own (T01). What identifies a client is sealed; equality is found by
-- blind indexes; hints are what may be shown without a purpose.
CREATE TABLE clients (
  id bigint NOT NULL PRIMARY KEY,
  org_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('person', 'company', 'public_body')),
  field text CHECK (field IN ('litigation', 'non_litigation', 'retained')),
  tier text NOT NULL CHECK (tier IN ('strategic', 'key', 'ordinary')),
  member bigint NOT NULL,
  lang text NOT NULL,
  note bytea,
  created_at bigint NOT NULL,
  created_by bigint NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL,
  erased_at bigint
);
CREATE INDEX clients_org ON clients (org_id, id) WHERE erased_at IS NULL;

-- A sealed value each: name, phone, email, id_number, bank_account, address.
CREATE TABLE client_fields (
  client_id bigint NOT NULL,
  field text NOT NULL,
  value bytea NOT NULL,
  hint text NOT NULL,
  blind bytea,
  PRIMARY KEY (client_id, field)
);
CREATE INDEX client_fields_blind ON client_fields (blind) WHERE blind IS NOT NULL;

-- By what a name is found: whole, former, without the legal form, in pinyin, by its beginnings (P22, C03).
CREATE TABLE client_names (
  client_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('full', 'former', 'core', 'pinyin', 'initials', 'prefix')),
  blind bytea NOT NULL,
  PRIMARY KEY (blind, kind, client_id)
);
CREATE INDEX client_names_client ON client_names (client_id);

CREATE TABLE client_contacts (
  id bigint NOT NULL PRIMARY KEY,
  client_id bigint NOT NULL,
  role text,
  name bytea NOT NULL,
  phone bytea,
  phone_hint text,
  blind bytea,
  created_at bigint NOT NULL
);
CREATE INDEX client_contacts_client ON client_contacts (client_id);
CREATE INDEX client_contacts_blind ON client_contacts (blind) WHERE blind IS NOT NULL;

CREATE TABLE client_former_names (
  id bigint NOT NULL PRIMARY KEY,
  client_id bigint NOT NULL,
  name bytea NOT NULL,
  noted_at bigint NOT NULL
);
CREATE INDEX client_former_client ON client_former_names (client_id);

-- What the client was told and agreed to, or took back (T03). Rows are only added: the latest of a purpose counts.
CREATE TABLE consents (
  id bigint NOT NULL PRIMARY KEY,
  client_id bigint NOT NULL,
  org_id bigint NOT NULL,
  purpose text NOT NULL,
  scope text,
  given bigint NOT NULL,
  channel text NOT NULL,
  at bigint NOT NULL,
  by_id bigint NOT NULL
);
CREATE INDEX consents_client ON consents (client_id, purpose, id);
