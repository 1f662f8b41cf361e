#compdef icp
# SPDX-License-Identifier: MIT
# Completion of icp in zsh; the command says itself what may follow.
local line
local -a candidates typed
typed=("${(@Q)words[2,CURRENT]}")
for line in "${(@f)$(_call_program icp ${(q)words[1]} --complete -- ${(q)typed[@]})}"; do
    if [[ $line == :files ]]; then
        compset -P '--*='
        _files
    elif [[ -n $line ]]; then
        candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
done
(( $#candidates )) && _describe -V icp candidates
