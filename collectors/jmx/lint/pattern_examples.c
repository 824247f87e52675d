/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/lint/pattern_examples.h"

#include <stdint.h>

enum {
    BRANCHES_MAX = 64,
    DEPTH_MAX = 32,
    REPEATS_MAX = 32,
};

/* What names of MBeans are made of; no "<", ">" or ":", which separate them. */
static const char any_character[] = "abXYZ019_-. ,";

struct maker {
    struct sg_str pattern;
    uint64_t state; /* of the choices */
    struct sg_buf *out;
    int depth;
};

/* An atom of the pattern with its quantifier. */
struct atom {
    size_t end;        /* after the atom */
    size_t next;       /* after its quantifier */
    unsigned min, max; /* times */
};

static bool make_branches(struct maker *maker, size_t start, size_t end);

static char at(const struct maker *maker, size_t i)
{
    return i < maker->pattern.len ? maker->pattern.ptr[i] : '\0';
}

/* A number below n. */
static unsigned choose(struct maker *maker, unsigned n)
{
    maker->state = maker->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)((maker->state >> 33) % n);
}

static bool put(struct maker *maker, char c)
{
    return maker->out->len < SG_EXAMPLE_BYTES_MAX && sg_buf_add_char(maker->out, c) == 0;
}

/* ---- Finding the pieces ---- */

/* @return the place after the class that starts at i, or 0 for one that is not understood */
static size_t class_end(const struct maker *maker, size_t i)
{
    i += at(maker, i + 1) == '^' ? 2 : 1;
    for (size_t first = i; i < maker->pattern.len; i++) {
        char c = at(maker, i);
        if (c == '\\')
            i++;
        else if (c == '[' || (c == '&' && at(maker, i + 1) == '&'))
            return 0;
        else if (c == ']' && i > first)
            return i + 1;
    }
    return 0;
}

/* @return the place after the group that starts at i, or 0 */
static size_t group_end(const struct maker *maker, size_t i)
{
    int depth = 0;

    while (i < maker->pattern.len) {
        char c = at(maker, i);
        if (c == '[') {
            i = class_end(maker, i);
            if (i == 0)
                return 0;
            continue;
        }
        if (c == '\\')
            i++;
        depth += c == '(';
        depth -= c == ')';
        i++;
        if (c == ')' && depth == 0)
            return i;
    }
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static unsigned read_number(const struct maker *maker, size_t *i)
{
    unsigned number = 0;

    for (; is_digit(at(maker, *i)); (*i)++)
        number = number * 10 + (unsigned)(at(maker, *i) - '0') > 10000
                     ? 10000
                     : number * 10 + (unsigned)(at(maker, *i) - '0');
    return number;
}

/* The quantifier at atom->end, if there is one. */
static bool read_quantifier(const struct maker *maker, struct atom *atom)
{
    size_t i = atom->end;

    atom->min = atom->max = 1;
    atom->next = i;
    switch (at(maker, i)) {
    case '?':
        atom->min = 0;
        break;
    case '*':
        atom->min = 0;
        atom->max = 4;
        break;
    case '+':
        atom->max = 5;
        break;
    case '{':
        i++;
        atom->min = atom->max = read_number(maker, &i);
        if (at(maker, i) == ',') {
            i++;
            atom->max = is_digit(at(maker, i)) ? read_number(maker, &i) : atom->min + 3;
        }
        if (at(maker, i) != '}' || atom->max < atom->min || atom->min > REPEATS_MAX)
            return false;
        break;
    default:
        return true;
    }
    atom->next = i + 1;
    if (at(maker, atom->next) == '?' || at(maker, atom->next) == '+') /* lazy, possessive */
        atom->next++;
    return true;
}

static bool read_atom(const struct maker *maker, size_t i, struct atom *atom)
{
    switch (at(maker, i)) {
    case '[':
        atom->end = class_end(maker, i);
        break;
    case '(':
        atom->end = group_end(maker, i);
        break;
    case '\\':
        atom->end = i + 2;
        break;
    default:
        atom->end = i + 1;
        break;
    }
    return atom->end > i && atom->end <= maker->pattern.len && read_quantifier(maker, atom);
}

/* ---- Making text ---- */

/* A character that the class matches, taken from a pool that has the class's own ends. */
static bool make_class(struct maker *maker, size_t start, size_t end)
{
    bool negated = at(maker, start + 1) == '^';
    char listed[256];
    size_t n = 0;

    for (size_t i = start + (negated ? 2 : 1); i + 1 < end && n + 3 < sizeof listed; i++) {
        char c = at(maker, i);
        if (c == '\\') {
            c = at(maker, ++i);
            const char *set = c == 'w' ? "aZ5_" : c == 'd' ? "059" : c == 's' ? " " : NULL;
            if (!set && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c)))
                return false;
            for (; set && *set && n + 3 < sizeof listed; set++)
                listed[n++] = *set;
            if (set)
                continue;
        }
        if (at(maker, i + 1) == '-' && i + 3 < end) {
            char last = at(maker, i + 2);
            if (last == '\\' || (unsigned char)last < (unsigned char)c)
                return false;
            /* Negated ranges need every character; of others, ends and middle are enough. */
            for (int x = (unsigned char)c; negated && x <= (unsigned char)last; x++) {
                if (n == sizeof listed)
                    return false;
                listed[n++] = (char)x;
            }
            if (!negated) {
                listed[n++] = c;
                listed[n++] = (char)(((unsigned char)c + (unsigned char)last) / 2);
                listed[n++] = last;
            }
            i += 2;
            continue;
        }
        listed[n++] = c;
    }
    if (n == 0)
        return false;
    if (!negated)
        return put(maker, listed[choose(maker, (unsigned)n)]);
    unsigned from = choose(maker, sizeof any_character - 1);
    for (size_t i = 0; i < sizeof any_character - 1; i++) {
        char c = any_character[(from + i) % (sizeof any_character - 1)];
        if (!memchr(listed, c, n))
            return put(maker, c);
    }
    return false;
}

