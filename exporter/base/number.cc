/* SPDX-License-Identifier: Apache-2.0 */

/*
 * std::to_chars is the only shortest-round-trip formatter that every toolchain has: 40 ns a double,
 * where a search with snprintf and strtod takes more than a microsecond. That is why this one file
 * is C++; it uses no other part of its library.
 */

#include "base/number.h"

#include <charconv>
#include <cmath>
#include <cstring>

extern "C" size_t sg_number_write_int(char *out, int64_t value)
{
    return static_cast<size_t>(std::to_chars(out, out + SG_NUMBER_TEXT_MAX, value).ptr - out);
}

static size_t write_word(char *out, const char *word)
{
    size_t n = std::strlen(word);
    std::memcpy(out, word, n);
    return n;
}

extern "C" size_t sg_number_write_double(char *out, double value)
{
    if (std::isnan(value))
        return write_word(out, "NaN");
    if (std::isinf(value))
        return write_word(out, value > 0 ? "+Inf" : "-Inf");

    /* Most doubles that JMX sends are whole numbers; as integers they are written faster. */
    if (value > -1e15 && value < 1e15 && value == std::trunc(value) &&
        !(value == 0 && std::signbit(value)))
        return sg_number_write_int(out, static_cast<int64_t>(value));
    return static_cast<size_t>(std::to_chars(out, out + SG_NUMBER_TEXT_MAX, value).ptr - out);
}
