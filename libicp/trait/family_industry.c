/* SPDX-License-Identifier: MIT */
/* Industry and business model. */
#include "trait/synonym.h"

static const struct icp__synonym synonyms[] = {
    {"industry", CAT, 0, 3}, {"sector", CAT, 0, 3}, {"vertical", CAT, 0, 3}, {"=category", CAT, 0, 3},
    {"category code", CAT, 0, 3}, {"category group", CAT, 0, 3}, {"gics sector", CAT, GICS, 3},
    {"gics sub industry", CAT, GICS, 3}, {"gics industry", CAT, GICS, 3}, {"industry group", CAT, 0, 3},
    {"sub industry", CAT, 0, 3}, {"subindustry", CAT, 0, 3}, {"primary industry", CAT, 0, 3},
    {"industry type", CAT, 0, 3}, {"branche", CAT, 0, 3}, {"branch of industry", CAT, 0, 3},
    {"wirtschaftszweig", CAT, 0, 3}, {"industrie", CAT, 0, 3}, {"secteur", CAT, 0, 3},
    {"secteur d activit\xC3\xA9", CAT, 0, 3}, {"secteur activit\xC3\xA9", CAT, 0, 3}, {"sector industria", CAT, 0, 3},
    {"industria", CAT, 0, 3}, {"sector de actividad", CAT, 0, 3}, {"rubro", CAT, 0, 3}, {"naf", CAT, NACE, 3},
    {"ape", CAT, NACE, 3}, {"naics", CAT, NAICS, CODE}, {"sic", CAT, SIC, CODE}, {"sic code", CAT, SIC, CODE},
    {"naics code", CAT, NAICS, CODE}, {"naics 2", CAT, NAICS, CODE}, {"nace", CAT, NACE, CODE}, {"nace code", CAT, NACE, CODE},
    {"wz code", CAT, NACE, CODE}, {"isic", CAT, NACE, CODE}, {"naf code", CAT, NACE, CODE}, {"code ape", CAT, NACE, CODE},
    {"code naf", CAT, NACE, CODE}, {"industry code", CAT, 0, CODE}, {"primary sic", CAT, SIC, CODE},
    {"primary naics", CAT, NAICS, CODE}, {"industry id", CAT, 0, CODE}, {"categories", LIST, 0, 4},
    {"category list", LIST, 0, 4}, {"category groups", LIST, 0, 4}, {"category groups list", LIST, 0, 4},
    {"industries", LIST, 0, 4}, {"tags", LIST, 0, 4}, {"=markets", LIST, 0, 4}, {"verticals", LIST, 0, 4},
    {"sub industries", LIST, 0, 4}, {"linkedin industries", LIST, 0, 4}, {"all industries", LIST, 0, 4},
    {"industry list", LIST, 0, 4}, {"secondary industries", LIST, 0, 4}, {"naics codes", LIST, 0, 4},
    {"sic codes", LIST, 0, 4}, {"business model", CAT, 0, 2}, {"business type", CAT, 0, 2},
    {"company type", CAT, 0, 2}, {"revenue model", CAT, 0, 2}, {"customer type", CAT, 0, 2},
    {"organization type", CAT, 0, 2}, {"org type", CAT, 0, 2}, {"account type", CAT, 0, 2}, {"ownership", CAT, 0, 2},
    {"ownership type", CAT, 0, 2}, {"legal form", CAT, 0, 2}, {"rechtsform", CAT, 0, 2},
    {"forme juridique", CAT, 0, 2}, {"forma jur\xC3\xAD" "dica", CAT, 0, 2}, {"type of business", CAT, 0, 2},
    {"b2b b2c", CAT, 0, 2}, {"segment", CAT, 0, 2}, {"market segment", CAT, 0, 2}, {"customer segment", CAT, 0, 2},
    {"entity type", CAT, 0, 2}, {"=type", CAT, 0, 2}, {"subcategory", CAT, 0, 2}, {"sub category", CAT, 0, 2},
    {"line of business", CAT, 0, 2}, {"gesch\xC3\xA4" "ftsmodell", CAT, 0, 2}, {"unternehmenstyp", CAT, 0, 2},
    {"=market", CAT, 0, 2}, {"sub sector", CAT, 0, 2}, {"subsector", CAT, 0, 2}, {"trade", CAT, 0, 2},
    {"gewerk", CAT, 0, 2}, {"category", CAT, 0, 1}, {"categor\xC3\xAD" "a", CAT, 0, 1},
    {"cat\xC3\xA9gorie", CAT, 0, 1}, {"kategorie", CAT, 0, 1}, {"specialty type", CAT, 0, 1}, {"is b2b", BOOL, 0, 2},
    {"is b2c", BOOL, 0, 2}, {"is saas", BOOL, 0, 2}, {"non profit", BOOL, 0, 2}, {"nonprofit", BOOL, 0, 2},
    {"is nonprofit", BOOL, 0, 2}, {"is public company", BOOL, 0, 2}, {"publicly traded", BOOL, 0, 2},
    {"franchise", BOOL, 0, 2},
};

const struct icp__family icp__family_industry = {ICP_FAMILY_INDUSTRY, "industry", synonyms, COUNT(synonyms)};
