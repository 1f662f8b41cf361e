#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a generated universe of companies, with customers drawn from a stated profile.

usage: make_universe.py DIRECTORY [COMPANIES] [CUSTOMERS] [SEED]

Writes universe.csv (one row per company), customers.csv (keys of the given customers) and withheld.csv (keys of as many
customers that are not given). Everything is generated; no row is a real company. The same arguments give the same bytes.

The profile: fintech and insurance rather than other industries, 51 to 1,000 employees, Kubernetes or Kafka in use,
hiring platform engineers, mostly in Germany, the Netherlands and the United Kingdom, and texts about payments, risk or
compliance. Each company becomes a customer with a chance that grows with how much of this holds; so some customers look nothing like
the profile, and many companies that do are not customers.
"""
import csv
import math
import os
import random
import sys

INDUSTRIES = {  # share of companies, effect on the log odds, words of descriptions
    "Fintech": (6, 1.6, "payments risk compliance ledger banking fraud treasury settlement"),
    "Insurance": (4, 1.2, "claims underwriting risk policies actuarial brokers compliance"),
    "Software": (18, 0.3, "platform workflow automation developers cloud collaboration"),
    "E-Commerce": (10, 0.0, "shop checkout payments merchants fulfilment catalogue"),
    "Healthcare": (9, -0.3, "patients clinics care diagnostics records telemedicine"),
    "Manufacturing": (14, -0.6, "machines components production quality assembly parts"),
    "Logistics": (8, -0.2, "freight warehouses routing carriers tracking fleet"),
    "Media": (7, -0.7, "content audiences publishing streaming campaigns"),
    "Construction": (9, -1.2, "buildings contractors sites planning materials"),
    "Education": (6, -0.8, "learning students courses schools training"),
    "Energy": (5, -0.3, "grid solar wind storage trading metering"),
    "Agriculture": (4, -1.2, "crops farms harvest soil irrigation"),
}
COUNTRIES = {"Germany": (18, 0.7, "Berlin Munich Hamburg Cologne"), "Netherlands": (7, 0.6, "Amsterdam Utrecht Rotterdam"),
             "United Kingdom": (15, 0.5, "London Manchester Leeds"), "France": (13, 0.0, "Paris Lyon Lille"),
             "United States": (27, -0.3, "New York|Boston|Austin|San Francisco"), "Spain": (8, -0.3, "Madrid Barcelona"),
             "Poland": (7, -0.2, "Warsaw Krakow"), "Sweden": (5, 0.1, "Stockholm Malmo")}
TECHNOLOGIES = {"Kubernetes": (22, 0.6), "Kafka": (14, 0.6), "PostgreSQL": (35, 0.1), "Salesforce": (25, 0.1), "WordPress": (30, -0.5),
                "SAP": (20, -0.1), "Snowflake": (12, 0.3), "React": (38, 0.1), "Magento": (6, -0.3), "Excel": (45, -0.1)}
STAGES = ["Bootstrapped", "Seed", "Series A", "Series B", "Series C", "Public"]
GENERAL = "we help teams work better with modern simple reliable services for customers partners across europe and beyond".split()
FIRST = "Nord Alpha Blue Clear Delta Ever First Green High Inter Open Prime Quick River Silver True Urban Vital West Zen".split()
SECOND = "bridge field flow forge gate grid hub lane line link mark path point port rise scale stack ware way works".split()
THIRD = "Systems Labs Group Partners Solutions Digital Services Works Holding Networks Industries Ventures Logic Media Data Trade".split()
COLUMNS = ("domain", "name", "industry", "employees", "annual_revenue", "founded", "funding_stage", "country", "city",
           "technologies", "open_positions", "description")


def pick(rng, table):
    names = list(table)
    return rng.choices(names, weights=[table[n][0] for n in names])[0]


def company(rng, number):
    industry, country = pick(rng, INDUSTRIES), pick(rng, COUNTRIES)
    employees = int(math.exp(rng.gauss(4.2, 1.6))) + 1
    technologies = [t for t, (share, _) in TECHNOLOGIES.items() if rng.random() * 100 < share]
    hiring = [job for job, share in (("Platform Engineer", 12), ("Sales", 25), ("Data", 10), ("Marketing", 15)) if rng.random() * 100 < share]
    words = INDUSTRIES[industry][2].split()
    text = rng.sample(words, 3) + rng.sample(GENERAL, 8) + ([rng.choice(["payments", "risk", "compliance"])] if rng.random() < .08 else [])
    rng.shuffle(text)
    z = INDUSTRIES[industry][1] + COUNTRIES[country][1] + sum(TECHNOLOGIES[t][1] for t in technologies)
    z += 0.9 if 51 <= employees <= 1000 else -0.4
    z += 0.6 * ("Platform Engineer" in hiring) + 0.4 * len({"payments", "risk", "compliance"} & set(text))
    short = f"{rng.choice(FIRST)}{rng.choice(SECOND)}"
    name = f"{short} {rng.choice(THIRD)}"
    cities = COUNTRIES[country][2]
    row = {"domain": f"{short.lower()}{number}.example", "name": f"{name} {rng.choice(['GmbH', 'Ltd', 'Inc', 'BV', 'SA', 'AB'])}",
           "industry": industry, "employees": employees, "annual_revenue": f"${employees * rng.uniform(.05, .3):.1f}M",
           "founded": int(2024 - rng.expovariate(1 / 12)), "funding_stage": rng.choice(STAGES), "country": country,
           "city": rng.choice(cities.split("|") if "|" in cities else cities.split()), "technologies": ";".join(technologies),
           "open_positions": ";".join(hiring), "description": " ".join(text).capitalize() + "."}
    for column, chance in (("annual_revenue", .3), ("employees", .1), ("technologies", .15), ("description", .1), ("funding_stage", .2)):
        if rng.random() < chance:  # as in every CRM, much is missing
            row[column] = ""
    return row, z


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    folder, numbers = sys.argv[1], [int(a) for a in sys.argv[2:]]
    companies, customers, seed = numbers + [20000, 150, 1][len(numbers):]
    rng = random.Random(seed)
    rows = [company(rng, n) for n in range(companies)]
    keyed = sorted(((rng.expovariate(1) / math.exp(1.3 * z), row["domain"]) for row, z in rows))  # draw without replacement by odds
    chosen = [domain for _, domain in keyed[:2 * customers]]
    rng.shuffle(chosen)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "universe.csv"), "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(row for row, _ in rows)
    for name, keys in (("customers.csv", chosen[:customers]), ("withheld.csv", chosen[customers:])):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write("domain\n" + "".join(k + "\n" for k in keys))


if __name__ == "__main__":
    main()
