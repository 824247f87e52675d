/* SPDX-License-Identifier: Apache-2.0 */

/* What is sent, byte by byte as recorded. */

#include "jmx/rmi/test_vectors.h"
#include "jmx/rmi/text.h"
#include "jmx/rmi/wire.h"
#include "jmx/rmi/write.h"
#include "test.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>

#define THING "test:type=Thing"
#define RAW   "test:type=Raw,name=\"q,u\\*o\""

enum kind {
    LOOKUP,
    VERSION,
    NEW_CLIENT,
    SUBJECT,
    NAME,
    QUERY,
    ATTRIBUTES,
    ATTRIBUTE,
    CLOSE,
};

struct request {
    const char *vector;
    enum kind kind;
    uint64_t hash;
    const char *name; /* an MBean's, or a pattern */
    const char *attributes[6];
};

static const struct request requests[] = {
    { "handshake+lookup", LOOKUP, 0, NULL, { NULL } },
    { "handshake+getVersion", VERSION, 0, NULL, { NULL } },
    { "newClient(null)", NEW_CLIENT, 0, NULL, { NULL } },
    { "getDefaultDomain", SUBJECT, SG_RMI_GET_DEFAULT_DOMAIN, NULL, { NULL } },
    { "error: gone", SUBJECT, SG_RMI_GET_DEFAULT_DOMAIN, NULL, { NULL } },
    { "isRegistered true", NAME, SG_RMI_IS_REGISTERED, "java.lang:type=Memory", { NULL } },
    { "isRegistered false", NAME, SG_RMI_IS_REGISTERED, "a:b=c", { NULL } },
    { "getMBeanInfo Thing", NAME, SG_RMI_GET_MBEAN_INFO, THING, { NULL } },
    { "queryNames none", QUERY, 0, "a:*", { NULL } },
    { "queryNames test:*", QUERY, 0, "test:*", { NULL } },
    { "queryNames *:* (null)", QUERY, 0, NULL, { NULL } },
    { "getAttributes none", ATTRIBUTES, 0, THING, { "Nope" } },
    { "getAttributes Int", ATTRIBUTES, 0, THING, { "Int" } },
    { "getAttributes Int,On,Nan,Char,Color", ATTRIBUTES, 0, THING,
        { "Int", "On", "Nan", "Char", "Color" } },
    { "getAttributes Longs,Texts", ATTRIBUTES, 0, THING, { "Longs", "Texts" } },
    { "getAttributes raw Null", ATTRIBUTES, 0, RAW, { "Null" } },
    { "getAttributes raw Nested", ATTRIBUTES, 0, RAW, { "Nested" } },
    { "error: no MBean", ATTRIBUTES, 0, "a:b=c", { "X" } },
    { "getAttribute Int", ATTRIBUTE, 0, THING, { "Int" } },
    { "close", CLOSE, 0, NULL, { NULL } },
};

/* The id that the recorded call is for. */
static struct sg_rmi_obj_id id_of(struct bytes recorded)
{
    struct sg_rmi_obj_id id;
    const uint8_t *call = memmem(recorded.ptr, recorded.len, "\x50\xac\xed", 3);

    assert_non_null(call);
    (void)memcpy(id.bytes, call + 7, sizeof id.bytes);
    return id;
}

static void write_attributes(
    struct sg_buf *out, const struct sg_rmi_obj_id *id, const struct request *request)
{
    uint32_t n = 0;

    while (request->attributes[n])
        n++;
    sg_rmi_write_get_attributes(out, id, sg_str_of(request->name), n);
    for (uint32_t i = 0; i < n; i++)
        sg_rmi_write_string(out, sg_str_of(request->attributes[i]));
    sg_rmi_write_null(out);
}

static void write_request(
    struct sg_buf *out, const struct sg_rmi_obj_id *id, const struct request *request)
{
    struct sg_str name = { request->name, request->name ? strlen(request->name) : 0 };

