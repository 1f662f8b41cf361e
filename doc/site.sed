# SPDX-License-Identifier: MIT
# The pages as Doxygen wants them: it has no anchors of headings by their words.
s/\[([^]]*)\]\(#[^)]*\)/\1/g
s/\.md#[a-z0-9-]+\)/.md)/g
