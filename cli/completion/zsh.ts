import { type CompletedCommand, type CompletedOption, everyCommand, type Values } from "./tree.ts";

/** For zsh, by its own _arguments: a file `_eks-perimeter` in a folder of $fpath, or sourced after compinit. */
export function zshScript(root: CompletedCommand, ids: readonly string[]): string {
  return `#compdef eks-perimeter
# zsh completion of eks-perimeter, made by: eks-perimeter completion zsh

_eks_perimeter_ids() {
  local -a ids=(${ids.join(" ")})
  compadd -a ids
}

${everyCommand(root).map(functionOf).join("\n\n")}

_eks_perimeter_npx() {
  if (( CURRENT == 2 )); then
    compadd eks-perimeter
    _files
  elif [[ $words[2] == eks-perimeter ]]; then
    shift words
    (( CURRENT-- ))
    _eks_perimeter
  else
    _files
  fi
}

if [[ $funcstack[1] == _eks-perimeter ]]; then
  _eks_perimeter "$@"
elif (( $+functions[compdef] )); then
  compdef _eks_perimeter eks-perimeter
  (( $+_comps[npx] )) || compdef _eks_perimeter_npx npx
fi
`;
}

const nameOf = (path: string): string => ["_eks_perimeter", ...path.split(" ")].filter(Boolean).join("_").replaceAll("-", "_");

function functionOf({ path, commands, options, positions, isVariadic }: CompletedCommand): string {
  const specs = options.flatMap(specsOf);
  if (commands.length === 0) {
    const places = positions.map((values, at) => {
      const place = isVariadic && at === positions.length - 1 ? "*" : String(at + 1);
      return quoted(`${place}:${labels[values.kind]}:${actionOf(values)}`);
    });
    return `${nameOf(path)}() {
  _arguments -s -S ${[...specs, ...places].map((spec) => `\\\n    ${spec}`).join(" ")}
}`;
  }
  const named = commands.map((child) => ({ name: child.path.split(" ").at(-1) ?? "", child }));
  return `${nameOf(path)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C -S ${[...specs, "'1: :->command'", "'*:: :->rest'"].map((spec) => `\\\n    ${spec}`).join(" ")}
  case $state in
    command)
      local -a commands=(
${named.map(({ name, child }) => `        ${quoted(`${name}:${child.description.replaceAll(":", "\\:")}`)}`).join("\n")}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $line[1] in
${named.map(({ name, child }) => `        ${name}) ${nameOf(child.path)} ;;`).join("\n")}
      esac
      ;;
  esac
}`;
}

/** One for each way of writing the option. */
const specsOf = ({ flags, description, values, isRepeatable }: CompletedOption): readonly string[] =>
  flags.map((flag) => {
    const value = values === undefined ? "" : `:${labels[values.kind]}:${actionOf(values)}`;
    const equals = values !== undefined && flag.startsWith("--") ? "=" : "";
    return quoted(`${isRepeatable ? "*" : ""}${flag}${equals}[${description.replaceAll(/[\\[\]:]/g, "\\$&")}]${value}`);
  });

const labels: Readonly<Record<Values["kind"], string>> = {
  choices: "choice",
  ids: "check",
  files: "file",
  folders: "folder",
  anything: "value",
};

const actionOf = (values: Values): string =>
  values.kind === "choices"
    ? `(${values.choices.join(" ")})`
    : { ids: "_eks_perimeter_ids", files: "_files", folders: "_files -/", anything: " " }[values.kind];

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