static bool make_escape(struct maker *maker, char c)
{
    static const struct {
        char escape;
        const char *set;
    } sets[] = { { 'd', "059" }, { 'w', "aZ5_" }, { 's', " " }, { 'D', "a-" }, { 'W', "-." },
        { 'S', "a5-" } };

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (sets[i].escape == c)
            return put(maker, sets[i].set[choose(maker, (unsigned)strlen(sets[i].set))]);
    }
    if (c == 't')
        return put(maker, '\t');
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c))
        return false; /* \b, \1, \p{…}: not followed */
    return put(maker, c);
}

static bool make_group(struct maker *maker, size_t start, size_t end)
{
    size_t inside = start + 1;

    if (at(maker, inside) == '?') {
        char kind = at(maker, inside + 1);
        char next = at(maker, inside + 2);
        if (kind == ':') {
            inside += 2;
        } else if (kind == '<' && next != '=' && next != '!') {
            while (inside < end && at(maker, inside) != '>')
                inside++;
            inside++;
        } else if (kind == 'i' && next == ')') {
            return true; /* from here on case is ignored: the text as written matches */
        } else {
            return false;
        }
    }
    return inside < end && make_branches(maker, inside, end - 1);
}

static bool make_atom(struct maker *maker, size_t i, const struct atom *atom)
{
    char c = at(maker, i);

    switch (c) {
    case '[':
        return make_class(maker, i, atom->end);
    case '(':
        return make_group(maker, i, atom->end);
    case '\\':
        return make_escape(maker, at(maker, i + 1));
    case '^':
    case '$':
        return true;
    case '.':
        if (atom->next == atom->end) /* as in kafka.server: the author means a dot */
            return put(maker, '.');
        return put(maker, any_character[choose(maker, sizeof any_character - 1)]);
    default:
        return put(maker, c);
    }
}

static bool make_sequence(struct maker *maker, size_t start, size_t end)
{
    struct atom atom;

    for (size_t i = start; i < end; i = atom.next) {
        if (!read_atom(maker, i, &atom) || atom.end > end)
            return false;
        unsigned times = atom.min + choose(maker, atom.max - atom.min + 1);
        for (; times > 0; times--) {
            if (!make_atom(maker, i, &atom))
                return false;
        }
    }
    return true;
}

/* One of the branches between start and end. */
static bool make_branches(struct maker *maker, size_t start, size_t end)
{
    size_t starts[BRANCHES_MAX + 1] = { start };
    unsigned n = 1;
    struct atom atom;
    bool made = false;

    if (++maker->depth > DEPTH_MAX)
        return false;
    for (size_t i = start; i < end; i = atom.next) {
        if (at(maker, i) == '|') {
            if (n == BRANCHES_MAX)
                return false;
            starts[n++] = i + 1;
            atom.next = i + 1;
        } else if (!read_atom(maker, i, &atom)) {
            return false;
        }
    }
    starts[n] = end + 1;
    unsigned branch = choose(maker, n);
    made = make_sequence(maker, starts[branch], starts[branch + 1] - 1);
    maker->depth--;
    return made;
}

bool sg_pattern_example(struct sg_str pattern, unsigned variant, struct sg_buf *out)
{
    struct maker maker = {
        .pattern = pattern,
        .state = 0x9E3779B97F4A7C15ULL * (variant + 1),
        .out = out,
    };

    sg_buf_clear(out);
    return make_branches(&maker, 0, pattern.len);
}
