    # What stands before the word that is being typed: the command, its arguments, an option that awaits its value.
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim("'", '"') })
    $command = ''
    $known = $everywhere
    $place = 0
    $awaited = ''
    $behind = $false
    foreach ($word in $before) {
        if ($behind) { continue }
        if ($awaited -ne '') { $awaited = ''; continue }
        if ($word -eq '--') { $behind = $true }
        elseif ($word.StartsWith('-')) {
            if ($known.Contains($word)) { $awaited = $known[$word][0] }
        }
        elseif ($command -ne '') { $place++ }
        else {
            $command = $word
            if ($commands.Contains($command)) { $known = $commands[$command].Options }
        }
    }

    $value = [string]$wordToComplete
    $front = ''
    $offer = 'nothing'
    if ($awaited -ne '') { $offer = $awaited }
    elseif ($behind) {
        $offer = 'files'
        $at = $value.IndexOf('=') + 1
        $front = $value.Substring(0, $at)
        $value = $value.Substring($at)
    }
    elseif ($value.StartsWith('-') -and $value.Contains('=')) {
        $at = $value.IndexOf('=') + 1
        $front = $value.Substring(0, $at)
        $value = $value.Substring($at)
        $option = $front.Substring(0, $at - 1)
        if ($known.Contains($option)) { $offer = $known[$option][0] }
    }
    elseif ($value.StartsWith('-')) { $offer = 'options' }
    elseif ($command -eq '') { $offer = 'commands' }
    elseif ($commands.Contains($command)) {
        $places = $commands[$command].Places
        if ($commands[$command].Many -and $place -ge $places.Count) { $place = $places.Count - 1 }
        if ($place -lt $places.Count) { $offer = $places[$place] }
    }

    $begins = { $args[0].StartsWith($value, [System.StringComparison]::OrdinalIgnoreCase) }
    $found = @(
        switch -Regex ($offer) {
            '^commands$' {
                foreach ($name in $commands.Keys) {
                    if (& $begins $name) {
                        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $commands[$name].Summary)
                    }
                }
            }
            '^options$' {
                foreach ($name in $known.Keys) {
                    if (& $begins $name) {
                        [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterName', $known[$name][1])
                    }
                }
            }
            '^(words |models$|chats$)' {
                # Models and chats are asked of the program that is being typed.
                $program = $commandAst.GetCommandName()
                $names = @()
                if ($offer.StartsWith('words ')) { $names = $offer.Substring(6).Split(' ') }
                else { $names = & $program completion $offer 2>$null }
                foreach ($name in $names) {
                    if ($name -and (& $begins $name)) {
                        [System.Management.Automation.CompletionResult]::new("$front$name", $name, 'ParameterValue', $name)
                    }
                }
            }
            '^(programs|files|folders)$' {
                foreach ($path in [System.Management.Automation.CompletionCompleters]::CompleteFilename($value)) {
                    $isFolder = $path.ResultType -eq 'ProviderContainer'
                    $fits = $isFolder -or $offer -eq 'files' -or ($offer -eq 'programs' -and $path.ListItemText -like '*.rllm')
                    if ($fits) {
                        [System.Management.Automation.CompletionResult]::new("$front$($path.CompletionText)", $path.ListItemText, $path.ResultType, $path.ToolTip)
                    }
                }
            }
        }
    )
    # An empty text keeps newer PowerShells from offering files where nothing fits.
    if ($found.Count -eq 0) { '' } else { $found }
}
