# Prints what an interactive zsh offers at the end of a line, a match a line.
# $1: the completion script; $2: the line; $3: a folder for what compinit writes
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= RPROMPT=; stty cols 400; autoload -Uz compinit; compinit -u -d ${(q)3}/dump; source ${(q)1}"
zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; print -rl -- "<${(@)^found}>"; builtin compadd "$@" }'
zpty -w shell 'bindkey "^I" complete-word; print REA""DY'
until_seen() {
  local seen= piece
  for _ in {1..400}; do
    if zpty -r -t shell piece; then seen+=$piece; [[ $seen == *$1* ]] && break; else sleep 0.05; fi
  done
  print -r -- $seen
}
until_seen READY >/dev/null
# The second key is taken when the first has been dealt with.
zpty -w -n shell "$2"$'\t\C-uprint DO""NE\n'
until_seen DONE
zpty -d shell
