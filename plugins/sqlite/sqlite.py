"""Asks SQLite databases, and changes nothing in them: they are opened for reading, statements that do more than read are refused before
they run, and a query that takes too long, or that nobody waits for any more, is ended."""

import os
import sqlite3
import time
from pathlib import Path

from modullm_plugin import PluginError, serve

MOST_TABLES = 200
TABLES = """SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"""
MOST_ROWS = 100
MOST_BYTES = 100_000
# Steps of SQLite's machine between two looks at the clock.
STEPS = 10_000
# What a statement may do: everything else, such as ATTACH, PRAGMA and load_extension(), is denied.
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, getattr(sqlite3, "SQLITE_RECURSIVE", 33)}
FORBIDDEN = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


def start(context):
    for name, path in context.settings.get("databases", {}).items():
        if not Path(path).expanduser().is_file():
            raise PluginError("refused", f'databases has "{name}", and there is no file {path}')


def tables(given, context):
    found = []
    names = [given["database"]] if "database" in given else list(context.settings["databases"])
    for database in names:
        with connect(database, context) as connection:
            for name, kind in connection.execute(TABLES).fetchall():
                if len(found) == MOST_TABLES:
                    return {"tables": found, "more": True}
                found.append({"database": database, "name": name, "kind": kind, "columns": columns(connection, name)})
    return {"tables": found, "more": False}


def columns(connection, table):
    targets = {row[0]: row[1:] for row in connection.execute('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', (table,))}
    rows = connection.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (table,)).fetchall()
    return [
        {
            "name": name,
            "type": kind,
            "nullable": not required and not key,
            "key": bool(key),
            "references": ".".join(filter(None, targets[name])) if name in targets else None,
        }
        for name, kind, required, key in rows
    ]


def query(given, context):
    databases = context.settings["databases"]
    database = given.get("database") or (next(iter(databases)) if len(databases) == 1 else None)
    if database is None:
        raise ValueError(f"say which database: {', '.join(databases)}")
    most = given.get("limit", MOST_ROWS)
    with connect(database, context) as connection:
        connection.set_authorizer(only_reading)
        try:
            cursor = connection.execute(given["sql"], given.get("params", []))
        except sqlite3.DatabaseError as raised:
            if any(word in str(raised) for word in ("not authorized", "prohibited", "authorization denied")):
                raise ValueError("only statements that read are run: one SELECT, without PRAGMA or ATTACH") from None
            raise ended(raised, context) from None
        except sqlite3.Warning as raised:
            raise ValueError(f"one statement at a time is run: {raised}") from None
        if cursor.description is None:
            raise ValueError("the statement gives no rows: only SELECT is run")
        rows, size, more = [], 0, False
        try:
            for row in cursor:
                shown = [cell(value) for value in row]
                size += sum(len(str(value)) + 4 for value in shown)
                more = len(rows) == most or size > MOST_BYTES
                if more:
                    break
                rows.append(shown)
        except sqlite3.DatabaseError as raised:
            raise ended(raised, context) from None
        if more and not rows:
            raise ValueError(f"the first row alone has more than {MOST_BYTES} bytes: ask for fewer columns, or substr() of them")
        return {"columns": [column[0] for column in cursor.description], "rows": rows, "more": more}


class Open:
    """A connection that reads, is interrupted when its time is over or nobody waits for it, and is closed at the end."""

    def __init__(self, path, context):
        self.connection = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
        self.connection.text_factory = lambda text: text.decode("utf-8", "replace")
        end = time.monotonic() + context.settings.get("seconds", 30)
        self.connection.set_progress_handler(lambda: context.cancelled.is_set() or time.monotonic() > end, STEPS)

    def __enter__(self):
        return self.connection

    def __exit__(self, *_):
        self.connection.close()


def connect(name, context):
    databases = context.settings["databases"]
    if name not in databases:
        raise ValueError(f'there is no database "{name}"; there are {", ".join(databases)}')
    return Open(os.path.expanduser(databases[name]), context)


def only_reading(action, first, second, *_):
    if action not in READING or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in FORBIDDEN):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def cell(value):
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    # JSON has no such numbers.
    return str(value) if isinstance(value, float) and value - value != 0 else value


def ended(raised, context):
    """What an interrupted query is to whoever asked."""
    if "interrupted" not in str(raised) or context.cancelled.is_set():
        return raised
    return TimeoutError(f"it was ended after {context.settings.get('seconds', 30)} s: ask for less, or use an index")


serve(start=start, tools={"tables": tables, "query": query})
