/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/test_vectors.h"

#include "jmx/test_fixture.h"
#include "test.h"

#include <jansson.h>
#include <stdlib.h>

const char *const vector_files[N_VECTOR_FILES] = { "jmx/vectors-8.json", "jmx/vectors-17.json",
    "jmx/vectors-25.json" };

static json_t *load(const char *file)
{
    size_t len;
    char *text = fixture_read(file, &len);
    json_t *json = json_loadb(text, len, 0, NULL);

    assert_non_null(json);
    free(text);
    return json;
}

struct bytes from_hex(const char *digits)
{
    struct bytes bytes = { calloc(1, strlen(digits) / 2 + 1), 0 };

    assert_non_null(bytes.ptr);
    for (; *digits; digits++) {
        char two[3] = { digits[0], digits[1], '\0' };
        if (*digits == ' ')
            continue;
        bytes.ptr[bytes.len++] = (uint8_t)strtoul(two, NULL, 16);
        digits++;
    }
    return bytes;
}

struct bytes vector(const char *file, const char *name, const char *part)
{
    json_t *json = load(file);
    const char *digits = json_string_value(json_object_get(json_object_get(json, name), part));

    if (!digits)
        fail_msg("%s has no %s of \"%s\"", file, part, name);
    struct bytes bytes = from_hex(digits);
    json_decref(json);
    return bytes;
}

void each_vector(void (*call)(const char *file, const char *name))
{
    for (size_t i = 0; i < N_VECTOR_FILES; i++) {
        json_t *json = load(vector_files[i]);
        const char *name;
        json_t *exchange;
        assert_true(json_object_size(json) > 40);
        json_object_foreach(json, name, exchange) call(vector_files[i], name);
        json_decref(json);
    }
}

struct bytes after_handshake(struct bytes message)
{
    size_t skip = 0;

    if (message.len > 7 && message.ptr[0] == SG_RMI_ACK)
        skip = 1 + 2 + (size_t)(message.ptr[1] << 8 | message.ptr[2]) + 4;
    return (struct bytes){ message.ptr + skip, message.len - skip };
}

void read_whole(struct sg_rmi_reply *reply, struct bytes bytes)
{
    sg_rmi_reply_begin(reply, false);
    int r = sg_rmi_reply_read(reply, bytes.ptr, bytes.len);
    if (r || reply->at != bytes.len)
        fail_msg("%d, %s, at %zu of %zu", r, reply->why, reply->at, bytes.len);
}
