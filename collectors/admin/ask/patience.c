/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/patience.h"

bool sg_patience_ends(struct sg_patience *patience, bool works, int64_t now_ms)
{
    bool is_over = !works && patience->pause_ms > 0 && now_ms >= patience->until_ms;

    if (works) {
        *patience = (struct sg_patience){ 0 };
    } else if (patience->pause_ms == 0) {
        patience->pause_ms = SG_PATIENCE_FIRST_MS;
        patience->until_ms = now_ms + patience->pause_ms;
    } else if (is_over) {
        if (patience->pause_ms < SG_PATIENCE_LAST_MS)
            patience->pause_ms *= 2;
        patience->until_ms = now_ms + patience->pause_ms;
    }
    return is_over;
}
