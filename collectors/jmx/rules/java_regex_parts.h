/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parts of the translation from Java's patterns share: its state, and the functions that
 * one part calls in another. Used by java_regex*.c only.
 *
 * A function "take" parses what is at t->at, moves t->at past it and appends its PCRE2 translation.
 * It returns 0, SG_JAVA_REGEX_E_PATTERN, -ENOMEM or SG_BUF_E_FULL.
 */

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "jmx/rules/pairs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_JAVA_GROUPS_DEEP_MAX = 100,
    SG_JAVA_POSSESSIVE_MAX = 64,
    SG_JAVA_CLASS_BYTES_MAX = 64 * 1024,
    SG_JAVA_NO_CODE = -1, /* the escape is not one character */
};

/* Flags of (?…) that matter here, and what else ends with a group. */
struct sg_java_flags {
    bool any_case;
    bool comments;
    bool behind; /* in a look-behind */
};

/* A group that is open. */
struct sg_java_group {
    size_t at; /* its "(" */
    struct sg_java_flags outer;
    bool is_wrapped; /* in (?>…), see sg_java_survey */
};

/*
 * What has to be known of the pattern before it is translated. A possessive quantifier, as in
 * (…)++, makes each repetition of a group atomic in Java; in PCRE2 only all of them together.
 */
struct sg_java_survey {
    unsigned n_groups; /* that capture */
    size_t n_possessive;
    size_t possessive[SG_JAVA_POSSESSIVE_MAX]; /* where these groups begin */
};

struct sg_java_translator {
    struct sg_str text;
    size_t at;
    struct sg_buf *out;
    struct sg_error *err;
    struct sg_java_flags flags;
    struct sg_java_group groups[SG_JAVA_GROUPS_DEEP_MAX]; /* those that are open */
    size_t depth;
    struct sg_java_survey survey; /* complete in the second pass */
    unsigned n_groups;            /* that capture, so far */
    bool can_repeat;              /* a quantifier may follow */
    bool after_group;             /* which is the one at groups[depth] */
    size_t stop;                  /* length of out at which `source` is set */
    size_t source;

    struct sg_pairs required;
    char previous; /* the literal before, NUL: none */
    bool open_comment;
    bool no_pairs; /* alternatives, or flags under which a literal matches other characters too */
};

/** The byte at t->at + ahead, NUL past the end. */
static inline char sg_java_peek(const struct sg_java_translator *t, size_t ahead)
{
    return t->at + ahead < t->text.len ? t->text.ptr[t->at + ahead] : '\0';
}

static inline bool sg_java_looking_at(const struct sg_java_translator *t, const char *word)
{
    struct sg_str rest = { t->text.ptr + t->at, t->text.len - t->at };
    return sg_str_starts_with(rest, sg_str_of(word));
}

static inline bool sg_java_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool sg_java_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** The pattern is invalid, or not supported by PCRE2. @return SG_JAVA_REGEX_E_PATTERN */
int sg_java_refuse(struct sg_java_translator *t, size_t at, const char *why);

/** Append a character, escaped where it could be special. */
int sg_java_add_code(struct sg_buf *out, int32_t code);

/** The code point at t->at, which moves past it. */
int sg_java_read_character(struct sg_java_translator *t, int32_t *ret_code);

/**
 * An escape that is one character, in a class or out of it; t->at is at the backslash. Others leave
 * t->at as it is and give SG_JAVA_NO_CODE.
 */
int sg_java_read_escape(struct sg_java_translator *t, int32_t *ret_code);

/** \p{name}, \P{name}, \pL: appended as something that matches one character. */
int sg_java_read_property(struct sg_java_translator *t, struct sg_buf *out);

/** […] @param deep  how many classes are around this one */
int sg_java_read_class(struct sg_java_translator *t, struct sg_buf *out, int deep);

/** Skip blanks and comments of (?x), in classes too. */
void sg_java_skip_comments(struct sg_java_translator *t);
