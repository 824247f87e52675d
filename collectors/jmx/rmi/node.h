/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a reply is read into: nodes, their parts, the classes that the server describes. */

#include "jmx/rmi/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SG_RMI_E_MORE = 1, /* the reply has not arrived completely */
    SG_RMI_E_WRONG,    /* not a reply: why says what; nobody knows where the next one begins */
    SG_RMI_E_LIMIT,    /* a cap was reached, likewise */
};

enum sg_rmi_node_kind {
    SG_RMI_NODE_NULL,
    SG_RMI_NODE_TEXT,
    SG_RMI_NODE_BLOCK, /* bytes that writeObject wrote */
    SG_RMI_NODE_OBJECT,
    SG_RMI_NODE_ARRAY, /* of objects: its items; of primitives: bytes */
    SG_RMI_NODE_ENUM,
    SG_RMI_NODE_CLASS,        /* a description */
    SG_RMI_NODE_CLASS_OBJECT, /* java.lang.Class */
};

/* Numbers of nodes, items, classes and fields are indices; node and item 0 are none. */
struct sg_rmi_node {
    uint8_t kind;
    bool is_plain;  /* of a text: UTF-8 as it is */
    char element;   /* of an array: B, C, D, F, I, J, S, Z, L or [ */
    uint32_t class; /* also of a description: its own */
    uint32_t first; /* item; of an enum: the node of its name */
    uint32_t last;
    uint32_t at; /* of a text, a block or primitives: where its bytes are, */
    uint32_t n;  /* and how many; of an array: elements */
};

/* A field, an element, or a part of what writeObject wrote. */
struct sg_rmi_item {
    uint32_t next;
    uint32_t of;    /* a field; of what writeObject wrote: the class that it belongs to */
    uint32_t value; /* a node, or where a primitive's bytes are */
    bool is_extra;  /* writeObject wrote it */
    char type;      /* B, C, …; L: a node */
};

/* The classes that graph.h knows. Subclasses are the same, unless they are here themselves. */
enum sg_rmi_known {
    SG_RMI_OTHER,
    SG_RMI_NUMBER_BOX, /* Integer, Long, …, AtomicLong: the field "value" */
    SG_RMI_BOOLEAN,
    SG_RMI_CHARACTER,
    SG_RMI_BIG_INTEGER,
    SG_RMI_BIG_DECIMAL,
    SG_RMI_DATE,
    SG_RMI_NAME, /* ObjectName */
    SG_RMI_ATTRIBUTE,
    SG_RMI_COMPOSITE,
    SG_RMI_TABLE,
    SG_RMI_TABLE_TYPE,
    SG_RMI_ARRAY_LIST,
    SG_RMI_LINKED_LIST,
    SG_RMI_ARRAYS_LIST,
    SG_RMI_HASH_SET,
    SG_RMI_HASH_MAP,
    SG_RMI_TREE_MAP,
    SG_RMI_HASHTABLE,
    SG_RMI_COLL_SER, /* List.of(), Set.of(), Map.of() */
    SG_RMI_UNMODIFIABLE,
    SG_RMI_UNMODIFIABLE_MAP,
    SG_RMI_EMPTY_LIST,
    SG_RMI_EMPTY_MAP,
    SG_RMI_MBEAN_INFO,
    SG_RMI_ATTRIBUTE_INFO,
    SG_RMI_REMOTE, /* RemoteObject */
    SG_RMI_THROWABLE,
};

struct sg_rmi_class {
    uint32_t name_at;
    uint16_t name_len;
    uint8_t flags;
    uint8_t n_chain; /* with its superclasses; 0: its description has not ended */
    uint16_t n_fields;
    uint8_t known;  /* enum sg_rmi_known */
    bool is_itself; /* known by its own name, not by a superclass */
    bool is_proxy;  /* has no name, but interfaces */
    uint32_t first_field;
    uint32_t parent; /* if n_chain > 1 */
};

struct sg_rmi_field {
    uint32_t name_at;
    uint16_t name_len;
    char type;
};

/* What is being read. */
struct sg_rmi_frame {
    uint8_t kind;
    uint8_t state;
    bool waits;      /* for the content above it, which is then reply->result */
    uint8_t chain_i; /* of an object: the class whose data come, from the topmost down */
    uint32_t node;
    uint32_t left; /* elements or fields */
};

struct sg_rmi_reply {
    const uint8_t *bytes; /* borrowed from the latest call */
    size_t len;
    size_t at;         /* read so far; after its end, its length */
    const char *why;   /* static */
    bool is_exception; /* the root is what was thrown */
    bool is_aborted;   /* likewise, while the server wrote a value; it closes the connection */
    bool flag;         /* the value of a method that returns a boolean */
    uint8_t uid[SG_RMI_UID_BYTES];
    uint32_t root; /* node; 0: null, or nothing */
    /* Where it was aborted or went wrong: the name of the Attribute that was being read, a text's
     * node; 0: not in one. */
    uint32_t failed_name;
    /* the reader's own */
    bool is_void;
    uint8_t phase;
    uint32_t result;
    size_t n_frames;
    struct sg_rmi_frame frames[SG_RMI_DEPTH_MAX];
    struct sg_rmi_node *nodes;
    struct sg_rmi_item *items;
    struct sg_rmi_class *classes;
    struct sg_rmi_field *fields;
    uint32_t *handles; /* nodes */
    size_t n_nodes, n_items, n_classes, n_fields, n_handles;
    size_t nodes_allocated, items_allocated, classes_allocated, fields_allocated, handles_allocated;
};
