// SPDX-License-Identifier: Apache-2.0

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;

/**
 * MBeans with an attribute of every kind, and with odd names, for test_parity.py. Prints "ready" and
 * runs until its input is closed.
 */
public final class ParityBeans {
    private enum Color {
        RED,
        GREEN
    }

    /** A value that cannot be read. */
    private static final Object THROWS = new Object();

    /** An MBean whose attributes are a map. */
    private static final class Bag implements DynamicMBean {
        private final Map<String, Object> values;
        private final boolean failsInBulk;

        Bag(Map<String, Object> values, boolean failsInBulk) {
            this.values = values;
            this.failsInBulk = failsInBulk;
        }

        @Override
        public Object getAttribute(String name) throws AttributeNotFoundException, MBeanException {
            if (!values.containsKey(name)) {
                throw new AttributeNotFoundException(name);
            }
            if (values.get(name) == THROWS) {
                throw new MBeanException(new IllegalStateException("boom"));
            }
            return values.get(name);
        }

        @Override
        public AttributeList getAttributes(String[] names) {
            if (failsInBulk) {
                throw new IllegalStateException("not in bulk");
            }
            AttributeList list = new AttributeList();
            for (String name : names) {
                if (values.containsKey(name) && values.get(name) != THROWS) {
                    list.add(new Attribute(name, values.get(name)));
                }
            }
            return list;
        }

        @Override
        public void setAttribute(Attribute attribute) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            return new AttributeList();
        }

