# SPDX-License-Identifier: Apache-2.0
"""What boards are made of. Boards import from blocks.kit; dashboards/check from those without the SDK."""
