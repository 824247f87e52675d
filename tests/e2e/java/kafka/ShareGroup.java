// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A member of a share group, until its standard input is closed: BOOTSTRAP TOPIC GROUP. */
public class ShareGroup {
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("group.id", arguments[2]);
        Thread input = new Thread(() -> {
            try {
                while (System.in.read() >= 0) { }
            } catch (java.io.IOException ended) { }
        });
        input.start();
        try (Admin admin = Admin.create(properties);
                KafkaShareConsumer<String, String> member = new KafkaShareConsumer<>(
                        properties, new StringDeserializer(), new StringDeserializer())) {
            member.subscribe(List.of(arguments[1]));
            boolean reported = false;
            while (input.isAlive()) {
                member.poll(Duration.ofMillis(200));
                if (!reported && admin.listGroups().all().get().stream().anyMatch(group ->
                        group.groupId().equals(arguments[2])
                                && group.type().orElse(null) == GroupType.SHARE)) {
                    System.out.println("member");
                    reported = true;
                }
            }
        }
    }
}
