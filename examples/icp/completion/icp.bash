# SPDX-License-Identifier: MIT
# Completion of icp in bash; the command says itself what may follow.
_icp() {
    local words=() n=0 i word line value lead='' all
    for ((i = 1; i <= COMP_CWORD; i++)); do # bash parts --format=table at the sign
        word=${COMP_WORDS[i]}
        if ((n > 0)) && [[ ${words[n - 1]} == --* && ($word == '=' || ${words[n - 1]} == *=) && ${COMP_WORDS[i - 1]} != '' ]]; then
            words[n - 1]+=$word
        else
            words[n++]=$word
        fi
    done
    value=${words[n - 1]}
    if [[ $value == --*=* ]]; then
        lead=${value%%=*}= value=${value#*=}
    fi
    COMPREPLY=()
    all=$("${COMP_WORDS[0]/#\~/$HOME}" --complete -- "${words[@]}" 2>/dev/null)
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$value")
        elif [[ -n $line ]]; then
            word=${line%%$'\t'*}
            COMPREPLY+=("$(printf %q "${word#"$lead"}")")
        fi
    done <<<"$all"
}
complete -F _icp icp
