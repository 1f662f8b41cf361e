# SPDX-License-Identifier: MIT
# Completion of icp in fish; the command says itself what may follow.
function __icp_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] --complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            set -l lead (string match -r -- '^--[^=]*=' $words[-1])
            string replace -r -- '^' "$lead" (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $words[-1]))
        else
            echo $line
        end
    end
end
complete -c icp -f -a '(__icp_complete)'
