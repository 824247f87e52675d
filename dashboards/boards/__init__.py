# SPDX-License-Identifier: Apache-2.0
"""One module per board. Each has UID (the file's name, too) and board(options), which returns a Board."""

from . import (
    broker,
    clients,
    cluster,
    connect,
    exporter,
    groups,
    jvms,
    kraft,
    partitions,
    presto,
    spark,
    topic,
    zookeeper,
)

ALL = [
    cluster,
    broker,
    partitions,
    topic,
    groups,
    kraft,
    zookeeper,
    clients,
    connect,
    spark,
    presto,
    jvms,
    exporter,
]
