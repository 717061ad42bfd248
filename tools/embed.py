#!/usr/bin/env python3
"""Pack the files built into the binary (src/base/assets.h): modules/, profiles/, web/*/dist.

Writes one data file and a C table that points into it. Both are touched only when their
content changed, so that a build without changes compiles nothing. The path of a page leaves
"dist" out: web/console/dist/index.html becomes web/console/index.html.
"""
import argparse
import hashlib
import json
import os


def files_below(root, folder):
    for path, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "node_modules"]
        for name in names:
            if not name.startswith("."):
                yield os.path.join(path, name)


def collect(root):
    found = {}
    for folder in ("modules", "profiles"):
        for path in files_below(root, folder):
            found[os.path.relpath(path, root)] = path
    web = os.path.join(root, "web")
    for site in sorted(os.listdir(web)) if os.path.isdir(web) else []:
        dist = os.path.join(web, site, "dist")
        for path in files_below(root, dist):
            found[f"web/{site}/" + os.path.relpath(path, dist)] = path
    # bytewise, because assets.c searches with strcmp
    return sorted(found.items(), key=lambda item: item[0].encode())


def write_if_changed(path, content):
    try:
        with open(path, "rb") as old:
            if old.read() == content:
                return
    except FileNotFoundError:
        pass
    with open(path, "wb") as new:
        new.write(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--data", required=True)
    args = parser.parse_args()

    data, rows = bytearray(), []
    for name, path in collect(args.root):
        with open(path, "rb") as f:
            content = f.read()
        rows.append(f"\t{{{json.dumps(name, ensure_ascii=False)}, {len(data)}, {len(content)}}},")
        data += content + b"\0"
    table = [
        "/* Made by tools/embed.py; do not edit. */",
        '#include "base/assets_table.h"',
        "",
        # The digest makes this file change with the data, so that the compiler runs again.
        f'const char assets_digest[] = "{hashlib.sha256(data).hexdigest()}";',
        '__asm__(".section .rodata\\n"',
        '\t".global assets_data\\n"',
        '\t"assets_data:\\n"',
        f'\t".incbin \\"{os.path.abspath(args.data)}\\"\\n"',
        '\t".byte 0\\n"',
        '\t".previous\\n");',
        "const struct asset_row assets_rows[] = {",
        *rows,
        "\t{0, 0, 0},",
        "};",
        f"const unsigned long assets_count = {len(rows)};",
        "",
    ]
    write_if_changed(args.data, bytes(data))
    write_if_changed(args.table, "\n".join(table).encode())


main()
