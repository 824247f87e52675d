/* SPDX-License-Identifier: Apache-2.0 */

/* What recorded replies become. */

#include "base/buf.h"
#include "base/number.h"
#include "jmx/rmi/graph.h"
#include "jmx/rmi/test_vectors.h"
#include "jmx/rmi/values.h"
#include "test.h"

#include <limits.h>
#include <stdlib.h>

#define HEAD "51aced0005770f01 1ed4cd0d000001a22b91e258830a "

static void add_value(struct sg_buf *out, const struct sg_attribute_value *value)
{
    char number[SG_NUMBER_TEXT_MAX];

    switch (value->kind) {
    case SG_ATTRIBUTE_INT:
        (void)sg_buf_add(out, number, sg_number_write_int(number, value->integer));
        break;
    case SG_ATTRIBUTE_DOUBLE:
        (void)sg_buf_add(out, number, sg_number_write_double(number, value->number));
        (void)sg_buf_add_str(out, SG_STR("d"));
        break;
    case SG_ATTRIBUTE_BOOL:
        (void)sg_buf_printf(out, "%s", value->flag ? "true" : "false");
        break;
    case SG_ATTRIBUTE_TEXT:
        (void)sg_buf_printf(out, "\"" SG_STR_FMT "\"", SG_STR_ARG(value->text));
        break;
    }
}

static void add_place(struct sg_buf *out, const struct sg_attribute *attribute)
{
    for (size_t i = 0; i < attribute->depth; i++)
        (void)sg_buf_printf(out, "%s" SG_STR_FMT, i ? "." : "", SG_STR_ARG(attribute->path[i]));
    for (size_t i = 0; i < attribute->n_index; i++)
        (void)sg_buf_printf(out, "[" SG_STR_FMT "=" SG_STR_FMT "]",
            SG_STR_ARG(attribute->index[i].column), SG_STR_ARG(attribute->index[i].value));
}

static void put_value(
    void *context, const struct sg_attribute *attribute, const struct sg_attribute_value *value)
{
    add_place(context, attribute);
    (void)sg_buf_add_str(context, SG_STR("="));
    add_value(context, value);
    (void)sg_buf_add_str(context, SG_STR(" "));
}

static void note_absent(void *context, const struct sg_attribute *attribute)
{
    add_place(context, attribute);
    (void)sg_buf_add_str(context, SG_STR("=null "));
}

static struct sg_rmi_budget *budget_left; /* of a test; NULL: that of one reply */

static int read_values(const struct sg_rmi_reply *reply, struct sg_buf *out)
{
    const struct sg_answer_handler handler = { out, put_value, NULL, note_absent, NULL };
    const struct sg_poll_request request = { .mbean = "test:type=Thing" };
    struct sg_rmi_budget whole = { SG_RMI_STEPS_MAX, SG_RMI_LOOK_STEPS_MAX };
    const struct sg_rmi_mbean mbean = { .name = SG_STR("test:type=Thing"),
        .request = &request,
        .budget = budget_left ? budget_left : &whole };

    return sg_rmi_values_read(reply, &mbean, &handler);
}

static void assert_reads(const char *file, const char *name, const char *wanted)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes bytes = vector(file, name, "reply");
    struct sg_buf out;

    sg_buf_init(&out, 1 << 20);
    read_whole(&reply, bytes);
    assert_int_equal(read_values(&reply, &out), 0);
    if (strcmp(sg_buf_get_cut(&out), wanted) != 0)
        fail_msg("%s, %s: %s", file, name, out.ptr);
    sg_buf_done(&out);
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
}

