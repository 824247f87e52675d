/* SPDX-License-Identifier: Apache-2.0 */
#include "jmx/rmi/known.h"

/* Their serialized forms are in the documentation of each class, "Serialized Form". */
enum sg_rmi_known sg_rmi_known_by_name(struct sg_str name)
{
    static const struct {
        const char *name;
        enum sg_rmi_known known;
    } list[] = {
        { "java.lang.Boolean", SG_RMI_BOOLEAN },
        { "java.lang.Byte", SG_RMI_NUMBER_BOX },
        { "java.lang.Character", SG_RMI_CHARACTER },
        { "java.lang.Double", SG_RMI_NUMBER_BOX },
        { "java.lang.Float", SG_RMI_NUMBER_BOX },
        { "java.lang.Integer", SG_RMI_NUMBER_BOX },
        { "java.lang.Long", SG_RMI_NUMBER_BOX },
        { "java.lang.Short", SG_RMI_NUMBER_BOX },
        { "java.lang.Throwable", SG_RMI_THROWABLE },
        { "java.math.BigDecimal", SG_RMI_BIG_DECIMAL },
        { "java.math.BigInteger", SG_RMI_BIG_INTEGER },
        { "java.rmi.server.RemoteObject", SG_RMI_REMOTE },
        { "java.util.ArrayList", SG_RMI_ARRAY_LIST },
        { "java.util.Arrays$ArrayList", SG_RMI_ARRAYS_LIST },
        { "java.util.CollSer", SG_RMI_COLL_SER },
        { "java.util.Collections$EmptyList", SG_RMI_EMPTY_LIST },
        { "java.util.Collections$EmptyMap", SG_RMI_EMPTY_MAP },
        { "java.util.Collections$EmptySet", SG_RMI_EMPTY_LIST },
        { "java.util.Collections$UnmodifiableCollection", SG_RMI_UNMODIFIABLE },
        { "java.util.Collections$UnmodifiableMap", SG_RMI_UNMODIFIABLE_MAP },
        { "java.util.Date", SG_RMI_DATE },
        { "java.util.HashMap", SG_RMI_HASH_MAP },
        { "java.util.HashSet", SG_RMI_HASH_SET },
        { "java.util.Hashtable", SG_RMI_HASHTABLE },
        { "java.util.LinkedList", SG_RMI_LINKED_LIST },
        { "java.util.TreeMap", SG_RMI_TREE_MAP },
        { "java.util.concurrent.atomic.AtomicInteger", SG_RMI_NUMBER_BOX },
        { "java.util.concurrent.atomic.AtomicLong", SG_RMI_NUMBER_BOX },
        { "javax.management.Attribute", SG_RMI_ATTRIBUTE },
        { "javax.management.MBeanAttributeInfo", SG_RMI_ATTRIBUTE_INFO },
        { "javax.management.MBeanInfo", SG_RMI_MBEAN_INFO },
        { "javax.management.ObjectName", SG_RMI_NAME },
        { "javax.management.openmbean.CompositeDataSupport", SG_RMI_COMPOSITE },
        { "javax.management.openmbean.TabularDataSupport", SG_RMI_TABLE },
        { "javax.management.openmbean.TabularType", SG_RMI_TABLE_TYPE },
    };

    if (!sg_str_starts_with(name, SG_STR("java")))
        return SG_RMI_OTHER;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (sg_str_equal(name, sg_str_of(list[i].name)))
            return list[i].known;
    }
    return SG_RMI_OTHER;
}
