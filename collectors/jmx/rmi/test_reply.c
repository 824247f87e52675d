/* SPDX-License-Identifier: Apache-2.0 */

/* Replies as recorded, cut at every byte, and as a hostile server may send them. */

#include "jmx/rmi/exception.h"
#include "jmx/rmi/graph.h"
#include "jmx/rmi/stub.h"
#include "jmx/rmi/test_vectors.h"
#include "test.h"

#include <stdlib.h>

#define HEAD  "51aced0005770f01 1ed4cd0d000001a22b91e258830a "
#define CLASS "72 0001 41 0000000000000000 02 0000 "

static bool ends_badly(const char *name)
{
    return strcmp(name, "aborted: Duration") == 0;
}

static bool is_call(const char *name)
{
    return strcmp(name, "ping") != 0;
}

static bool is_void(const char *name)
{
    return strcmp(name, "close") == 0 || strncmp(name, "isRegistered", 12) == 0;
}

/* ---- Recorded ones ---- */

static void read_vector(const char *file, const char *name)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes whole = vector(file, name, "reply");
    struct bytes bytes = after_handshake(whole);

    if (is_call(name)) {
        sg_rmi_reply_begin(&reply, is_void(name));
        int r = sg_rmi_reply_read(&reply, bytes.ptr, bytes.len);
        if (r != (ends_badly(name) ? SG_RMI_E_WRONG : 0) || (!r && reply.at != bytes.len))
            fail_msg("%s, %s: %d, %s", file, name, r, reply.why);
        assert_int_equal(reply.is_exception,
            strncmp(name, "error", 5) == 0 || strcmp(name, "aborted: Optional") == 0);
        assert_int_equal(reply.flag, strcmp(name, "isRegistered true") == 0);
    }
    sg_rmi_reply_done(&reply);
    free(whole.ptr);
}

static void test_replies_recorded_are_read(void **state)
{
    (void)state;

    each_vector(read_vector);
}

/* A copy of its own, so that a byte past the end is found. */
static int read_copy(struct sg_rmi_reply *reply, struct bytes bytes, size_t len, uint8_t **copy)
{
    free(*copy);
    *copy = malloc(len ? len : 1);
    assert_non_null(*copy);
    (void)memcpy(*copy, bytes.ptr, len);
    return sg_rmi_reply_read(reply, *copy, len);
}

static void cut_vector(const char *file, const char *name)
{
    struct sg_rmi_reply cut = { .len = 0 };
    struct sg_rmi_reply slow = { .len = 0 };
    struct bytes whole = vector(file, name, "reply");
    struct bytes bytes = after_handshake(whole);
    uint8_t *copy = NULL;
    uint8_t *slow_copy = NULL;

    if (is_call(name) && !ends_badly(name)) {
        sg_rmi_reply_begin(&slow, is_void(name));
        for (size_t len = 0; len < bytes.len; len++) {
            sg_rmi_reply_begin(&cut, is_void(name));
            assert_int_equal(read_copy(&cut, bytes, len, &copy), SG_RMI_E_MORE);
            assert_int_equal(read_copy(&slow, bytes, len, &slow_copy), SG_RMI_E_MORE);
        }
        assert_int_equal(read_copy(&slow, bytes, bytes.len, &slow_copy), 0);
        sg_rmi_reply_begin(&cut, is_void(name));
        assert_int_equal(read_copy(&cut, bytes, bytes.len, &copy), 0);
        assert_int_equal(slow.n_nodes, cut.n_nodes);
        assert_int_equal(slow.n_handles, cut.n_handles);
        assert_int_equal(slow.n_items, cut.n_items);
        assert_int_equal(slow.root, cut.root);
    }
    sg_rmi_reply_done(&cut);
    sg_rmi_reply_done(&slow);
    free(copy);
    free(slow_copy);
    free(whole.ptr);
}

static void test_replies_cut_at_every_byte_go_on(void **state)
{
    (void)state;

    each_vector(cut_vector);
}

