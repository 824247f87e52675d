/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a reply's graph says: fields, the elements of Java's collections, texts, numbers.
 *
 * Everything in it is the server's claim. A field is found by its name in the server's own
 * description, so its presence and its kind are checked; a collection must have as many elements as
 * it says. References make a graph of it, even a circular one: whoever walks counts steps. Nodes
 * and items are numbers; 0 is none. Pure functions; any thread.
 */

#include "base/arena.h"
#include "base/str.h"
#include "jmx/poll/attribute.h"
#include "jmx/rmi/reply.h"

static inline const struct sg_rmi_node *sg_rmi_node(
    const struct sg_rmi_reply *reply, uint32_t number)
{
    return &reply->nodes[number];
}

/** The name of an object's class; empty: it has none. */
struct sg_str sg_rmi_class_of(const struct sg_rmi_reply *reply, uint32_t node);

/** Of an object, by its class or a superclass. */
enum sg_rmi_known sg_rmi_known_of(const struct sg_rmi_reply *reply, uint32_t node);

/** Is it an object of this class, or of a subclass? */
bool sg_rmi_is_a(const struct sg_rmi_reply *reply, uint32_t node, struct sg_str class_name);

/** The node in an object's field. @return 0: null, a primitive, or no such field */
uint32_t sg_rmi_field_node(const struct sg_rmi_reply *reply, uint32_t node, const char *name);

/** A whole number in a field of a primitive type. */
bool sg_rmi_field_int(
    const struct sg_rmi_reply *reply, uint32_t node, const char *name, int64_t *ret_number);

/** Is a flag in a field set? */
bool sg_rmi_field_flag(const struct sg_rmi_reply *reply, uint32_t node, const char *name);

/** The first thing that writeObject of this class wrote. @return item */
uint32_t sg_rmi_extra(const struct sg_rmi_reply *reply, uint32_t node, enum sg_rmi_known of_class);

/** A text as UTF-8. @param arena  for those that must be converted @return is it a text? */
bool sg_rmi_text(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_str *ret_text);

/** The name that an ObjectName has. */
bool sg_rmi_object_name(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_str *ret_name);

/* A walk over a collection. */
struct sg_rmi_walk {
    uint32_t item;
    size_t left; /* elements, or pairs */
};

/** The elements of a list, a set or an array of objects. @return false: it is none */
bool sg_rmi_walk_list(
    const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk);

/** The pairs of a map. @return false: it is none */
bool sg_rmi_walk_map(const struct sg_rmi_reply *reply, uint32_t node, struct sg_rmi_walk *ret_walk);

/** @return false at the end */
bool sg_rmi_walk_next(
    const struct sg_rmi_reply *reply, struct sg_rmi_walk *walk, uint32_t *ret_value);
bool sg_rmi_walk_pair(const struct sg_rmi_reply *reply,
    struct sg_rmi_walk *walk,
    uint32_t *ret_key,
    uint32_t *ret_value);

/**
 * A number, a flag or a text: a date is its seconds since the epoch, an enum its name.
 * @return is it one of these?
 */
bool sg_rmi_scalar(const struct sg_rmi_reply *reply,
    uint32_t node,
    struct sg_arena *arena,
    struct sg_attribute_value *ret_value);