static void test_values_recorded_are_read(void **state)
{
    static const struct {
        const char *name;
        const char *wanted;
    } cases[] = {
        { "getAttributes none", "" },
        { "getAttributes Int", "Int=42 " },
        { "getAttributes Int,On,Nan,Char,Color",
            "Int=42 On=true Nan=NaNd Char=\"q\" Color=\"GREEN\" " },
        { "getAttributes Usage (CompositeData)",
            "Usage.committed=3 Usage.init=1 Usage.max=4 Usage.used=2 " },
        { "getAttributes Map (TabularData)", "Map[key=a]=1 Map[key=b]=2 " },
        { "getAttributes Longs,Texts", "" },
        { "getAttributes raw Null", "Null=null " },
        { "getAttributes raw Shared", "" },
        { "getAttributes raw Enum", "Enum=\"SECONDS\" " },
        { "getAttributes raw Map", "Map.2=null Map.k=1.5d " },
        { "getAttributes raw Linked", "Linked.z=1 Linked.y=2 " },
        { "getAttributes raw Set", "" },
        { "getAttributes raw List", "" },
        { "getAttributes raw Big", "Big=-1.2345678901234568e+29d " },
        { "getAttributes raw Dec", "Dec=12.5d " },
        { "getAttributes raw Date", "Date=1700000000d " },
        { "getAttributes raw Nested", "" },
        { "getAttributes raw Bytes", "" },
        { "getAttributes raw Own", "" },
        { "getAttributes raw Props", "Props.a=\"b\" " },
        { "getAttributes raw Unmod", "Unmod.u=1 " },
        { "getAttributes raw Short", "Short=-3 " },
        { "getAttributes raw Byte", "Byte=-4 " },
        { "getAttributes raw Float", "Float=0.5d " },
        { "getAttributes raw Atomic", "Atomic=77 " },
        { "getAttributes raw Name", "" },
        { "getAttributes raw Clazz", "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < N_VECTOR_FILES; j++)
            assert_reads(vector_files[j], cases[i].name, cases[i].wanted);
    }
}

static void test_names_recorded_are_read(void **state)
{
    static const char *const wanted[] = { "test:type=Thing", "test:type=Raw,name=\"q,u\\*o\"" };
    (void)state;

    for (size_t i = 0; i < N_VECTOR_FILES; i++) {
        struct sg_rmi_reply reply = { .len = 0 };
        struct bytes bytes = vector(vector_files[i], "queryNames test:*", "reply");
        struct sg_rmi_walk walk;
        struct sg_str name;
        uint32_t node;
        size_t n = 0;
        read_whole(&reply, bytes);
        assert_true(sg_rmi_walk_list(&reply, reply.root, &walk));
        while (sg_rmi_walk_next(&reply, &walk, &node)) {
            assert_true(sg_rmi_object_name(&reply, node, NULL, &name));
            n += sg_str_equal(name, sg_str_of(wanted[0])) ||
                 sg_str_equal(name, sg_str_of(wanted[1]));
        }
        assert_int_equal(n, 2);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* ---- Hostile servers ---- */

/* An AttributeList of so many attributes; then "3", the class Attribute, and what it has. */
#define LIST(n)                                                                        \
    HEAD "73 72 0013 6a6176612e7574696c2e41727261794c697374 7881d21d99c7619d 03 0001 " \
         "49 0004 73697a65 78 70 " n " 77 04 00000000 "
#define ATTRIBUTE                                                                               \
    "73 72 001a 6a617661782e6d616e6167656d656e742e417474726962757465 2279b907538b3b0e 02 0002 " \
    "4c 0004 6e616d65 74 0012 4c6a6176612f6c616e672f537472696e673b 4c 0005 76616c7565 74 0012 " \
    "4c6a6176612f6c616e672f4f626a6563743b 78 70 74 0001 61 "
#define DOUBLE      "6a6176612e6c616e672e446f75626c65"
#define BIG_INTEGER "6a6176612e6d6174682e426967496e7465676572"
#define BIG_DECIMAL "6a6176612e6d6174682e426967446563696d616c"
#define HASH_MAP    "6a6176612e7574696c2e486173684d6170"
#define COMPOSITE                                                                                \
    "6a617661782e6d616e6167656d656e742e6f70656e6d6265616e2e436f6d706f7369746544617461537570706f" \
    "7274"

static void test_hostile_values_are_none(void **state)
{
    static const struct {
        const char *what;
        const char *hex;
        int r;
    } cases[] = {
        { "a list in itself", LIST("00000001") "71 007e0001 78", 0 },
        { "a list of another size", LIST("00000002") "70 78", SG_RMI_E_WRONG },
        { "a text instead of a list", HEAD "740001 61", SG_RMI_E_WRONG },
        { "null instead of a list", HEAD "70", SG_RMI_E_WRONG },
        { "a Double without a value",
            LIST("00000001") ATTRIBUTE "73 72 0010 " DOUBLE " 80b3c24a296bfb04 02 0000 78 70 78",
            0 },
        { "a Double whose value is an object",
            LIST("00000001") ATTRIBUTE "73 72 0010 " DOUBLE
                                       " 80b3c24a296bfb04 02 0001 4c 0005 76616c7565 "
                                       "740001 61 78 70 70 78",
            0 },
        { "a magnitude that is no array",
            LIST("00000001") ATTRIBUTE "73 72 0014 " BIG_INTEGER
                                       " 8cfc9f1fa93bfb1d 02 0002 49 0006 7369676e756d "
                                       "4c 0009 6d61676e6974756465 740001 61 78 70 00000001 70 78",
            0 },
        { "contents that are null",
            LIST("00000001") ATTRIBUTE "73 72 002f " COMPOSITE " 6f12361ad2285a64 02 0001 "
                                       "4c 0008 636f6e74656e7473 740001 61 78 70 70 78",
            0 },
        { "a class instead of a value", LIST("00000001") ATTRIBUTE "71 007e0002 78", 0 },
        { "an attribute whose name is a class",
            LIST("00000001") "73 72 001a 6a617661782e6d616e6167656d656e742e417474726962757465 "
                             "2279b907538b3b0e 02 0002 4c 0004 6e616d65 74 0012 "
                             "4c6a6176612f6c616e672f537472696e673b 4c 0005 76616c7565 74 0012 "
                             "4c6a6176612f6c616e672f4f626a6563743b 78 70 71 007e0002 740001 61 78",
            0 },
        { "a map without its size",
            LIST("00000001") ATTRIBUTE "73 72 0011 " HASH_MAP
                                       " 0507dac1c31660d1 03 0000 78 70 7704 00000000 78 78",
            0 },
        { "a map of one and a half pairs",
            LIST("00000001") ATTRIBUTE "73 72 0011 " HASH_MAP
                                       " 0507dac1c31660d1 03 0000 78 70 7708 00000000 00000001 "
                                       "740001 61 740001 62 740001 63 78 78",
            0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sg_rmi_reply reply = { .len = 0 };
        struct bytes bytes = from_hex(cases[i].hex);
        struct sg_buf out;
        sg_buf_init(&out, 1 << 20);
        read_whole(&reply, bytes);
        int r = read_values(&reply, &out);
        if (r != cases[i].r || out.len)
            fail_msg("%s: %d, " SG_STR_FMT, cases[i].what, r, SG_STR_ARG(sg_buf_get(&out)));
        sg_buf_done(&out);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* A BigInteger of so many bytes. */
static void add_big_integer(struct sg_buf *hex, size_t n)
{
    (void)sg_buf_printf(hex,
        "73 72 0014 " BIG_INTEGER " 8cfc9f1fa93bfb1d 02 0002 49 0006 7369676e756d "
        "5b 0009 6d61676e6974756465 740002 5b42 78 70 00000001 "
        "75 72 0002 5b42 acf317f8060854e0 02 0000 78 70 %08zx ",
        n);
    for (size_t i = 0; i < n; i++)
        (void)sg_buf_add_str(hex, SG_STR("7f"));
}

static bool has_value(const struct sg_buf *hex)
{
    struct sg_rmi_reply reply = { .len = 0 };
    struct bytes bytes = from_hex(hex->ptr);
    struct sg_buf out;

    sg_buf_init(&out, 1 << 20);
    read_whole(&reply, bytes);
    assert_int_equal(read_values(&reply, &out), 0);
    bool has = out.len > 0;
    sg_buf_done(&out);
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
    return has;
}

static void test_hostile_big_numbers_are_limited(void **state)
{
    static const size_t sizes[] = { 1, SG_RMI_NUMBER_BYTES_MAX, SG_RMI_NUMBER_BYTES_MAX + 1 };
    static const int scales[] = { 0, SG_RMI_SCALE_MAX, SG_RMI_SCALE_MAX + 1, -SG_RMI_SCALE_MAX,
        -SG_RMI_SCALE_MAX - 1, INT_MAX, INT_MIN };
    struct sg_buf hex;
    (void)state;

    sg_buf_init(&hex, 1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        sg_buf_clear(&hex);
        (void)sg_buf_add_str(&hex, SG_STR(LIST("00000001") ATTRIBUTE));
        add_big_integer(&hex, sizes[i]);
        (void)sg_buf_add_str(&hex, SG_STR(" 78"));
        (void)sg_buf_get_cut(&hex);
        assert_int_equal(has_value(&hex), sizes[i] <= SG_RMI_NUMBER_BYTES_MAX);
    }
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        sg_buf_clear(&hex);
        (void)sg_buf_printf(&hex,
            LIST("00000001") ATTRIBUTE "73 72 0014 " BIG_DECIMAL
                                       " 54c71557f981284f 02 0002 49 0005 7363616c65 "
                                       "4c 0006 696e7456616c 740001 61 78 70 %08x ",
            (unsigned)scales[i]);
        add_big_integer(&hex, 2);
        (void)sg_buf_add_str(&hex, SG_STR(" 78"));
        (void)sg_buf_get_cut(&hex);
        assert_int_equal(
            has_value(&hex), scales[i] >= -SG_RMI_SCALE_MAX && scales[i] <= SG_RMI_SCALE_MAX);
    }
    sg_buf_done(&hex);
}

static void test_hostile_set_of_another_size_is_none(void **state)
{
    static const char *const sets[] = {
        HEAD "73 72 0011 6a6176612e7574696c2e48617368536574 ba44859596b8b734 03 0000 70 78 70 "
             "770c 00000010 3f400000 00000001 740001 61 78",
        HEAD "73 72 0011 6a6176612e7574696c2e48617368536574 ba44859596b8b734 03 0000 70 78 70 "
             "770c 00000010 3f400000 00000002 740001 61 78",
    };
    (void)state;

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct sg_rmi_reply reply = { .len = 0 };
        struct bytes bytes = from_hex(sets[i]);
        struct sg_rmi_walk walk;
        read_whole(&reply, bytes);
        assert_int_equal(sg_rmi_walk_list(&reply, reply.root, &walk), i == 0);
        sg_rmi_reply_done(&reply);
        free(bytes.ptr);
    }
}

/* Maps of two pairs, both of which are the next map: 40 of them spell 2^40 values. */
static void test_hostile_graph_is_limited(void **state)
{
    enum {
        N = 15, /* the path may have 16 parts */
        WIDTH = 8,
    };
    struct sg_rmi_reply reply = { .len = 0 };
    struct sg_buf hex, out;
    (void)state;

    sg_buf_init(&hex, 1 << 20);
    sg_buf_init(&out, 64 << 20);
    (void)sg_buf_add_str(&hex, SG_STR(LIST("00000001") ATTRIBUTE));
    /* Handles: 0 and 1 the list, 2 to 4 the class Attribute, 5 the attribute, 6 its name, 7 the
     * class HashMap, then each map and its first key. */
    for (int i = 0; i < N; i++)
        (void)sg_buf_printf(&hex, "73 %s 7708 00000000 %08x 740001 6b ",
            i ? "71 007e0007" : "72 0011 " HASH_MAP " 0507dac1c31660d1 03 0000 78 70", WIDTH);
    (void)sg_buf_add_str(&hex, SG_STR("70 "));
    for (int i = N - 1; i >= 0; i--) {
        for (int j = 1; j < WIDTH; j++) {
            if (i == N - 1)
                (void)sg_buf_add_str(&hex, SG_STR("740001 6b 70 "));
            else
                (void)sg_buf_printf(&hex, "740001 6b 71 %08x ", 0x7e0000 + 8 + 2 * (i + 1));
        }
        (void)sg_buf_add_str(&hex, SG_STR("78 "));
    }
    (void)sg_buf_add_str(&hex, SG_STR("78"));
    struct bytes bytes = from_hex(sg_buf_get_cut(&hex));
    read_whole(&reply, bytes);
    assert_int_equal(read_values(&reply, &out), SG_RMI_E_LIMIT);
    assert_true(out.len > 0);
    /* Several of them are limited together. */
    struct sg_rmi_budget budget = { SG_RMI_STEPS_MAX + 100, 0 };
    budget_left = &budget;
    for (size_t i = 0; i < 3; i++) {
        sg_buf_clear(&out);
        assert_int_equal(read_values(&reply, &out), SG_RMI_E_LIMIT);
        assert_int_equal(budget.steps, i == 0 ? 100 : 0);
    }
    assert_int_equal(out.len, 0);
    budget_left = NULL;
    sg_rmi_reply_done(&reply);
    free(bytes.ptr);
    sg_buf_done(&hex);
    sg_buf_done(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_recorded_are_read),
        cmocka_unit_test(test_names_recorded_are_read),
        cmocka_unit_test(test_hostile_values_are_none),
        cmocka_unit_test(test_hostile_big_numbers_are_limited),
        cmocka_unit_test(test_hostile_set_of_another_size_is_none),
        cmocka_unit_test(test_hostile_graph_is_limited),
    };
    return cmocka_run_group_tests_name("rmi_values", tests, NULL, NULL);
}
