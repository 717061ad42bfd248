#!/usr/bin/env python3
"""Fill a store with many cases, by copying those that are there already.

    bench/fill.py TARGET COUNT COOKIES [PEOPLE]

TARGET is a SQLite file of a data folder nobody serves, or postgresql://… (through psql). The first cases
were made through the engine, so every copied row looks like a real one; ids and instants go
back in time, numbers get a suffix. One copy in twenty stays open with running clocks due in weeks; the others are ended.
The audit log isn't copied: its chain would not be one. Beside the cases, PEOPLE copies of the operator op1 are
made (300 unless told), a session each; their cookies go to the file COOKIES (signing in so many would be a test of argon2id).
COUNT 0: only the people.
"""
import base64
import hashlib
import secrets
import sqlite3
import subprocess
import sys
import time

HOUR_MS = 3600 * 1000
BACK = HOUR_MS << 22            # an hour, in ids (41 bits of ms above 22 others)
AHEAD_MS = 21 * 24 * HOUR_MS    # when the open copies' clocks are next looked at
TABLES = ("cases", "case_events", "case_clocks")
IDS = {"cases": ("id",), "case_events": ("id", "case_id"), "case_clocks": ("id", "case_id")}
SESSION_MS = 30 * 24 * HOUR_MS
MAIN_INSTANTS = {"created_at", "updated_at", "state_at", "at", "started_at", "base_at"}


class Sqlite:
    def __init__(self, path):
        self.c = sqlite3.connect(path, isolation_level=None)
        self.c.execute("PRAGMA synchronous=OFF")
        self.c.execute("PRAGMA cache_size=-400000")

    def column_names(self, table):
        return [r[1] for r in self.c.execute(f"PRAGMA table_info({table})")]

    def number(self, sql):
        return self.c.execute(sql).fetchone()[0]

    def run(self, statements):
        self.c.execute("BEGIN")
        for sql in statements:
            self.c.execute(sql)
        self.c.execute("COMMIT")

    def finish(self):
        self.c.execute("ANALYZE")
        self.c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.c.close()


class Postgres:
    def __init__(self, url):
        self.url = url

    def psql(self, sql):
        sql = "SET search_path TO lexline; SET synchronous_commit TO off;\n" + sql
        r = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.url], input=sql, text=True,
                           capture_output=True, check=False)
        if r.returncode:
            sys.exit(r.stderr)
        return r.stdout.strip()

    def column_names(self, table):
        return self.psql("SELECT column_name FROM information_schema.columns WHERE table_schema = 'lexline' "
                         f"AND table_name = '{table}' ORDER BY ordinal_position").split("\n")

    def number(self, sql):
        return int(self.psql(sql))

    def run(self, statements):
        self.psql("BEGIN;\n" + ";\n".join(statements) + ";\nCOMMIT;")

    def finish(self):
        self.psql("VACUUM ANALYZE")


def expression(table, column, k, is_open):
    """What stands in the copy instead of the column."""
    if column in IDS[table]:
        return f"{column} - {k * BACK}"
    if column in MAIN_INSTANTS:
        return f"{column} - {k * HOUR_MS}"
    if column == "number":
        return f"number || '-{k}'"
    if table == "cases" and not is_open:
        return {"ended": "1", "state": "'filed'", "due_at": "NULL", "due_clock": "NULL",
                "clock_state": "NULL"}.get(column, column)
    if table == "case_clocks" and not is_open:
        return {"status": "'stopped'", "next_at": "NULL", "stopped_at": f"started_at - {k * HOUR_MS}"}.get(column, column)
    if column in ("due_at", "next_at"):
        return f"{column} + {AHEAD_MS}"
    return column


def blob(db, data):
    return f"X'{data.hex()}'" if isinstance(db, Sqlite) else f"'\\x{data.hex()}'::bytea"


def person(db, n, columns, token):
    """Copy number n of op1, with a session (src/people/sessions.c: BLAKE2b of the token)."""
    now = int(time.time() * 1000)
    hashed = blob(db, hashlib.blake2b(token.encode(), digest_size=32).digest())
    change = {"id": f"id + {n}", "name": f"'copy{n}'", "name_key": f"'copy{n}'"}
    picks = ", ".join(change.get(c, c) for c in columns)
    op1 = "(SELECT id FROM people WHERE name = 'op1')"
    return [f"INSERT INTO people ({', '.join(columns)}) SELECT {picks} FROM people WHERE name = 'op1'",
            f"INSERT INTO person_roles (person_id, role) SELECT {op1} + {n}, role FROM person_roles WHERE person_id = {op1}",
            "INSERT INTO sessions (id, token_hash, person_id, created_at, seen_at, expires_at) "
            f"SELECT {op1} + {n}, {hashed}, {op1} + {n}, {now}, {now}, {now + SESSION_MS}"]


def add_people(db, path, count):
    tokens = [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=") for _ in range(count)]
    columns = db.column_names("people")
    db.run([sql for n, token in enumerate(tokens, 1) for sql in person(db, n, columns, token)])
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(tokens) + "\n")


def copy_cases(db, wanted):
    first_id = {t: db.number(f"SELECT min(id) FROM {t}") for t in TABLES}
    last_id = {t: db.number(f"SELECT max(id) FROM {t}") for t in TABLES}
    first = db.number("SELECT count(*) FROM cases")
    columns = {t: db.column_names(t) for t in TABLES}
    for k in range(1, max(1, wanted // first)):
        statements = []
        for t in TABLES:
            picks = ", ".join(expression(t, c, k, k % 20 == 0) for c in columns[t])
            statements.append(f"INSERT INTO {t} ({', '.join(columns[t])}) SELECT {picks} FROM {t} "
                              f"WHERE id BETWEEN {first_id[t]} AND {last_id[t]}")
        db.run(statements)
        if k % 50 == 0:
            print(f"{k * first} cases …", file=sys.stderr)


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    target, wanted = sys.argv[1], int(sys.argv[2])
    db = Postgres(target) if target.startswith("postgres") else Sqlite(target)
    if wanted:
        copy_cases(db, wanted)
    add_people(db, sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 300)
    print(db.number("SELECT count(*) FROM cases"))
    db.finish()


if __name__ == "__main__":
    main()
