import { type CompletedCommand, everyCommand, flagsWithValue, type Values } from "./tree.ts";

/** For fish from 3.0 on: sourced, or a file `eks-perimeter.fish` in a folder of $fish_complete_path. */
export function fishScript(root: CompletedCommand, ids: readonly string[]): string {
  return `# fish completion of eks-perimeter, made by: eks-perimeter completion fish
set -g __eks_perimeter_ids ${ids.join(" ")}

# The command that is being typed, such as "checks explain", and how many arguments it has by now.
function __eks_perimeter_place
    set -l words (commandline -opc)
    if test "$words[1]" = npx
        test "$words[2]" = eks-perimeter; or return 1
        set -e words[1]
    end
    set -l path ''
    set -l count 0
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${flagsWithValue(root).join(" ")}
                set skip 1
            case '-*'
            case '*'
                switch (string trim -- "$path $word")
                    case ${everyCommand(root)
                      .flatMap(({ path }) => (path === "" ? [] : [quoted(path)]))
                      .join(" ")}
                        set path (string trim -- "$path $word")
                    case '*'
                        set count (math $count + 1)
                end
        end
    end
    echo "$path"
    echo $count
end

# $argv[1]: the command; $argv[2], where it matters: how many arguments it has at least
function __eks_perimeter_at
    set -l place (__eks_perimeter_place); or return 1
    test "$place[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; and return 0
    test "$place[2]" -ge "$argv[2]"; and test "$place[2]" -le "$argv[3]"
end

complete -c eks-perimeter -f
for program in eks-perimeter npx
${everyCommand(root)
  .flatMap(linesOf)
  .map((line) => `    complete -c $program ${line}`)
  .join("\n")}
end
complete -c npx -n '__fish_is_first_token' -a eks-perimeter
`;
}

const many = 9999;

function linesOf({ path, commands, options, positions, isVariadic }: CompletedCommand): readonly string[] {
  const at = (from?: number, to = from): string =>
    `-n ${quoted(`__eks_perimeter_at ${quoted(path)}${from === undefined ? "" : ` ${from} ${to}`}`)}`;
  return [
    ...commands.map((child) => `${at(0)} -f -a ${quoted(child.path.split(" ").at(-1) ?? "")} -d ${quoted(child.description)}`),
    ...options.map(({ flags, description, values }) => {
      const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      return [at(), ...names, ...(values === undefined ? [] : [actionOf(values)]), `-d ${quoted(description)}`].join(" ");
    }),
    ...positions.map((values, place) => {
      const isLast = isVariadic && place === positions.length - 1;
      return `${at(place, isLast ? many : place)} ${values.kind === "files" ? "-F" : `-f ${actionOf(values).replace(/^-x ?/, "")}`}`.trimEnd();
    }),
  ];
}

const actionOf = (values: Values): string =>
  values.kind === "choices"
    ? `-x -a ${quoted(values.choices.join(" "))}`
    : {
        ids: "-x -a '$__eks_perimeter_ids'",
        files: "-r -F",
        folders: "-x -a '(__fish_complete_directories (commandline -ct))'",
        anything: "-x",
      }[values.kind];

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
