#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab's structured streaming job: counts the records of mytopic in windows of a minute.

It reads a bounded number of records every ten seconds, so that it costs little CPU even when it has
to catch up. Like every such job it commits no offsets: its progress is in its checkpoint.
"""

import argparse
import time

from py4j.protocol import Py4JError
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from pyspark.sql.functions import window

TRIGGER = "10 seconds"
RECORDS_PER_TRIGGER = 1000  # some twelve times what arrives
PAUSE_S = 5


def run(spark: SparkSession, arguments: argparse.Namespace) -> None:
    """Runs the query until it fails."""
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", arguments.bootstrap)
        .option("subscribe", "mytopic")
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", RECORDS_PER_TRIGGER)
        # The lab keeps records for hours only; a job that was stopped for longer continues nevertheless.
        .option("failOnDataLoss", False)
        .load()
    )
    counts = (
        records.withWatermark("timestamp", "1 minute").groupBy(window("timestamp", "1 minute")).count()
    )
    query = (
        counts.writeStream.queryName(arguments.query)
        .format("noop")
        .outputMode("update")
        .option("checkpointLocation", arguments.checkpoint)
        .trigger(processingTime=TRIGGER)
        .start()
    )
    query.awaitTermination()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bootstrap", required=True, metavar="HOST:PORT,…")
    parser.add_argument("--query", required=True, metavar="NAME")
    parser.add_argument("--checkpoint", required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    spark = SparkSession.builder.appName("lab").getOrCreate()
    # The query fails when brokers are down for long, and has to be restarted.
    while True:
        try:
            run(spark, arguments)
        except StreamingQueryException as error:
            print(f"the query failed: {error}", flush=True)
        except (Py4JError, OSError):
            return  # the JVM has exited
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
