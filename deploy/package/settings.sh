# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # shared with the scripts that build packages
# What the packages have in common, for the scripts of this folder and tests/release; `repo` is set by them.
#
# STREAMGAUGE_LIBRDKAFKA is the folder of a static librdkafka, as deploy/librdkafka/install prints it. Where it is
# not set, and cargo can fetch the source, that one is built: Debian 12's crashes when a broker sends garbage.
# STREAMGAUGE_LIBRDKAFKA= (empty) takes the system's, which is kept up to date there.

version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$repo/meson.build")
if [[ ! -v STREAMGAUGE_LIBRDKAFKA ]]; then
    STREAMGAUGE_LIBRDKAFKA=
    ! command -v cargo >/dev/null || STREAMGAUGE_LIBRDKAFKA=$("$repo/deploy/librdkafka/install")
fi
SOURCE_DATE_EPOCH=$(git -C "$repo" log -1 --format=%ct)
export STREAMGAUGE_LIBRDKAFKA SOURCE_DATE_EPOCH
