/* SPDX-License-Identifier: MIT */
/* Short names for the tables of synonyms; included by the family files only. */
#pragma once
#include "trait/family.h"

enum {
    ANY = -1,
    CAT = ICP_KIND_CATEGORY,
    LIST = ICP_KIND_LIST,
    NUM = ICP_KIND_NUMBER,
    DATE = ICP_KIND_DATE,
    BOOL = ICP_KIND_BOOLEAN,
    TEXT = ICP_KIND_TEXT,
    NAME = ICP_KIND_NAME,
    URL = ICP_KIND_URL,
    NONE = ICP_KIND_IGNORED,
    COUNTRY = ICP__NORMALISER_COUNTRY,
    CODE = ICP__SYNONYM_CODE
};
#define COUNT(a) (sizeof(a) / sizeof *(a))
