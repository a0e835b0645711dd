# The words before the current one that are no options and no values of options: the command, then its arguments.
function __modullm_words
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l awaits no
    for word in $words
        if test $awaits = yes
            set awaits no
            continue
        end
        switch $word
            case --
                printf '%s\n' --
                return
            case '-*'
                if contains -- "$command $word" $__modullm_valued; or contains -- "* $word" $__modullm_valued
                    set awaits yes
                end
            case '*'
                test -n "$command"; or set command $word
                printf '%s\n' $word
        end
    end
end

# Whether a command is not there yet.
function __modullm_needs_command
    test (count (__modullm_words)) -eq 0
end

function __modullm_in --argument-names command
    set -l words (__modullm_words)
    test (count $words) -gt 0; and test $words[1] = $command
end

# Whether what is being typed is an argument of a command: the first one is 1. With a + behind it: that one or a later one.
function __modullm_at --argument-names command place
    set -l words (__modullm_words)
    contains -- -- $words; and return 1
    test (count $words) -gt 0; and test $words[1] = $command; or return 1
    switch $place
        case '*+'
            test (count $words) -ge (string replace + '' -- $place)
        case '*'
            test (count $words) -eq $place
    end
end

# Whether it stands behind the -- of a command.
function __modullm_behind --argument-names command
    set -l words (__modullm_words)
    contains -- -- $words; and test $words[1] = $command
end

# Fields of the program's input, asked of the program that is being typed; as the value in key=value a file.
function __modullm_fields
    set -l current (commandline -ct)
    if string match -q '*=*' -- $current
        set -l key (string replace -r '=.*' '=' -- $current)
        complete -C "__modullm_no_command "(string replace -r '^[^=]*=' '' -- $current) | string replace -r '^' -- $key
        return
    end
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l file (__modullm_words)[2]
    $program completion fields (string unescape -- $file) 2>/dev/null </dev/null | string replace -rf '(.+)' '$1\tfield'
end

# Models, asked of the program that is being typed.
function __modullm_models
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    $program completion models 2>/dev/null </dev/null | string replace -r '$' '\tmodel'
end

# Names of chats, as models are.
function __modullm_chats
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    $program completion chats 2>/dev/null </dev/null | string replace -r '$' '\tchat'
end

# Folders and .rllm files.
function __modullm_programs
    complete -C "__modullm_no_command "(commandline -ct) | string match -r '^.*(?:/|\.rllm)(?=$|\t)'
end
