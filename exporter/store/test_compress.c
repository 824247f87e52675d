/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"
#include "store/compress.h"

#include "test.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zstd.h>

enum {
    TEXT_BYTES = 3 << 20
};

/* Lines that are all different, so that the output buffer grows more than once. */
static char *make_text(size_t *ret_len)
{
    char *text = malloc(TEXT_BYTES + 64);
    size_t len = 0;
    uint64_t random = 1;

    assert_non_null(text);
    while (len < TEXT_BYTES) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        len += sg_number_write_int(text + len, (int64_t)random);
        text[len++] = '\n';
    }
    *ret_len = len;
    return text;
}

static void test_text_in_pieces_comes_back_as_one(void **state)
{
    (void)state;
    size_t len, n;
    char *text = make_text(&len);
    char *back = malloc(len + 1);

    assert_non_null(back);
    for (enum sg_coding coding = SG_CODING_GZIP; coding <= SG_CODING_ZSTD; coding++) {
        struct sg_compressor *compressor = NULL;
        struct sg_buf out;
        sg_buf_init(&out, 1 << 24);
        assert_int_equal(sg_compressor_new(coding, &out, &compressor), 0);
        for (size_t at = 0; at < len; at += 100000) {
            struct sg_str piece = { text + at, len - at < 100000 ? len - at : 100000 };
            assert_int_equal(sg_compressor_add(compressor, piece), 0);
        }
        assert_int_equal(sg_compressor_end(compressor), 0);
        assert_null(sg_compressor_free(compressor));
        if (coding == SG_CODING_GZIP) { /* one member and nothing behind it: n_in says so */
            struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
            size_t n_in = 0;
            assert_int_equal(
                libdeflate_gzip_decompress_ex(d, out.ptr, out.len, back, len + 1, &n_in, &n), 0);
            assert_int_equal(n_in, out.len);
            libdeflate_free_decompressor(d);
        } else {
            n = ZSTD_decompress(back, len + 1, out.ptr, out.len);
            assert_false(ZSTD_isError(n));
        }
        assert_int_equal(n, len);
        assert_memory_equal(back, text, len);
        sg_buf_done(&out);
    }
    free(back);
    free(text);
}

static void test_more_than_the_cap_is_refused(void **state)
{
    (void)state;
    size_t len;
    char *text = make_text(&len);
    struct sg_compressor *compressor = NULL;
    struct sg_buf out;

    sg_buf_init(&out, 1 << 19);
    assert_int_equal(sg_compressor_new(SG_CODING_GZIP, &out, &compressor), 0);
    assert_int_equal(sg_compressor_add(compressor, (struct sg_str){ text, len }), SG_BUF_E_FULL);
    assert_null(sg_compressor_free(compressor));
    sg_buf_done(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_in_pieces_comes_back_as_one),
        cmocka_unit_test(test_more_than_the_cap_is_refused),
    };
    return cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
