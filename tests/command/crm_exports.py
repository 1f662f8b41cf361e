# SPDX-License-Identifier: MIT
"""Exports as the big CRMs write them, made up but of the shape and size of real ones."""
import csv
import random

INDUSTRIES = ["Banking", "Software", "Retail", "Mining", "Healthcare", "Energy", "Media"]
STAGES = ["Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost"]
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def salesforce_id(prefix, i):
    """18 characters: three of the object, an instance, a number, and a checksum of where the capitals are."""
    n, digits = i * 7919 + 1000003, ""
    for _ in range(9):
        n, r = divmod(n, 62)
        digits = BASE62[r] + digits
    short = prefix + "Hs0"[:3] + digits
    bits = [sum((c.isupper()) << k for k, c in enumerate(short[at:at + 5])) for at in (0, 5, 10)]
    return short + "".join(SUFFIX[b] for b in bits)


def write(path, header, rows, **how):
    with open(path, "w", newline="", encoding=how.pop("encoding", "utf-8")) as f:
        out = csv.writer(f, **how)
        out.writerow(header)
        out.writerows(rows)


def day(rng, year=2024):
    return f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def salesforce(folder, accounts=2000, seed=1):
    """Account, Contact, Opportunity, Task, User as the weekly export writes them: every cell quoted, Ids, all object names alone."""
    rng = random.Random(seed)
    folder.mkdir()
    users = [salesforce_id("005", i) for i in range(25)]
    ids = [salesforce_id("001", i) for i in range(accounts)]
    opportunities = [(salesforce_id("006", i), rng.choice(ids)) for i in range(accounts * 3)]
    contacts = [(salesforce_id("003", i), rng.choice(ids)) for i in range(accounts * 4)]
    quoted = {"quoting": csv.QUOTE_ALL, "lineterminator": "\n"}
    write(folder / "User.csv", ["Id", "Username", "LastName", "FirstName", "Email", "IsActive"],
          ([u, f"u{i}@zqvendor.example", f"Zqowner{i}", "Pat", f"u{i}@zqvendor.example", "true"] for i, u in enumerate(users)), **quoted)
    write(folder / "Account.csv",
          ["Id", "IsDeleted", "MasterRecordId", "Name", "Type", "ParentId", "BillingCity", "BillingCountry", "Phone", "Website", "Industry", "AnnualRevenue",
           "NumberOfEmployees", "OwnerId", "CreatedDate", "LastModifiedDate"],
          ([a, "false", "", f"Firm {i}", rng.choice(["Prospect", "Customer", ""]), ids[i // 2] if i % 50 == 49 else "", "Bonn", "Germany", "+49 228 1234567",
            f"www.firm{i}.example", rng.choice(INDUSTRIES), rng.randint(1, 900) * 10000, rng.randint(1, 5000), rng.choice(users),
            day(rng, 2023) + "T08:00:00.000Z", day(rng, 2024) + "T08:00:00.000Z"] for i, a in enumerate(ids)), **quoted)
    write(folder / "Contact.csv", ["Id", "IsDeleted", "AccountId", "LastName", "FirstName", "Email", "Phone", "Title", "Department", "OwnerId", "CreatedDate"],
          ([c, "false", a, f"Zqperson{i % 90}", "Kim", f"kim{i}@zqhost.example", "+49 228 7654321", rng.choice(["CEO", "CFO", "Buyer", "Engineer"]),
            rng.choice(["Finance", "IT", ""]), rng.choice(users), day(rng, 2023) + "T09:00:00.000Z"] for i, (c, a) in enumerate(contacts)), **quoted)
    write(folder / "Opportunity.csv",
          ["Id", "IsDeleted", "AccountId", "Name", "StageName", "Amount", "Probability", "CloseDate", "Type", "LeadSource", "IsClosed", "IsWon", "OwnerId", "CreatedDate"],
          ([o, "false", a, f"Deal {i}", stage, rng.randint(1, 400) * 500, rng.choice([10, 50, 90]), day(rng, 2024), rng.choice(["New Business", "Renewal"]),
            rng.choice(["Web", "Partner", ""]), str(stage.startswith("Closed")).lower(), str(stage == "Closed Won").lower(), rng.choice(users),
            day(rng, 2023) + "T10:00:00.000Z"] for i, (o, a) in enumerate(opportunities) for stage in [rng.choice(STAGES)]), **quoted)
    write(folder / "Task.csv", ["Id", "IsDeleted", "WhoId", "WhatId", "AccountId", "Subject", "ActivityDate", "Status", "TaskSubtype", "OwnerId", "CreatedDate"],
          ([salesforce_id("00T", i), "false", rng.choice(contacts)[0], o, a, rng.choice(["Call", "Email: Re: offer", "Demo"]), day(rng, 2024), "Completed",
            rng.choice(["Call", "Email", "Task"]), rng.choice(users), day(rng, 2024) + "T11:00:00.000Z"]
           for i in range(accounts * 5) for o, a in [rng.choice(opportunities)]), **quoted)
    return ids


def hubspot(folder, companies=2000, seed=2):
    """Exports of companies, contacts, deals and tickets: "Record ID", "Associated Company", labels as headers, a byte order mark."""
    rng = random.Random(seed)
    folder.mkdir()
    ids = [str(8_000_000_000 + i * 977) for i in range(companies)]
    names = [f"Firm {i}" for i in range(companies)]
    how = {"encoding": "utf-8-sig"}
    write(folder / "hubspot-crm-exports-all-companies-2024-11-22.csv",
          ["Record ID", "Company name", "Company owner", "Create Date", "Phone Number", "Last Activity Date", "City", "Country/Region", "Industry",
           "Number of Employees", "Annual Revenue", "Company Domain Name", "Lifecycle Stage"],
          ([i, names[k], "Zqowner Pat", day(rng, 2023) + " 08:00", "+49 228 1234567", day(rng, 2024) + " 09:00", "Bonn", "Germany", rng.choice(INDUSTRIES),
            rng.randint(1, 5000), rng.randint(1, 900) * 10000, f"firm{k}.example", rng.choice(["Lead", "Opportunity", "Customer"])] for k, i in enumerate(ids)), **how)
    write(folder / "hubspot-crm-exports-all-contacts-2024-11-22.csv",
          ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Associated Company IDs", "Associated Company", "Job Title", "Create Date"],
          ([str(9_000_000_000 + i), "Kim", f"Zqperson{i % 90}", f"kim{i}@zqhost.example", "+49 228 7654321", "Zqowner Pat", ids[k], names[k],
            rng.choice(["CEO", "CFO", "Buyer"]), day(rng, 2024) + " 10:00"] for i in range(companies * 4) for k in [rng.randrange(companies)]), **how)
    write(folder / "hubspot-crm-exports-all-deals-2024-11-22.csv",
          ["Record ID", "Deal Name", "Deal Stage", "Close Date", "Deal owner", "Amount", "Pipeline", "Associated Company IDs", "Associated Company", "Create Date"],
          ([str(7_000_000_000 + i), f"Deal {i}", rng.choice(["Appointment Scheduled", "Closed Won", "Closed Lost"]), day(rng, 2024) + " 11:00", "Zqowner Pat",
            rng.randint(1, 400) * 500, "Sales Pipeline", ids[k] if i % 20 else "", names[k] if i % 20 else "", day(rng, 2023) + " 12:00"]
           for i in range(companies * 2) for k in [rng.randrange(companies)]), **how)
    write(folder / "hubspot-crm-exports-all-tickets-2024-11-22.csv",
          ["Ticket ID", "Ticket name", "Ticket status", "Priority", "Associated Company IDs", "Create date", "Close date"],
          ([str(6_000_000_000 + i), f"Help {i}", rng.choice(["New", "Closed"]), rng.choice(["Low", "High", ""]), rng.choice(ids), day(rng, 2024) + " 13:00",
            day(rng, 2024) + " 14:00"] for i in range(companies)), **how)
    return ids