    switch (request->kind) {
    case LOOKUP:
        sg_rmi_write_header(out, SG_STR("127.0.0.1"));
        sg_rmi_write_lookup(out);
        break;
    case VERSION:
        sg_rmi_write_header(out, SG_STR("127.0.0.1"));
        sg_rmi_write_plain(out, id, SG_RMI_GET_VERSION);
        break;
    case NEW_CLIENT:
        sg_rmi_write_new_client(out, id, NULL, NULL);
        break;
    case SUBJECT:
        sg_rmi_write_for_subject(out, id, request->hash);
        break;
    case NAME:
        sg_rmi_write_for_name(out, id, request->hash, name);
        break;
    case QUERY:
        sg_rmi_write_query_names(out, id, name);
        break;
    case ATTRIBUTES:
        write_attributes(out, id, request);
        break;
    case ATTRIBUTE:
        sg_rmi_write_get_attribute(out, id, name);
        sg_rmi_write_string(out, sg_str_of(request->attributes[0]));
        sg_rmi_write_null(out);
        break;
    case CLOSE:
        sg_rmi_write_plain(out, id, SG_RMI_CLOSE);
        break;
    }
}

static void assert_sends(const char *file, const struct request *request)
{
    struct bytes recorded = vector(file, request->vector, "request");
    struct sg_rmi_obj_id id = id_of(recorded);
    struct sg_buf out;

    sg_buf_init(&out, 1 << 20);
    write_request(&out, &id, request);
    assert_int_equal(sg_buf_error(&out), 0);
    if (out.len != recorded.len || memcmp(out.ptr, recorded.ptr, out.len) != 0)
        fail_msg("%s, %s: other bytes", file, request->vector);
    sg_buf_done(&out);
    free(recorded.ptr);
}

static void test_requests_recorded_are_equal(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_VECTOR_FILES; i++) {
        for (size_t j = 0; j < sizeof requests / sizeof requests[0]; j++)
            assert_sends(vector_files[i], &requests[j]);
    }
}

static void test_new_client_has_credentials(void **state)
{
    static const struct sg_rmi_obj_id id = { { 7 } };
    struct bytes tail = from_hex("757200135b4c6a6176612e6c616e672e537472696e673b"
                                 "add256e7e91d7b4702000070787000000002"
                                 "7400076d6f6e69746f72 740006736563726574");
    struct sg_buf out;
    (void)state;

    sg_buf_init(&out, 1 << 20);
    sg_rmi_write_new_client(&out, &id, "monitor", "secret");
    assert_int_equal(out.len, 41 + tail.len);
    assert_memory_equal(out.ptr + 41, tail.ptr, tail.len);
    sg_buf_done(&out);
    free(tail.ptr);
}

static void test_ack_is_the_uid(void **state)
{
    struct bytes wanted = from_hex("54 1ed4cd0d000001a22b91e2588302");
    struct sg_buf out;
    (void)state;

    sg_buf_init(&out, 100);
    sg_rmi_write_ack(&out, wanted.ptr + 1);
    assert_int_equal(out.len, wanted.len);
    assert_memory_equal(out.ptr, wanted.ptr, wanted.len);
    sg_buf_done(&out);
    free(wanted.ptr);
}

/* ---- Hashes ---- */

static uint64_t hash_of(const char *method)
{
    uint8_t bytes[300];
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len = strlen(method);
    uint64_t hash = 0;

    bytes[0] = (uint8_t)(len >> 8);
    bytes[1] = (uint8_t)len;
    (void)memcpy(bytes + 2, method, len);
    assert_int_equal(EVP_Digest(bytes, len + 2, digest, NULL, EVP_sha1(), NULL), 1);
    for (int i = 7; i >= 0; i--)
        hash = hash << 8 | digest[i];
    return hash;
}

static void test_hashes_are_those_of_the_methods(void **state)
{
#define ON "Ljavax/management/ObjectName;"
#define SU "Ljavax/security/auth/Subject;"
#define ST "Ljava/lang/String;"
    static const struct {
        const char *method;
        uint64_t hash;
    } methods[] = {
        { "getVersion()" ST, SG_RMI_GET_VERSION },
        { "newClient(Ljava/lang/Object;)Ljavax/management/remote/rmi/RMIConnection;",
            SG_RMI_NEW_CLIENT },
        { "close()V", SG_RMI_CLOSE },
        { "queryNames(" ON "Ljava/rmi/MarshalledObject;" SU ")Ljava/util/Set;",
            SG_RMI_QUERY_NAMES },
        { "isRegistered(" ON SU ")Z", SG_RMI_IS_REGISTERED },
        { "getAttributes(" ON "[" ST SU ")Ljavax/management/AttributeList;",
            SG_RMI_GET_ATTRIBUTES },
        { "getAttribute(" ON ST SU ")Ljava/lang/Object;", SG_RMI_GET_ATTRIBUTE },
        { "getMBeanInfo(" ON SU ")Ljavax/management/MBeanInfo;", SG_RMI_GET_MBEAN_INFO },
        { "getDefaultDomain(" SU ")" ST, SG_RMI_GET_DEFAULT_DOMAIN },
    };
    (void)state;

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (hash_of(methods[i].method) != methods[i].hash)
            fail_msg("%s: 0x%016" PRIx64, methods[i].method, hash_of(methods[i].method));
    }
}

