#!/usr/bin/env bash
# Builds the book in docs/ into target/book. Installs mdBook into target/tools if it is not there.
#
#   bash .ci/book.sh              build the book
#   bash .ci/book.sh --install    the tool alone
#
# MDBOOK: the tool.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ $# -gt 1 || ${1---install} != --install ]]; then
    echo "usage: ${0##*/} [--install]" >&2
    exit 2
fi

version=0.5.4
mdbook=${MDBOOK:-target/tools/bin/mdbook}
if [[ $("$mdbook" --version 2>/dev/null || true) != *"$version" ]]; then
    # With search, without its server, which is most of the build.
    cargo install mdbook --version "$version" --locked --no-default-features --features search --root target/tools
    mdbook=target/tools/bin/mdbook
fi
if [[ ${1-} == --install ]]; then
    exit 0
fi

said=$("$mdbook" build docs 2>&1) || { echo "$said" >&2; exit 1; }
# A warning is a page that is not as it is meant: a missing file, a broken include.
if grep -E 'WARN|ERROR' <<<"$said" >&2; then
    exit 1
fi
[ -s target/book/index.html ] || { echo "no target/book/index.html" >&2; exit 1; }
echo "target/book/index.html"