        @Override
        public Object invoke(String action, Object[] parameters, String[] signature) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            MBeanAttributeInfo[] attributes =
                    values.keySet().stream()
                            .map(name -> new MBeanAttributeInfo(name, "java.lang.Object", name, true, false, false))
                            .toArray(MBeanAttributeInfo[]::new);
            return new MBeanInfo("Bag", "Bag", attributes, null, null, null);
        }
    }

    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static void register(String name, Object... attributes) throws Exception {
        SERVER.registerMBean(new Bag(map(attributes), false), new ObjectName(name));
    }

    private static OpenType<?> typeOf(Object value) {
        if (value instanceof CompositeData) {
            return ((CompositeData) value).getCompositeType();
        }
        if (value instanceof TabularData) {
            return ((TabularData) value).getTabularType();
        }
        if (value instanceof Long) {
            return SimpleType.LONG;
        }
        if (value instanceof Integer) {
            return SimpleType.INTEGER;
        }
        if (value instanceof Double) {
            return SimpleType.DOUBLE;
        }
        if (value instanceof Boolean) {
            return SimpleType.BOOLEAN;
        }
        if (value instanceof Date) {
            return SimpleType.DATE;
        }
        return SimpleType.STRING;
    }

    private static CompositeData composite(Object... keysAndValues) throws OpenDataException {
        Map<String, Object> values = map(keysAndValues);
        String[] names = values.keySet().toArray(new String[0]);
        OpenType<?>[] types =
                values.values().stream().map(ParityBeans::typeOf).toArray(OpenType<?>[]::new);
        return new CompositeDataSupport(
                new CompositeType("row", "row", names, names, types), values);
    }

    private static TabularData table(String[] index, CompositeData... rows) throws OpenDataException {
        TabularData table =
                new TabularDataSupport(
                        new TabularType("table", "table", rows[0].getCompositeType(), index));
        table.putAll(rows);
        return table;
    }

    private static void registerKinds() throws Exception {
        register(
                "kinds:type=Numbers",
                "Int", 42,
                "NegativeInt", -7,
                "Long", Long.MAX_VALUE,
                "MinLong", Long.MIN_VALUE,
                "Short", (short) 12,
                "Byte", (byte) 3,
                "Double", 1.5,
                "OddDouble", 0.1,
                "Small", 1.0E-5,
                "Tiny", 4.9E-324,
                "Whole", 1.0,
                "TenMillion", 1.0E7,
                "Below", 9999999.0,
                "Big", 1.0E300,
                "Minus0", -0.0,
                "Float", 0.5f,
                "BigInteger", new BigInteger("12345678901234567890"),
                "SmallBigInteger", new BigInteger("17"),
                "BigDecimal", new BigDecimal("2.5"),
                "Nan", Double.NaN,
                "Infinite", Double.POSITIVE_INFINITY);
        register(
                "kinds:type=Others",
                "True", true,
                "False", false,
                "Text", "some text",
                "Version", "3.6.0",
                "Number", "17",
                "Unicode", "Gr\u00fc\u00dfe",
                "Colon", "a:b: c",
                "Lines", "one\ntwo",
                "Empty", "",
                "Char", 'c',
                "Date", new Date(1700000000123L),
                "WholeDate", new Date(1700000000000L),
                "Color", Color.RED,
                "Null", null,
                "Boom", THROWS,
                "Array", new int[] {1, 2},
                "Texts", new String[] {"a"},
                "EmptyOptional", Optional.empty(),
                "Name", new ObjectName("a:type=b"));
        register(
                "kinds:type=Composite",
                "Usage", composite("used", 5L, "max", 9L, "ratio", 0.25, "on", true, "name", "pool"),
                "Outer", composite("inner", composite("deep", composite("n", 1L), "n", 2L), "n", 3L),
                "When", composite("at", new Date(1600000000000L)));
        register(
                "kinds:type=Tables",
                "One", table(new String[] {"name"},
                        composite("name", "x", "n", 1L, "m", 2L),
                        composite("name", "y z", "n", 3L, "m", 4L)),
                "Two", table(new String[] {"a", "b"},
                        composite("a", "x", "b", "y", "n", 7L),
                        composite("a", "x", "b", "z", "n", 8L),
                        composite("a", "w", "b", "y", "n", 9L)),
                "Valued", table(new String[] {"id"},
                        composite("id", "i", "value", 5L, "extra", 6L),
                        composite("id", "j", "value", 7L, "extra", 8L)),
                "Numbered", table(new String[] {"number"},
                        composite("number", 1L, "n", 10L), composite("number", 2L, "n", 20L)),
                "Same", table(new String[] {"type"},
                        composite("type", "t", "n", 1L), composite("type", "u", "n", 2L)),
                "Nested", table(new String[] {"id"},
                        composite("id", "o", "inner", table(new String[] {"id"},
                                composite("id", "p", "n", 1L), composite("id", "q", "n", 2L)))));
        SERVER.registerMBean(
                new Bag(map("A", 1, "B", THROWS, "C", 2.5), true), new ObjectName("kinds:type=OneByOne"));
    }

    private static void registerNames() throws Exception {
        register("names:type=Quoted,name=\"a b\"", "Value", 1);
        register("names:type=Quoted,name=\"x,y=z\"", "Value", 2);
        register("names:type=Quoted,name=" + ObjectName.quote("star*quote\"back\\slash?"), "Value", 3);
        register("names:type=Quoted,name=" + ObjectName.quote("line\nbreak"), "Value", 4);
        register("names:z=1,type=Order,a=2", "Value", 1);
        register("names:type=Many,a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9,j=10,k=11,l=12", "Value", 1);
        register("names:type=Odd,client-id=c-1,some.key=v/w", "Value", 1, "attr-with.signs", 2);
        register("names:1type=Digit,2x=3", "4value", 1);
        register("names:type=Empty,name=", "Value", 1);
        register("names:type=Gr\u00fc\u00dfe,name=\u00e9t\u00e9", "Value", 1);
        register("names:type=Camel,name=n", "OneMinuteRate", 1, "HTTPServerTCP", 2, "already_snake", 3,
                "_Leading", 4, "X", 5, "mixedCASEName", 6);
        register("names.sub-domain:type=Sub", "Value", 1);
        register("names:type=Suffix", "foo_total", 1, "foo_info", 2, "foo_created", 3, "foo_bucket", 4,
                "foo_total_info", 5, "_total", 6, "total", 7, "foo_count", 8, "foo_sum", 9, "_info_total", 10);
        register("names:type=Spaces,name=a b", "With space", 1, "Two  spaces", 2);
    }

    private static void registerKafkaLike() throws Exception {
        String domain = "kafka.server:";
        for (String topic : new String[] {"", ",topic=audit", ",topic=telemetry.v1"}) {
            register(domain + "type=BrokerTopicMetrics,name=BytesInPerSec" + topic,
                    "Count", 1000L + topic.length(), "MeanRate", 2.5, "OneMinuteRate", 1.0E-7,
                    "RateUnit", "SECONDS", "EventType", "bytes");
        }
        register(domain + "type=ReplicaManager,name=UnderReplicatedPartitions", "Value", 0);
        register(domain + "type=KafkaRequestHandlerPool,name=RequestHandlerAvgIdlePercent",
                "Count", 17L, "MeanRate", 0.75);
        register("kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce",
                "Count", 10L, "Mean", 2.5, "50thPercentile", 2.0, "99thPercentile", 9.0, "999thPercentile", 9.5,
                "Max", 10.0);
        register("kafka.network:type=RequestMetrics,name=RequestsPerSec,request=Fetch,version=12",
                "Count", 99L, "OneMinuteRate", 0.5);
        register(domain + "type=Produce,user=u1,client-id=c1", "byte-rate", 12.5, "throttle-time", 0.0);
        register(domain + "type=app-info,id=1", "version", "3.6.0", "start-time-ms", 1700000000000L);
        register(domain + "type=raft-metrics", "current-state", "leader", "high-watermark", 123L);
        register("kafka.cluster:type=Partition,name=UnderReplicated,topic=audit,partition=0", "Value", 0);
        register("kafka.cluster:type=Partition,name=UnderReplicated,topic=audit,partition=1", "Value", 1);
    }

    private static void registerCollisions() throws Exception {
        register("clash:type=A,name=x", "Value", 1);
        register("clash:type=B,name=x", "Value", 2);
        register("clash:type=C,name=y", "Value", 3);
        register("clash:type=Text,name=t", "State", "on: yes", "Plain", "off");
        register("clash:type=Order,a=1,b=2", "Value", 4);
        register("clash:type=Order,b=3,a=4", "Value", 5);
        register("clash:type=Mixed,name=g", "Gauge", 1, "Counter", 2, "Untyped", 3, "Text", "5");
    }

    private static void registerCustomized() throws Exception {
        register("custom:type=Node,name=n1", "Role", "leader", "Id", 7, "Weight", 0.5, "On", true, "Load", 3L,
                "Missing", null);
        register("custom:type=Node,name=n2", "Role", "follower", "Id", 8, "Weight", 1.0, "On", false, "Load", 4L);
        register("custom:type=Other,name=n3", "Role", "none", "Load", 5L);
    }

    public static void main(String[] arguments) throws Exception {
        registerKinds();
        registerNames();
        registerKafkaLike();
        registerCollisions();
        registerCustomized();
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // runs until the test closes the pipe
        }
    }
}
