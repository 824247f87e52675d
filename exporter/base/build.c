/* SPDX-License-Identifier: Apache-2.0 */
#include "base/build.h"

#include "revision.h"
#include "version.h"

#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <microhttpd.h>

#ifdef __clang__
#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)
#define COMPILER \
    "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__)
#else
#define COMPILER "gcc " __VERSION__
#endif

struct sg_build sg_build_get(void)
{
    return (struct sg_build){
        .version = SG_VERSION,
        .revision = SG_REVISION,
        .compiler = COMPILER,
        .librdkafka = rd_kafka_version_str(),
        .libcurl = curl_version_info(CURLVERSION_NOW)->version,
        .libmicrohttpd = MHD_get_version(),
    };
}
