/* SPDX-License-Identifier: MIT */
/* Structs that carry their own size across the border: options in, figures out. */
#include "base/base.h"

/* No struct of any release comes near this size, but a size that was never set may. */
#define SIZE_SANE 65536u

static icp_status read_size(const void *given, uint32_t first, uint32_t *out, struct icp_error *err) {
    uint32_t size;
    memcpy(&size, given, sizeof size);
    if (size < first || size > SIZE_SANE)
        return icp__fail(err, ICP_E_ARGUMENT, "struct_size is %u; set it to the size of the struct, at least %u",
                         (unsigned)size, (unsigned)first);
    *out = size;
    return ICP_OK;
}

icp_status icp__options(const void *given, uint32_t first, void *own, uint32_t own_size, struct icp_error *err) {
    uint32_t size = own_size;
    if (given) {
        icp_status s = read_size(given, first, &size, err);
        if (s)
            return s;
        const uint8_t *bytes = given;
        for (uint32_t i = own_size; i < size; i++) {
            if (bytes[i])
                return icp__fail(err, ICP_E_UNSUPPORTED, "the option at byte %u is not known to this library",
                                 (unsigned)i);
        }
        if (size > own_size)
            size = own_size;
        memcpy(own, given, size);
        memset((uint8_t *)own + size, 0, own_size - size);
    } else {
        memset(own, 0, own_size);
    }
    memcpy(own, &own_size, sizeof own_size);
    return ICP_OK;
}

icp_status icp__output(void *given, uint32_t first, const void *own, uint32_t own_size, struct icp_error *err) {
    uint32_t size = 0;
    if (!given)
        return icp__fail(err, ICP_E_ARGUMENT, "the struct to fill is NULL");
    icp_status s = read_size(given, first, &size, err);
    if (s)
        return s;
    uint32_t both = size < own_size ? size : own_size;
    memcpy((uint8_t *)given + sizeof size, (const uint8_t *)own + sizeof size, both - sizeof size);
    memset((uint8_t *)given + both, 0, size - both);
    return ICP_OK;
}