/* ---- Texts ---- */

static void assert_encodes(struct sg_str text, struct sg_str modified, struct sg_str back)
{
    struct sg_buf out;
    bool is_plain;

    sg_buf_init(&out, 100);
    sg_rmi_text_encode(&out, text);
    assert_true(sg_str_equal(sg_buf_get(&out), modified));
    assert_true(sg_rmi_text_check((const uint8_t *)modified.ptr, modified.len, &is_plain));
    assert_int_equal(is_plain, sg_str_equal(text, modified));
    sg_buf_clear(&out);
    sg_rmi_text_decode(&out, modified);
    assert_true(sg_str_equal(sg_buf_get(&out), back));
    sg_buf_done(&out);
}

static void test_text_is_javas_utf8(void **state)
{
    (void)state;

    assert_encodes(SG_STR("a=b"), SG_STR("a=b"), SG_STR("a=b"));
    assert_encodes(SG_STR("\xc3\xbc\xe2\x82\xac"), SG_STR("\xc3\xbc\xe2\x82\xac"),
        SG_STR("\xc3\xbc\xe2\x82\xac"));
    assert_encodes(
        SG_STR("\xf0\x9f\x98\x80"), SG_STR("\xed\xa0\xbd\xed\xb8\x80"), SG_STR("\xf0\x9f\x98\x80"));
    assert_encodes(SG_STR("a\0b"),
        SG_STR("a\xc0\x80"
               "b"),
        SG_STR("a\xef\xbf\xbd"
               "b"));
}

static void test_text_half_pairs_are_replaced(void **state)
{
    static const struct {
        struct sg_str modified, utf8;
    } cases[] = {
        { { "\xed\xa0\xbdx", 4 }, { "\xef\xbf\xbdx", 4 } },
        { { "\xed\xb8\x80", 3 }, { "\xef\xbf\xbd", 3 } },
        { { "\xed\xa0\xbd", 3 }, { "\xef\xbf\xbd", 3 } },
        { { "\xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80", 9 }, { "\xef\xbf\xbd\xf0\x9f\x98\x80", 7 } },
        { { "\xc1\x81", 2 }, { "A", 1 } },
    };
    struct sg_buf out;
    bool is_plain;
    (void)state;

    sg_buf_init(&out, 100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_str modified = cases[i].modified;
        assert_true(sg_rmi_text_check((const uint8_t *)modified.ptr, modified.len, &is_plain));
        assert_false(is_plain);
        sg_buf_clear(&out);
        sg_rmi_text_decode(&out, modified);
        assert_true(sg_str_equal(sg_buf_get(&out), cases[i].utf8));
    }
    sg_buf_done(&out);
}

static void test_text_bad_bytes_are_rejected(void **state)
{
    static const struct sg_str bad[] = { { "\xff", 1 }, { "\x80", 1 }, { "\xc3", 1 },
        { "\xe2\x82", 2 }, { "\xc3\x41", 2 }, { "\xf0\x9f\x98\x80", 4 } };
    bool is_plain;
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sg_rmi_text_check((const uint8_t *)bad[i].ptr, bad[i].len, &is_plain));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_recorded_are_equal),
        cmocka_unit_test(test_new_client_has_credentials),
        cmocka_unit_test(test_ack_is_the_uid),
        cmocka_unit_test(test_hashes_are_those_of_the_methods),
        cmocka_unit_test(test_text_is_javas_utf8),
        cmocka_unit_test(test_text_half_pairs_are_replaced),
        cmocka_unit_test(test_text_bad_bytes_are_rejected),
    };
    return cmocka_run_group_tests_name("rmi_write", tests, NULL, NULL);
}
