/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/poll/certificate.h"

#include <string.h>
#include <strings.h>

enum {
    DATE_BYTES_MAX = 64
};

/* curl's form depends on its TLS library; curl_getdate() reads both, but no hyphens between digits.
 */
int64_t sg_certificate_end_read(const char *text)
{
    char date[DATE_BYTES_MAX];
    size_t n = 0;

    for (const char *c = text; *c && n < sizeof date - 1; c++) {
        if (*c != '-')
            date[n++] = *c;
    }
    date[n] = '\0';
    time_t end = curl_getdate(date, NULL);
    return end > 0 ? (int64_t)end : 0;
}

int64_t sg_certificate_end(CURL *easy)
{
    static const char key[] = "Expire date:";
    struct curl_certinfo *chain = NULL;
    int64_t earliest = 0;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain)
        return 0;
    for (int i = 0; i < chain->num_of_certs; i++) {
        for (const struct curl_slist *line = chain->certinfo[i]; line; line = line->next) {
            if (strncasecmp(line->data, key, sizeof key - 1) != 0)
                continue;
            int64_t end = sg_certificate_end_read(line->data + sizeof key - 1);
            if (end && (!earliest || end < earliest))
                earliest = end;
        }
    }
    return earliest;
}
