import { type CompletedCommand, everyCommand, flagsWithValue, type Values } from "./tree.ts";

/**
 * For bash from 3.2 on, which macOS has, without the package bash-completion. `npx eks-perimeter` is completed too, unless something
 * else completes npx already.
 */
export function bashScript(root: CompletedCommand, ids: readonly string[]): string {
  const commands = everyCommand(root);
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ flags, values: own }) => (own === undefined ? [] : flags.map((flag) => [`${path} ${flag}`, own] as const))),
  );
  return `# bash completion of eks-perimeter, made by: eks-perimeter completion bash
_eks_perimeter_ids='${ids.join(" ")}'

_eks_perimeter_words() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$1" -- "$2")
}

_eks_perimeter_paths() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
  type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
}

# $1: how many words precede the name of the program
_eks_perimeter() {
  local at=$((\${1:-0} + 1)) here=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} path='' count=0 options=1 word
  COMPREPLY=()
  # Bash makes a word of the sign in --option=value.
  if [ "$here" = = ]; then here=''; elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[at]}
    case "$word" in
      --) options=0 ;;
      ${flagsWithValue(root).join("|")})
        at=$((at + 1))
        [ "\${COMP_WORDS[at]}" = = ] && at=$((at + 1))
        ;;
      -*) ;;
      *)
        case "$path $word" in
          ${commands.flatMap(({ path }) => (path === "" ? [] : [childPattern(path)])).join("|")}) path="\${path:+$path }$word" ;;
          *) count=$((count + 1)) ;;
        esac
        ;;
    esac
    at=$((at + 1))
  done
  if [ "$options" = 1 ]; then
    case "$path $before" in
${values.map(([key, own]) => `      ${quoted(key)}) ${reply(own)}; return ;;`).join("\n")}
    esac
    case "$here" in
      -*)
        case "$path" in
${commands.map(({ path, options }) => `          ${quoted(path)}) _eks_perimeter_words ${quoted(options.flatMap(({ flags }) => flags).join(" "))} "$here" ;;`).join("\n")}
        esac
        return
        ;;
    esac
  fi
  case "$path $count" in
${commands.flatMap(positionsOf).join("\n")}
  esac
}

_eks_perimeter_npx() {
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then _eks_perimeter_words eks-perimeter "\${COMP_WORDS[1]}"
  elif [ "\${COMP_WORDS[1]}" = eks-perimeter ]; then _eks_perimeter 1
  fi
}

complete -F _eks_perimeter eks-perimeter
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _eks_perimeter_npx npx
`;
}

/** A child by the path of its parent and its own name: at the top the parent's path is nothing. */
const childPattern = (path: string): string => quoted(path.includes(" ") ? path : ` ${path}`);

function positionsOf({ path, commands, positions, isVariadic }: CompletedCommand): readonly string[] {
  if (commands.length > 0) {
    const names = commands.map((child) => child.path.slice(path === "" ? 0 : path.length + 1));
    return [`    ${quoted(`${path} 0`)}) _eks_perimeter_words ${quoted(names.join(" "))} "$here" ;;`];
  }
  return positions.map((values, at) => {
    const pattern = isVariadic && at === positions.length - 1 ? `${quoted(`${path} `)}*` : quoted(`${path} ${at}`);
    return `    ${pattern}) ${reply(values)} ;;`;
  });
}

const replies: Readonly<Record<Exclude<Values["kind"], "choices">, string>> = {
  ids: `_eks_perimeter_words "$_eks_perimeter_ids" "$here"`,
  files: `_eks_perimeter_paths -f "$here"`,
  folders: `_eks_perimeter_paths -d "$here"`,
  anything: ":",
};

const reply = (values: Values): string =>
  values.kind === "choices" ? `_eks_perimeter_words ${quoted(values.choices.join(" "))} "$here"` : replies[values.kind];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
