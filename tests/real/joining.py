# SPDX-License-Identifier: MIT
"""What joining must give, computed row by row from the files alone and held in memory."""
import calendar
import csv
import gzip
import io
import json
import re
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

MISSING = {"", "-", "n/a", "na", "null", "none", "nan"}
NINE = Decimal("0.000000001")


def rows_of(path):
    """Rows as dictionaries; as the library reads them, blank lines and empty rows apart."""
    data = gzip.open(path).read() if str(path).endswith(".gz") else open(path, "rb").read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    table = [r for r in csv.reader(io.StringIO(text)) if any(r)]
    return [dict(zip(table[0], [c.strip() for c in r] + [""] * len(table[0]))) for r in table[1:]]


def day_of(text, order):
    """The last day that a cell may mean, or None."""
    text = text.split(" ")[0].split("T")[0]
    if m := re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text):
        return tuple(map(int, m.groups()))
    if m := re.fullmatch(r"(\d\d?)[-/.](\d\d?)[-/.](\d{4})", text):
        a, b, y = map(int, m.groups())
        return (y, b, a) if order == "dmy" else (y, a, b)
    if m := re.fullmatch(r"(\d{4})-(\d\d)", text):
        y, mo = map(int, m.groups())
        return y, mo, calendar.monthrange(y, mo)[1]
    if m := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        y, q = map(int, m.groups())
        return y, q * 3, calendar.monthrange(y, q * 3)[1]
    if re.fullmatch(r"\d{4}", text):
        return int(text), 12, 31
    return None


def number_of(text):
    text = text.replace(",", "").replace("$", "")
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def shown(d):
    """Plain, nine decimals at most."""
    text = format(d.quantize(NINE, ROUND_HALF_UP), "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Table:
    """name, rows; use: column -> number, list, yes, date; late: columns known at the end; up: (column, table, its column)."""

    def __init__(self, name, rows, use, key=None, up=None, lookups=(), late=(), order="ymd"):
        self.name, self.rows, self.use, self.key, self.up = name, rows, use, key, up
        self.lookups, self.late, self.order = lookups, set(late), order


def seen(t, row, as_of):
    """(visible, what is known late may be used, its date)"""
    dates = {c: day_of(row.get(c, ""), t.order) for c, u in t.use.items() if u == "date"}
    known = [d for d in dates.values() if d]
    first = min(known) if known else None
    if not as_of:
        return True, True, first
    if not dates:
        return True, False, None
    if not known or first >= as_of:
        return False, False, first
    ends = [c for c in dates if c in t.late]
    ended = any(dates[c] for c in ends) if ends else len(dates) > 1 and all(dates.values())
    return True, ended and max(known) < as_of, first


def join(company_rows, company_key, tables, lookups=None, as_of=None):
    """company key -> header -> cell, of derived columns; and figures per table. tables: parents first; one row per key."""
    out = defaultdict(dict)
    figures = {}
    ways = {None: {r[company_key]: {r[company_key]} for r in company_rows if r[company_key]}}
    for t in tables:
        count, numbers, latest, lists, yes = Counter(), defaultdict(list), defaultdict(list), defaultdict(Counter), defaultdict(list)
        f = Counter()
        column, parent, _ = t.up
        own = defaultdict(set)
        given = [(c, c, u, c in t.late, None) for c, u in t.use.items() if u != "date"]
        for link, (name, key, use, table) in (lookups or {}).get(t.name, {}).items():
            given += [(f"{name}.{c}", c, u, link in t.late, (link, {r[key]: r for r in reversed(table)})) for c, u in use.items()]
        dated = "date" in t.use.values()
        for row in t.rows:
            f["rows"] += 1
            visible, whole, when = seen(t, row, as_of)
            f["undated"] += dated and when is None
            if not visible:
                f["late_rows"] += when is not None
                continue
            companies = ways[parent].get(row[column], set())
            f["joined" if companies else "without_key" if row[column].lower() in MISSING else "lost"] += 1
            if t.key and row[t.key]:
                own[row[t.key]] |= companies
            for c in companies:
                count[c] += 1
                for header, name, use, late, lookup in given:
                    if late and not whole:
                        continue
                    source = row if lookup is None else lookup[1].get(row[lookup[0]], {})
                    cell = source.get(name, "")
                    if use == "number" and (v := number_of(cell)) is not None:
                        numbers[header, c].append(v)
                        latest[header, c].append((when or (0,), v))
                    elif use == "yes" and cell.lower() in ("true", "false", "yes", "no"):
                        yes[header, c].append(cell.lower() in ("true", "yes"))
                    elif use == "list" and cell.lower() not in MISSING:
                        lists[header, c][cell] += 1
        for r in company_rows:
            c = r[company_key]
            o = out[c]
            o[f"{t.name} count"] = str(count[c])
            for header, _, use, _, _ in given:
                name = f"{t.name}.{header}"
                if use == "number":
                    v = numbers[header, c]
                    o[f"{name} sum"] = shown(sum(v)) if v else ""
                    o[f"{name} mean"] = shown(Decimal(sum(v)) / len(v)) if v else ""
                    if dated:
                        o[f"{name} latest"] = shown(max(latest[header, c])[1]) if v else ""
                elif use == "yes":
                    v = yes[header, c]
                    o[f"{name} yes"] = shown(Decimal(sum(v)) / len(v)) if v else ""
                else:
                    v = sorted(lists[header, c].items(), key=lambda i: (-i[1], i[0].encode()))
                    o[name] = listed([i[0] for i in v])
        ways[t.name] = own
        figures[t.name] = f
    return out, figures


def listed(values):
    text = ""
    for v in values:
        item = json.dumps(v, ensure_ascii=False)
        if len((text + item).encode()) + 2 <= 8192:
            text += ("," if text else "") + item
    return f"[{text}]" if text else ""
