/* SPDX-License-Identifier: MIT */
/* Whole numbers of fixed capacity, for decimal conversion without allocation. */
#include "base/bignum.h"

void icp__big_set(struct icp__big *b, uint64_t v) {
    b->limb[0] = (uint32_t)v;
    b->limb[1] = (uint32_t)(v >> 32);
    b->used = v >> 32 ? 2 : v ? 1 : 0;
}

static void push(struct icp__big *b, uint32_t limb) {
    if (limb && b->used < ICP__BIG_LIMBS)
        b->limb[b->used++] = limb;
}

void icp__big_mul_add(struct icp__big *b, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (uint32_t i = 0; i < b->used; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(b, (uint32_t)carry);
}

void icp__big_mul_pow5(struct icp__big *b, uint32_t n) {
    for (; n >= 13; n -= 13)
        icp__big_mul_add(b, 1220703125u, 0);
    uint32_t rest = 1;
    for (; n; n--)
        rest *= 5;
    icp__big_mul_add(b, rest, 0);
}

void icp__big_shift(struct icp__big *b, uint32_t bits) {
    uint32_t limbs = bits / 32, left = bits % 32;
    if (!b->used)
        return;
    if (left) {
        uint32_t carry = 0;
        for (uint32_t i = 0; i < b->used; i++) {
            uint32_t v = b->limb[i];
            b->limb[i] = v << left | carry;
            carry = v >> (32 - left);
        }
        push(b, carry);
    }
    if (!limbs || b->used + limbs > ICP__BIG_LIMBS)
        return;
    memmove(b->limb + limbs, b->limb, b->used * sizeof(b->limb[0]));
    memset(b->limb, 0, limbs * sizeof(b->limb[0]));
    b->used += limbs;
}

int icp__big_compare(const struct icp__big *a, const struct icp__big *b) {
    if (a->used != b->used)
        return a->used < b->used ? -1 : 1;
    for (uint32_t i = a->used; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

void icp__big_add(struct icp__big *a, const struct icp__big *b) {
    uint64_t carry = 0;
    while (a->used < b->used)
        a->limb[a->used++] = 0;
    for (uint32_t i = 0; i < a->used; i++) {
        carry += (uint64_t)a->limb[i] + (i < b->used ? b->limb[i] : 0);
        a->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(a, (uint32_t)carry);
}

/* a >= b */
static void subtract(struct icp__big *a, const struct icp__big *b) {
    uint64_t borrow = 0;
    for (uint32_t i = 0; i < a->used; i++) {
        uint64_t v = (uint64_t)a->limb[i] - (i < b->used ? b->limb[i] : 0) - borrow;
        a->limb[i] = (uint32_t)v;
        borrow = v >> 63;
    }
    while (a->used && !a->limb[a->used - 1])
        a->used--;
}

static int32_t bit_length(const struct icp__big *b) {
    int32_t n = (int32_t)(b->used - 1) * 32;
    for (uint32_t top = b->limb[b->used - 1]; top; top >>= 1)
        n++;
    return n;
}

void icp__digits_init(struct icp__digits *d, const struct icp__big *b, int32_t exponent2) {
    /* 30103/100000 is log10(2) rounded up a little; over this range the estimate is at most one off. */
    int32_t bits = bit_length(b) + exponent2 - 1;
    d->exponent = bits >= 0 ? (int32_t)((int64_t)bits * 30103 / 100000) : -(int32_t)((-(int64_t)bits * 30103 + 99999) / 100000);
    d->rest = *b;
    icp__big_set(&d->unit, 1);
    /* value / 10^e = b 2^(x-e) / 5^e */
    if (d->exponent >= 0)
        icp__big_mul_pow5(&d->unit, (uint32_t)d->exponent);
    else
        icp__big_mul_pow5(&d->rest, (uint32_t)-d->exponent);
    int32_t shift = exponent2 - d->exponent;
    if (shift >= 0)
        icp__big_shift(&d->rest, (uint32_t)shift);
    else
        icp__big_shift(&d->unit, (uint32_t)-shift);
    if (icp__big_compare(&d->rest, &d->unit) < 0) {
        icp__big_mul_add(&d->rest, 10, 0);
        d->exponent--;
    }
    struct icp__big ten = d->unit;
    icp__big_mul_add(&ten, 10, 0);
    if (icp__big_compare(&d->rest, &ten) >= 0) {
        d->unit = ten;
        d->exponent++;
    }
}

uint32_t icp__digits_next(struct icp__digits *d) {
    uint32_t digit = 0;
    for (; icp__big_compare(&d->rest, &d->unit) >= 0; digit++)
        subtract(&d->rest, &d->unit);
    icp__big_mul_add(&d->rest, 10, 0);
    d->exponent--;
    return digit;
}

int icp__digits_half(const struct icp__digits *d) {
    struct icp__big five = d->unit;
    icp__big_mul_add(&five, 5, 0);
    return icp__big_compare(&d->rest, &five);
}
