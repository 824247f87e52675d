# SPDX-License-Identifier: Apache-2.0
"""One module per board. Each has UID (the file's name, too) and board(), which returns a builder."""

from . import cluster

ALL = [cluster]
