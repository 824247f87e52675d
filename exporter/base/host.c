/* SPDX-License-Identifier: Apache-2.0 */
#include "base/host.h"

#include <string.h>

bool sg_host_is_good(const char *host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char digits[] = "0123456789";
    size_t n;

    if (host[0] == '[') {
        n = strspn(host + 1, "0123456789abcdefABCDEF:.");
        if (n < 2 || host[1 + n] != ']')
            return false;
        host += n + 2;
    } else {
        const char *from = host;
        while (*host && (strchr(letters, *host) || strchr(digits, *host) || strchr("-._", *host)))
            host++;
        if (host == from || host - from > 253)
            return false;
    }
    if (!*host)
        return true;
    n = strspn(host + 1, digits);
    return *host == ':' && n >= 1 && n <= 5 && !host[1 + n];
}