static void test_reply_ends_where_the_next_begins(void **state)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes bytes = from_hex(HEAD "740003616263" HEAD "70");
    struct sg_str text;
    (void)state;

    sg_rmi_reply_begin(&reply, false);
    assert_int_equal(sg_rmi_reply_read(&reply, bytes.ptr, bytes.len), 0);
    assert_int_equal(reply.at, 22 + 6);
    assert_true(sg_rmi_text(&reply, reply.root, NULL, &text));
    assert_true(sg_str_equal(text, SG_STR("abc")));
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
}

/* ---- Stubs ---- */

static void assert_stub(const char *file, const char *name)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct sg_rmi_stub stub;
    struct bytes whole = vector(file, name, "reply");
    const char *why;

    read_whole(&reply, after_handshake(whole));
    assert_true(sg_rmi_stub_read(&reply, &stub, &why));
    assert_string_equal(stub.host, "127.0.0.1");
    assert_true(stub.port > 1024);
    assert_false(stub.is_tls);
    sg_rmi_reply_done(&reply);
    free(whole.ptr);
}

static void test_stubs_recorded_are_read(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_VECTOR_FILES; i++) {
        assert_stub(vector_files[i], "handshake+lookup");
        assert_stub(vector_files[i], "newClient(null)");
    }
}

#define REMOTE                                                  \
    "73 72 0001 41 0000000000000002 02 0000 70 78 72 001c "     \
    "6a6176612e726d692e7365727665722e52656d6f74654f626a656374 " \
    "d361b4910c61331e 03 0000 70 78 70 "
#define OBJ_ID "1f06b482452235681ed4cd0d000001a22b91e2588001"

static void test_stub_with_tls_has_a_factory(void **state)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct sg_rmi_stub stub;
    const char *why;
    struct bytes good = from_hex(HEAD REMOTE
        "77 15 000b556e696361737452656632 01 0001 68 0000270f "
        "73 72 0027 6a617661782e726d692e73736c2e53736c524d49436c69656e74536f636b6574466163746f7279 "
        "8caab4bb8185250f 02 0000 70 78 70 77 17" OBJ_ID "01 78");
    (void)state;

    read_whole(&reply, good);
    assert_true(sg_rmi_stub_read(&reply, &stub, &why));
    assert_true(stub.is_tls);
    assert_int_equal(stub.port, 9999);
    assert_string_equal(stub.host, "h");
    sg_rmi_reply_done(&reply);
    free(good.ptr);
}

