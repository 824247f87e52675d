// SPDX-License-Identifier: Apache-2.0

// Command simulated serves a Kafka cluster from memory, with as many partitions and groups as wanted:
// its answers are those of real brokers, at sizes that are not practical with real ones. It prints the
// bootstrap servers when everything is ready, and exits when its standard input is closed.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitionsOfTopic = 50

func topicName(number int) string {
	return fmt.Sprintf("simulated-%05d", number)
}

// Every partition gets one record, which is discarded: its log ends at 1.
func fill(ctx context.Context, client *kgo.Client, topics int) error {
	var failed error
	for topic := 0; topic < topics; topic++ {
		for partition := int32(0); partition < partitionsOfTopic; partition++ {
			record := &kgo.Record{Topic: topicName(topic), Partition: partition, Value: []byte("x")}
			client.Produce(ctx, record, func(_ *kgo.Record, err error) {
				if err != nil {
					failed = err
				}
			})
		}
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	return failed
}

// Each group commits to different partitions, as long as there are any.
func commit(ctx context.Context, client *kgo.Client, topics, groups, commits int) error {
	admin := kadm.NewClient(client)
	partitions := topics * partitionsOfTopic
	for group := 0; group < groups; group++ {
		var offsets kadm.Offsets
		for i := 0; i < commits; i++ {
			number := (group*commits + i) % partitions
			offsets.AddOffset(topicName(number/partitionsOfTopic), int32(number%partitionsOfTopic), 1, -1)
		}
		if err := admin.CommitAllOffsets(ctx, fmt.Sprintf("group-%05d", group), offsets); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	brokers := flag.Int("brokers", 3, "number of brokers")
	topics := flag.Int("topics", 200, fmt.Sprintf("number of topics, of %d partitions each", partitionsOfTopic))
	groups := flag.Int("groups", 250, "number of groups")
	commits := flag.Int("commits", 40, "partitions that a group has committed to")
	flag.Parse()
	log.SetFlags(0)

	names := make([]string, *topics)
	for i := range names {
		names[i] = topicName(i)
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(*brokers), kfake.BlackholeProduce(),
		kfake.SeedTopics(partitionsOfTopic, names...))
	if err != nil {
		log.Fatal(err)
	}
	defer cluster.Close()
	bootstrap := cluster.ListenAddrs()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.LeaderAck()))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if err := fill(ctx, client, *topics); err != nil {
		log.Fatal(err)
	}
	if err := commit(ctx, client, *topics, *groups, *commits); err != nil {
		log.Fatal(err)
	}
	client.Close()
	fmt.Println(strings.Join(bootstrap, ","))
	_, _ = io.Copy(io.Discard, os.Stdin)
}
