/* SPDX-License-Identifier: MIT */
/* Hiring: openings, roles, how people work. */
#include "trait/synonym.h"

static const struct icp__synonym synonyms[] = {
    {"job openings", NUM, 0, 3}, {"open jobs", NUM, 0, 3}, {"number of jobs", NUM, 0, 3}, {"jobs count", NUM, 0, 3},
    {"job count", NUM, 0, 3}, {"open positions", NUM, 0, 3}, {"open roles", NUM, 0, 3},
    {"number of open roles", NUM, 0, 3}, {"openings", NUM, 0, 3}, {"job postings", NUM, 0, 3},
    {"number of job postings", NUM, 0, 3}, {"job posts", NUM, 0, 3}, {"vacancies", NUM, 0, 3},
    {"number of vacancies", NUM, 0, 3}, {"active job openings", NUM, 0, 3}, {"new hires", NUM, 0, 3},
    {"hires", NUM, 0, 3}, {"offene stellen", NUM, 0, 3}, {"anzahl offene stellen", NUM, 0, 3},
    {"stellenanzeigen", NUM, 0, 3}, {"postes ouverts", NUM, 0, 3}, {"offres d emploi", NUM, 0, 3},
    {"vacantes", NUM, 0, 3}, {"ofertas de empleo", NUM, 0, 3}, {"engineers hired", NUM, 0, 3},
    {"hiring count", NUM, 0, 3}, {"job titles", LIST, 0, 4}, {"open job titles", LIST, 0, 4},
    {"hiring for", LIST, 0, 4}, {"hiring roles", LIST, 0, 4}, {"roles hiring", LIST, 0, 4},
    {"departments hiring", LIST, 0, 4}, {"job functions", LIST, 0, 4}, {"job departments", LIST, 0, 4},
    {"openings titles", LIST, 0, 4}, {"job locations", LIST, 0, 4}, {"skills wanted", LIST, 0, 4},
    {"required skills", LIST, 0, 4}, {"gesuchte profile", LIST, 0, 4}, {"stellenbezeichnungen", LIST, 0, 4},
    {"is hiring", BOOL, 0, 3}, {"hiring", BOOL, 0, 3}, {"currently hiring", BOOL, 0, 3},
    {"actively hiring", BOOL, 0, 3}, {"hiring status", BOOL, 0, 3}, {"is recruiting", BOOL, 0, 3},
    {"recruiting", BOOL, 0, 3}, {"remote policy", CAT, 0, 3}, {"remote work", CAT, 0, 3}, {"work model", CAT, 0, 3},
    {"work policy", CAT, 0, 3}, {"remote", CAT, 0, 3}, {"hybrid policy", CAT, 0, 3}, {"remote friendly", CAT, 0, 3},
    {"last job posted", DATE, 0, 3}, {"last job posting", DATE, 0, 3}, {"latest job date", DATE, 0, 3},
    {"last hire date", DATE, 0, 3}, {"job posted at", DATE, 0, 3}, {"department headcount", NUM, 0, 2},
    {"engineering headcount", NUM, 0, 2}, {"sales headcount", NUM, 0, 2}, {"engineering employees", NUM, 0, 2},
    {"sales employees", NUM, 0, 2}, {"number of engineers", NUM, 0, 2}, {"number of developers", NUM, 0, 2},
    {"developer count", NUM, 0, 2}, {"hiring growth", NUM, 0, 2}, {"careers url", URL, 0, 3},
    {"careers page", URL, 0, 3}, {"career page", URL, 0, 3}, {"jobs url", URL, 0, 3}, {"jobs page", URL, 0, 3},
    {"karriereseite", URL, 0, 3},
};

const struct icp__family icp__family_hiring = {ICP_FAMILY_HIRING, "hiring", synonyms, COUNT(synonyms)};
