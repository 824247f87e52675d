/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/accept.h"
#include "serve/auth.h"
#include "serve/listen.h"
#include "tests/fuzz/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Header values and addresses are text of any kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    if (!text)
        return 0;
    enum sg_coding coding = SG_CODINGS;
    if (sg_accept_coding(text, &coding) == 0 && coding >= SG_CODINGS)
        abort();
    if (!sg_accept_format(text).content_type)
        abort();
    (void)sg_listen_check(text, NULL);
    char credentials[SG_CREDENTIALS_BYTES_MAX];
    const char *user, *password;
    if (sg_auth_parse(text, credentials, &user, &password) &&
        strlen(user) + strlen(password) >= sizeof credentials)
        abort();
    free(text);
    return 0;
}
