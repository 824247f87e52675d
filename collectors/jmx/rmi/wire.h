/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JMX's remote protocol on the wire: every number and name that this room sends or looks for.
 *
 *     client                                     server
 *     "JRMI" 0002 4b, endpoint  ─────────────>
 *                               <─────────────   4e, endpoint                   (once a connection)
 *     50 stream: ObjID, op, hash, arguments ─>
 *                               <─────────────   51 stream: 01|02, UID, value   (for each call)
 *     54 UID (DGCAck)           ─────────────>   no answer
 *
 * All integers are big endian. No message has a length: a reply ends where its object stream ends.
 * Calls may be sent ahead of the answers, which come in order. The specification prints version 1
 * of the header; servers speak 2.
 *
 * Sources: Java Remote Method Invocation Specification, chapter 10 "RMI Wire Protocol"; Java Object
 * Serialization Specification, chapter 6 "Object Serialization Stream Protocol" and its grammar;
 * JSR-160, "JMX Remote API 1.0", chapter 3 "RMI Connector". The hash of a method is the first eight
 * bytes of SHA-1 over the two-byte length and the text of its name and descriptor, read as a little
 * endian number (RMI Specification, 8.3); test_write.c computes those below.
 */

#include <stdint.h>

/* ---- Transport ---- */

#define SG_RMI_HEADER "JRMI\0\2K" /* and a NUL: seven bytes are sent */
enum {
    SG_RMI_HEADER_BYTES = 7,
    SG_RMI_ACK = 0x4e,
    SG_RMI_NOT_SUPPORTED = 0x4f,
    SG_RMI_CALL = 0x50,
    SG_RMI_RETURN = 0x51,
    SG_RMI_PING = 0x52,
    SG_RMI_PING_ACK = 0x53,
    SG_RMI_DGC_ACK = 0x54,
    SG_RMI_TLS_ALERT = 0x15, /* the first byte from a server that speaks TLS */
    SG_RMI_TLS_HANDSHAKE = 0x16,
    SG_RMI_VALUE = 1,
    SG_RMI_EXCEPTION = 2,
    SG_RMI_OBJ_ID_BYTES = 22,
    SG_RMI_UID_BYTES = 14,
    SG_RMI_RETURN_BYTES = 1 + SG_RMI_UID_BYTES, /* the block that a reply begins with */
    SG_RMI_CALL_BYTES = SG_RMI_OBJ_ID_BYTES + 4 + 8,
};

/* ---- Object streams ---- */

enum {
    SG_RMI_STREAM_MAGIC = 0xaced,
    SG_RMI_STREAM_VERSION = 5,
    SG_RMI_BASE_HANDLE = 0x7e0000,
};

enum sg_rmi_code {
    SG_RMI_TC_NULL = 0x70,
    SG_RMI_TC_REFERENCE,
    SG_RMI_TC_CLASS_DESC,
    SG_RMI_TC_OBJECT,
    SG_RMI_TC_STRING,
    SG_RMI_TC_ARRAY,
    SG_RMI_TC_CLASS,
    SG_RMI_TC_BLOCK_DATA,
    SG_RMI_TC_END_BLOCK_DATA,
    SG_RMI_TC_RESET,
    SG_RMI_TC_BLOCK_DATA_LONG,
    SG_RMI_TC_EXCEPTION,
    SG_RMI_TC_LONG_STRING,
    SG_RMI_TC_PROXY_CLASS_DESC,
    SG_RMI_TC_ENUM,
};

/* Flags of a class. */
enum {
    SG_RMI_SC_WRITE_METHOD = 1,
    SG_RMI_SC_SERIALIZABLE = 2,
    SG_RMI_SC_EXTERNALIZABLE = 4,
    SG_RMI_SC_BLOCK_DATA = 8,
};

/* ---- Calls ---- */

/* The registry is the object whose id is zeros; it is called by number. */
#define SG_RMI_REGISTRY_NAME "jmxrmi"
enum {
    SG_RMI_REGISTRY_LOOKUP = 2,
    SG_RMI_BY_HASH = -1, /* the number, where the hash is the method's */
};
#define SG_RMI_REGISTRY_HASH UINT64_C(0x44154dc9d4e63bdf) /* of the interface */

/* Of RMIServer. */
#define SG_RMI_GET_VERSION UINT64_C(0x8fda2350c701988d)
#define SG_RMI_NEW_CLIENT  UINT64_C(0xf0e074eaad0caea8)

/* Of RMIConnection. Those that change something are not here, and are never sent. */
#define SG_RMI_CLOSE              UINT64_C(0xbe2e5bc7809d0dcc)
#define SG_RMI_QUERY_NAMES        UINT64_C(0x7f0473acb73677da)
#define SG_RMI_IS_REGISTERED      UINT64_C(0x738ac4e1ccaba014)
#define SG_RMI_GET_ATTRIBUTE      UINT64_C(0xf0e0500a394d7215)
#define SG_RMI_GET_ATTRIBUTES     UINT64_C(0x5739d96a8b235c47)
#define SG_RMI_GET_MBEAN_INFO     UINT64_C(0x993cd0f9b9817af6)
#define SG_RMI_GET_DEFAULT_DOMAIN UINT64_C(0x53eda2d82e1bdfa8)

/* Classes that are written, with their serialVersionUID. */
#define SG_RMI_OBJECT_NAME       "javax.management.ObjectName"
#define SG_RMI_OBJECT_NAME_SUID  UINT64_C(0x0f03a71beb6d15cf)
#define SG_RMI_STRING_ARRAY      "[Ljava.lang.String;"
#define SG_RMI_STRING_ARRAY_SUID UINT64_C(0xadd256e7e91d7b47)

/* ---- What servers refer to ---- */

#define SG_RMI_REF         "UnicastRef"
#define SG_RMI_REF2        "UnicastRef2"
#define SG_RMI_TLS_FACTORY "javax.rmi.ssl.SslRMIClientSocketFactory"

/* ---- Limits ---- */

enum {
    SG_RMI_REPLY_BYTES_MAX = 16 * 1024 * 1024, /* names of 100,000 MBeans take 9 MB */
    SG_RMI_THINGS_MAX = 500000,                /* of each kind, in one reply; see reply.h */
    SG_RMI_DEPTH_MAX = 100,
    SG_RMI_SUPERCLASSES_MAX = 32,
    SG_RMI_FIELDS_MAX = 1000,         /* of a class; and interfaces of a proxy */
    SG_RMI_STEPS_MAX = 300000,        /* values of one reply: references make a graph of it */
    SG_RMI_LOOK_STEPS_MAX = 10000000, /* likewise, looking for neighbours of values */
    SG_RMI_NUMBER_BYTES_MAX = 1024,   /* of a BigInteger */
    SG_RMI_SCALE_MAX = 5000,          /* of a BigDecimal */
    SG_RMI_CAUSES_MAX = 8,            /* of an exception */
    SG_RMI_TEXT_BYTES_MAX = 65535,    /* of what is written */
};
