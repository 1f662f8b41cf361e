/* SPDX-License-Identifier: MIT */
/* Product epochs: who bought before the product was what it is now says less about who buys it now. */
#include "model/design.h"

void icp__epochs_weigh(struct icp__design *d, const struct icp__customers *l) {
    struct icp__epochs_seen *seen = &d->seen;
    if (l->epochs == 0)
        return;
    seen->epochs = l->epochs;
    memcpy(seen->epoch, l->epoch, sizeof seen->epoch);
    seen->effective = d->effective;
    for (uint32_t i = 0; i < d->rows; i++) {
        if (!(d->weight[i] > 0))
            continue;
        if (!d->since || !(d->since[i] > ICP__SINCE_UNKNOWN)) {
            seen->undated++;
            continue;
        }
        for (uint32_t k = 0; k < l->epochs; k++)
            if (d->since[i] < (double)l->epoch[k].day) {
                seen->before[k]++;
                d->weight[i] *= l->epoch[k].percent / 100.;
            }
    }
    icp__design_weights_scale(d);
    if (seen->undated)
        icp__say(d->ctx, ICP_LOG_WARNING, ICP_OK, "of %u customers nobody says since when, so that the card's epochs do not concern them", seen->undated);
}
