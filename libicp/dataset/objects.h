/* SPDX-License-Identifier: MIT */
/* What tables and headers speak of: one table of the names that CRMs and people give to objects, ids and personal data. */
#pragma once
#include "trait/family.h"

enum icp__object {
    ICP__OBJECT_NONE = 0,
    ICP__OBJECT_COMPANY,
    ICP__OBJECT_PERSON,       /* contact, lead */
    ICP__OBJECT_DEAL,         /* opportunity, pipeline */
    ICP__OBJECT_ACTIVITY,     /* task, call, meeting, e-mail, note, event */
    ICP__OBJECT_SUBSCRIPTION, /* contract, plan, licence */
    ICP__OBJECT_ORDER,        /* order, invoice, payment, quote */
    ICP__OBJECT_LINE,         /* line item of one of these */
    ICP__OBJECT_USAGE,        /* product telemetry, logins, visits */
    ICP__OBJECT_TICKET,       /* case, issue */
    ICP__OBJECT_PRODUCT,      /* product, price book */
    ICP__OBJECT_USER,         /* owner, sales agent, team */
    ICP__OBJECT_CAMPAIGN,
    ICP__OBJECT_PLACE,        /* country, region, territory, site */
    ICP__OBJECT_PROJECT,
    ICP__OBJECT_ASSET,
    ICP__OBJECT_FUNDING,      /* round, investment, acquisition */
    ICP__OBJECT_CHURN,        /* churn, renewal */
    ICP__OBJECT_SURVEY,       /* response, rating, review */
    ICP__OBJECT_RELATION,     /* who has to do with whom: membership, role, junction */
    ICP__OBJECT_HISTORY,      /* changes of records, snapshots, files */
    ICP__OBJECT_VOCABULARY,   /* currency, calendar, type, category, dictionary */
    ICP__OBJECTS
};
const char *icp__object_name(enum icp__object o); /* "company" */

/* What a header says about keys. */
struct icp__meaning {
    enum icp__object object; /* it speaks of */
    bool id, name;           /* an id or code of it; its name */
    bool bare;               /* nothing but "id", "key", "record id": of the table's own rows */
    bool parent;             /* a row above it of the same kind */
    bool other;              /* a second of the kind: acquirer, partner, previous */
    bool several;            /* there may be several, parted by ; */
    bool polymorphic;        /* may be of several objects: WhatId, regarding */
    bool audit;              /* created by, modified by */
    bool measure;            /* an amount: number of seats */
};
enum icp__object icp__object_of_table(struct icp_str name);
void icp__header_meaning(struct icp_str header, struct icp__meaning *out);
/* Why a column holds personal data, NULL = it does not: "e-mail address", "first name". person: its table is about persons. */
const char *icp__header_personal(struct icp_str header, bool person);
/* Words of the header that say the value is known late (stage, outcome, close), or tell kinds of events apart (type), best first:
 * 0 = no, else a rank from 1. */
unsigned icp__header_late(struct icp_str header);
unsigned icp__header_event_kind(struct icp_str header);
/* The month, quarter or year that something was in: said beside the date itself it says nothing new. */
bool icp__header_of_period(struct icp_str header);
/* How much a header is what tables of companies have: 0 to 3. */
unsigned icp__header_of_company(struct icp_str header);
