/* SPDX-License-Identifier: MIT */
/* Technology in use. */
#include "trait/synonym.h"

static const struct icp__synonym synonyms[] = {
    {"technologies", LIST, 0, 4}, {"technology", LIST, 0, 4}, {"web technologies", LIST, 0, 4},
    {"technologies used", LIST, 0, 4}, {"tech stack", LIST, 0, 4}, {"techstack", LIST, 0, 4},
    {"technology stack", LIST, 0, 4}, {"tech", LIST, 0, 4}, {"stack", LIST, 0, 4}, {"software used", LIST, 0, 4},
    {"tools used", LIST, 0, 4}, {"tools", LIST, 0, 4}, {"installed technologies", LIST, 0, 4},
    {"builtwith", LIST, 0, 4}, {"built with", LIST, 0, 4}, {"technographics", LIST, 0, 4},
    {"technology names", LIST, 0, 4}, {"=active tech", LIST, 0, 4}, {"active technologies", LIST, 0, 4},
    {"programming languages", LIST, 0, 4}, {"frameworks", LIST, 0, 4}, {"integrations", LIST, 0, 4},
    {"software products", LIST, 0, 4}, {"infrastructure", LIST, 0, 4}, {"tech tags", LIST, 0, 4},
    {"technologien", LIST, 0, 4}, {"eingesetzte software", LIST, 0, 4}, {"logiciels", LIST, 0, 4},
    {"tecnolog\xC3\xAD" "as", LIST, 0, 4}, {"tecnologias", LIST, 0, 4}, {"technologie", LIST, 0, 4},
    {"it systems", LIST, 0, 4}, {"crm", CAT, 0, 3}, {"crm system", CAT, 0, 3}, {"erp", CAT, 0, 3},
    {"erp system", CAT, 0, 3}, {"cms", CAT, 0, 3}, {"cms platform", CAT, 0, 3}, {"ecommerce platform", CAT, 0, 3},
    {"e commerce platform", CAT, 0, 3}, {"shop system", CAT, 0, 3}, {"shopsystem", CAT, 0, 3},
    {"marketing automation", CAT, 0, 3}, {"email provider", CAT, 0, 3}, {"mail provider", CAT, 0, 3},
    {"mx provider", CAT, 0, 3}, {"hosting provider", CAT, 0, 3}, {"hosting", CAT, 0, 3},
    {"cloud provider", CAT, 0, 3}, {"cloud", CAT, 0, 3}, {"cdn", CAT, 0, 3}, {"analytics tool", CAT, 0, 3},
    {"help desk", CAT, 0, 3}, {"helpdesk", CAT, 0, 3}, {"billing system", CAT, 0, 3}, {"payment provider", CAT, 0, 3},
    {"payment processor", CAT, 0, 3}, {"hris", CAT, 0, 3}, {"data warehouse", CAT, 0, 3},
    {"operating system", CAT, 0, 3}, {"programming language", CAT, 0, 3}, {"framework", CAT, 0, 3},
    {"database", CAT, 0, 3}, {"web server", CAT, 0, 3}, {"dns provider", CAT, 0, 3}, {"registrar", CAT, 0, 3},
    {"chat tool", CAT, 0, 3}, {"video platform", CAT, 0, 3}, {"number of technologies", NUM, 0, 5},
    {"technology count", NUM, 0, 5}, {"tech count", NUM, 0, 5}, {"total tech products", NUM, 0, 5},
    {"active tech count", NUM, 0, 5}, {"uses aws", BOOL, 0, 3}, {"uses salesforce", BOOL, 0, 3},
    {"uses hubspot", BOOL, 0, 3}, {"uses shopify", BOOL, 0, 3}, {"uses kubernetes", BOOL, 0, 3},
    {"has mobile app", BOOL, 0, 3}, {"has app", BOOL, 0, 3}, {"has api", BOOL, 0, 3}, {"ssl", BOOL, 0, 3},
    {"has chat", BOOL, 0, 3}, {"tech description", TEXT, 0, 3}, {"technology notes", TEXT, 0, 3},
    {"technologies text", TEXT, 0, 5}, {"technology text", TEXT, 0, 5}, {"tech text", TEXT, 0, 5},
};

const struct icp__family icp__family_technology = {ICP_FAMILY_TECHNOLOGY, "technology", synonyms, COUNT(synonyms)};
