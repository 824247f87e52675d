/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* When the certificates end that an agent has sent. The collector's thread. */

#include <curl/curl.h>
#include <stdint.h>

/**
 * The earliest end of the chain that was sent in this exchange's handshake; needs CURLOPT_CERTINFO.
 * @param easy  borrowed @return Unix seconds; 0: without a handshake, as on a connection that was
 * kept, or not known
 */
int64_t sg_certificate_end(CURL *easy);

/** What curl says of one certificate's end, "Dec  1 12:00:00 2027 GMT" or "2027-12-01 12:00:00
 * GMT".
 * @return Unix seconds, or 0 */
int64_t sg_certificate_end_read(const char *text);
