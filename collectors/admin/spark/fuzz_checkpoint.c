/* SPDX-License-Identifier: Apache-2.0 */

/* A file of a Spark checkpoint: the first byte says whether it has a line of metadata. */

#include "admin/spark/checkpoint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_checkpoint checkpoint = { .batch = SG_CHECKPOINT_NO_BATCH };
    struct sg_error err;

    if (size == 0)
        return 0;
    struct sg_str text = { (const char *)data + 1, size - 1 };
    (void)sg_checkpoint_parse(&checkpoint, text, data[0] & 1, &err);
    for (size_t i = 0; i < checkpoint.n; i++) {
        if (checkpoint.offsets[i].offset < 0 || checkpoint.offsets[i].partition < 0)
            abort();
    }
    sg_checkpoint_done(&checkpoint);
    return 0;
}
