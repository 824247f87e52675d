// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a share group that acknowledges out of order: BOOTSTRAP TOPIC GROUP N. Of the N records of one
 * partition it accepts those whose offset is below 10 or from 20 to 29, rejects offset 15, and releases the others. After that it prints, for
 * each line of its standard input, what Kafka knows of the group, as PARTITION:START:LAG in one line; at the end of the
 * input it leaves and deletes the group.
 */
public class ShareLag {
    static AcknowledgeType of(long offset) {
        if (offset < 10 || (offset >= 20 && offset < 30)) {
            return AcknowledgeType.ACCEPT;
        }
        return offset == 15 ? AcknowledgeType.REJECT : AcknowledgeType.RELEASE;
    }

    public static void main(String[] arguments) throws Exception {
        String group = arguments[2];
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("group.id", group);
        properties.put("share.acknowledgement.mode", "explicit");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        try (Admin admin = Admin.create(properties)) {
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group),
                    List.of(new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"),
                            AlterConfigOp.OpType.SET)))).all().get();
            try (KafkaShareConsumer<String, String> member = new KafkaShareConsumer<>(
                    properties, new StringDeserializer(), new StringDeserializer())) {
                member.subscribe(List.of(arguments[1]));
                acknowledge(member, Integer.parseInt(arguments[3]));
                System.out.println("member");
                while (input.readLine() != null) {
                    System.out.println(known(admin, group));
                }
            }
            admin.deleteShareGroups(List.of(group)).all().get();
        }
    }

    static void acknowledge(KafkaShareConsumer<String, String> member, int n) {
        Set<Long> offsets = new HashSet<>(); // what is released comes again
        while (offsets.size() < n) {
            for (ConsumerRecord<String, String> record : member.poll(Duration.ofMillis(500))) {
                member.acknowledge(record, of(record.offset()));
                offsets.add(record.offset());
            }
            member.commitSync();
        }
    }

    static String known(Admin admin, String group) throws Exception {
        return admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group).get().entrySet().stream()
                .filter(one -> one.getValue() != null) // the group has not begun with the partition
                .map(one -> one.getKey().partition() + ":" + one.getValue().startOffset() + ":"
                        + one.getValue().lag().orElse(-1L))
                .sorted().collect(Collectors.joining(" "));
    }
}
