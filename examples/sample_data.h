/* SPDX-License-Identifier: MIT */
/* Generated companies for the examples, so that each of them runs without a file: 2,000 rows of CSV, of which the first `customers` rows
 * that are banks or insurers with 100 to 999 employees are customers. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *const sample_industries[] = {"Bank", "Insurer", "Retailer", "Farm", "School", "Builder"};
static const char *const sample_countries[] = {"Germany", "France", "Italy", "Spain"};

struct sample {
    char companies[200000], customers[20000]; /* CSV texts */
};

static inline void sample_make(struct sample *s, int customers) {
    uint64_t state = 42;
    size_t a = (size_t)sprintf(s->companies, "key,industry,employees,country\n");
    size_t b = (size_t)sprintf(s->customers, "key\n");
    for (int i = 0; i < 2000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        int industry = (int)(state >> 33) % 6, size = 1 << ((state >> 40) % 12), country = (int)(state >> 50) % 4;
        a += (size_t)sprintf(s->companies + a, "c%d,%s,%d,%s\n", i, sample_industries[industry], size, sample_countries[country]);
        if (customers && industry < 2 && size > 64 && size < 1024 && (state >> 60) < 11) {
            b += (size_t)sprintf(s->customers + b, "c%d\n", i);
            customers--;
        }
    }
}
