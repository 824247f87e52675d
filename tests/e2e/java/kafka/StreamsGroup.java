// SPDX-License-Identifier: Apache-2.0
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * A member of a streams group (KIP-1071) without Kafka Streams, until its standard input is closed:
 * HOST PORT TOPIC GROUP [OFFSET]. It commits the offset in partitions 0 and 1, if one is given.
 */
public class StreamsGroup {
    private static DataInputStream in;
    private static DataOutputStream out;

    private static ByteBufferAccessor ask(ApiKeys api, short version, Message request) throws Exception {
        RequestHeader header = new RequestHeader(api, version, "test", 1);
        ByteBuffer bytes = RequestUtils.serialize(
                header.data(), header.headerVersion(), request, version);
        out.writeInt(bytes.remaining());
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        out.flush();
        byte[] answer = in.readNBytes(in.readInt());
        return new ByteBufferAccessor(ByteBuffer.wrap(answer, 5, answer.length - 5)); // flexible header
    }

    private static StreamsGroupHeartbeatResponseData beat(StreamsGroupHeartbeatRequestData request)
            throws Exception {
        short version = 0;
        return new StreamsGroupHeartbeatResponseData(
                ask(ApiKeys.STREAMS_GROUP_HEARTBEAT, version, request), version);
    }

    /** Join; the first request of a new cluster for a coordinator creates the topic of offsets. */
    private static StreamsGroupHeartbeatResponseData join(StreamsGroupHeartbeatRequestData request)
            throws Exception {
        short version = 4;
        while (true) {
            var member = beat(request);
            if (member.errorCode() == 0)
                return member;
            if (member.errorCode() < 14 || member.errorCode() > 16) // of a coordinator that is not ready
                throw new IllegalStateException(member.errorCode() + " " + member.errorMessage());
            ask(ApiKeys.FIND_COORDINATOR, version,
                    new FindCoordinatorRequestData().setCoordinatorKeys(List.of(request.groupId())));
            Thread.sleep(100);
        }
    }

    private static void commit(String topic, StreamsGroupHeartbeatResponseData member, String group, long offset)
            throws Exception {
        short version = 9;
        var partitions = List.of(0, 1).stream().map(index ->
                new OffsetCommitRequestData.OffsetCommitRequestPartition()
                        .setPartitionIndex(index).setCommittedOffset(offset)).toList();
        var request = new OffsetCommitRequestData().setGroupId(group).setMemberId(member.memberId())
                .setGenerationIdOrMemberEpoch(member.memberEpoch())
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName(topic).setPartitions(partitions)));
        var answer = new OffsetCommitResponseData(ask(ApiKeys.OFFSET_COMMIT, version, request), version);
        for (var partition : answer.topics().get(0).partitions())
            if (partition.errorCode() != 0)
                throw new IllegalStateException("OffsetCommit: " + partition.errorCode());
    }

    public static void main(String[] arguments) throws Exception {
        String topic = arguments[2], group = arguments[3];
        try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());
            var topology = new StreamsGroupHeartbeatRequestData.Topology().setEpoch(0).setSubtopologies(List.of(
                    new StreamsGroupHeartbeatRequestData.Subtopology().setSubtopologyId("0")
                            .setSourceTopics(List.of(topic))));
            var request = new StreamsGroupHeartbeatRequestData().setGroupId(group)
                    .setMemberId(Uuid.randomUuid().toString()).setMemberEpoch(0).setRebalanceTimeoutMs(60000)
                    .setTopology(topology).setActiveTasks(List.of()).setStandbyTasks(List.of())
                    .setWarmupTasks(List.of()).setProcessId("p").setClientTags(List.of());
            var member = join(request);
            if (arguments.length > 4)
                commit(topic, member, group, Long.parseLong(arguments[4]));
            System.out.println("member");
            while (System.in.read() >= 0) { } // the session lasts longer than the test
        }
    }
}