static void test_stub_bad_ones_are_refused(void **state)
{
    static const struct {
        const char *hex;
        const char *why;
    } cases[] = {
        { HEAD "70", "not a remote object" },
        { HEAD "740003616263", "not a remote object" },
        { HEAD REMOTE "78", "not a remote object" },
        { HEAD REMOTE "77 02 0005 78", "not a remote object" },
        { HEAD REMOTE "77 2a 000a556e6963617374526566 0001 68 00000000" OBJ_ID "01 78", "no port" },
        { HEAD REMOTE "77 2a 000a556e6963617374526566 0001 68 00010000" OBJ_ID "01 78", "no port" },
        { HEAD REMOTE "77 10 000a556e6963617374526566 0001 68 00 78", "incomplete" },
        { HEAD REMOTE "77 2c 000b556e696361737452656632 02 0001 68 0000270f" OBJ_ID "01 78",
            "unknown form" },
        { HEAD REMOTE "77 2c 000b556e696361737452656632 01 0001 68 0000270f" OBJ_ID "01 78",
            "socket factory" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_rmi_reply reply = { .len = 0 };
        struct sg_rmi_stub stub;
        const char *why;
        struct bytes bytes = from_hex(cases[i].hex);
        read_whole(&reply, bytes);
        assert_false(sg_rmi_stub_read(&reply, &stub, &why));
        if (!strstr(why, cases[i].why))
            fail_msg("%s: %s", cases[i].why, why);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* ---- Exceptions ---- */

static void test_exceptions_have_their_meaning(void **state)
{
    static const struct {
        const char *name;
        enum sg_rmi_meaning meaning;
        const char *text;
    } cases[] = {
        { "error: no MBean", SG_RMI_MEANS_NO_MBEAN,
            "javax.management.InstanceNotFoundException: a:b=c" },
        { "error: no attribute", SG_RMI_MEANS_NO_MBEAN,
            "javax.management.AttributeNotFoundException: " },
        { "error: getter throws", SG_RMI_MEANS_OTHER, "javax.management.RuntimeMBeanException: " },
        { "error: gone", SG_RMI_MEANS_GONE,
            "java.rmi.NoSuchObjectException: no such object in table" },
        { "aborted: Optional", SG_RMI_MEANS_UNSENDABLE,
            "java.io.NotSerializableException: java.util.Optional" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0] * N_VECTOR_FILES; i++) {
        size_t j = i / N_VECTOR_FILES;
        struct sg_rmi_reply reply = { .len = 0 };
        struct sg_error err;
        struct bytes bytes = vector(vector_files[i % N_VECTOR_FILES], cases[j].name, "reply");
        read_whole(&reply, bytes);
        assert_true(reply.is_exception);
        assert_int_equal(sg_rmi_exception_read(&reply, &err), cases[j].meaning);
        if (strncmp(err.text, cases[j].text, strlen(cases[j].text)) != 0)
            fail_msg("%s: %s", cases[j].name, err.text);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* ---- Hostile servers ---- */

/*
 * What a server may send to do harm, and the test of each; "refused" is
 * test_hostile_replies_are_refused here, "none" test_hostile_values_are_none of test_values.c.
 *
 *  1 an array of 2^31-1, or of a negative length  refused
 *  2 a text or a block of gigabytes               refused
 *  3 content within content, 100,000 deep         test_hostile_depth_is_limited
 *  4 classes in classes' annotations, likewise    test_hostile_depth_is_limited
 *  5 a class that is its own superclass           refused
 *  6 too many superclasses                        test_hostile_superclasses_are_limited
 *  7 65,535 fields, 2^31 interfaces               refused
 *  8 millions of objects                          test_hostile_numbers_of_objects_are_limited
 *  9 a graph that spells 2^40 values              test_values.c: test_hostile_graph_is_limited
 * 10 a list that holds itself                     none
 * 11 a reference to what comes later, or nothing  refused
 * 12 a handle of another kind than is wanted      refused, none
 * 13 a field that is missing, or of another kind  none
 * 14 a size that is not what has come             none, test_hostile_set_of_another_size_is_none
 * 15 numbers of a million digits                  test_hostile_big_numbers_are_limited
 * 16 bad UTF-8, control characters                refused, test_hostile_exception_is_one_short_line
 * 17 a class with a form of its own               refused
 * 18 an exception that is its own cause           test_hostile_exception_is_one_short_line
 *
 * Of connections, in test_peer.c: a reply without an end, bytes that drip, an answer that is too
 * large in all, a port in a stub that leads nowhere, a registry without the TLS that is configured.
 */

struct hostile {
    const char *what;
    const char *hex;
    int r;
    const char *why;
};

static const struct hostile hostiles[] = {
    { "not a return", "52", SG_RMI_E_WRONG, "begin as a reply" },
    { "another version of streams", "51aced0006770f011ed4cd0d000001a22b91e258830a70",
        SG_RMI_E_WRONG, "begin as a reply" },
    { "neither value nor exception", "51aced0005770f031ed4cd0d000001a22b91e258830a70",
        SG_RMI_E_WRONG, "neither" },
    { "unknown code", HEAD "6f", SG_RMI_E_WRONG, "unknown code" },
    { "a reset", HEAD "79", SG_RMI_E_WRONG, "unknown code" },
    { "bytes instead of an object", HEAD "770141", SG_RMI_E_WRONG, "bytes where" },
    { "a class that is its own superclass", HEAD "73" CLASS "78 71 007e0000", SG_RMI_E_WRONG,
        "its own superclass" },
    { "a class that is used before its end", HEAD "73" CLASS "73 71 007e0000", SG_RMI_E_WRONG,
        "before its end" },
    { "a reference to what comes later", HEAD "71 007e0000", SG_RMI_E_WRONG, "refers to nothing" },
    { "a reference below the first", HEAD "71 007dffff", SG_RMI_E_WRONG, "refers to nothing" },
    { "a text as a class",
        HEAD "75 72 0002 5b4c 0000000000000000 02 0000 78 70 00000002 "
             "740001 61 73 71 007e0002",
        SG_RMI_E_WRONG, "has no class" },
    { "an object without a class", HEAD "73 70", SG_RMI_E_WRONG, "has no class" },
    { "an array of 2^31-1", HEAD "75 72 0002 5b4c 0000000000000000 02 0000 78 70 7fffffff",
        SG_RMI_E_LIMIT, "too large" },
    { "an array of 2^31-1 longs", HEAD "75 72 0002 5b4a 0000000000000000 02 0000 78 70 7fffffff",
        SG_RMI_E_LIMIT, "too large" },
    { "an array of a negative length",
        HEAD "75 72 0002 5b49 0000000000000000 02 0000 78 70 ffffffff", SG_RMI_E_LIMIT,
        "too large" },
    { "an array that is none", HEAD "75" CLASS "78 70 00000000", SG_RMI_E_WRONG, "has no class" },
    { "a text of 2^63", HEAD "7c 7fffffff 00000000", SG_RMI_E_LIMIT, "too large" },
    { "a text of 4 GB", HEAD "7c 00000000 ffffffff", SG_RMI_E_LIMIT, "too large" },
    { "a block of 2 GB",
        HEAD "73"
             "72 0001 41 0000000000000000 03 0000 78 70 7a 7fffffff",
        SG_RMI_E_LIMIT, "too large" },
    { "65535 fields", HEAD "73 72 0001 41 0000000000000000 02 ffff", SG_RMI_E_LIMIT,
        "too many fields" },
    { "2^31 interfaces", HEAD "73 7d 7fffffff", SG_RMI_E_LIMIT, "too many fields" },
    { "a field of no type", HEAD "73 72 0001 41 0000000000000000 02 0001 58 0001 61",
        SG_RMI_E_WRONG, "unknown type" },
    { "a field whose type is no text",
        HEAD "73 72 0001 41 0000000000000000 02 0001 4c 0001 61 71 007e0000", SG_RMI_E_WRONG,
        "not a text" },
    { "an enum without a name", HEAD "7e" CLASS "78 70 70", SG_RMI_E_WRONG, "no name" },
    { "a form of its own", HEAD "73 72 0001 41 0000000000000000 04 0000 78 70", SG_RMI_E_WRONG,
        "Externalizable" },
    { "fields of a class that has none",
        HEAD "73 72 0001 41 0000000000000000 00 0001 49 0001 61 78 70", SG_RMI_E_WRONG,
        "not serializable" },
    { "bad UTF-8", HEAD "74 0001 ff", SG_RMI_E_WRONG, "UTF-8" },
    { "aborted twice", HEAD "7b 7b", SG_RMI_E_WRONG, "twice" },
};

static void test_hostile_replies_are_refused(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof hostiles / sizeof hostiles[0]; i++) {
        struct sg_rmi_reply reply = { .len = 0 };
        struct bytes bytes = from_hex(hostiles[i].hex);
        sg_rmi_reply_begin(&reply, false);
        int r = sg_rmi_reply_read(&reply, bytes.ptr, bytes.len);
        if (r != hostiles[i].r || !strstr(reply.why, hostiles[i].why))
            fail_msg("%s: %d, %s", hostiles[i].what, r, reply.why);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* The same part many times over. @return its outcome; the reply is freed */
static int read_repeated(const char *start, const char *part, size_t n, size_t *ret_nodes)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes head = from_hex(start);
    struct bytes more = from_hex(part);
    uint8_t *all = malloc(head.len + n * more.len);

    assert_non_null(all);
    (void)memcpy(all, head.ptr, head.len);
    for (size_t i = 0; i < n; i++)
        (void)memcpy(all + head.len + i * more.len, more.ptr, more.len);
    sg_rmi_reply_begin(&reply, false);
    int r = sg_rmi_reply_read(&reply, all, head.len + n * more.len);
    *ret_nodes = reply.n_nodes;
    sg_rmi_reply_done(&reply);
    free(all);
    free(head.ptr);
    free(more.ptr);
    return r;
}

static void test_hostile_depth_is_limited(void **state)
{
    size_t n_nodes;
    (void)state;

    /* Arrays of arrays; the first one describes the class. */
    assert_int_equal(read_repeated(HEAD "75 72 0002 5b5b 0000000000000000 02 0000 78 70 00000001",
                         "75 71 007e0000 00000001", 100000, &n_nodes),
        SG_RMI_E_LIMIT);
    assert_true(n_nodes < 300);
    /* Classes in the annotations of classes, and classes with superclasses. */
    assert_int_equal(read_repeated(HEAD, "72 0001 41 0000000000000000 02 0000", 100000, &n_nodes),
        SG_RMI_E_LIMIT);
    assert_int_equal(
        read_repeated(HEAD "73", "72 0001 41 0000000000000000 02 0000 78", 100000, &n_nodes),
        SG_RMI_E_LIMIT);
    assert_true(n_nodes < 300);
}

static void test_hostile_superclasses_are_limited(void **state)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct sg_buf hex;
    (void)state;

    sg_buf_init(&hex, 1 << 20);
    (void)sg_buf_add_str(&hex, SG_STR(HEAD "73"));
    for (int i = 0; i < SG_RMI_SUPERCLASSES_MAX + 1; i++)
        (void)sg_buf_add_str(&hex, SG_STR(" " CLASS "78"));
    (void)sg_buf_add_str(&hex, SG_STR("70 "));
    struct bytes bytes = from_hex(sg_buf_get_cut(&hex));
    sg_rmi_reply_begin(&reply, false);
    assert_int_equal(sg_rmi_reply_read(&reply, bytes.ptr, bytes.len), SG_RMI_E_LIMIT);
    assert_string_equal(reply.why, "a class has too many superclasses");
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
    sg_buf_done(&hex);
}

static void test_hostile_numbers_of_objects_are_limited(void **state)
{
    size_t n_nodes;
    (void)state;

    assert_int_equal(read_repeated(HEAD "75 72 0002 5b4c 0000000000000000 02 0000 78 70 00f00000",
                         "740000", SG_RMI_THINGS_MAX + 1, &n_nodes),
        SG_RMI_E_LIMIT);
    assert_true(n_nodes <= SG_RMI_THINGS_MAX);
    assert_int_equal(read_repeated(HEAD "75 72 0002 5b4c 0000000000000000 02 0000 78 70 00f00000",
                         "70", SG_RMI_THINGS_MAX + 1, &n_nodes),
        SG_RMI_E_LIMIT);
}

/* An exception is its cause's cause; its message is for a terminal. */
static void test_hostile_exception_is_one_short_line(void **state)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct sg_error err;
    struct bytes bytes = from_hex("51aced0005770f02 1ed4cd0d000001a22b91e258830a "
                                  "73 72 0001 41 0000000000000000 02 0002 "
                                  "4c 0005 6361757365 740001 61 4c 000d 64657461696c4d657373616765 "
                                  "71 007e0001 78 70 "
                                  "73 71 007e0000 71 007e0002 740006 0a1b5b33316d "
                                  "740003 0d0a61");
    (void)state;

    read_whole(&reply, bytes);
    assert_int_equal(sg_rmi_exception_read(&reply, &err), SG_RMI_MEANS_OTHER);
    assert_int_equal(strncmp(err.text, "A:   a: A:   [31m: A", 20), 0);
    assert_true(strlen(err.text) < 100);
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_recorded_are_read),
        cmocka_unit_test(test_replies_cut_at_every_byte_go_on),
        cmocka_unit_test(test_reply_ends_where_the_next_begins),
        cmocka_unit_test(test_stubs_recorded_are_read),
        cmocka_unit_test(test_stub_with_tls_has_a_factory),
        cmocka_unit_test(test_stub_bad_ones_are_refused),
        cmocka_unit_test(test_exceptions_have_their_meaning),
        cmocka_unit_test(test_hostile_replies_are_refused),
        cmocka_unit_test(test_hostile_depth_is_limited),
        cmocka_unit_test(test_hostile_superclasses_are_limited),
        cmocka_unit_test(test_hostile_numbers_of_objects_are_limited),
        cmocka_unit_test(test_hostile_exception_is_one_short_line),
    };
    return cmocka_run_group_tests_name("rmi_reply", tests, NULL, NULL);
}
