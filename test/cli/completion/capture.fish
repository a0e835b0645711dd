# capture.fish SCRIPT: for each line of stdin what fish offers at its end, a line for each with its description behind a tab, then
# an empty line.
source $argv[1]
while read -l line
    complete -C $line
    echo
end
