// SPDX-License-Identifier: Apache-2.0

// Reads a Streamgauge with `compat: [burrow]` as Telegraf reads Burrow, and prints what it found. By hand:
//
//	go run -mod=mod . http://127.0.0.1:9308
//
// Fails if the client complains, or finds no topic, group or partition.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/influxdata/telegraf/plugins/inputs"
	_ "github.com/influxdata/telegraf/plugins/inputs/burrow"
	"github.com/influxdata/telegraf/testutil"
)

func gather(server string, found *testutil.Accumulator) error {
	client := inputs.Inputs["burrow"]()
	// Its type has no exported name; its configuration has.
	reflect.ValueOf(client).Elem().FieldByName("Servers").Set(reflect.ValueOf([]string{server}))
	if err := client.Gather(found); err != nil {
		return err
	}
	if len(found.Errors) > 0 {
		return found.Errors[0]
	}
	for _, name := range []string{"burrow_topic", "burrow_group", "burrow_partition"} {
		if !found.HasMeasurement(name) {
			return fmt.Errorf("no %s was found", name)
		}
	}
	return nil
}

func main() {
	var found testutil.Accumulator

	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: burrow URL")
		os.Exit(2)
	}
	err := gather(os.Args[1], &found)
	for _, metric := range found.Metrics {
		line, _ := json.Marshal([]interface{}{metric.Measurement, metric.Tags, metric.Fields})
		fmt.Println(string(line))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
