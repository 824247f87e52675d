# SPDX-License-Identifier: Apache-2.0
"""What dashboards/check looks for."""
