#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The commit that is built, for revision.h: of this checkout, or as `meson dist` has recorded it, which
# calls this with "dist". Fails where neither is known.
cd -- "$(dirname -- "$0")/../.." || exit
if [ "$1" = dist ]; then
    git describe --always --exclude='*' --abbrev=12 >"$MESON_DIST_ROOT/.revision"
elif [ -e .git ]; then
    git describe --always --exclude='*' --abbrev=12 --dirty
else
    cat .revision
fi
