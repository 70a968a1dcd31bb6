// The house rules that a compiler does not know, each with its reason. Run: `npm run check`; also a test.
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type House, packageOf, readHouse, type SourceFile, targetOf } from "./house.ts";

export interface Fault {
  readonly where: string;
  readonly what: string;
  readonly why: string;
}

export interface Rule {
  readonly name: string;
  readonly why: string;
  find(house: House): { where: string; what: string }[];
}

/** Who may import whom (blueprint §4). A floor imports only floors below it. */
const WALLS: Record<string, readonly string[]> = {
  lop: [],
  raptor: [],
  logic: [],
  nest: [],
  lattice: [],
  lex: ["lop", "logic", "raptor"],
  forge: ["lop"],
  hunt: ["lop"],
  prism: ["lop", "lattice"],
  hive: ["lop", "raptor", "logic", "nest", "lattice", "lex", "forge", "hunt", "prism"],
};

/** Packages whose results must follow from their inputs alone. */
const PURE = new Set(["lop", "raptor", "logic", "lex", "lattice"]);

const IMPURE: readonly [RegExp, string][] = [
  [/\bDate\.now\(/, "Date.now"],
  [/\bnew Date\(\)/, "new Date()"],
  [/\bperformance\.now\(/, "performance.now"],
  [/\bMath\.random\(/, "Math.random"],
  [/\bset(Timeout|Interval|Immediate)\(/, "a timer"],
  [/(?<![.\w])fetch\(/, "fetch"],
  [/(?<![.\w])process\./, "process"],
];

/** Minted types: only the named file may make one. */
const MINTED = ["Admitted", "Routed", "Decoded", "Approved", "Executed", "Checked", "Sealed", "Recorded"];

const VAGUE_NAMES = ["types", "shared", "common", "utils", "core", "config", "sdk", "testing"];

const isProduct = (file: SourceFile) => file.part === "src";
const isPure = (file: SourceFile) =>
  isProduct(file) && PURE.has(file.package ?? "") && !/-node\.ts$/.test(file.path) && !isBin(file);
const isBin = (file: SourceFile) =>
  file.path === `packages/${file.package}/src/${file.package}.ts` && /^#!/.test(file.text);

const walls: Rule = {
  name: "walls",
  why: "a floor imports only floors below it, so that each part can be understood, and checked, without the ones above",
  find: (house) =>
    house.sources
      .filter((file) => file.package !== null)
      .flatMap((file) =>
        file.imports.flatMap((used) => {
          const name = packageOf(used.from);
          if (name === null || !(name in WALLS) || name === file.package) return [];
          const allowed = WALLS[file.package!]?.includes(name) || file.part === "test" || file.part === "bench";
          if (!allowed) return [{ where: `${file.path}:${used.line}`, what: `${file.package} may not import ${name}` }];
          return isDoor(house, used.from)
            ? []
            : [{ where: `${file.path}:${used.line}`, what: `${used.from} is no door of ${name}` }];
        }),
      ),
};

function isDoor(house: House, from: string): boolean {
  const name = packageOf(from)!;
  const door = from === name ? "." : `.${from.slice(name.length)}`;
  return house.manifests.get(name)?.exports?.[door] !== undefined;
}

const fences: Rule = {
  name: "fences",
  why: "a path like ../../other/src/x.ts walks around the other package's door",
  find: (house) =>
    house.sources
      .filter((file) => file.package !== null && isProduct(file))
      .flatMap((file) =>
        file.imports.flatMap((used) => {
          const target = targetOf(file, used.from);
          if (target === null || target.startsWith(`packages/${file.package}/`)) return [];
          return [{ where: `${file.path}:${used.line}`, what: `${used.from} leaves the package` }];
        }),
      ),
};

const purity: Rule = {
  name: "purity",
  why: "clock, chance, disk and network are handed in (twins *-node.ts and *-sim.ts): one seed replays a run, and the browser can verify",
  find: (house) =>
    house.sources
      .filter(isPure)
      .flatMap((file) => [
        ...file.imports
          .filter((used) => used.from.startsWith("node:"))
          .map((used) => ({ where: `${file.path}:${used.line}`, what: `${used.from} outside a *-node.ts file` })),
        ...linesMatching(file, IMPURE),
      ]),
};

function linesMatching(file: SourceFile, patterns: readonly [RegExp, string][]): { where: string; what: string }[] {
  return file.code
    .split("\n")
    .flatMap((line, index) =>
      patterns
        .filter(([pattern]) => pattern.test(line))
        .map(([, what]) => ({ where: `${file.path}:${index + 1}`, what })),
    );
}

const mints: Rule = {
  name: "mints",
  why: "a cast to a minted type would skip the step that mints it: policy could be passed over",
  find: (house) => {
    const cast = new RegExp(`\\bas (?:unknown as )?(${MINTED.join("|")})\\b`);
    const skipped = (file: SourceFile) => file.part === "test" || file.path.startsWith("scripts/");
    return house.sources
      .filter((file) => !skipped(file))
      .flatMap((file) => linesMatching(file, [[cast, "cast to a minted type"]]));
  },
};

const circles: Rule = {
  name: "circles",
  why: "files that import each other, if only for a type, can only be read together",
  find: (house) => {
    const edges = new Map(house.sources.filter(isProduct).map((file) => [file.path, importTargets(file)]));
    return [...findCircles(edges)].map((circle) => ({ where: circle[0]!, what: circle.join(" → ") }));
  },
};

const importTargets = (file: SourceFile): string[] =>
  file.imports.filter((used) => used.kind !== "program").flatMap((used) => targetOf(file, used.from) ?? []);

/** Depth-first search; each circle is reported once, from where it was closed. */
function findCircles(edges: ReadonlyMap<string, string[]>): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

const deadFiles: Rule = {
  name: "dead files",
  why: "a source file that no door reaches is kept by nobody and read by everybody",
  find: (house) => {
    const reached = reachable(house);
    const dead = house.sources.filter(
      (file) => isProduct(file) && !file.path.endsWith(".d.ts") && !reached.has(file.path),
    );
    return dead.map((file) => ({ where: file.path, what: "no door, program or page reaches this file" }));
  },
};

function reachable(house: House): Set<string> {
  const byPath = new Map(house.sources.map((file) => [file.path, file]));
  const queue = [...house.manifests].flatMap(([folder, manifest]) => entrances(house, folder, manifest));
  const seen = new Set<string>();
  while (queue.length > 0) {
    const path = queue.pop()!;
    const file = byPath.get(path);
    if (seen.has(path) || file === undefined) continue;
    seen.add(path);
    queue.push(...file.imports.flatMap((used) => targetOf(file, used.from) ?? []));
  }
  return seen;
}

function entrances(
  house: House,
  folder: string,
  manifest: House["manifests"] extends ReadonlyMap<string, infer M> ? M : never,
): string[] {
  const named = [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.bin ?? {})];
  const page = house.paths.has(`packages/${folder}/index.html`) ? ["src/main.tsx", "src/main.ts"] : [];
  return [...named, ...page].map((path) => normalize(join("packages", folder, path)));
}

const deadLinks: Rule = {
  name: "dead links",
  why: "a document that points at nothing is no longer true",
  find: (house) =>
    [...house.pages].flatMap(([path, text]) =>
      [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1]!)
        .filter((link) => !/^[a-z]+:/.test(link) && !exists(house, normalize(join(dirname(path), link))))
        .map((link) => ({ where: path, what: `${link} does not exist` })),
    ),
};

const exists = (house: House, path: string): boolean => {
  const bare = path.replace(/\/$/, "");
  return house.paths.has(bare) || [...house.paths].some((other) => other.startsWith(`${bare}/`));
};

const dependencies: Rule = {
  name: "dependencies",
  why: "every dependency is declared where it is used, pinned exactly, and earns its line in docs/decisions/0002-dependencies.md",
  find: (house) => [...undeclared(house), ...unpinned(house), ...unexplained(house)],
};

function undeclared(house: House): { where: string; what: string }[] {
  return house.sources.filter(isProduct).flatMap((file) => {
    const manifest = house.manifests.get(file.package!);
    const declared = { ...manifest?.dependencies, ...manifest?.optionalDependencies };
    return file.imports
      .filter((used) => used.kind !== "type")
      .flatMap((used) => packageOf(used.from) ?? [])
      .filter((name) => name !== file.package && !(name in declared) && !(name in (manifest?.devDependencies ?? {})))
      .map((name) => ({ where: file.path, what: `${name} is not declared in packages/${file.package}/package.json` }));
  });
}

const allDependencies = (house: House) =>
  [...house.manifests].flatMap(([folder, manifest]) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }).map(
      ([name, version]) => ({ where: `packages/${folder}/package.json`, name, version }),
    ),
  );

const unpinned = (house: House) =>
  allDependencies(house)
    .filter(({ version }) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(({ where, name, version }) => ({ where, what: `${name}@${version} is not an exact version` }));

const unexplained = (house: House) => {
  const page = house.pages.get("docs/decisions/0002-dependencies.md") ?? "";
  return allDependencies(house)
    .filter(({ name }) => !(name in WALLS) && !page.includes(`\`${name}\``))
    .map(({ where, name }) => ({ where, what: `${name} has no line in docs/decisions/0002-dependencies.md` }));
};

const lockFile: Rule = {
  name: "lock file",
  why: "addresses in the lock file tie the project to one registry",
  find: (house) =>
    /"resolved": "[a-z+]+:/.test(house.lock) ? [{ where: "package-lock.json", what: "names download addresses" }] : [],
};

const packageNames: Rule = {
  name: "package names",
  why: "a drawer of odds and ends attracts more of them",
  find: (house) =>
    [...house.manifests.keys()]
      .filter((name) => VAGUE_NAMES.includes(name))
      .map((name) => ({ where: `packages/${name}`, what: "name refused" })),
};

const packageShape: Rule = {
  name: "package shape",
  why: "a package is a README, src with one door, and tests: a newcomer finds each of them in the same place",
  find: (house) =>
    [...house.manifests.keys()].flatMap((name) => {
      const wanted = [`packages/${name}/README.md`, `packages/${name}/src`, `packages/${name}/test`];
      return wanted.filter((path) => !exists(house, path)).map((path) => ({ where: path, what: "missing" }));
    }),
};

const leftovers: Rule = {
  name: "leftovers",
  why: "what is not built refuses and says so; what is unfinished is written in SPECIFICATION.md, not in the code",
  find: (house) =>
    house.sources
      .filter((file) => !file.path.startsWith("scripts/"))
      .flatMap((file) =>
        file.text
          .split("\n")
          .flatMap((line, index) =>
            /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(skip|only)\(/.test(line)
              ? [{ where: `${file.path}:${index + 1}`, what: line.trim() }]
              : [],
          ),
      ),
};

const anyType: Rule = {
  name: "any",
  why: "`any` switches the compiler off for everything it touches",
  find: (house) =>
    house.sources.flatMap((file) => linesMatching(file, [[/(?:\bas|:|<|\|)\s*any\b(?!["'\w])/, "the type any"]])),
};

export const RULES: readonly Rule[] = [
  walls,
  fences,
  purity,
  mints,
  circles,
  deadFiles,
  deadLinks,
  dependencies,
  lockFile,
  packageNames,
  packageShape,
  leftovers,
  anyType,
];

export const findFaults = (house: House): Fault[] =>
  RULES.flatMap((rule) =>
    rule.find(house).map(({ where, what }) => ({ where, what: `${rule.name}: ${what}`, why: rule.why })),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = findFaults(readHouse());
  for (const fault of faults) console.log(`${fault.where}\n  ${fault.what}\n  why: ${fault.why}`);
  console.log(`${RULES.length} rules, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
