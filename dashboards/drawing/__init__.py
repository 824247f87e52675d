# SPDX-License-Identifier: Apache-2.0
"""Pictures of boards, drawn by Grafana's components in Chromium: what dashboards/preview does."""
